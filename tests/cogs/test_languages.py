"""Each member is answered in the language of the own client, at once and later."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.banq import identities
from sandbox.discord import ADA, BEN, CLEO
from tests.cogs.member import Member
from tests.live import LiveBot, living


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveBot]:
    async with living(tmp_path) as running:
        running.discord.members.set_locale(ADA, "de")
        yield running


async def test_two_members_are_answered_each_in_their_own_language(live: LiveBot) -> None:
    ada, ben = Member(live, ADA), Member(live, BEN)

    assert "Was kann ich für dich tun?" in (await ada.command("help")).text
    assert "What can I do for you?" in (await ben.command("help")).text
    [choice] = await live.discord.members.autocomplete(ADA, "withdraw", "nft", "x")
    assert choice["name"].startswith("Keine Wallet verknüpft")

    localized = {each["name"]: each for each in live.discord.members.commands(ADA)}
    assert localized["link"]["name_localizations"]["de"] == "verknüpfen"
    assert localized["link"]["description_localizations"]["de"].endswith("verknüpfen")


WRITTEN = "SELECT count(*) FROM member_languages WHERE chat_user_id = ?1 AND language = 'de'"


async def test_what_is_told_later_comes_in_the_language_of_before(live: LiveBot) -> None:
    await Member(live, ADA).command("help")
    await Member(live, BEN).command("help")
    ada = Member(live, ADA)
    live.discord.members.set_locale(ADA, "en-US")
    await ada.link(identities.ADA)
    live.discord.members.set_locale(ADA, "de")
    await ada.command("wallet")
    # It is written down beside the answer, and could be lost with a kill at this moment.
    async with live.opened_database() as database:
        while not await database.read.count(WRITTEN, str(ADA)):
            await ada.command("help")
    await live.kill()
    await live.start()

    frozen = await Member(live, CLEO).command("admin freeze", member=str(ADA), reason="odd approvals")

    assert "Member frozen" in frozen.text
    assert "gesperrt" in (await ada.direct_message()).text
