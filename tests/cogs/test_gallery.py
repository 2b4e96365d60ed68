"""The gallery in chat: pages, collections, search, one NFT in full, and from there to the review."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.banq import identities
from sandbox.banq.catalogue import NFTS
from sandbox.discord import ADA, SeenMessage
from tests.cogs.member import ADDRESS, Member
from tests.cogs.test_pictures import ODD
from tests.hostile_texts import TEXTS
from tests.live import living

LOOK = "Look at one of these…"


@pytest.fixture
async def ada(tmp_path: Path) -> AsyncIterator[Member]:
    async with living(tmp_path) as live:
        member = Member(live, ADA)
        await member.link(identities.ADA)
        yield member


async def filled_in(member: Member, message: SeenMessage, label: str, **values: str) -> SeenMessage:
    """The message, once it has been edited for what was typed."""
    before = member.live.discord.members.look(member.id, message.id)
    await member.fill_in(before, label, **values)
    return await member.edited(before)


async def test_a_member_finds_one_nft_and_sends_it_even_after_a_restart(ada: Member) -> None:
    gallery = await ada.command("nfts")
    assert "32 NFTs" in gallery.text
    assert gallery.button("◀ Back")["disabled"]

    gallery = await ada.press(gallery, "Next ▶")
    assert gallery.has_button("Page 2 of 7")
    gallery = await filled_in(ada, gallery, "Page 2 of 7", page="7")
    assert gallery.button("Next ▶")["disabled"]
    await ada.fill_in(gallery, "Page 7 of 7", page="last")
    aside = await ada.next_answer(after=gallery)
    assert "That is not a page" in aside.text

    await ada.live.kill()
    await ada.live.start()

    gallery = await ada.choose(gallery, "All collections", "Glaze Garden")
    assert "9 of 32 NFTs: Glaze Garden" in gallery.text
    gallery = await filled_in(
        ada, await ada.choose(gallery, "All collections", "All collections"), "Search", search="proof"
    )
    assert "1 of 32 NFTs" in gallery.text
    [option] = gallery.select(LOOK)["options"]

    details = await ada.choose(gallery, LOOK, option["label"])
    for fact in ("An edition of test tiles", "Glaze Garden", "Polygon", "Amount** 5", "Finish: matte"):
        assert fact in details.text
    assert len(details.images) == 1

    await ada.fill_in(details, "Withdraw", to=ADDRESS, amount="many")
    assert "Type a number from 1 to 5" in (await ada.next_answer(after=aside)).text
    review = await filled_in(ada, details, "Withdraw", to=ADDRESS, amount="2")
    assert "2 of the 5 that you hold" in review.text
    assert "Gardener" in review.text


async def test_a_saved_address_is_offered_for_the_nft_and_leads_to_the_review(ada: Member) -> None:
    await ada.command("addresses add", label="Cold wallet", address=ADDRESS)
    gallery = await ada.command("nfts", search="gardener")
    details = await ada.choose(gallery, LOOK, gallery.select(LOOK)["options"][0]["label"])

    where = await ada.press(details, "Withdraw")
    assert "Where should it go?" in where.text
    where = await ada.choose(where, "How many?", "3 of 5")
    [saved] = where.select("One of your saved addresses…")["options"]
    review = await ada.choose(where, "One of your saved addresses…", saved["label"])

    assert "Cold wallet" in review.text
    assert "3 of the 5 that you hold" in review.text


async def test_what_is_not_found_is_no_empty_wallet(ada: Member) -> None:
    nothing = await ada.command("nfts", search="nothing like it")
    assert "Not one of your NFTs has “nothing like it” in it" in nothing.text
    assert "32 NFTs" in (await ada.press(nothing, "Show all")).text

    gone = await ada.command("nfts", collection="Quiet Hours", search="snowmelt")
    assert "No NFT fits" in gone.text


async def test_discord_takes_every_page_of_whatever_strangers_have_minted(ada: Member) -> None:
    """The emulator is as strict as Discord, and answers with an error where a message breaks its rules."""
    store = ada.live.banq.store
    store.state.holdings[identities.ADA.email] = {}
    for number, text in enumerate(TEXTS):
        nft = replace(NFTS["quiet-hours-1"], number=-number, name=text, description=text, token_id=text)
        store.nfts[nft.slug] = replace(nft, token_data_id=number, odd_image_url=ODD[number % len(ODD)])
        store.state.holdings[identities.ADA.email][nft.slug] = 1 + number % 3

    gallery = await ada.command("nfts")
    seen = 0
    while True:
        options = gallery.select(LOOK)["options"]
        seen += len(options)
        assert len(gallery.images) == len(options), "one picture that is refused costs all of them"
        if gallery.button("Next ▶")["disabled"]:
            break
        gallery = await ada.press(gallery, "Next ▶")
        assert "Something went wrong" not in gallery.text

    assert seen == len(TEXTS)
    for option in gallery.select(LOOK)["options"]:
        details = await ada.choose(gallery, LOOK, option["label"])
        assert details.has_button("Withdraw")
        gallery = await ada.press(details, "All NFTs")


async def test_a_picture_that_cannot_be_shown_is_replaced(ada: Member) -> None:
    for search in ("free mint", "unhatched"):
        gallery = await ada.command("nfts", search=search)
        assert gallery.images == [f"{ada.live.url}/pictures/no-picture.png"]
