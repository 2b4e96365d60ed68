"""The words about an address that nothing is sent to, and the names of networks."""

from typing import assert_never

from services.addresses import AddressProblem, network_of
from services.networks import find_chain
from services.wording.text import Markup, Words
from storage.address_book import SavedAddress


def network_name(chain: str) -> str:
    found = find_chain(chain)
    return chain.strip().title() if found is None else found[1].title


def network(m: Markup, chain: str | None) -> str:
    """The network's name, to put into a sentence."""
    return m.foreign(network_name(chain)) if chain and chain.strip() else m.say("an unnamed network")


def address_refused(m: Markup, problem: AddressProblem, chain: str | None) -> Words:
    """Why an address is not taken, for an NFT on that chain; no chain where it is not known yet."""
    an_address = _an_address(m, chain)
    copy_again = m.say("Copy the whole address again; do not type it.")
    match problem:
        case AddressProblem.EMPTY:
            return _bad(m.say("There is no address"), an_address, m.say("Copy it from your wallet."))
        case AddressProblem.NOT_AN_ADDRESS:
            return _bad(m.say("That is not an address"), an_address, copy_again)
        case AddressProblem.UNSUPPORTED_CHAIN:
            return _bad(
                m.say("This network is not supported yet"),
                m.say(
                    "The NFT is on {network}, and this bot cannot check addresses there yet, so it sends none. "
                    "You can withdraw it at Banq yourself.",
                    network=network(m, chain),
                ),
            )
        case AddressProblem.CUT_OFF:
            return _bad(
                m.say("This is not exactly one address"),
                m.say("It is too short or too long."),
                an_address,
                copy_again,
            )
        case AddressProblem.NO_PREFIX:
            return _bad(
                m.say("The beginning is missing"), an_address, m.say("The 0x belongs to it."), copy_again
            )
        case AddressProblem.BAD_CHARACTER:
            return _mistaken(
                m, m.say("It has a character in it that no such address has."), an_address, copy_again
            )
        case AddressProblem.BAD_CHECKSUM:
            return _mistaken(
                m,
                m.say("Its capital letters do not fit together, so at least one character is wrong."),
                copy_again,
            )
        case AddressProblem.NOT_GIVEN_OUT:
            return _mistaken(
                m, m.say("Flow gives out no such address, so at least one character is wrong."), copy_again
            )
        case AddressProblem.GAP:
            return _bad(
                m.say("There is a gap in it"),
                m.say("An address has no spaces and no line breaks. Copy one address, alone and whole."),
                an_address,
            )
        case AddressProblem.HIDDEN_CHARACTER:
            return _bad(
                m.say("There is something invisible in it"),
                m.say(
                    "It has characters in it that cannot be seen, and no address has any. Somebody may have tampered "
                    "with it. Copy the address from your own wallet."
                ),
            )
        case AddressProblem.FOREIGN_LETTER:
            return _bad(
                m.say("There is a foreign letter in it"),
                m.say(
                    "A letter in it may look right and be another one. Somebody may have tampered with it. Copy the "
                    "address from your own wallet."
                ),
            )
        case AddressProblem.PREFIXED:
            return _bad(
                m.say("There is more than the address"),
                m.say("Leave out what does not belong to it."),
                an_address,
            )
        case AddressProblem.BURNS:
            return _bad(
                m.say("This address destroys what it gets"),
                m.say(
                    "Nobody holds the key to this address: whatever is sent there is lost. Use an address of your own."
                ),
            )
        case AddressProblem.OWN_CONTRACT:
            return _bad(
                m.say("That is the NFT's contract"),
                m.say(
                    "This is the NFT's own contract, not a wallet. What is sent there is lost. Use an address of your "
                    "own."
                ),
            )
        case AddressProblem.PART_OF_NETWORK:
            return _bad(
                m.say("That is a part of the network"),
                m.say(
                    "This address belongs to the network itself, not to a wallet. What is sent there is lost. Use an "
                    "address of your own."
                ),
            )
        case AddressProblem.NOT_A_WALLET:
            return _bad(
                m.say("That is not the address of a wallet"),
                m.say(
                    "No wallet can have this address: it has a mistake in it, or belongs to a program or to one token. "
                    "Copy your wallet's own address again; do not type it."
                ),
            )
        case AddressProblem.EVM_ADDRESS:
            return _elsewhere(m, m.say("an address of Ethereum, Polygon or the like"), chain)
        case AddressProblem.SOLANA_ADDRESS:
            return _elsewhere(m, m.say("a Solana address"), chain)
        case AddressProblem.FLOW_ADDRESS:
            return _elsewhere(m, m.say("a Flow address"), chain)
        case AddressProblem.ALGORAND_ADDRESS:
            return _elsewhere(m, m.say("an Algorand address"), chain)
        case AddressProblem.BITCOIN_ADDRESS:
            return _elsewhere(m, m.say("a Bitcoin address"), chain)
        case AddressProblem.CARDANO_ADDRESS:
            return _elsewhere(m, m.say("a Cardano address"), chain)
        case AddressProblem.COSMOS_ADDRESS:
            return _elsewhere(m, m.say("an address of Cosmos or one of its networks"), chain)
        case AddressProblem.DOGECOIN_ADDRESS:
            return _elsewhere(m, m.say("a Dogecoin address"), chain)
        case AddressProblem.HEDERA_ADDRESS:
            return _elsewhere(m, m.say("a Hedera account"), chain)
        case AddressProblem.LITECOIN_ADDRESS:
            return _elsewhere(m, m.say("a Litecoin address"), chain)
        case AddressProblem.NEAR_ADDRESS:
            return _elsewhere(m, m.say("a NEAR account"), chain)
        case AddressProblem.POLKADOT_ADDRESS:
            return _elsewhere(m, m.say("an address of Polkadot or one of its networks"), chain)
        case AddressProblem.STELLAR_ADDRESS:
            return _elsewhere(m, m.say("a Stellar address"), chain)
        case AddressProblem.TEZOS_ADDRESS:
            return _elsewhere(m, m.say("a Tezos address"), chain)
        case AddressProblem.TON_ADDRESS:
            return _elsewhere(m, m.say("a TON address"), chain)
        case AddressProblem.TRON_ADDRESS:
            return _elsewhere(m, m.say("a Tron address"), chain)
        case AddressProblem.XRP_ADDRESS:
            return _elsewhere(m, m.say("an XRP address"), chain)
        case AddressProblem.OTHER_FLOW_NETWORK:
            return _bad(
                _on_another_network(m),
                m.say(
                    "Flow's main network and its test network have different addresses, and the NFT is on {network}. "
                    "Use an address of your own there.",
                    network=network(m, chain),
                ),
            )
        case AddressProblem.CONTRACT_NAME:
            return _bad(
                m.say("That is the name of a contract"), m.say("An NFT goes to a wallet."), an_address
            )
        case AddressProblem.EMAIL:
            return _bad(
                m.say("That is an e-mail address"),
                m.say("An NFT goes to the address of a wallet."),
                an_address,
            )
        case AddressProblem.LINK:
            return _bad(m.say("That is a link"), m.say("Copy only the address."), an_address)
        case AddressProblem.NAME:
            return _bad(
                m.say("That is a name, not an address"),
                m.say("A name can come to mean another wallet, so this bot takes addresses only."),
                an_address,
                m.say("Copy it from your wallet."),
            )
        case AddressProblem.KEY_OR_HASH:
            return _bad(
                m.say("That is not an address, and may be a secret"),
                m.say(
                    "It is too long for an address. It may be the number of a transaction, or a wallet's private key. "
                    "Never send a private key to anybody, not here either. If it is one, consider the wallet stolen "
                    "now: make a new one, and move everything there."
                ),
            )
        case AddressProblem.PRIVATE_KEY:
            return _bad(
                m.say("That is a private key"),
                m.say(
                    "Never send it to anybody, not here either: whoever has it can take everything in that wallet."
                ),
                _stolen(m),
            )
        case AddressProblem.SEED_PHRASE:
            return _bad(
                m.say("That looks like a wallet's secret words"),
                m.say(
                    "Never type them anywhere but in the wallet itself, and never send them to anybody: whoever has "
                    "them can take everything in it."
                ),
                _stolen(m),
            )
    assert_never(problem)


def not_the_same(m: Markup, look_alike: SavedAddress) -> str:
    """For an address that could be taken for one of the member's own."""
    return m.say(
        "⚠️ {not_the_same} your saved address {label}, though they look alike. Thieves make such addresses and hope that you "
        "copy them.",
        not_the_same=m.bold(m.say("Not the same as")),
        label=m.bold(m.foreign(look_alike.label)),
    )


def _an_address(m: Markup, chain: str | None) -> str:
    match network_of(chain):
        case "evm":
            return m.say(
                "An address on {network} is 0x and then 40 digits from 0 to 9 and a to f.",
                network=network(m, chain),
            )
        case "solana":
            return m.say(
                "An address on {network} is 32 to 44 letters and digits, usually 44.",
                network=network(m, chain),
            )
        case "flow":
            return m.say(
                "An address on {network} is 0x and then 16 digits from 0 to 9 and a to f.",
                network=network(m, chain),
            )
    return m.say("An address is the long code that your wallet shows where it says Receive.")


def _elsewhere(m: Markup, what: str, chain: str | None) -> Words:
    if chain and chain.strip():
        lost = m.say(
            "That is {what}, and no place for an NFT on {network}: it would be lost.",
            what=what,
            network=network(m, chain),
        )
    else:
        lost = m.say(
            "That is {what}, and no place for an NFT on any network that we know: it would be lost.",
            what=what,
        )
    return _bad(_on_another_network(m), lost, _an_address(m, chain), m.say("Use one of your own."))


def _on_another_network(m: Markup) -> str:
    return m.say("This address is on another network")


def _stolen(m: Markup) -> str:
    return m.say(
        "Nothing was sent, but consider the wallet stolen now: make a new one, and move everything there."
    )


def _mistaken(m: Markup, *sentences: str) -> Words:
    return _bad(m.say("This address has a mistake in it"), *sentences)


def _bad(title: str, *sentences: str) -> Words:
    return Words(title, " ".join(sentences), "bad")
