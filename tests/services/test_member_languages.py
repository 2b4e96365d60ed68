"""The languages of members: kept, and never at the cost of others who write."""

import asyncio

from services.identity import ChatUser
from services.member_languages import MemberLanguages
from services.wording.language import ENGLISH, language_of
from storage.database import Database

CROWD = [ChatUser("discord", str(number), f"Member {number}") for number in range(50)]
COUNT = "SELECT count(*) FROM member_languages"


async def test_a_crowd_that_comes_at_once_keeps_no_other_writer_waiting(database: Database) -> None:
    languages = MemberLanguages(database, ENGLISH)
    async with database.transaction():
        remembering = [
            asyncio.create_task(languages.remember(member, language_of("de")))
            for member in CROWD
            for _command in ("nfts", "wallet")
        ]
        await asyncio.sleep(0)
        other = asyncio.create_task(written_when_another_writer_has_its_turn(database))
        await asyncio.sleep(0)

    assert await other == 1
    await asyncio.gather(*remembering)
    assert await database.read.count(COUNT) == len(CROWD)
    assert [await languages.of(member.key) for member in CROWD] == [language_of("de")] * len(CROWD)


async def written_when_another_writer_has_its_turn(database: Database) -> int:
    async with database.transaction() as tx:
        return await tx.count(COUNT)


async def test_whoever_changes_the_language_is_written_to_in_the_new_one(database: Database) -> None:
    languages = MemberLanguages(database, ENGLISH)
    assert await languages.of(CROWD[0].key) == ENGLISH
    await asyncio.gather(
        *(languages.remember(CROWD[0], language_of(locale)) for locale in ("en-GB", "fr", "de"))
    )
    assert await languages.of(CROWD[0].key) == language_of("de")
    await languages.remember(CROWD[0], ENGLISH)
    assert await languages.of(CROWD[0].key) == ENGLISH
