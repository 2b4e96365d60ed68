"""Who is asking, as far as limits need to know: the network behind our own reverse proxies."""

from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNKNOWN = "unknown"
# One household or phone has a whole /64, and would have as many addresses as it likes.
IPV6_PREFIX = 64


def client_address(peer: str | None, forwarded_for: Iterable[str], trusted: Collection[Network]) -> str:
    """The client's address, an IPv6 one by its /64. Never raises.

    `forwarded_for` are the X-Forwarded-For headers. Only what our own proxies added counts: the rightmost
    entry that is not itself one of them. Anything left of it may be the client's invention.
    """
    address = _parse(peer or "")
    if address is None:
        return UNKNOWN
    entries = [entry for header in forwarded_for for entry in header.split(",")]
    for entry in reversed(entries):
        if not _is_trusted(address, trusted):
            break
        forwarded = _parse(entry)
        if forwarded is None:
            break
        address = forwarded
    return _grouped(address)


def _parse(text: str) -> Address | None:
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_trusted(address: Address, trusted: Collection[Network]) -> bool:
    return any(address in network for network in trusted)


def _grouped(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address), IPV6_PREFIX), strict=False))
