"""The networks that NFTs are sent on. Another family is one more module and one more entry here."""

import re

from services.networks.evm import Evm
from services.networks.flow import Flow
from services.networks.network import Chain, Network
from services.networks.solana import Solana

NETWORKS: tuple[Network, ...] = (Evm(), Solana(), Flow())
_BY_NAME: dict[str, tuple[Network, Chain]] = {
    name: (network, chain) for network in NETWORKS for chain in network.chains for name in chain.names
}


def find_chain(name: str | None) -> tuple[Network, Chain] | None:
    """The chain that Banq calls so, in any of its spellings; None for one that is unknown or not named."""
    spelled = re.sub(r"[\s_-]+", "-", (name or "").strip().lower())
    return _BY_NAME.get(spelled) or _BY_NAME.get(spelled.removesuffix("-mainnet"))
