"""What the audit log keeps of a reason."""

import pytest

from services.reasons import LONGEST, kept
from tests.services.rig import GOOD_ADDRESS

SOLANA = "7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU"
FLOW = "0x1654653399040a61"
BITCOIN = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
SHORT = f"{GOOD_ADDRESS[:6]}…{GOOD_ADDRESS[-4:]}"


@pytest.mark.parametrize("address", [GOOD_ADDRESS, GOOD_ADDRESS.lower(), SOLANA, FLOW, BITCOIN])
def test_no_whole_address_is_kept(address: str) -> None:
    shown = kept(f"odd: sends to {address}, twice")

    assert shown == f"odd: sends to {address[:6]}…{address[-4:]}, twice"
    assert kept(shown) == shown


def test_an_address_is_found_without_its_beginning_in_groups_and_with_something_hidden_in_it() -> None:
    digits = GOOD_ADDRESS[2:]
    groups = " ".join(digits[start : start + 4] for start in range(0, 40, 4))

    assert kept(f"to {digits}.") == f"to {digits[:6]}…{digits[-4:]}."
    assert kept(f"to 0x {groups}.") == f"to {SHORT}."
    assert kept(f"to {GOOD_ADDRESS[:20]}\u200b{GOOD_ADDRESS[20:]}.") == f"to {SHORT}."


def test_an_address_at_the_end_of_a_long_reason_is_shortened_and_not_cut() -> None:
    begun = "so " * 55

    assert kept(begun + GOOD_ADDRESS) == f"{begun}{SHORT}"
    assert len(kept(begun * 2 + GOOD_ADDRESS)) <= LONGEST


@pytest.mark.parametrize(
    "reason",
    ["asked by mail", "withdrawal 0123456789abcdef", "transaction 0x" + "ab" * 32, "internationalisierung"],
)
def test_other_words_are_kept_as_they_are(reason: str) -> None:
    assert kept(reason) == reason
