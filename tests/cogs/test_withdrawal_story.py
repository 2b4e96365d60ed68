"""A withdrawal's message and the list that leads to it, through the live bot."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from sandbox.banq import identities
from sandbox.discord import ADA, BEN, SeenMessage
from storage import withdrawals
from tests.cogs.member import ADDRESS, Member
from tests.live import LiveBot, living

LONG_AGO_S = 14 * 60 - 2


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveBot]:
    async with living(tmp_path) as running:
        yield running


@pytest.fixture
async def ada(live: LiveBot) -> Member:
    member = Member(live, ADA)
    await member.link(identities.ADA)
    return member


async def withdraw(ada: Member) -> SeenMessage:
    return await ada.confirm(await ada.command("withdraw", nft="Copper Hills", to=ADDRESS))


async def untold(live: LiveBot) -> list[str]:
    async with live.opened_database() as database:
        rows = await database.read.fetch_all("SELECT kind FROM outbox WHERE state <> 'delivered'")
        return [row["kind"] for row in rows]


def approve(live: LiveBot) -> None:
    (transaction,) = live.banq.ledger.transactions
    live.banq.ledger.approve_transfer(transaction.id)


async def test_one_message_tells_each_step_once_and_no_direct_message_repeats_it(
    live: LiveBot, ada: Member
) -> None:
    story = await withdraw(ada)
    assert "⏳ Waiting for you to approve it at Banq" in story.text
    (transaction,) = live.banq.ledger.transactions

    live.banq.ledger._move_on(transaction, "processing")  # the emulator's own pause would cost a second
    processing = await ada.until(story, "⏳ Banq is sending it")
    assert processing.has_button("Refresh")
    live.banq.ledger.finish(transaction.id, "completed")
    completed = await ada.until(story, "Withdrawal completed")

    assert "5290 8400 0985 2788 6E0F 7030 0698 57D2 E416 9EE7" in completed.text
    assert (processing.revision, completed.revision) == (story.revision + 1, story.revision + 2)
    assert not completed.has_button("Refresh")
    assert len(completed.images) == 1
    url = completed.button("See the transaction")["url"]
    async with aiohttp.ClientSession() as http, http.get(url) as explorer:
        assert ADDRESS in await explorer.text()
    while await untold(live):
        pass  # the moment between the edit and its mark
    assert live.discord.members.seen_by(ADA, "dm") == []


async def test_after_a_restart_direct_messages_take_over_and_lead_back_to_the_story(
    live: LiveBot, ada: Member
) -> None:
    story = await withdraw(ada)
    await live.kill()
    approve(live)
    await live.start()
    await ada.nothing_is_held_back("withdrawal_completed")

    told = await ada.direct_message()
    assert "Withdrawal completed" in told.text
    assert "✅ Arrived at" in (await ada.press(told, "Details")).text
    assert "Waiting for you" in live.discord.members.look(ADA, story.id).text
    fresh = await ada.press(story, "Refresh")
    assert "✅ Arrived at" in fresh.text
    assert not fresh.has_button("Refresh")


async def test_a_story_that_takes_too_long_for_its_message_goes_on_in_direct_messages(
    live: LiveBot, ada: Member
) -> None:
    review = await ada.command("withdraw", nft="Copper Hills", to=ADDRESS)
    live.discord.members.act_long_ago(LONG_AGO_S)
    story = await ada.confirm(review)
    live.discord.members.act_long_ago(0)
    over = await ada.until(story, "This message cannot follow along any longer")
    assert over.has_button("Refresh")

    approve(live)
    await ada.nothing_is_held_back("withdrawal_completed")

    assert "Withdrawal completed" in (await ada.direct_message()).text
    assert live.discord.members.look(ADA, story.id).revision == over.revision


async def test_the_story_leads_to_the_list_which_has_pages_and_all_details(
    live: LiveBot, ada: Member
) -> None:
    story = await withdraw(ada)
    async with live.opened_database() as database, database.transaction() as tx:
        [sent] = await withdrawals.in_state(tx, "awaiting_owner")
        for number in range(6):
            earlier = replace(sent, id=f"earlier{number}", state="cancelled", nft_name=f"Earlier {number}")
            await withdrawals.insert(tx, earlier)
        await tx.execute(
            "UPDATE withdrawals SET confirmed_at = created_at - rowid * 1000, held_when_confirmed = 1,"
            " reason = 'too_late' WHERE state = 'cancelled'"
        )

    # In the message that told the story, which does not tell it any more.
    listed = await ada.press(story, "My withdrawals")
    assert "7 withdrawals, the newest first, page 1 of 2" in listed.text
    assert "Copper Hills" in listed.text.split("Earlier 0")[0]
    assert (listed.button("◀ Back")["disabled"], listed.button("Next ▶")["disabled"]) == (True, False)
    stranger = await live.discord.members.press(
        BEN, listed.id, listed.button("Details")["custom_id"], force=True
    )
    assert stranger.message is not None
    assert "This is not yours" in stranger.message.text

    details = await ada.press(listed, "Details")
    (transaction,) = live.banq.ledger.transactions
    live.banq.ledger._move_on(transaction, "processing")
    await ada.until(details, "⏳ Banq is sending it")
    listed = await ada.press(details, "My withdrawals")
    live.banq.ledger.finish(transaction.id, "completed")
    await ada.nothing_is_held_back("withdrawal_completed")
    assert "Withdrawal completed" in (await ada.direct_message()).text
    assert live.discord.members.look(ADA, listed.id).revision == listed.revision

    await live.kill()
    await live.start()
    last = await ada.press(listed, "Next ▶")
    assert "Earlier 5" in last.text
    assert "⛔ Cancelled before it was sent" in last.text
    assert (last.button("◀ Back")["disabled"], last.button("Next ▶")["disabled"]) == (False, True)
    details = await ada.press(last, "Details")
    assert "Where it is now:** in your Banq wallet." in details.text
    assert "page 2 of 2" in (await ada.press(details, "My withdrawals")).text
