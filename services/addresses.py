"""Checks the address that an NFT is to be sent to: a wrong one loses the NFT for good."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.networks import NETWORKS, find_chain
from services.networks.network import AddressProblem, Chain, Network
from services.networks.others import of_other_network
from services.pasted import something_else

__all__ = [
    "Address",
    "AddressProblem",
    "check_address",
    "explorer_url",
    "in_groups",
    "network_of",
    "recognise",
    "resembles",
    "shortened",
    "with_addresses_shortened",
]

# An address in groups of 4, as in_groups shows it.
_IN_GROUPS = re.compile(r"(?:0x )?(?:[0-9A-Za-z]{4} )+[0-9A-Za-z]{1,4}")
# What may be an address within a sentence: with 0x, also in such groups.
_WITHIN = re.compile(r"0[xX](?: [0-9a-fA-F]{4}){10}\b|[0-9A-Za-z]{16,}")
# Two addresses that differ in so few places are one with a slip in it, or were made to be taken for it.
FEW = 4

_USUAL_EXPLORERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Address:
    """A checked address, in its canonical spelling. `network` is the key of its family: evm, solana, flow."""

    text: str
    network: str


def check_address(text: str, chain: str | None, contract: str | None = None) -> Address | AddressProblem:
    """Check an address for the chain and the contract of an NFT, as Banq names them.

    Where Banq names no chain, the address may be of any family; its form tells which.
    """
    found = find_chain(chain)
    if found is None and chain and chain.strip():
        return AddressProblem.UNSUPPORTED_CHAIN
    wanted, on = found or (None, None)
    address = text.strip()
    if _IN_GROUPS.fullmatch(address):
        joined = address.replace(" ", "")
        address = joined if any(network.has_form(joined) for network in NETWORKS) else address
    if not address:
        return AddressProblem.EMPTY
    pasted = something_else(address)
    if pasted is not None:
        return pasted
    for network in NETWORKS:
        if network.has_form(address):
            return _check(network, wanted, address, on, contract and contract.strip())
    return _not_an_address(address, wanted)


def recognise(text: str) -> Address | AddressProblem:
    """Check an address that is not meant for an NFT yet; its form tells the family."""
    return check_address(text, None)


def network_of(chain: str | None) -> str | None:
    """The key of the family that a chain belongs to; None for one that is unknown or not named."""
    found = find_chain(chain)
    return found[0].key if found else None


def resembles(a: str, b: str) -> bool:
    """Whether these are two addresses that look like one: the same ends, or nearly the same throughout."""
    first, second = _compared(a), _compared(b)
    if len(first) == len(second) and sum(x != y for x, y in zip(first, second, strict=True)) <= FEW:
        return first != second
    return first != second and (first[:4], first[-4:]) == (second[:4], second[-4:])


def in_groups(address: str) -> str:
    """The whole address in groups of 4, so that a person can compare it."""
    prefix, digits = ("0x", address[2:]) if address.startswith("0x") else ("", address)
    groups = [digits[start : start + 4] for start in range(0, len(digits), 4)]
    return " ".join(filter(None, [prefix, *groups]))


def shortened(address: str) -> str:
    return f"{address[:6]}…{address[-4:]}" if len(address) > 12 else address


def with_addresses_shortened(sentence: str) -> str:
    """Idempotent. Whole ones only, of any network that is known by its form, also if they are wrong."""
    return _WITHIN.sub(lambda found: _shortened_if_address(found[0]), sentence)


def explorer_url(
    chain: str | None, transaction_hash: str | None, explorers: Mapping[str, str] = _USUAL_EXPLORERS
) -> str | None:
    """Where to look at a transaction; None where that is not certain.

    `explorers` has URLs with {hash} in them, to be used instead of the usual ones of these chains.
    """
    found = find_chain(chain)
    if found is None or transaction_hash is None:
        return None
    network, on = found
    own = next((url for name, url in explorers.items() if find_chain(name) == found), None)
    url, in_url = own or on.transaction_url, network.transaction(transaction_hash.strip())
    return url.replace("{hash}", in_url) if url and in_url else None


def _check(
    network: Network, wanted: Network | None, address: str, on: Chain | None, contract: str | None
) -> Address | AddressProblem:
    if wanted is not None and wanted is not network:
        return network.elsewhere
    checked = network.check(address, on, contract)
    return Address(checked, network.key) if isinstance(checked, str) else checked


def _not_an_address(address: str, wanted: Network | None) -> AddressProblem:
    elsewhere = of_other_network(address)
    if elsewhere is not None:
        return elsewhere
    for network in (wanted,) if wanted else NETWORKS:
        damage = network.damage(address)
        if damage is not None:
            return damage
    return AddressProblem.NOT_AN_ADDRESS


def _shortened_if_address(text: str) -> str:
    address = text.replace(" ", "")
    is_one = any(
        network.has_form(address) or network.damage(address) is AddressProblem.NO_PREFIX
        for network in NETWORKS
    )
    return shortened(address) if is_one or of_other_network(address) else text


def _compared(address: str) -> str:
    digits = address.strip().removeprefix("0x")
    return digits.lower() if re.fullmatch(r"[0-9a-fA-F]+", digits) else digits
