"""Starting and stopping the live bot."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from sandbox.discord import ADA
from tests.cogs.member import ADDRESS, Member
from tests.live import LiveBot, living


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveBot]:
    async with living(tmp_path) as running:
        yield running


async def test_a_second_bot_on_one_database_refuses(live: LiveBot) -> None:
    code, output = await live.call("run")

    assert code == 1
    assert "Another banqbot is running" in output
    assert "Traceback" not in output


async def test_a_shutdown_waits_for_the_answer_to_a_withdrawal(live: LiveBot) -> None:
    ada = Member(live, ADA)
    await ada.link(identities.ADA)
    review = await ada.command("withdraw", nft="Copper Hills", to=ADDRESS)
    live.banq.faults.add(Fault(route="withdraw", times=1, hold=True))
    await ada.type_end(review)
    await live.banq.store.until(lambda: live.banq.faults.received["withdraw"] == 1)

    stopping = asyncio.create_task(live.stop())
    await live.has_said("stopping")
    live.banq.faults.release()
    await stopping

    async with live.opened_database() as database:
        row = await database.read.fetch_one("SELECT state FROM withdrawals")
    assert row is not None
    assert row["state"] == "awaiting_owner"


async def test_a_kill_during_the_call_to_banq_is_found_out_and_never_sent_again(live: LiveBot) -> None:
    ada = Member(live, ADA)
    await ada.link(identities.ADA)
    review = await ada.command("withdraw", nft="Copper Hills", to=ADDRESS)
    live.banq.faults.add(Fault(route="withdraw", times=1, hold=True, after_acting=True))
    await ada.type_end(review)
    await live.banq.store.until(lambda: live.banq.faults.accepted["withdraw"] == 1)

    await live.kill()
    live.banq.faults.release()
    await live.start()
    await ada.nothing_is_held_back("withdrawal_unknown")

    assert "Do not start again" in (await ada.direct_message()).text
    (transaction,) = live.banq.ledger.transactions
    live.banq.ledger.approve_transfer(transaction.id)
    await ada.nothing_is_held_back("withdrawal_completed")
    await live.discord.members.wait_for(
        lambda: (
            any("Withdrawal completed" in seen.text for seen in live.discord.members.seen_by(ADA, "dm"))
            or None
        )
    )
    assert live.banq.faults.received["withdraw"] == 1


async def test_a_slow_banq_is_told_and_waited_for(live: LiveBot) -> None:
    ada = Member(live, ADA)
    await ada.link(identities.ADA)
    await live.kill()
    await live.start()
    live.banq.faults.add(Fault(route="nfts", times=1, hold=True))

    message = await ada.command("nfts")
    assert "Waiting for Banq" in message.text
    live.banq.faults.release()
    await ada.until(message, "32 NFTs")


async def test_a_withdrawal_goes_on_when_discord_fails_meanwhile(live: LiveBot) -> None:
    ada = Member(live, ADA)
    await ada.link(identities.ADA)
    review = await ada.command("withdraw", nft="Copper Hills", to=ADDRESS)
    live.banq.faults.add(Fault(route="withdraw", times=1, hold=True))
    live.discord.faults.fail("PATCH /webhooks", times=1, status=400)
    await ada.type_end(review)
    await live.has_said("could not say that Banq is slow")

    live.banq.faults.release()

    await ada.until(review, "Now approve it at Banq")


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ('token = "', 'token = "x', "discord.token: Discord does not accept it"),
        (
            "home_guild_id = ",
            "home_guild_id = 1",
            "discord.home_guild_id: Discord does not let the bot set up",
        ),
    ],
)
async def test_what_is_wrong_for_discord_is_a_sentence(
    tmp_path: Path, right: str, wrong: str, sentence: str
) -> None:
    async with living(tmp_path) as live:
        await live.stop()
        live.config.write_text(live.config.read_text().replace(right, wrong, 1))

        code, output = await live.call("run")

        assert code == 1
        assert sentence in output
        assert "Traceback" not in output


async def test_a_lane_that_members_are_linked_through_cannot_be_dropped(live: LiveBot) -> None:
    await Member(live, ADA).link(identities.ADA)
    await live.stop()
    live.config.write_text(live.config.read_text().replace("[lanes.main]", "[lanes.other]"))

    code, output = await live.call("run")

    assert code == 1
    assert "lanes.main is missing" in output
