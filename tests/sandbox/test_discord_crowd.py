"""Members beyond the three named ones: offered nowhere, and otherwise like anybody."""

import pytest

from sandbox.discord import ADA, DiscordSandbox
from sandbox.discord.cast import ACCOUNTS, LARGEST_CROWD, PEOPLE, crowd
from sandbox.discord.world import World, channel_of


def test_everybody_has_ids_and_a_channel_of_their_own() -> None:
    everybody = [*PEOPLE.values(), *crowd(LARGEST_CROWD)]
    assert crowd(200) == crowd(LARGEST_CROWD)[:200]
    for ids in ({person.id for person in everybody}, {person.channel_id for person in everybody}):
        assert len(ids) == len(everybody) == len(ACCOUNTS)
    assert len({person.username for person in everybody}) == len(everybody)


async def test_one_of_the_crowd_speaks_and_is_seen() -> None:
    member, outsider = crowd(2)
    discord = DiscordSandbox(crowd=1)

    said = await discord.members.say(member.id, "Hello")

    assert discord.members.look(ADA, said.id).text == "Hello"
    assert (await discord.members.say(member.id, "Only you", "dm")).channel_id == member.channel_id
    with pytest.raises(ValueError, match="Only members"):
        await discord.members.say(outsider.id, "Hello")


def test_without_a_crowd_there_are_three() -> None:
    assert set(World().locales) == set(PEOPLE)
    assert World(crowd_of=1).is_member(crowd(1)[0].id)
    assert channel_of(crowd(1)[0].id, "dm") == crowd(1)[0].channel_id
