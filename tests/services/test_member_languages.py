"""The languages of members: kept, and never at the cost of others who write."""

import asyncio
import sqlite3

import pytest

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


async def test_whoever_has_not_used_the_bot_yet_is_written_to_in_the_teams_language(
    database: Database,
) -> None:
    assert await MemberLanguages(database, language_of("de")).of(CROWD[0].key) == language_of("de")
    assert await MemberLanguages(database, ENGLISH).of(CROWD[0].key) == ENGLISH


async def test_a_language_is_kept_over_a_restart_and_in_place_of_the_one_before(database: Database) -> None:
    languages = MemberLanguages(database, ENGLISH)
    await languages.remember(CROWD[0], language_of("de"))
    await languages.remember(CROWD[1], language_of("de"))
    await languages.remember(CROWD[0], ENGLISH)

    after_a_restart = MemberLanguages(database, language_of("de"))

    assert await after_a_restart.of(CROWD[0].key) == ENGLISH
    assert await after_a_restart.of(CROWD[1].key) == language_of("de")
    assert await database.read.count(COUNT) == 2


async def test_a_language_that_is_written_already_is_not_written_again(database: Database) -> None:
    languages = MemberLanguages(database, ENGLISH)
    await languages.remember(CROWD[0], ENGLISH)
    await gone(database)

    await languages.remember(CROWD[0], ENGLISH)

    assert await database.read.count(COUNT) == 0


async def test_a_memory_that_is_full_is_emptied_and_right_all_the_same(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.member_languages.REMEMBERED", 2)
    languages = MemberLanguages(database, ENGLISH)
    for member in CROWD[:3]:
        await languages.remember(member, language_of("de"))
    await gone(database)

    await languages.remember(CROWD[2], language_of("de"))
    assert await database.read.count(COUNT) == 0, "the last is still remembered"
    await languages.remember(CROWD[0], language_of("de"))
    assert await database.read.count(COUNT) == 1, "the first no more"
    await languages.remember(CROWD[0], ENGLISH)
    assert await languages.of(CROWD[0].key) == ENGLISH


async def test_a_language_that_could_not_be_written_is_written_the_next_time(database: Database) -> None:
    languages = MemberLanguages(database, ENGLISH)
    async with database.transaction() as tx:
        await tx.execute("ALTER TABLE member_languages RENAME TO elsewhere")
    with pytest.raises(sqlite3.OperationalError):
        await languages.remember(CROWD[0], language_of("de"))
    async with database.transaction() as tx:
        await tx.execute("ALTER TABLE elsewhere RENAME TO member_languages")

    await languages.remember(CROWD[0], language_of("de"))

    assert await languages.of(CROWD[0].key) == language_of("de")


async def gone(database: Database) -> None:
    """So that what is written from here on can be told."""
    async with database.transaction() as tx:
        await tx.execute("DELETE FROM member_languages")
