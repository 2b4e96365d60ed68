"""/admin's audit log, its webhooks at Banq, its chart, and its channels."""

import asyncio
import dataclasses
import sys
from collections.abc import AsyncIterator

import discord
import pytest

from cogs.admin import AdminCog
from cogs.direct_messages import DiscordMessenger
from sandbox.banq import identities
from sandbox.banq.faults import Fault
from sandbox.discord import ADA, ADMIN_ROLE_ID, CLEO, GUILD_ID, TEAM_ID
from services.charts import Charts
from services.messenger import DeliveryFailed, NoAuditChannel, TeamChannel
from storage import audit
from tests.cogs.inside import ADA_IN_CHAT, Inside
from tests.cogs.member import InChat
from tests.cogs.unconnected import WEBHOOK_SECRET
from tests.conftest import Clock

FOR_TEAM = "This is for the team"
HOME = discord.Object(GUILD_ID)
PICTURE = "import sys; sys.stdout.buffer.write(b'\\x89PNG\\r\\n\\x1a\\n' + sys.stdin.buffer.read())"


@pytest.fixture
async def team(inside: Inside) -> AsyncIterator[InChat]:
    """Cleo, where there is /admin. What draws charts only repeats what it was asked to draw."""
    bot = inside.bot
    bot.settings = dataclasses.replace(bot.settings, team_channel_id=TEAM_ID, audit_channel_id=TEAM_ID)
    draws(inside, PICTURE)
    inside.rig.outbox.serve("discord", DiscordMessenger(bot))
    await bot.add_cog(AdminCog(bot), guild=HOME)
    await bot.tree.sync(guild=HOME)
    yield InChat(inside.discord, CLEO)
    # An answer is seen before its command has ended.
    await asyncio.gather(*inside.commands)


def draws(inside: Inside, program: str) -> None:
    charts = Charts(inside.rig.sources, drawing=(sys.executable, "-c", program))
    inside.bot.services = dataclasses.replace(inside.bot.services, charts=charts)


async def write(inside: Inside, count: int) -> None:
    async with inside.rig.database.transaction() as tx:
        for number in range(1, count + 1):
            about = ("discord", str(ADA if number % 2 else CLEO))
            reason = f"@everyone {number}" if number == count else f"note {number}"
            await audit.append(
                tx, inside.rig.sources.now(), f"admin:{CLEO}", "wallet frozen", member=about, reason=reason
            )


def expelled(inside: Inside) -> None:
    inside.discord.members._world.roles[CLEO].discard(ADMIN_ROLE_ID)


async def test_the_audit_log_is_turned_page_by_page(inside: Inside, team: InChat) -> None:
    await write(inside, 25)

    first = await team.command("admin audit")
    assert first.text.count("withdrawals frozen") == 10
    assert f"**<@{CLEO}>**: withdrawals frozen" in first.text
    assert "why: note 16" in first.text
    assert r"\@everyone 25" in first.text
    assert first.button("◀ Back")["disabled"]
    second = await team.press(first, "Next ▶")
    assert "page 2" in second.text
    assert "note 15" in second.text
    last = await team.press(second, "Next ▶")
    assert last.text.count("withdrawals frozen") == 5
    assert last.button("Next ▶")["disabled"]
    assert (await team.press(last, "◀ Back")).text == second.text

    about = await team.command("admin audit", member=ADA, page=2)
    assert about.text.count(f"about <@{ADA}>") == 4, "the title, and three lines"
    assert "page 2" in about.text
    assert f"about <@{CLEO}>" not in (await team.press(about, "◀ Back")).text
    assert "nothing here" in (await team.command("admin audit", page=9)).text


async def test_who_has_left_the_team_turns_no_page_and_sets_nothing(inside: Inside, team: InChat) -> None:
    await write(inside, 25)
    inside.rig.sandbox.store.state.webhook_configs.clear()
    page = await team.command("admin audit")
    review = await team.command("admin webhook set")
    expelled(inside)

    assert FOR_TEAM in (await team.press(page, "Next ▶")).text
    assert FOR_TEAM in (await team.press(review, "Change it")).text
    for name in ("admin audit", "admin webhook show", "admin webhook set", "admin status"):
        outcome = await inside.discord.members.run_command(CLEO, name, {}, force=True)
        assert FOR_TEAM in (await inside.discord.members.settled(CLEO, outcome)).text
    assert inside.rig.sandbox.store.state.webhook_configs == {}


async def test_without_a_role_for_the_team_whoever_manages_the_server_is_the_team(
    inside: Inside, team: InChat
) -> None:
    inside.bot.settings = dataclasses.replace(inside.bot.settings, admin_role_id=None)
    outcome = await inside.discord.members.run_command(ADA, "admin status", {}, force=True)
    assert FOR_TEAM in (await inside.discord.members.settled(ADA, outcome)).text
    assert FOR_TEAM not in (await team.command("admin status")).text


@pytest.mark.parametrize("role", [ADMIN_ROLE_ID, None])
async def test_who_runs_another_server_is_not_the_team(
    inside: Inside, team: InChat, role: int | None
) -> None:
    inside.bot.settings = dataclasses.replace(
        inside.bot.settings, admin_role_id=role, home_guild_id=GUILD_ID + 1
    )
    assert FOR_TEAM in (await team.command("admin status")).text


async def test_only_the_team_is_offered_what_is_stuck(inside: Inside, team: InChat, clock: Clock) -> None:
    rig, members = inside.rig, inside.discord.members
    await rig.link(ADA_IN_CHAT, identities.ADA)
    rig.sandbox.faults.add(Fault(route="withdraw", drop=True, after_acting=True))
    lost = await rig.confirm(ADA_IN_CHAT, await rig.draft(ADA_IN_CHAT, "quiet-hours-2"))
    clock.forward(minutes=90)

    offered = await members.autocomplete(team.id, "admin stuck", "withdrawal")
    assert [choice["value"] for choice in offered] == [lost.id]
    assert await members.autocomplete(ADA, "admin stuck", "withdrawal", force=True) == []


async def test_webhooks_are_shown_and_set_after_a_press(inside: Inside, team: InChat) -> None:
    configs = inside.rig.sandbox.store.state.webhook_configs
    configs.clear()
    assert "nothing is set" in (await team.command("admin webhook show")).text
    review = await team.command("admin webhook set")
    assert configs == {}
    assert "Nothing was changed" in (await team.press(review, "Leave it")).text
    assert configs == {}

    done = await team.press(await team.command("admin webhook set"), "Change it")
    assert "Banq now sends them to" in done.text
    assert configs[identities.ACCOUNT_SPACE_ID].url.endswith(WEBHOOK_SECRET)
    shown = await team.command("admin webhook show")
    assert "https://bot.example/webhooks/…" in shown.text
    assert WEBHOOK_SECRET not in shown.text + done.text
    assert "Banq told to send its webhooks to this bot" in (await team.command("admin audit")).text


async def test_the_chart_comes_after_the_text_and_says_its_figures(inside: Inside, team: InChat) -> None:
    assert "nothing was linked" in (await team.command("admin status")).text
    await inside.rig.link(ADA_IN_CHAT, identities.ADA)

    status = await team.command("admin status")
    assert "1 wallet linked, 0 withdrawals confirmed" in status.text
    shown = await team.until_pictured(status)
    [file] = shown.attachments
    assert "1 wallet linked" in shown.text, "the text is still there"
    assert (file["content_type"], file["filename"]) == ("image/png", "activity.png")
    assert "Wallets linked: 1 Mar 1. Withdrawals confirmed: none." in file["description"]
    assert shown.images == [file["url"]]


@pytest.mark.parametrize("trouble", ["drawing", "discord"])
async def test_without_its_chart_the_text_stands(
    inside: Inside, team: InChat, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    await inside.rig.link(ADA_IN_CHAT, identities.ADA)
    draws(
        inside,
        "raise SystemExit('no such library')"
        if trouble == "drawing"
        else f"{PICTURE}; " + "sys.stdout.buffer.write(bytes(11_000_000))",
    )

    status = await team.command("admin status")
    await asyncio.gather(*inside.commands)
    assert "chart could not be" in caplog.text
    now = inside.discord.members.look(CLEO, status.id)
    assert "1 wallet linked" in now.text
    assert now.attachments == []


async def test_what_the_team_does_is_one_line_in_its_channel(inside: Inside, team: InChat) -> None:
    await team.command("admin pause", reason="odd approvals")
    await inside.rig.outbox.step()

    told = await inside.discord.members.next_message(CLEO, "team")
    assert f"**<@{CLEO}>**: all withdrawals paused · why: odd approvals" in told.text
    assert "\n" not in told.text


@pytest.mark.parametrize(("see", "write"), [(True, True), (True, False), (False, False)])
async def test_channels_are_looked_at_before_anything_is_written(
    inside: Inside, team: InChat, see: bool, write: bool
) -> None:
    inside.discord.members.let_bot(TEAM_ID, see=see, write=write)
    messenger = DiscordMessenger(inside.bot)
    inside.rig.outbox.serve("discord", messenger)

    await messenger.look_at_channels()
    expected = TeamChannel.WELL if write else TeamChannel.CLOSED
    assert (messenger.team_channel, messenger.audit_channel) == (expected, expected)
    assert ("is not open to the bot" in (await team.command("admin status")).text) == (not write)


async def test_a_closed_audit_channel_is_for_later_and_none_is_for_never(
    inside: Inside, team: InChat
) -> None:
    messenger = DiscordMessenger(inside.bot)
    inside.discord.members.let_bot(TEAM_ID, see=True, write=False)
    with pytest.raises(DeliveryFailed):
        await messenger.send_to_audit("a line", "1-1")
    assert messenger.audit_channel is TeamChannel.CLOSED

    inside.bot.settings = dataclasses.replace(inside.bot.settings, audit_channel_id=None)
    with pytest.raises(NoAuditChannel):
        await messenger.send_to_audit("a line", "1-1")
    assert team.id == CLEO
