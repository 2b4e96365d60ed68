"""Addresses and hashes of transactions, as each of the networks writes them."""

import re

from Crypto.Hash import keccak  # nosec B413 # of pycryptodome, which is looked after

_EVM = re.compile(r"0x[0-9a-fA-F]{40}")
_FLOW = re.compile(r"0x[0-9a-f]{16}")
_ED25519_PRIME = 2**255 - 19
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# The n-th account of Flow's main network has the address that these make of the bits of n.
_FLOW_GENERATOR = (
    0xE467B9DD11FA00DF, 0xF233DCEE88FE0ABE, 0xF919EE77447B7497, 0xFC8CF73BA23A260D, 0xFE467B9DD11EE2A1,
    0xFF233DCEE888D807, 0xFF919EE774476CE6, 0x7FC8CF73BA231D10, 0x3FE467B9DD11B183, 0x1FF233DCEE8F96D6,
    0x8FF919EE774757BA, 0x47FC8CF73BA2B331, 0x23FE467B9DD27F6C, 0x11FF233DCEEE8E82, 0x88FF919EE775DD8F,
    0x447FC8CF73B905E4, 0xA23FE467B9DE0D83, 0xD11FF233DCE8D5A7, 0xE88FF919EE73C38A, 0x7447FC8CF73F171F,
    0xBA23FE467B9DCB2B, 0xDD11FF233DCB0CB4, 0xEE88FF919EE26C5D, 0x77447FC8CF775DD3, 0x3BA23FE467B9B5A1,
    0x9DD11FF233D9117A, 0xCEE88FF919EFA640, 0xE77447FC8CF3E297, 0x73BA23FE467FABD2, 0xB9DD11FF233FB16C,
    0xDCEE88FF919ADDE7, 0xEE77447FC8CEB196, 0xF73BA23FE4621CD0, 0x7B9DD11FF2379AC3, 0x3DCEE88FF91DF46C,
    0x9EE77447FC88E702, 0xCF73BA23FE4131B6, 0x67B9DD11FF240F9A, 0x33DCEE88FF90F9E0, 0x19EE77447FCFF4E3,
    0x8CF73BA23FE64091, 0x467B9DD11FF115C7, 0x233DCEE88FFDB735, 0x919EE77447FE2309, 0xC8CF73BA23FDC736,
)  # fmt: skip


def keccak256(data: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=data).digest()


def checksummed(address: str) -> str:
    """The address as EIP-55 writes it."""
    digits = address[2:].lower()
    digest = keccak256(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(nibble, 16) > 7 else digit for digit, nibble in zip(digits, digest, strict=False)
    )


def base58(data: bytes) -> str:
    number, text = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def flow_address(account: int) -> str:
    address = 0
    for bit, row in enumerate(_FLOW_GENERATOR):
        if account >> bit & 1:
            address ^= row
    return f"0x{address:016x}"


def is_well_formed(address: str, chain: str) -> bool:
    match chain:
        case "solana":
            return _is_on_solana(address)
        case "flow":
            return _is_on_flow(address)
    return _is_evm(address)


def transaction_hash(transaction_id: str, chain: str) -> str:
    digest = keccak256(transaction_id.encode())
    match chain:
        case "solana":
            return base58(digest + keccak256(digest))
        case "flow":
            return digest.hex()
    return "0x" + digest.hex()


def _is_evm(address: str) -> bool:
    """One case throughout carries no checksum; mixed case must carry the right one."""
    if not _EVM.fullmatch(address):
        return False
    digits = address[2:]
    return digits in (digits.lower(), digits.upper()) or address == checksummed(address)


def _is_on_solana(address: str) -> bool:
    """32 bytes that are a public key."""
    if not address or not set(address) <= set(_BASE58) or len(address) > 44:
        return False
    number = 0
    for character in address:
        number = 58 * number + _BASE58.index(character)
    zeros = len(address) - len(address.lstrip("1"))
    key = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)
    return len(key) == 32 and _is_public_key(key)


def _is_public_key(key: bytes) -> bool:
    """Whether a point can be decoded from it, the way RFC 8032 does in 5.1.3."""
    prime = _ED25519_PRIME
    y = int.from_bytes(key, "little") & (1 << 255) - 1
    u, v = y * y - 1, y * y * -121665 * pow(121666, -1, prime) + 1
    x = u * pow(v, 3, prime) * pow(u * pow(v, 7, prime), (prime - 5) // 8, prime)
    return y < prime and (v * x * x - u) % prime in {0, -2 * u % prime}


def _is_on_flow(address: str) -> bool:
    """One that the generator makes of some account."""
    if not _FLOW.fullmatch(address):
        return False
    left = int(address, 16)
    if left == 0:
        return False
    for row in _in_echelon_form(_FLOW_GENERATOR):
        left = min(left, left ^ row)
    return left == 0


def _in_echelon_form(rows: tuple[int, ...]) -> list[int]:
    """The same space, from rows of which each has a highest bit of its own; highest first."""
    basis: list[int] = []
    for row in rows:
        for other in basis:
            row = min(row, row ^ other)  # noqa: PLW2901
        if row:
            basis.append(row)
            basis.sort(reverse=True)
    return basis
