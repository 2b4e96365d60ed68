"""The team's hand on withdrawals, in chat and on the command line, while the bot runs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from sandbox.discord import ADA, CLEO
from tests.cogs.member import ADDRESS, Member
from tests.live import LiveBot, living

HOUR_MS = 3_600_000


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveBot]:
    async with living(tmp_path) as running:
        yield running


@pytest.fixture
def ada(live: LiveBot) -> Member:
    return Member(live, ADA)


@pytest.fixture
def team(live: LiveBot) -> Member:
    return Member(live, CLEO)


async def without_answer(live: LiveBot, ada: Member) -> str:
    """A withdrawal that Banq took and gave no answer about, an hour ago; its id."""
    review = await ada.command("withdraw", nft="Copper Hills", to=ADDRESS)
    live.banq.faults.add(Fault(route="withdraw", times=1, drop=True, after_acting=True))
    await ada.until(await ada.confirm(review), "Do not start again")
    async with live.opened_database() as database:
        async with database.transaction() as tx:
            await tx.execute("UPDATE withdrawals SET updated_at = updated_at - ?1", HOUR_MS)
        row = await database.read.fetch_one("SELECT id FROM withdrawals")
    assert row is not None
    return str(row["id"])


async def test_a_pause_holds_everywhere_until_it_is_ended_anywhere(
    live: LiveBot, ada: Member, team: Member
) -> None:
    await ada.link(identities.ADA)
    review = await ada.command("withdraw", nft="Copper Hills", to=ADDRESS)

    assert "Withdrawals are paused" in (await team.command("admin pause", reason="odd approvals")).text
    assert "Withdrawals are paused" in (await ada.confirm(review)).text
    assert "paused" in (await ada.command("withdraw", nft="Salt Wind", to=ADDRESS)).text
    assert "odd approvals" in (await team.command("admin status")).text
    code, said = await live.call("resume", "all is well")
    assert (code, "Members can withdraw again" in said) == (0, True), said
    assert "Nothing to resume" in (await team.command("admin resume", reason="all is well")).text
    again = await ada.command("withdraw", nft="Copper Hills", to=ADDRESS)
    await ada.until(await ada.confirm(again), "approve")
    code, said = await live.call("pause", "once more")
    assert (code, "Cancelled before they were sent: 0" in said) == (0, True), said
    assert "already paused" in (await team.command("admin pause", reason="me too")).text


async def test_the_team_settles_what_banq_gave_no_answer_about(
    live: LiveBot, ada: Member, team: Member
) -> None:
    await ada.link(identities.ADA)
    assert "Nothing is stuck" in (await team.command("admin stuck")).text
    stuck = await without_answer(live, ada)

    listed = (await team.command("admin stuck")).text
    assert stuck in listed
    assert "Copper" not in listed
    assert ADDRESS[-4:] not in listed, "the team never sees what goes where"
    choices = await live.discord.members.autocomplete(CLEO, "admin stuck", "withdrawal", stuck[:3])
    assert [choice["value"] for choice in choices] == [stuck]
    assert "give all three" in (await team.command("admin stuck", withdrawal=stuck)).text
    settled = await team.command(
        "admin stuck", withdrawal=stuck, outcome="sent", reason="Banq's support says so"
    )
    assert "Withdrawal settled" in settled.text
    await live.discord.members.wait_for(
        lambda: any("says the team" in seen.text for seen in live.discord.members.seen_by(ADA)) or None
    )
    once_more = await team.command("admin stuck", withdrawal=stuck, outcome="not_sent", reason="no, wait")
    assert "Nothing was changed" in once_more.text


async def test_the_operator_settles_it_on_the_command_line(live: LiveBot, ada: Member) -> None:
    await ada.link(identities.ADA)
    code, said = await live.call("withdrawals", "list")
    assert (code, "Banq has answered about every withdrawal" in said) == (0, True), said
    stuck = await without_answer(live, ada)

    code, said = await live.call("withdrawals", "list")
    assert code == 0
    assert stuck in said
    code, said = await live.call("withdrawals", "settle", stuck, "--outcome", "sent", "--reason", "asked")
    assert (code, "Settled. Its owner is told." in said) == (0, True), said
    await live.discord.members.wait_for(
        lambda: any("says the team" in seen.text for seen in live.discord.members.seen_by(ADA)) or None
    )
    code, said = await live.call(
        "withdrawals", "settle", stuck, "--outcome", "not-sent", "--reason", "or not"
    )
    assert (code, "Nothing was changed" in said) == (1, True), said
    assert ADDRESS not in said


async def test_nobody_else_settles_or_pauses(live: LiveBot) -> None:
    members = live.discord.members
    assert await members.autocomplete(ADA, "admin stuck", "withdrawal", "", force=True) == []
    for name, options in (
        ("admin pause", {"reason": "because"}),
        ("admin resume", {"reason": "because"}),
        ("admin stuck", {}),
        ("admin stuck", {"withdrawal": "x", "outcome": "sent", "reason": "because"}),
    ):
        outcome = await members.run_command(ADA, name, options, force=True)
        assert "This is for the team" in (await members.settled(ADA, outcome)).text
    async with live.opened_database() as database:
        assert await database.read.count("SELECT count(*) FROM pauses") == 0
