"""The words about an address that nothing is sent to, and the names of networks."""

from typing import assert_never

from services.addresses import AddressProblem, network_of
from services.networks import find_chain
from services.wording.text import Markup, Words
from storage.address_book import SavedAddress

COPY_AGAIN = "Copy the whole address again; do not type it."
STOLEN = "consider the wallet stolen now: make a new one, and move everything there."
FORMS = {
    "evm": "0x and then 40 digits from 0 to 9 and a to f",
    "solana": "32 to 44 letters and digits, usually 44",
    "flow": "0x and then 16 digits from 0 to 9 and a to f",
}
ELSEWHERE = {
    AddressProblem.EVM_ADDRESS: "an address of Ethereum, Polygon or the like",
    AddressProblem.SOLANA_ADDRESS: "a Solana address",
    AddressProblem.FLOW_ADDRESS: "a Flow address",
    AddressProblem.ALGORAND_ADDRESS: "an Algorand address",
    AddressProblem.BITCOIN_ADDRESS: "a Bitcoin address",
    AddressProblem.CARDANO_ADDRESS: "a Cardano address",
    AddressProblem.COSMOS_ADDRESS: "an address of Cosmos or one of its networks",
    AddressProblem.DOGECOIN_ADDRESS: "a Dogecoin address",
    AddressProblem.HEDERA_ADDRESS: "a Hedera account",
    AddressProblem.LITECOIN_ADDRESS: "a Litecoin address",
    AddressProblem.NEAR_ADDRESS: "a NEAR account",
    AddressProblem.POLKADOT_ADDRESS: "an address of Polkadot or one of its networks",
    AddressProblem.STELLAR_ADDRESS: "a Stellar address",
    AddressProblem.TEZOS_ADDRESS: "a Tezos address",
    AddressProblem.TON_ADDRESS: "a TON address",
    AddressProblem.TRON_ADDRESS: "a Tron address",
    AddressProblem.XRP_ADDRESS: "an XRP address",
}


def network_name(chain: str | None) -> str:
    found = find_chain(chain)
    if found is not None:
        return found[1].title
    return chain.strip().title() if chain and chain.strip() else "an unnamed network"


def address_refused(m: Markup, problem: AddressProblem, chain: str | None) -> Words:
    """Why an address is not taken, for an NFT on that chain; no chain where it is not known yet."""
    on = m.foreign(network_name(chain)) if chain and chain.strip() else "any network that we know"
    form = FORMS.get(network_of(chain) or "")
    an_address = (
        f"An address on {on} is {form}."
        if form
        else "An address is the long code that your wallet shows where it says Receive."
    )
    match problem:
        case AddressProblem.EMPTY:
            return _bad("There is no address", f"{an_address} Copy it from your wallet.")
        case AddressProblem.NOT_AN_ADDRESS:
            return _bad("That is not an address", f"{an_address} {COPY_AGAIN}")
        case AddressProblem.UNSUPPORTED_CHAIN:
            return _bad(
                "This network is not supported yet",
                f"The NFT is on {on}, and this bot cannot check addresses there yet. So it does not send any. "
                "You can withdraw it at Banq yourself.",
            )
        case AddressProblem.CUT_OFF:
            return _bad(
                "This is not exactly one address", f"It is too short or too long. {an_address} {COPY_AGAIN}"
            )
        case AddressProblem.NO_PREFIX:
            return _bad("The beginning is missing", f"{an_address} The 0x belongs to it. {COPY_AGAIN}")
        case AddressProblem.BAD_CHARACTER:
            return _bad(
                "This address has a mistake in it",
                f"It has a character in it that no such address has. {an_address} {COPY_AGAIN}",
            )
        case AddressProblem.BAD_CHECKSUM:
            return _bad(
                "This address has a mistake in it",
                "Its capital letters do not fit together, so at least one character is wrong. " + COPY_AGAIN,
            )
        case AddressProblem.NOT_GIVEN_OUT:
            return _bad(
                "This address has a mistake in it",
                "Flow gives out no such address, so at least one character is wrong. " + COPY_AGAIN,
            )
        case AddressProblem.GAP:
            return _bad(
                "There is a gap in it",
                f"An address has no spaces and no line breaks. Copy one address, alone and whole. {an_address}",
            )
        case AddressProblem.HIDDEN_CHARACTER:
            return _bad(
                "There is something invisible in it",
                "It has characters in it that cannot be seen, and no address has any. Somebody may have tampered with "
                "it. Copy the address from your own wallet.",
            )
        case AddressProblem.FOREIGN_LETTER:
            return _bad(
                "There is a foreign letter in it",
                "A letter in it may look right and be another one. Somebody may have tampered with it. "
                "Copy the address from your own wallet.",
            )
        case AddressProblem.PREFIXED:
            return _bad(
                "There is more than the address", f"Leave out what does not belong to it. {an_address}"
            )
        case AddressProblem.BURNS:
            return _bad(
                "This address destroys what it gets",
                "Nobody holds the key to this address: whatever is sent there is lost. Use an address of your own.",
            )
        case AddressProblem.OWN_CONTRACT:
            return _bad(
                "That is the NFT's contract",
                "This is the NFT's own contract, not a wallet. What is sent there is lost. Use an address of your own.",
            )
        case AddressProblem.PART_OF_NETWORK:
            return _bad(
                "That is a part of the network",
                "This address belongs to the network itself, not to a wallet. What is sent there is lost. "
                "Use an address of your own.",
            )
        case AddressProblem.NOT_A_WALLET:
            return _bad(
                "That is not the address of a wallet",
                "No wallet can have this address: it has a mistake in it, or belongs to a program or to one token. "
                "Copy your wallet's own address again; do not type it.",
            )
        case (
            AddressProblem.EVM_ADDRESS
            | AddressProblem.SOLANA_ADDRESS
            | AddressProblem.FLOW_ADDRESS
            | AddressProblem.ALGORAND_ADDRESS
            | AddressProblem.BITCOIN_ADDRESS
            | AddressProblem.CARDANO_ADDRESS
            | AddressProblem.COSMOS_ADDRESS
            | AddressProblem.DOGECOIN_ADDRESS
            | AddressProblem.HEDERA_ADDRESS
            | AddressProblem.LITECOIN_ADDRESS
            | AddressProblem.NEAR_ADDRESS
            | AddressProblem.POLKADOT_ADDRESS
            | AddressProblem.STELLAR_ADDRESS
            | AddressProblem.TEZOS_ADDRESS
            | AddressProblem.TON_ADDRESS
            | AddressProblem.TRON_ADDRESS
            | AddressProblem.XRP_ADDRESS
        ):
            return _elsewhere(ELSEWHERE[problem], on, an_address)
        case AddressProblem.OTHER_FLOW_NETWORK:
            return _bad(
                "This address is on another network",
                f"Flow's main network and its test network have different addresses, and the NFT is on {on}. "
                "Use an address of your own there.",
            )
        case AddressProblem.CONTRACT_NAME:
            return _bad("That is the name of a contract", f"An NFT goes to a wallet. {an_address}")
        case AddressProblem.EMAIL:
            return _bad("That is an e-mail address", f"An NFT goes to the address of a wallet. {an_address}")
        case AddressProblem.LINK:
            return _bad("That is a link", f"Copy only the address. {an_address}")
        case AddressProblem.NAME:
            return _bad(
                "That is a name, not an address",
                f"A name can come to mean another wallet, so this bot takes addresses only. {an_address} "
                "Copy it from your wallet.",
            )
        case AddressProblem.KEY_OR_HASH:
            return _bad(
                "That is not an address, and may be a secret",
                "It is too long for an address. It may be the number of a transaction, or a wallet's private key. "
                f"Never send a private key to anybody, not here either. If it is one, {STOLEN}",
            )
        case AddressProblem.PRIVATE_KEY:
            return _bad(
                "That is a private key",
                "Never send it to anybody, not here either: whoever has it can take everything in that wallet. "
                f"Nothing was sent, but {STOLEN}",
            )
        case AddressProblem.SEED_PHRASE:
            return _bad(
                "That looks like a wallet's secret words",
                "Never type them anywhere but in the wallet itself, and never send them to anybody: whoever has them "
                f"can take everything in it. Nothing was sent, but {STOLEN}",
            )
    assert_never(problem)


def _elsewhere(what: str, on: str, an_address: str) -> Words:
    return _bad(
        "This address is on another network",
        f"That is {what}, and no place for an NFT on {on}: it would be lost. {an_address} Use one of your own.",
    )


def _bad(title: str, text: str) -> Words:
    return Words(title, text, "bad")


def not_the_same(m: Markup, look_alike: SavedAddress) -> str:
    """For an address that could be taken for one of the member's own."""
    return m.say(
        "⚠️ {not_the_same} your saved address {label}, though they look alike. Thieves make such addresses and hope that you "
        "copy them.",
        not_the_same=m.bold(m.say("Not the same as")),
        label=m.foreign(look_alike.label),
    )
