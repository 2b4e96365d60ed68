"""Checks the address that an NFT is to be sent to: a wrong one loses the NFT for good."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from eth_utils.address import is_checksum_address, to_checksum_address

EVM_CHAINS = frozenset({
    "ethereum", "eth", "polygon", "matic", "base", "arbitrum", "optimism", "avalanche", "bsc", "bnb",
    "mainnet", "goerli", "sepolia", "mumbai", "amoy",
})  # fmt: skip
EVM_ADDRESS = re.compile(r"0[xX][0-9a-fA-F]{40}")
PRECOMPILES_BELOW = 0x10000
BURN_ADDRESSES = frozenset({
    0x000000000000000000000000000000000000DEAD,
    0xDEAD000000000000000042069420694206942069,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF,
})  # fmt: skip


class AddressProblem(Enum):
    NOT_AN_ADDRESS = auto()
    BAD_CHECKSUM = auto()
    BURNS = auto()
    OWN_CONTRACT = auto()
    UNSUPPORTED_CHAIN = auto()


@dataclass(frozen=True)
class Address:
    """A checked address, in its canonical spelling, and its family of networks."""

    text: str
    network: str


def check_address(text: str, chain: str | None, contract: str | None = None) -> Address | AddressProblem:
    """Check an address for the chain of an NFT. A chain that Banq does not name is taken for an EVM one."""
    if chain and chain.strip() and chain.strip().lower() not in EVM_CHAINS:
        return AddressProblem.UNSUPPORTED_CHAIN
    address = text.strip()
    if not EVM_ADDRESS.fullmatch(address):
        return AddressProblem.NOT_AN_ADDRESS
    digits = address[2:]
    mixed_case = digits not in (digits.lower(), digits.upper())
    if mixed_case and not is_checksum_address("0x" + digits):
        return AddressProblem.BAD_CHECKSUM
    number = int(digits, 16)
    if number < PRECOMPILES_BELOW or number in BURN_ADDRESSES:
        return AddressProblem.BURNS
    if contract is not None and contract.strip().lower() == "0x" + digits.lower():
        return AddressProblem.OWN_CONTRACT
    return Address(str(to_checksum_address("0x" + digits.lower())), "evm")


def in_groups(address: str) -> str:
    """The whole address in groups of 4, so that a person can compare it."""
    prefix, digits = ("0x", address[2:]) if address.startswith("0x") else ("", address)
    groups = [digits[start : start + 4] for start in range(0, len(digits), 4)]
    return " ".join(filter(None, [prefix, *groups]))


def shortened(address: str) -> str:
    return f"{address[:6]}…{address[-4:]}" if len(address) > 12 else address


def recognise(text: str) -> Address | AddressProblem:
    """The address that the text is, on whichever network."""
    return check_address(text, None)


def resembles(one: str, other: str) -> bool:
    """Whether two different addresses could be taken for each other: the same start and end."""
    return one != other and (one[:6].lower(), one[-4:].lower()) == (other[:6].lower(), other[-4:].lower())
