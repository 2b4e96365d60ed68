"""From one NFT to where it should go: which addresses and amounts are offered, and the way back."""

import pytest

from sandbox.banq import identities
from sandbox.discord import ADA, SeenMessage
from services.address_book import Added
from tests.cogs.inside import ADA_IN_CHAT, Inside
from tests.cogs.member import ADDRESS
from tests.conftest import Clock

LOOK = "Look at one of these…"
SAVED = "One of your saved addresses…"
ON_SOLANA = "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM"


@pytest.fixture
async def saved(linked: Inside) -> Inside:
    """Ada, once she has saved an address on each of two networks."""
    for label, address in (("Cold wallet", ADDRESS), ("Postbox", ON_SOLANA)):
        assert isinstance(await linked.rig.address_book.add(ADA_IN_CHAT, label, address), Added)
    return linked


def hold(inside: Inside, slug: str, amount: int = 1) -> None:
    inside.rig.sandbox.store.state.holdings[identities.ADA.email][slug] = amount


async def details(inside: Inside, search: str) -> SeenMessage:
    gallery = await inside.ada.command("nfts", search=search)
    return await inside.ada.choose(gallery, LOOK, gallery.select(LOOK)["options"][0]["label"])


def offered(where: SeenMessage) -> list[str]:
    return [option["label"].split(" · ")[0] for option in where.select(SAVED)["options"]]


async def test_an_nft_that_is_gone_is_not_sent(saved: Inside, clock: Clock) -> None:
    shown = await details(saved, "first frost")
    saved.rig.sandbox.ledger.move_away(identities.ADA.email, "quiet-hours-2")
    clock.forward(minutes=11)

    gone = await saved.ada.press(shown, "Withdraw")

    assert "This NFT is not in your wallet any more" in gone.text
    assert gone.selects == []


@pytest.mark.parametrize(
    ("slug", "search", "labels"),
    [
        ("quiet-hours-2", "first frost", ["Cold wallet"]),
        ("night-post-1", "far shore", ["Postbox"]),
        # Banq does not say on which network this one is.
        ("quiet-hours-16", "pines", ["Cold wallet", "Postbox"]),
    ],
)
async def test_saved_addresses_are_offered_where_the_nft_can_go(
    saved: Inside, slug: str, search: str, labels: list[str]
) -> None:
    hold(saved, slug)

    where = await saved.ada.press(await details(saved, search), "Withdraw")

    assert offered(where) == labels


async def test_where_no_saved_address_fits_one_is_typed_at_once(saved: Inside) -> None:
    hold(saved, "tide-pool-1")
    shown = await details(saved, "brill")

    pressed = await saved.discord.members.press(ADA, shown.id, shown.button("Withdraw")["custom_id"])

    assert pressed.modal is not None
    assert [field["custom_id"] for field in pressed.modal.fields] == ["to"]


@pytest.mark.parametrize("held", [25, 40, 2**63 - 1])
async def test_the_menu_of_amounts_has_room_for_all_of_them(saved: Inside, held: int) -> None:
    hold(saved, "glaze-garden-8", held)

    where = await saved.ada.press(await details(saved, "gardener"), "Withdraw")

    amounts = [int(option["value"]) for option in where.select("How many?")["options"]]
    assert amounts == [*range(1, 25), held]
    where = await saved.ada.choose(where, "How many?", f"{held} of {held}")
    [chosen] = [option for option in where.select("How many?")["options"] if option.get("default")]
    assert chosen["value"] == str(held)


async def test_back_leads_to_the_same_page_of_the_same_search(saved: Inside) -> None:
    ada = saved.ada
    gallery = await ada.press(await ada.command("nfts", search="quiet hours"), "Next ▶")
    page, label = gallery.text, gallery.select(LOOK)["options"][1]["label"]
    assert gallery.has_button("Page 2 of 3")

    shown = await ada.choose(gallery, LOOK, label)
    facts = shown.text
    where = await ada.press(shown, "Withdraw")
    shown = await ada.press(where, "Back")
    assert shown.text == facts

    assert (await ada.press(shown, "All NFTs")).text == page


async def test_where_banq_is_silent_sending_can_be_tried_again(saved: Inside, clock: Clock) -> None:
    shown = await details(saved, "first frost")
    clock.forward(minutes=11)
    saved.rig.sandbox.faults.outage = "503"
    silent = await saved.ada.press(shown, "Withdraw")
    assert "Banq is not answering" in silent.text

    saved.rig.sandbox.faults.clear()
    where = await saved.ada.press(silent, "Try again")

    assert "Where should it go?" in where.text
    assert offered(where) == ["Cold wallet"]
