"""The panel: a message in a channel from which everybody starts, answered to each alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.discord import ADA, BEN, CLEO, GENERAL_ID, SeenMessage
from tests.cogs.member import Member
from tests.live import LiveBot, living


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveBot]:
    async with living(tmp_path) as running:
        yield running


def panel_seen_by(live: LiveBot, member_id: int) -> SeenMessage:
    [panel] = [message for message in live.discord.members.seen_by(member_id) if not message.is_ephemeral]
    return panel


async def pressed(live: LiveBot, member_id: int, label: str) -> SeenMessage:
    """What the member alone is answered on pressing a button of the panel."""
    members = live.discord.members
    panel = panel_seen_by(live, member_id)
    outcome = await members.press(member_id, panel.id, panel.button(label)["custom_id"])
    return await members.settled(member_id, outcome)


async def test_everybody_starts_from_the_panel_alone_even_after_a_restart(live: LiveBot) -> None:
    assert "The panel is posted" in (await Member(live, CLEO).command("admin panel")).text
    assert "panel posted in a channel" in (await Member(live, CLEO).command("admin audit")).text
    await live.kill()
    await live.start()

    for member_id in (ADA, BEN):
        answer = await pressed(live, member_id, "Link your wallet")
        assert answer.is_ephemeral
        assert answer.has_button("Open the secure page")
    assert "What can I do for you?" in (await pressed(live, BEN, "What can I do here?")).text

    assert panel_seen_by(live, ADA).text == panel_seen_by(live, BEN).text
    assert panel_seen_by(live, ADA).has_button("Link your wallet"), "the panel itself stays as it is"


async def test_the_panel_is_for_the_team_to_post_and_where_the_bot_may_write(live: LiveBot) -> None:
    members = live.discord.members
    refused = await members.run_command(ADA, "admin panel", {}, force=True)
    assert "This is for the team" in (await members.settled(ADA, refused)).text

    members.let_bot(GENERAL_ID, see=True, write=False)
    assert "could not be posted" in (await Member(live, CLEO).command("admin panel")).text
    assert [each for each in members.seen_by(CLEO) if not each.is_ephemeral] == []
