"""Ethereum addresses: form and EIP-55 checksum."""

import re

from Crypto.Hash import keccak

_FORM = re.compile(r"0x[0-9a-fA-F]{40}")


def keccak256(data: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=data).digest()


def checksummed(address: str) -> str:
    """The address as EIP-55 writes it."""
    digits = address[2:].lower()
    digest = keccak256(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(nibble, 16) > 7 else digit for digit, nibble in zip(digits, digest, strict=False)
    )


def is_well_formed(address: str) -> bool:
    """One case throughout carries no checksum; mixed case must carry the right one."""
    if not _FORM.fullmatch(address):
        return False
    digits = address[2:]
    return digits in (digits.lower(), digits.upper()) or address == checksummed(address)
