"""Registering the slash commands by hand: what Discord lacks comes, and what changed is told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import commands, config
from bot.config import Config
from bot.refusals import StartRefused
from sandbox.discord import APPLICATION_ID
from tests.bot.set_up import SetUp, set_up
from tests.bot.settings import write


@pytest.fixture
async def well(tmp_path: Path) -> AsyncIterator[SetUp]:
    async with set_up(tmp_path) as started:
        yield started


def settings(well: SetUp) -> Config:
    return config.load(write(well.folder, well.sections))


async def test_commands_that_are_there_already_stay(well: SetUp, capsys: pytest.CaptureFixture[str]) -> None:
    before = [*well.discord._world.global_commands, *well.discord._world.guild_commands]
    capsys.readouterr()

    await commands.sync(settings(well))

    assert capsys.readouterr().out.endswith("There is nothing to do.\n")
    assert [*well.discord._world.global_commands, *well.discord._world.guild_commands] == before


async def test_what_changed_is_told_by_name(well: SetUp, capsys: pytest.CaptureFixture[str]) -> None:
    world = well.discord._world
    names = {command["name"] for command in world.global_commands}
    gone = world.global_commands.pop(0)["name"]
    world.global_commands[0] |= {"description": "What it said before"}
    world.guild_commands.append(world.guild_commands[0] | {"name": "old", "id": "7"})
    capsys.readouterr()

    await commands.sync(settings(well))

    said = capsys.readouterr().out.splitlines()
    assert said[:3] == [
        f"New: /{gone}",
        f"Changed: /{world.global_commands[1]['name']}",
        "Removed: /old in the home server",
    ]
    assert {command["name"] for command in world.global_commands} == names
    assert [command["name"] for command in world.guild_commands] == ["admin"]


async def test_why_it_cannot_be_done_is_a_sentence(well: SetUp) -> None:
    good = settings(well)
    well.set("discord", token="MTE4.wrong.one")
    with pytest.raises(StartRefused, match=r"^discord\.token: Discord does not accept it\. Copy it again"):
        await commands.sync(settings(well))

    well.discord.members.leave(APPLICATION_ID)
    with pytest.raises(StartRefused, match=r"^discord\.home_guild_id: .* Invite the bot to that server"):
        await commands.sync(good)

    await well.discord.close()
    with pytest.raises(StartRefused, match=r"^Discord cannot be reached\."):
        await commands.sync(good)
