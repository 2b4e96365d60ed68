"""The gallery where Banq is silent or has nothing to tell, and what its buttons remember."""

import discord
import pytest

from banq.models import Nft
from cogs.gallery import LONGEST_SEARCH, Gallery, View, details, searched
from cogs.markup import DiscordMarkup
from cogs.presses import Menu, Press
from sandbox.banq import identities
from sandbox.discord.check_components import check_components, walk
from sandbox.discord.form import Form
from sandbox.discord.wire import SELECTS, Json
from services.wallet import Selection, Wallet, collection_key
from services.wording.language import ENGLISH
from tests.cogs.inside import ADA_IN_CHAT, Inside
from tests.cogs.test_pictures import PICTURES
from tests.conftest import Clock
from tests.hostile_texts import TEXTS
from tests.services.test_gallery import nft, wallet_of

LOOK = "Look at one of these…"
SILENT = "Banq is not answering right now, so this may be out of date."
M = DiscordMarkup(ENGLISH)
LONGEST_OWNER = 10**20 - 1


def shown(wallet: Wallet, view: View, owner: int = 1) -> list[Json]:
    """Every component of the gallery, as Discord gets them."""
    return taken(Gallery(M, owner, wallet, view).layout(PICTURES, shows_pictures=True))


def taken(layout: discord.ui.LayoutView) -> list[Json]:
    """Its components, all of which Discord takes."""
    components = layout.to_components()  # type: ignore[no-untyped-call]
    form = Form()
    check_components(form, {"components": components}, (), is_v2=True)
    form.refuse_if_faulty()
    return list(walk(components))


def labelled(parts: list[Json], label: str) -> Json:
    return next(part for part in parts if part.get("label") == label)


async def test_what_was_known_last_is_shown_while_banq_is_silent(linked: Inside, clock: Clock) -> None:
    ada, banq = linked.ada, linked.rig.sandbox
    gallery = await ada.command("nfts", search="gardener")
    assert SILENT not in gallery.text

    clock.forward(seconds=1)
    banq.faults.outage = "503"
    gallery = await ada.press(gallery, "Refresh")
    assert SILENT in gallery.text
    assert "1 of 32 NFTs" in gallery.text

    clock.forward(minutes=11)
    details = await ada.choose(gallery, LOOK, gallery.select(LOOK)["options"][0]["label"])
    assert SILENT in details.text
    assert "An edition of test tiles" in details.text

    banq.faults.clear()
    gallery = await ada.press(details, "All NFTs")
    assert SILENT not in gallery.text
    assert "1 of 32 NFTs" in gallery.text


async def test_where_nothing_is_known_and_banq_is_silent_it_can_be_tried_again(linked: Inside) -> None:
    linked.rig.sandbox.faults.outage = "503"
    silent = await linked.ada.command("nfts", search="gardener")
    assert "Banq is not answering" in silent.text
    assert "No NFTs" not in silent.text

    linked.rig.sandbox.faults.clear()
    assert "1 of 32 NFTs" in (await linked.ada.press(silent, "Try again")).text


async def test_an_empty_wallet_is_called_empty_and_looked_at_again(inside: Inside, clock: Clock) -> None:
    await inside.rig.link(ADA_IN_CHAT, identities.CLEO)
    empty = await inside.ada.command("nfts")
    assert "No NFTs in your wallet" in empty.text

    clock.forward(seconds=1)
    inside.rig.sandbox.store.state.holdings[identities.CLEO.email]["quiet-hours-13"] = 1
    assert "1 NFT" in (await inside.ada.press(empty, "Refresh")).text


async def test_a_search_outlives_another_collection_and_another_page(linked: Inside) -> None:
    ada = linked.ada
    gallery = await ada.command("nfts", search="o")

    gallery = await ada.choose(gallery, "All collections", "Glaze Garden")
    assert "9 of 32 NFTs: Glaze Garden, “o”" in gallery.text
    gallery = await ada.choose(gallery, "All collections", "Pebble Folk")
    assert "10 of 32 NFTs: Pebble Folk, “o”" in gallery.text
    gallery = await ada.press(gallery, "Next ▶")
    assert "10 of 32 NFTs: Pebble Folk, “o”" in gallery.text
    assert gallery.has_button("Page 2 of 2")


def many_collections(count: int) -> tuple[Nft, ...]:
    """The first has the most NFTs, the last has one."""
    return tuple(
        nft(1000 * number + each, "Boat", collection=f"Harbour {number}")
        for number in range(count)
        for each in range(count - number)
    )


@pytest.mark.parametrize("chosen", ["Harbour 0", "Harbour 23", "Harbour 24", "Harbour 29"])
def test_the_chosen_collection_is_in_the_menu_however_small_it_is(chosen: str) -> None:
    parts = shown(wallet_of(*many_collections(30)), View(1, Selection(collection_key(chosen))))
    [menu] = [part for part in parts if part.get("custom_id", "").startswith("menu/nfts-in")]

    options = menu["options"]
    assert len(options) == 25
    assert [option["label"] for option in options if option["default"]] == [chosen]
    assert {f"Harbour {number}" for number in range(23)} <= {option["label"] for option in options}


def test_discord_takes_each_hostile_text_as_a_collection_and_as_a_trait() -> None:
    for start in range(0, len(TEXTS), 24):
        wallet = wallet_of(
            *(
                nft(
                    number,
                    text * 9,
                    collection=text,
                    description=text * 30,
                    attributes=[{"trait_type": text * 9, "value": text * 9}] * 20,
                )
                for number, text in enumerate(TEXTS[start : start + 24])
            )
        )
        for collection in wallet.collections:
            shown(wallet, View(1, Selection(collection.key)))
        for entry in wallet.entries.values():
            taken(details(M, entry, "As Banq told us.", None, Press("All NFTs", "nfts-page", 1, "1")))


@pytest.mark.parametrize("text", ["ä" * 30, "字" * 30, "x" * 30, "a" + "😀" * 10, "kurz"])
def test_a_search_is_remembered_as_far_as_it_fits_and_cut_between_characters(text: str) -> None:
    kept = searched(text)

    assert kept
    assert text.startswith(kept)
    assert LONGEST_SEARCH - 4 < len(kept.encode()) <= LONGEST_SEARCH or kept == text
    view = View(2000, Selection(collection_key("Boats"), kept))
    assert View.read(str(view)) == view


def test_the_longest_that_a_button_must_remember_fits_into_its_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cogs.gallery.PER_PAGE", 1)
    search = searched("x" * 30)
    wallet = wallet_of(
        nft(0, "Stray", collection="Others"), *(nft(n, search, collection="Boats") for n in range(1, 2001))
    )
    view = View(2000, Selection(collection_key("Boats"), search))

    ids = [part["custom_id"] for part in shown(wallet, view, LONGEST_OWNER) if "custom_id" in part]
    where_to = Menu("", "send-n", LONGEST_OWNER, f"{next(iter(wallet.entries))}.{view}", [])

    assert len(ids) == len(set(ids)) == 8
    assert f"nfts-jump:{LONGEST_OWNER}:2000.{view}" in ids
    assert max(map(len, (*ids, where_to.custom_id))) <= 100


@pytest.mark.parametrize(("asked", "there"), [(99, 2), (0, 1), (-5, 1)])
def test_a_page_that_is_no_more_leads_to_the_nearest(asked: int, there: int) -> None:
    parts = shown(wallet_of(*(nft(n, f"Boat {n}") for n in range(10))), View(asked))

    assert labelled(parts, f"Page {there} of 2")["custom_id"] == f"nfts-jump:1:2.{there}.."
    assert labelled(parts, "Next ▶").get("disabled", False) is (there == 2)
    assert labelled(parts, "◀ Back")["custom_id"] == f"nfts-page:1:{there - 1}.."
    [first, *_] = next(part for part in parts if part["type"] in SELECTS)["options"]
    assert first["label"] == ("Boat 5" if there == 2 else "Boat 0")
