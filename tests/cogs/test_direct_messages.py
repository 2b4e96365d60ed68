"""Notices through the real Discord library to the emulator: what Discord refuses, delays, or has already."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from discord import Object
from discord.gateway import DiscordWebSocket
from discord.http import Route

from cogs.admin import AdminCog
from cogs.client import PLATFORM, BanqBot
from cogs.direct_messages import DiscordMessenger
from cogs.markup import DiscordMarkup
from sandbox.banq import identities
from sandbox.banq.faults import Fault
from sandbox.discord import (
    ADA,
    BEN,
    BOT_TOKEN,
    CLEO,
    GUILD_ID,
    TEAM_ID,
    DiscordSandbox,
    SeenMessage,
)
from services.messenger import DeliveryFailed, TeamChannel, TeamChannelClosed
from services.wording import team as team_words
from services.wording.language import ENGLISH
from storage import outbox
from tests.cogs.unconnected import SETTINGS, services_of
from tests.conftest import Clock
from tests.services.messenger import notice, states
from tests.services.rig import ADA as ADA_LINKED
from tests.services.rig import Rig

UNMATCHED = "The approval could not be matched"
SEND = "POST /channels"


@pytest.fixture
async def discord() -> AsyncIterator[DiscordSandbox]:
    started = DiscordSandbox()
    await started.start()
    yield started
    await started.close()


@pytest.fixture
async def bot(
    rig: Rig, discord: DiscordSandbox, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[BanqBot]:
    """Signed in, without a gateway. Tests may give another channel for the team."""
    monkeypatch.setattr(Route, "BASE", discord.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", None)
    settings = replace(
        SETTINGS,
        team_channel_id=getattr(request, "param", TEAM_ID),
        api_url=discord.api_url,
        gateway_url=discord.gateway_url,
    )
    async with BanqBot(services_of(rig), settings) as running:
        await running.add_cog(AdminCog(running), guild=Object(GUILD_ID))
        await running.login(BOT_TOKEN)
        rig.outbox.serve(PLATFORM, DiscordMessenger(running))
        yield running


def told(discord: DiscordSandbox, member: int, where: str = "dm") -> list[SeenMessage]:
    return discord.members.seen_by(member, where)


@pytest.mark.usefixtures("bot")
async def test_a_message_whose_answer_was_lost_is_shown_once(
    rig: Rig, discord: DiscordSandbox, clock: Clock
) -> None:
    await notice(rig, "link_unmatched", "link-1", str(ADA))
    discord.faults.drop(SEND, after_acting=True)
    await rig.outbox.step()
    assert await states(rig) == ["pending"]
    assert len(told(discord, ADA)) == 1

    await notice(rig, "link_unmatched", "link-2", str(ADA))
    clock.forward(seconds=5)
    await rig.outbox.step()

    assert await states(rig) == ["delivered", "delivered"]
    assert len(told(discord, ADA)) == 2, "one for each notice"


@pytest.mark.usefixtures("bot")
async def test_a_long_pause_that_discord_asks_for_is_kept_and_is_one_members_alone(
    rig: Rig, discord: DiscordSandbox, clock: Clock
) -> None:
    await notice(rig, "link_unmatched", "link-1", str(ADA))
    discord.faults.rate_limit(SEND, retry_after_s=90)
    await rig.outbox.step()
    await notice(rig, "link_unmatched", "link-2", str(CLEO))
    clock.forward(seconds=89)
    await rig.outbox.step()
    assert told(discord, ADA) == []
    assert UNMATCHED in told(discord, CLEO)[0].text

    clock.forward(seconds=1)
    await rig.outbox.step()
    assert UNMATCHED in told(discord, ADA)[0].text


@pytest.mark.usefixtures("bot")
async def test_closed_direct_messages_keep_the_notice(rig: Rig, discord: DiscordSandbox) -> None:
    await notice(rig, "link_unmatched", "link-1", str(BEN))
    await rig.outbox.step()
    assert await states(rig) == ["kept"]
    assert told(discord, BEN) == []


async def test_the_team_is_told_in_its_channel(bot: BanqBot, discord: DiscordSandbox, clock: Clock) -> None:
    messenger = DiscordMessenger(bot)
    words = team_words.stuck(DiscordMarkup(ENGLISH), str(ADA), clock())
    for _ in range(2):
        await messenger.send_to_team(words, "7-1")

    [message] = told(discord, CLEO, "team")
    assert words.title in message.text
    assert f"<@{ADA}>" in message.text
    assert messenger.team_channel is TeamChannel.WELL


@pytest.mark.parametrize("bot", [None, TEAM_ID + 1, TEAM_ID], indirect=True)
@pytest.mark.parametrize("see", [True, False])
async def test_where_the_bot_may_not_write_the_team_is_not_told_there(
    bot: BanqBot, discord: DiscordSandbox, clock: Clock, caplog: pytest.LogCaptureFixture, see: bool
) -> None:
    messenger = DiscordMessenger(bot)
    words = team_words.stuck(DiscordMarkup(ENGLISH), str(ADA), clock())
    discord.members.let_bot(TEAM_ID, see=see, write=False)

    with pytest.raises(TeamChannelClosed):
        await messenger.send_to_team(words, "7-1")

    is_set = bot.settings.team_channel_id is not None
    assert messenger.team_channel is (TeamChannel.CLOSED if is_set else TeamChannel.NOT_SET)
    assert ("the bot may not write there" in caplog.text) == is_set
    assert told(discord, CLEO, "team") == []


async def test_a_team_channel_that_is_opened_again_is_well(
    bot: BanqBot, discord: DiscordSandbox, clock: Clock
) -> None:
    messenger = DiscordMessenger(bot)
    words = team_words.stuck(DiscordMarkup(ENGLISH), str(ADA), clock())
    discord.members.let_bot(TEAM_ID, see=True, write=False)
    with pytest.raises(TeamChannelClosed):
        await messenger.send_to_team(words, "7-1")
    discord.members.let_bot(TEAM_ID, see=True, write=True)
    discord.faults.rate_limit(SEND, retry_after_s=90)
    with pytest.raises(DeliveryFailed) as failed:
        await messenger.send_to_team(words, "7-1")
    assert failed.value.retry_after_s == 90

    await messenger.send_to_team(words, "7-1")

    assert messenger.team_channel is TeamChannel.WELL


async def status(discord: DiscordSandbox) -> SeenMessage:
    """`/admin status` by Cleo, who is of the team."""
    return await discord.members.settled(CLEO, await discord.members.run_command(CLEO, "admin status"))


@pytest.mark.parametrize("bot", [None], indirect=True)
async def test_what_no_channel_took_is_shown_once_at_the_teams_next_command(
    rig: Rig, bot: BanqBot, discord: DiscordSandbox
) -> None:
    await rig.link(ADA_LINKED, identities.ADA)
    rig.sandbox.faults.add(Fault(route="withdraw", times=1, drop=True, after_acting=True))
    stuck = await rig.confirm(ADA_LINKED, await rig.draft(ADA_LINKED, "quiet-hours-2"))
    async with rig.database.transaction() as tx:
        await outbox.insert_for_team(tx, PLATFORM, "team_stuck", stuck.id, rig.sources.now())
    await rig.outbox.step()
    connection = asyncio.create_task(bot.connect())
    await discord.gateway.wait_until(connected=True)

    answer = await status(discord)
    assert "What needs the team is shown at its next /admin command" in answer.text
    shown = await discord.members.next_message(CLEO, after=answer.id)
    assert "A withdrawal needs you" in shown.text
    assert shown.is_ephemeral
    async with asyncio.timeout(10):
        while "kept" in await rig.column("SELECT state FROM outbox WHERE kind = 'team_stuck'"):
            pass
    for _ in range(2):
        await status(discord)
    assert len(told(discord, CLEO, "guild")) == 4
    assert told(discord, ADA, "guild") == []
    connection.cancel()
