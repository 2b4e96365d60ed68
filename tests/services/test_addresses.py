"""The address that an NFT goes to: a wrong one loses the NFT for good."""

import pytest

from services.addresses import Address, AddressProblem, check_address, in_groups, shortened

# All test vectors of EIP-55.
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


@pytest.mark.parametrize("vector", VECTORS)
@pytest.mark.parametrize("written", ["{0}", " {0}\n", "0x{1}", "0x{2}", "0X{2}"])
def test_a_good_address_is_shown_in_its_canonical_spelling(vector: str, written: str) -> None:
    text = written.format(vector, vector[2:].lower(), vector[2:].upper())

    assert check_address(text, "ethereum") == Address(vector, "evm")


@pytest.mark.parametrize("position", [i for i, character in enumerate(GOOD) if character.isalpha() and i > 1])
def test_one_letter_in_the_wrong_case_is_noticed(position: int) -> None:
    broken = GOOD[:position] + GOOD[position].swapcase() + GOOD[position + 1 :]

    assert check_address(broken, "ethereum") is AddressProblem.BAD_CHECKSUM


def test_one_wrong_digit_is_noticed() -> None:
    assert check_address(GOOD.replace("6053", "6054"), "ethereum") is AddressProblem.BAD_CHECKSUM


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "meadow.eth",
        GOOD[:-1],
        GOOD + "0",
        GOOD[2:],
        GOOD.replace("5a", "5g", 1),
        GOOD.replace("0x", "1x"),
        GOOD.replace("b", "\u0430", 1),
        "0x" + "\uff11" * 40,
        "0x" + "\u0661" * 40,
        f"{GOOD[:20]} {GOOD[20:]}",
        f"{GOOD}\n{GOOD}",
        f"\u202e{GOOD}",
        f"ethereum:{GOOD}",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert isinstance(check_address(text, "ethereum"), AddressProblem)


@pytest.mark.parametrize(
    "digits",
    [
        "0" * 40,
        "0" * 39 + "1",
        "0" * 38 + "0a",
        "0" * 36 + "ffff",
        "0" * 36 + "dead",
        "dead000000000000000042069420694206942069",
        "f" * 40,
    ],
)
def test_an_address_that_nobody_holds_is_refused(digits: str) -> None:
    assert check_address("0x" + digits, "polygon") is AddressProblem.BURNS


@pytest.mark.parametrize("contract", [CONTRACT, CONTRACT.lower(), f" {CONTRACT} "])
def test_the_nfts_own_contract_is_refused(contract: str) -> None:
    assert check_address(CONTRACT, "ethereum", contract) is AddressProblem.OWN_CONTRACT
    assert check_address(GOOD, "ethereum", contract) == Address(GOOD, "evm")


@pytest.mark.parametrize("chain", [None, "", " ", "Ethereum", " POLYGON ", "base"])
def test_an_evm_chain_or_none_is_supported(chain: str | None) -> None:
    assert check_address(GOOD, chain) == Address(GOOD, "evm")


@pytest.mark.parametrize("chain", ["bitcoin", "tezos", "ethereum classic?"])
def test_another_chain_is_not(chain: str) -> None:
    assert check_address(GOOD, chain) is AddressProblem.UNSUPPORTED_CHAIN


def test_the_groups_hold_the_whole_address() -> None:
    groups = in_groups(GOOD).split(" ")

    assert "".join(groups) == GOOD
    assert all(len(group) <= 4 for group in groups)


def test_a_short_form_keeps_both_ends() -> None:
    assert shortened(GOOD) == "0x5aAe…eAed"
    assert shortened("short") == "short"
