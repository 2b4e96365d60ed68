"""The address that an NFT goes to: a wrong one loses the NFT for good."""

import base58
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sandbox.banq.addresses import checksummed, flow_address, is_well_formed
from services.addresses import (
    Address,
    AddressProblem,
    check_address,
    explorer_url,
    in_groups,
    network_of,
    recognise,
    resembles,
    shortened,
)
from services.wording.addresses import address_refused, network_name
from services.wording.language import ENGLISH
from tests.services.broken_addresses import BROKEN
from tests.services.misplaced_addresses import MISPLACED
from tests.services.test_wording import MarkingMarkup

# All test vectors of EIP-55: all capitals, all small, and mixed.
VECTORS = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]
GOOD = VECTORS[4]
CONTRACT = VECTORS[5]
SOLANA = [
    "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM",
    "vines1vzrYbzLMRdu58ou5XTby4qAqVRLmqo36NKPTg",
    "7S3P4HxJpyyigGzodYwHtCxZyUQe9JiBMHyRWXArAaKv",
    "DYw8jCTfwHNRJhhmFcbXvVDTqWMEVFBX6ZKUmG5CNSKK",
]
FLOW = ["0x0b2a3299cc857e29", "0xead892083b3e2c6c", "0x49a7cda3a1eecc29", "0xfd100e39d50a13e6"]
FLOW_TESTNET = ["0x45722594009505d7", "0x877931736ee77cff", "0x95da9cfb6eb92daf", "0x67e94015e6472711"]
HASH = "0xaaa9402664f1a41f40ebbc52c9993eb66aeb366602958fdfaa283b71e64db123"
SIGNATURE = "53vkCnbaJpDSBbvkuwMR9AUkjCSv2ZTMybeNRMn9XJzkNRPv5h1mX9hC4oEwHoiJZXVACmK1hoZzrFTDEcEPfUR9"
REFUSED = [(chain, sentence, text) for chain, sentence, texts in BROKEN + MISPLACED for text in texts]
HEX_DIGITS = "0123456789abcdefABCDEF"
evm_addresses = st.binary(min_size=20, max_size=20).map(lambda key: checksummed("0x" + key.hex()))
flow_addresses = st.integers(1, 2**45 - 1).map(flow_address)


class PlainMarkup(MarkingMarkup):
    def foreign(self, text: str, limit: int = 80) -> str:
        return text[:limit]


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize("written", ["{0}", " {0}\n", "0x{1}", "0x{2}", "0X{2}"])
def test_a_good_address_is_shown_in_its_canonical_spelling(vector: str, written: str) -> None:
    text = written.format(vector, vector[2:].lower(), vector[2:].upper())

    assert check_address(text, "ethereum") == Address(vector, "evm")


@pytest.mark.parametrize("address", SOLANA)
def test_a_solana_address_is_taken_as_it_is(address: str) -> None:
    assert check_address(f" {address}\n", "solana", SOLANA[0][::-1]) == Address(address, "solana")
    assert check_address(address, "Solana Devnet") == Address(address, "solana")


@pytest.mark.parametrize(
    ("chain", "address"),
    [("flow", each) for each in FLOW] + [("Flow Testnet", each) for each in FLOW_TESTNET],
)
@pytest.mark.parametrize("written", ["0x{0}", " 0x{0}\t", "{0}", "0x{1}", "0X{1}", "{1}"])
def test_a_flow_address_is_shown_in_its_canonical_spelling(chain: str, address: str, written: str) -> None:
    text = written.format(address[2:], address[2:].upper())

    assert check_address(text, chain) == Address(address, "flow")


def test_hundreds_of_broken_addresses_are_told_apart() -> None:
    assert len({text for _, _, text in REFUSED}) >= 200
    assert len({(chain, text) for chain, _, text in REFUSED}) == len(REFUSED)


@pytest.mark.parametrize(("chain", "sentence", "text"), REFUSED)
def test_a_broken_address_is_refused_and_told_what_is_wrong(
    chain: str | None, sentence: str, text: str
) -> None:
    problem = check_address(text, chain)

    assert isinstance(problem, AddressProblem)
    words = address_refused(PlainMarkup(ENGLISH), problem, chain)
    assert sentence in f"{words.title}. {words.text}"
    assert words.tone == "bad"


@pytest.mark.parametrize("address", VECTORS[4:])
def test_no_single_slip_in_a_mixed_case_address_gets_through(address: str) -> None:
    for position in range(2, 42):
        for slip in set(HEX_DIGITS) - {address[position]}:
            slipped = address[:position] + slip + address[position + 1 :]
            assert check_address(slipped, "ethereum") is AddressProblem.BAD_CHECKSUM, slipped


@given(evm_addresses, st.integers(2, 41), st.sampled_from(HEX_DIGITS))
def test_a_slip_gets_through_only_where_no_capitals_are_left_to_tell(
    address: str, position: int, slip: str
) -> None:
    slipped = address[:position] + slip + address[position + 1 :]
    checked = check_address(slipped, "ethereum")

    if slipped != address and isinstance(checked, Address):
        is_mixed = slipped[2:] not in (slipped[2:].lower(), slipped[2:].upper())
        assert not is_mixed or slipped == checksummed(slipped)


@given(flow_addresses, st.integers(2, 17), st.sampled_from("0123456789abcdef"))
def test_no_single_slip_in_a_flow_address_gets_through(address: str, position: int, slip: str) -> None:
    slipped = address[:position] + slip + address[position + 1 :]

    for chain in ("flow", "flow-testnet", None):
        assert slipped == address or isinstance(check_address(slipped, chain), AddressProblem)


@given(
    evm_addresses
    | flow_addresses
    | st.binary(min_size=32, max_size=32).map(lambda key: base58.b58encode(key).decode())
)
def test_a_recognised_address_is_recognised_again_and_good_for_banq(address: str) -> None:
    found = recognise(address)

    if isinstance(found, Address):
        assert recognise(found.text) == found
        assert recognise(in_groups(found.text).replace(" ", "")) == found
        chain = {"evm": "ethereum"}.get(found.network, found.network)
        assert is_well_formed(found.text, chain)
        assert check_address(found.text, chain) == found


@given(st.binary(min_size=32, max_size=32))
@example((2**255 - 19).to_bytes(32, "little"))
@example((3).to_bytes(32, "little"))
@example((2).to_bytes(32, "little"))
def test_a_solana_address_is_taken_only_where_it_can_have_a_key(key: bytes) -> None:
    address = base58.b58encode(key).decode()
    checked = check_address(address, "solana")

    if checked is not AddressProblem.PART_OF_NETWORK:
        assert isinstance(checked, Address) == is_well_formed(address, "solana")


@given(st.text("01aAxXzZlO .:@/,[]-_\n\0\u200b\u0430\uff11\u0301\ud800\U0001f98a", max_size=120))
def test_whatever_is_typed_gets_an_answer(text: str) -> None:
    for chain in (None, "ethereum", "solana", "flow"):
        checked = check_address(text, chain)
        assert isinstance(checked, AddressProblem) or checked.text.isascii()


@pytest.mark.parametrize(
    ("address", "chain", "contracts"),
    [
        (CONTRACT, "ethereum", [CONTRACT, CONTRACT.lower(), f" {CONTRACT} ", "0x" + CONTRACT[2:].upper()]),
        (SOLANA[1], "solana", [SOLANA[1], f" {SOLANA[1]}"]),
        (FLOW[0], "flow", [FLOW[0], FLOW[0][2:], f"A.{FLOW[0][2:]}.TopShot", f"A.{FLOW[0][2:]}.TopShot.NFT"]),
    ],
)
def test_the_nfts_own_contract_is_refused(address: str, chain: str, contracts: list[str]) -> None:
    for contract in contracts:
        assert check_address(address, chain, contract) is AddressProblem.OWN_CONTRACT
        assert check_address(address, None, contract) is AddressProblem.OWN_CONTRACT
    for other in (None, "", "?", "A.b"):
        assert isinstance(check_address(address, chain, other), Address)


@pytest.mark.parametrize("chain", [None, "", " "])
def test_where_banq_names_no_chain_the_form_tells(chain: str | None) -> None:
    assert check_address(GOOD, chain) == Address(GOOD, "evm")
    assert check_address(SOLANA[0], chain) == Address(SOLANA[0], "solana")
    assert check_address(FLOW[0], chain) == Address(FLOW[0], "flow")
    assert check_address(FLOW_TESTNET[0], chain) == Address(FLOW_TESTNET[0], "flow")


@pytest.mark.parametrize(
    ("chain", "network", "name"),
    [
        ("ethereum", "evm", "Ethereum"),
        (" POLYGON ", "evm", "Polygon"),
        ("Polygon Mainnet", "evm", "Polygon"),
        ("matic", "evm", "Polygon"),
        ("eip155:8453", "evm", "Base"),
        ("BNB_Smart_Chain", "evm", "BNB Smart Chain"),
        ("mainnet", "evm", "Ethereum"),
        ("Base Sepolia", "evm", "Base Sepolia"),
        ("flow-evm", "evm", "Flow EVM"),
        ("SOL", "solana", "Solana"),
        ("solana-mainnet-beta", "solana", "Solana"),
        ("Flow", "flow", "Flow"),
        ("flow_testnet", "flow", "Flow Testnet"),
        ("tezos", None, "Tezos"),
        ("ethereum classic", None, "Ethereum Classic"),
        ("-mainnet", None, "-Mainnet"),
    ],
)
def test_networks_are_known_by_many_names(chain: str, network: str | None, name: str) -> None:
    assert network_of(chain) == network
    assert network_name(chain) == name


@pytest.mark.parametrize("address", [GOOD, SOLANA[0], SOLANA[1], FLOW[0]])
def test_the_groups_hold_the_whole_address(address: str) -> None:
    groups = in_groups(address).split(" ")

    assert "".join(groups) == address
    assert all(len(group) <= 4 for group in groups)


def test_a_short_form_keeps_both_ends() -> None:
    assert shortened(GOOD) == "0x5aAe…eAed"
    assert shortened(SOLANA[0]) == "9WzDXw…AWWM"
    assert shortened(FLOW[0]) == "0x0b2a…7e29"
    assert shortened("short") == "short"


def test_addresses_with_the_same_ends_resemble_each_other() -> None:
    other = "0x5AAE" + "1" * 32 + "EAED"

    assert resembles(GOOD, other)
    assert resembles(other, GOOD)
    assert resembles(SOLANA[0], "9WzD" + "1" * 36 + "AWWM")
    assert resembles(FLOW[0], "0x0b2a000000007e29")


@pytest.mark.parametrize("address", [GOOD, *FLOW])
def test_an_address_with_a_slip_in_it_resembles_the_right_one(address: str) -> None:
    assert resembles(address, address[:-1] + ("0" if address[-1] != "0" else "1"))


def test_an_address_does_not_resemble_itself_or_just_any_other() -> None:
    assert not resembles(GOOD, GOOD)
    assert not resembles(GOOD, GOOD.lower())
    assert not resembles(FLOW[0], FLOW[0][2:].upper())
    assert not resembles(GOOD, CONTRACT)
    five_slips = "".join(str((int(c, 16) + 1) % 10) for c in GOOD[-5:])
    assert not resembles(GOOD, GOOD[:-5] + five_slips)
    assert not resembles(SOLANA[0], SOLANA[0].swapcase())


@pytest.mark.parametrize(
    ("chain", "transaction", "url"),
    [
        ("ethereum", HASH, f"https://etherscan.io/tx/{HASH}"),
        ("Polygon", HASH, f"https://polygonscan.com/tx/{HASH}"),
        ("amoy", HASH, f"https://amoy.polygonscan.com/tx/{HASH}"),
        ("sepolia", HASH, f"https://sepolia.etherscan.io/tx/{HASH}"),
        ("avalanche", f" {HASH} ", f"https://snowtrace.io/tx/{HASH}"),
        ("solana", SIGNATURE, f"https://explorer.solana.com/tx/{SIGNATURE}"),
        ("solana devnet", SIGNATURE, f"https://explorer.solana.com/tx/{SIGNATURE}?cluster=devnet"),
        ("flow", HASH, f"https://www.flowscan.io/tx/{HASH[2:]}"),
        ("flow-testnet", HASH[2:], f"https://testnet.flowscan.io/tx/{HASH[2:]}"),
    ],
)
def test_a_transaction_can_be_looked_at_on_its_own_network(chain: str, transaction: str, url: str) -> None:
    assert explorer_url(chain, transaction) == url


@pytest.mark.parametrize(
    ("chain", "transaction"),
    [
        (None, HASH),
        ("", HASH),
        ("tezos", HASH),
        ("mumbai", HASH),
        ("ethereum", None),
        ("ethereum", ""),
        ("ethereum", HASH[2:]),
        ("ethereum", HASH[:-1]),
        ("ethereum", SIGNATURE),
        ("ethereum", f"{HASH}/../../login"),
        ("ethereum", "javascript:alert(1)"),
        ("solana", HASH),
        ("solana", SOLANA[0]),
        ("flow", SIGNATURE),
        ("flow", FLOW[0]),
    ],
)
def test_no_link_is_made_where_it_is_not_certain(chain: str | None, transaction: str | None) -> None:
    assert explorer_url(chain, transaction) is None


def test_another_explorer_can_be_named_for_a_chain() -> None:
    own = {"eth": "http://127.0.0.1:1/eth/{hash}", "mumbai": "https://mumbai.example/{hash}", "nowhere": "x"}

    assert explorer_url("Ethereum", HASH, own) == f"http://127.0.0.1:1/eth/{HASH}"
    assert explorer_url("mumbai", HASH, own) == f"https://mumbai.example/{HASH}"
    assert explorer_url("base", HASH, own) == f"https://basescan.org/tx/{HASH}"
    assert explorer_url("nowhere", HASH, own) is None
    assert explorer_url("ethereum", SIGNATURE, own) is None


@pytest.mark.parametrize("address", [GOOD, *SOLANA, *FLOW])
def test_what_we_show_in_groups_may_be_pasted_back(address: str) -> None:
    found = recognise(address)
    assert isinstance(found, Address)
    assert recognise(in_groups(found.text)) == found
