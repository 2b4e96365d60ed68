"""A wallet as people look through it, and what they read about each NFT."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from banq.models import Nft
from services.wallet import EVERYTHING, Page, Selection, Wallet, collection_key
from services.wording import gallery
from services.wording import wallet as wallet_words
from tests.services.test_wording import NOW, STRANGE, M

READ_AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def wallet_of(*nfts: Nft) -> Wallet:
    return Wallet(nfts, 0, READ_AT)


def nft(number: int, name: str | None = None, **fields: object) -> Nft:
    return Nft.model_validate({"tokenDataId": number, "sourceBanq": "s", "name": name} | fields)


def names(page: Page) -> list[str]:
    return [entry.name for entry in page.entries]


TEN = wallet_of(*(nft(n, f"Boat {n}", collection="Boats") for n in range(10, 0, -1)))
MIXED = wallet_of(
    nft(1, "Copper Hills", collection="Quiet Hours", chain="ethereum", tokenId=11),
    nft(2, "Snowmelt", collection="Quiet Hours", chain="ethereum", tokenId=15),
    nft(3, "Copper Pot", collection="Pebble Folk", chain="polygon", tokenId=3003),
    nft(4, "Stray"),
)


def test_numbered_names_come_in_the_order_in_which_people_count() -> None:
    assert names(TEN.page(EVERYTHING, 1, 10)) == [f"Boat {number}" for number in range(1, 11)]


@pytest.mark.parametrize(("asked", "told"), [(-3, 1), (0, 1), (1, 1), (2, 2), (4, 4), (5, 4), (10**6, 4)])
def test_a_page_that_there_is_not_becomes_the_nearest(asked: int, told: int) -> None:
    page = TEN.page(EVERYTHING, asked, 3)

    assert (page.number, page.pages, page.count) == (told, 4, 10)
    assert len(page.entries) == (1 if told == 4 else 3)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("copper", ["Copper Pot", "Copper Hills"]),
        ("COPPER quiet", ["Copper Hills"]),
        ("polygon", ["Copper Pot"]),
        ("#3003", ["Copper Pot"]),
        ("stray", ["Stray"]),
        ("nothing like it", []),
        ("", ["Copper Pot", "Copper Hills", "Snowmelt", "Stray"]),
    ],
)
def test_a_search_looks_for_each_word_in_all_that_names_an_nft(search: str, found: list[str]) -> None:
    assert names(MIXED.page(Selection(search=search), 1, 10)) == found


def test_a_collection_is_seen_alone_and_can_be_searched() -> None:
    quiet = collection_key("Quiet Hours")

    assert names(MIXED.page(Selection(quiet), 1, 10)) == ["Copper Hills", "Snowmelt"]
    assert names(MIXED.page(Selection(quiet, "snow"), 1, 10)) == ["Snowmelt"]
    assert MIXED.page(Selection("gone"), 1, 10).count == 0


def test_collections_are_counted_the_largest_first() -> None:
    assert [(each.name, each.count) for each in MIXED.collections] == [("Quiet Hours", 2), ("Pebble Folk", 1)]


def test_collections_whose_keys_collide_are_one_in_the_menu() -> None:
    """Keys are short, and somebody may look for names until two have the same."""
    collections = enumerate(("Boats", "Boats", "Kites"))
    wallet = wallet_of(*(nft(number, str(number), collection=name) for number, name in collections))
    alike = {key: replace(entry, collection_key="same") for key, entry in wallet.entries.items()}
    vars(wallet)["entries"] = alike

    [collection] = wallet.collections

    assert (collection.key, collection.count) == ("same", 3)


def test_what_looks_the_same_is_told_apart_by_a_number() -> None:
    wallet = wallet_of(nft(1, "Same"), nft(2, "Same"), nft(3, "Other"))

    told = sorted(gallery.entry(M, entry) for entry in wallet.entries.values())

    assert told == ["⟦Other⟧", "⟦Same⟧", "⟦Same⟧ (2)"]
    assert [entry.label for entry in wallet.entries.values()] == ["Other", "Same", "Same (2)"]


def test_an_nft_that_banq_names_twice_is_one() -> None:
    wallet = wallet_of(nft(1, "Same", amount=1), nft(1, "Same", amount=7))

    [entry] = wallet.entries.values()

    assert entry.nft.amount == 1
    assert wallet.find(entry.nft.token_data_id, entry.nft.source_banq) == entry.nft
    assert gallery.title(M, wallet, wallet.page(EVERYTHING, 1, 5), EVERYTHING).endswith("1 NFT")


def test_a_search_of_thousands_of_words_costs_no_more_than_one_of_a_line() -> None:
    assert TEN.page(Selection(search="boat " * 5000), 1, 10).count == 10
    assert TEN.page(Selection(search="boat " * 18 + "9 8 " * 5000), 1, 10).count == 0


def test_names_are_cleaned_before_they_are_compared() -> None:
    dressed_up = nft(1, "One", collection="Qui\u200bet\u202e Hours")

    [collection] = wallet_of(dressed_up, nft(2, "Two", collection="Quiet Hours")).collections

    assert (collection.name, collection.count) == ("Quiet Hours", 2)


def test_an_nft_is_foreign_in_all_its_parts() -> None:
    fields = dict.fromkeys(("collection", "chain", "contract", "tokenId", "description"), STRANGE)
    traits = [{"trait_type": STRANGE, "value": STRANGE}, {"trait_type": None, "value": {}}, "rubbish"]
    [entry] = wallet_of(nft(1, STRANGE, amount=2, attributes=traits, **fields)).entries.values()

    for said in (gallery.entry(M, entry), gallery.details(M, entry), gallery.where_to(M, entry, 1).text):
        assert STRANGE in said.lower()
        assert STRANGE not in re.sub(r"⟦.*?⟧", "", said).lower()
    assert "you hold 2" in gallery.entry(M, entry)
    assert gallery.details(M, entry).lower().count(STRANGE) == 8


def test_only_the_first_traits_are_shown_and_the_rest_is_counted() -> None:
    traits = {f"trait {number}": number for number in range(15)}
    [entry] = wallet_of(nft(1, "Rich", attributes=traits)).entries.values()

    told = gallery.details(M, entry)

    assert "trait 11" in told
    assert "trait 12" not in told
    assert "and 3 more" in told


def test_an_nft_without_a_name_is_called_so() -> None:
    [entry] = wallet_of(nft(1)).entries.values()

    assert gallery.entry(M, entry) == "An NFT without a name"
    assert gallery.picture_text(M, entry.name) == "Picture of an NFT without a name"


def test_what_is_chosen_is_told_with_how_much_of_all_that_is() -> None:
    everything = gallery.title(M, MIXED, MIXED.page(EVERYTHING, 1, 5), EVERYTHING)
    selection = Selection(collection_key("Quiet Hours"), "snow")
    chosen = gallery.title(M, MIXED, MIXED.page(selection, 1, 5), selection)

    assert everything.endswith("4 NFTs")
    assert chosen.endswith("1 of 4 NFTs: ⟦Quiet Hours⟧, “⟦snow⟧”")


def test_an_old_state_of_the_wallet_says_so() -> None:
    assert "not answering" not in gallery.note(M, MIXED, is_banq_silent=False)
    assert "not answering" in gallery.note(M, MIXED, is_banq_silent=True)
    assert "at 12:00" in gallery.note(M, MIXED, is_banq_silent=True)
    assert READ_AT == NOW


@pytest.mark.parametrize("count", [1, 2])
def test_what_cannot_be_shown_is_counted(count: int) -> None:
    told = gallery.note(M, Wallet((), count, READ_AT), is_banq_silent=False)

    assert ("1 NFT cannot be shown" if count == 1 else "2 NFTs cannot be shown") in told


def test_a_wallet_of_which_nothing_can_be_shown_is_not_called_empty() -> None:
    for told in (
        gallery.empty(M, Wallet((), 2, READ_AT), is_banq_silent=False).text,
        wallet_words.nft_count(M, 0, 2),
    ):
        assert "2 NFTs cannot be shown" in told
        assert "none" not in told
        assert "no NFTs" not in told


def test_a_wallet_that_was_empty_before_banq_fell_silent_may_be_so_no_longer() -> None:
    for words in (
        gallery.empty(M, wallet_of(), is_banq_silent=True),
        gallery.nothing_fits(M, MIXED, Selection(search="x"), is_banq_silent=True),
    ):
        assert "not answering" in words.text
        assert "at 12:00" in words.text


def test_what_one_collection_lacks_another_may_have() -> None:
    selection = Selection(collection_key("Pebble Folk"), "snow")

    assert "in this collection" in gallery.nothing_fits(M, MIXED, selection, is_banq_silent=False).text
