"""A wallet in its order: nobody comes first, or takes another's label, by a clever name."""

from datetime import UTC, datetime

from banq.models import Nft
from services.wallet import Selection, Wallet


def wallet_of(*named: tuple[str | None, str | None]) -> Wallet:
    """Of NFTs by their names and collections."""
    nfts = (
        Nft.model_validate({"tokenDataId": number, "sourceBanq": "s", "name": name, "collection": collection})
        for number, (name, collection) in enumerate(named)
    )
    return Wallet(tuple(nfts), 0, datetime(2026, 3, 1, 12, 0, tzinfo=UTC))


def names(wallet: Wallet) -> list[str]:
    return [entry.name for entry in wallet.entries.values()]


def test_numbers_that_others_names_have_taken_are_left_out() -> None:
    before = [("Same", f"Boats ({number})") for number in (2, 3, 5)]
    wallet = wallet_of(*before, *[("Same · Boats", None)] * 3)

    labels = [entry.label for entry in wallet.entries.values()]

    assert labels[:3] == [f"Same · Boats ({number})" for number in (2, 3, 5)]
    assert labels[3:] == ["Same · Boats", "Same · Boats (4)", "Same · Boats (6)"]
    assert [entry.twin for entry in wallet.entries.values()] == [1, 1, 1, 1, 4, 6]


def test_a_sign_in_front_pushes_no_name_and_no_collection_forward() -> None:
    assert names(wallet_of(("!!! Cat", "B"), ("Ape", "B"), ("(Bee)", "B"))) == ["Ape", "(Bee)", "!!! Cat"]
    assert names(wallet_of(("1", "**B"), ("2", "A"))) == ["2", "1"]
    assert names(wallet_of(("_Cat", None), ("Ape", None))) == ["Ape", "_Cat"]


def test_what_is_named_by_nothing_but_signs_comes_after_all_words() -> None:
    wallet = wallet_of(("!!!", "B"), (None, "B"), ("Ape", "B"), ("Bee", "***"), ("Cat", None))

    assert names(wallet) == ["Ape", "!!!", "", "Bee", "Cat"]


def test_what_has_no_name_and_what_belongs_to_no_collection_comes_last() -> None:
    wallet = wallet_of(("Ape", None), (None, "Zoo"), ("Zebra", "Zoo"), ("9" * 99, "Zoo"))

    assert names(wallet) == ["9" * 99, "Zebra", "", "Ape"]


def test_a_search_looks_for_what_stands_in_its_first_100_characters() -> None:
    wallet = wallet_of(("Boat", None))

    assert len(wallet.select(Selection(search="boat " * 20 + "unheard-of"))) == 1
    assert wallet.select(Selection(search="boat " * 19 + " boaz")) == []
