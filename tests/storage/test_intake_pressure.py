"""The intake under pressure: what it says is stored is stored, and what it refuses is not."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from storage.database import Database
from storage.intake import (
    MOST_AT_ONCE,
    MOST_WAITING,
    MOST_WAITING_BYTES,
    Intake,
    IntakeFull,
    NotStored,
    Received,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)
LARGEST = 64 * 1024
# Half a letter is no text to SQLite, and yet no error of SQLite's own.
UNSTORABLE = Received("main", AT, b"-1", "approval", "\ud800")


@pytest.fixture
def intake(database: Database) -> Intake:
    return Intake(database)


def received(number: int, *, size: int = 0, event_id: str | None = None) -> Received:
    return Received("main", AT, str(number).encode().ljust(size), "approval", event_id)


async def storing(intake: Intake, many: Iterable[Received]) -> list[asyncio.Task[None]]:
    """Each handed in by a task of its own, as by requests, and all of them waiting."""
    tasks = [asyncio.create_task(intake.store(one)) for one in many]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def numbers(database: Database) -> list[int]:
    return [
        int(row[0]) for row in await database.read.fetch_all("SELECT body FROM webhook_inbox ORDER BY id")
    ]


async def test_more_than_fit_into_a_statement_are_stored_in_order(database: Database, intake: Intake) -> None:
    async with database.transaction():
        tasks = await storing(intake, map(received, range(3 * MOST_AT_ONCE + 1)))
        assert not any(task.done() for task in tasks)
    await asyncio.gather(*tasks)

    assert await numbers(database) == list(range(3 * MOST_AT_ONCE + 1))


async def test_so_many_may_wait_and_no_more(database: Database, intake: Intake) -> None:
    async with database.transaction():
        tasks = await storing(intake, map(received, range(MOST_WAITING)))
        for _ in range(3):
            with pytest.raises(IntakeFull):
                await asyncio.wait_for(intake.store(received(MOST_WAITING)), timeout=5)
    await asyncio.gather(*tasks)

    assert await numbers(database) == list(range(MOST_WAITING))
    await intake.store(received(MOST_WAITING))
    assert await numbers(database) == list(range(MOST_WAITING + 1))


async def test_so_many_bytes_may_wait_and_no_more(database: Database, intake: Intake) -> None:
    count = MOST_WAITING_BYTES // LARGEST
    async with database.transaction():
        tasks = await storing(intake, (received(number, size=LARGEST) for number in range(count)))
        with pytest.raises(IntakeFull):
            await asyncio.wait_for(intake.store(received(count)), timeout=5)
    await asyncio.gather(*tasks)

    assert await numbers(database) == list(range(count))
    await intake.store(received(count, size=LARGEST))


async def test_room_is_made_again_however_it_ends(database: Database, intake: Intake) -> None:
    for _ in range(2):
        async with database.transaction():
            many = [received(number, size=8_000) for number in range(MOST_WAITING)]
            many[-1] = UNSTORABLE
            tasks = await storing(intake, many)
            for task in tasks[::2]:
                task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(one) for one in outcomes} == {asyncio.CancelledError, NotStored, type(None)}

    async with database.transaction():
        tasks = await storing(intake, map(received, range(MOST_WAITING)))
    await asyncio.gather(*tasks)


async def test_one_that_is_cancelled_takes_no_others_with_it(database: Database, intake: Intake) -> None:
    async with database.transaction():
        tasks = await storing(intake, map(received, range(2 * MOST_AT_ONCE)))
        for task in (tasks[0], tasks[MOST_AT_ONCE - 1], tasks[-1]):
            task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(one) for one in outcomes if one is not None] == [asyncio.CancelledError] * 3
    kept = await numbers(database)
    assert {number for number, outcome in enumerate(outcomes) if outcome is None} <= set(kept)
    await intake.store(received(-1))
    assert (await numbers(database))[-1] == -1


async def test_copies_of_an_event_are_all_answered_and_one_is_stored(
    database: Database, intake: Intake
) -> None:
    async with database.transaction():
        tasks = await storing(
            intake, [received(number, event_id="e-1") for number in range(MOST_AT_ONCE + 9)]
        )
    await asyncio.gather(*tasks)

    assert await numbers(database) == [0]


async def refuse(database: Database, numbers_: str) -> None:
    """From now on the database does not take these."""
    await database.execute(
        "CREATE TEMP TRIGGER refused BEFORE INSERT ON main.webhook_inbox"
        f" WHEN CAST(NEW.body AS TEXT) IN ({numbers_}) BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    )


async def test_what_the_database_refuses_fails_its_statement_and_no_other(
    database: Database, intake: Intake, caplog: pytest.LogCaptureFixture
) -> None:
    await refuse(database, f"'{MOST_AT_ONCE + 5}'")
    async with database.transaction():
        tasks = await storing(intake, map(received, range(3 * MOST_AT_ONCE)))
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    failed = [number for number, outcome in enumerate(outcomes) if isinstance(outcome, NotStored)]
    assert failed == list(range(MOST_AT_ONCE, 2 * MOST_AT_ONCE))
    assert await numbers(database) == [number for number in range(3 * MOST_AT_ONCE) if number not in failed]
    assert caplog.messages[0] == "webhooks are refused, and have to be sent again: the disk is full"
    assert caplog.records[0].exc_info is None


async def test_a_mistake_of_ours_fails_its_statement_and_no_other(
    database: Database, intake: Intake, caplog: pytest.LogCaptureFixture
) -> None:
    async with database.transaction():
        many = [received(number) for number in range(2 * MOST_AT_ONCE)]
        many[7] = UNSTORABLE
        tasks = await storing(intake, many)
    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(one) for one in outcomes] == [NotStored] * MOST_AT_ONCE + [type(None)] * MOST_AT_ONCE
    assert await numbers(database) == list(range(MOST_AT_ONCE, 2 * MOST_AT_ONCE))
    assert caplog.records[0].exc_info is not None
