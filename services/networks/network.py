"""What every family of networks can do, and what can be wrong with an address."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol


class AddressProblem(Enum):
    EMPTY = auto()
    NOT_AN_ADDRESS = auto()
    UNSUPPORTED_CHAIN = auto()

    # An address, but a damaged one.
    CUT_OFF = auto()
    NO_PREFIX = auto()
    BAD_CHARACTER = auto()
    BAD_CHECKSUM = auto()
    NOT_GIVEN_OUT = auto()
    GAP = auto()
    HIDDEN_CHARACTER = auto()
    FOREIGN_LETTER = auto()
    PREFIXED = auto()

    # A whole address, but one where an NFT is lost.
    BURNS = auto()
    OWN_CONTRACT = auto()
    PART_OF_NETWORK = auto()
    NOT_A_WALLET = auto()

    # An address of another network.
    EVM_ADDRESS = auto()
    SOLANA_ADDRESS = auto()
    FLOW_ADDRESS = auto()
    OTHER_FLOW_NETWORK = auto()
    ALGORAND_ADDRESS = auto()
    BITCOIN_ADDRESS = auto()
    CARDANO_ADDRESS = auto()
    COSMOS_ADDRESS = auto()
    DOGECOIN_ADDRESS = auto()
    HEDERA_ADDRESS = auto()
    LITECOIN_ADDRESS = auto()
    NEAR_ADDRESS = auto()
    POLKADOT_ADDRESS = auto()
    STELLAR_ADDRESS = auto()
    TEZOS_ADDRESS = auto()
    TON_ADDRESS = auto()
    TRON_ADDRESS = auto()
    XRP_ADDRESS = auto()

    # Something else altogether.
    CONTRACT_NAME = auto()
    EMAIL = auto()
    KEY_OR_HASH = auto()
    LINK = auto()
    NAME = auto()
    PRIVATE_KEY = auto()
    SEED_PHRASE = auto()


@dataclass(frozen=True)
class Chain:
    """One network. `names` are the spellings of it that we know, `transaction_url` leads to its explorer."""

    title: str
    names: Sequence[str]
    transaction_url: str | None = None
    is_test: bool = False


class Network(Protocol):
    """A family of chains that write addresses in the same way."""

    key: str
    chains: Sequence[Chain]
    elsewhere: AddressProblem
    """What an address of this family is where one of another family is wanted."""

    def has_form(self, text: str) -> bool:
        """Whether this can only be meant as an address of this family, a right or a wrong one."""

    def damage(self, text: str) -> AddressProblem | None:
        """What was probably done to an address of this family that has lost its form."""

    def check(self, text: str, chain: Chain | None, contract: str | None) -> str | AddressProblem:
        """The canonical spelling of an address that has the form. No chain means any of the family."""

    def transaction(self, text: str) -> str | None:
        """A transaction's hash as explorers want it, None where this is none."""
