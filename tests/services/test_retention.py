"""Webhooks are deleted some time after they were worked off, never before, and never in the way of others."""

import asyncio
import sqlite3
from datetime import timedelta
from itertools import pairwise

import pytest

from services import retention as rules
from services.retention import BATCH, Retention
from services.sources import Sources
from storage import webhook_inbox
from storage.database import Database, to_ms
from storage.intake import Intake, Received
from tests.conftest import Clock

KEPT = timedelta(days=30)
A_DAY_MINUTES = 24 * 60


@pytest.fixture
def retention(database: Database, sources: Sources, monkeypatch: pytest.MonkeyPatch) -> Retention:
    monkeypatch.setattr(rules, "REST_S", 0)
    return Retention(database, KEPT, sources)


async def receive(database: Database, clock: Clock, number: int, state: str = "processed") -> None:
    await database.execute(
        "INSERT INTO webhook_inbox (lane, received_at, body, kind, event_id, state, processed_at, error)"
        " WITH RECURSIVE counted (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM counted WHERE n < ?1)"
        " SELECT 'main', ?2, x'7b7d', 'unknown', hex(randomblob(8)), ?3, iif(?3 = 'processed', ?2, NULL),"
        " iif(?3 = 'parked', 'odd', NULL) FROM counted",
        number,
        to_ms(clock.time),
        state,
    )


async def ids(database: Database) -> list[int]:
    return [row[0] for row in await database.read.fetch_all("SELECT id FROM webhook_inbox ORDER BY id")]


async def test_a_webhook_goes_once_it_is_older_than_it_is_kept(
    database: Database, clock: Clock, retention: Retention
) -> None:
    await receive(database, clock, 3)
    clock.forward(minutes=1)
    await receive(database, clock, 2)
    clock.forward(minutes=30 * A_DAY_MINUTES - 1)

    await retention.delete_old()
    assert await ids(database) == [1, 2, 3, 4, 5]
    clock.forward(seconds=1)
    await retention.delete_old()

    assert await ids(database) == [4, 5]


async def test_the_newest_stays_so_that_its_id_is_never_given_out_again(
    database: Database, clock: Clock, retention: Retention, sources: Sources
) -> None:
    await receive(database, clock, 3)
    clock.forward(minutes=31 * A_DAY_MINUTES)

    for _ in range(2):
        await retention.delete_old()
    assert await ids(database) == [3]
    await Intake(database).store(Received("main", sources.now(), b"{}", "approval"))
    await retention.delete_old()

    assert await ids(database) == [4]


async def test_what_is_parked_or_not_worked_off_stays_and_holds_up_nothing(
    database: Database, clock: Clock, retention: Retention, sources: Sources
) -> None:
    await receive(database, clock, BATCH + 1, "parked")
    await receive(database, clock, 1, "pending")
    await receive(database, clock, 2 * BATCH)
    await receive(database, clock, 1, "pending")
    await receive(database, clock, 1)
    clock.forward(minutes=31 * A_DAY_MINUTES)

    await retention.delete_old()

    waiting = [BATCH + 2, 3 * BATCH + 3]
    left = await ids(database)
    assert left[BATCH + 1 :] == [*waiting, waiting[-1] + 1]
    due = await webhook_inbox.due(database.read, sources.now(), 10)
    async with database.transaction() as tx:
        await webhook_inbox.mark_processed(tx, due, sources.now())
    await retention.delete_old()
    assert await ids(database) == [*left[: BATCH + 1], left[-1]]


async def test_what_was_parked_goes_once_it_was_tried_again(
    database: Database, clock: Clock, retention: Retention, sources: Sources
) -> None:
    await receive(database, clock, 3, "parked")
    await receive(database, clock, BATCH)
    clock.forward(minutes=31 * A_DAY_MINUTES)
    await retention.delete_old()
    newest = BATCH + 3
    assert await ids(database) == [1, 2, 3, newest]

    async with database.transaction() as tx:
        await webhook_inbox.replay(tx, [2])
    await retention.delete_old()
    assert await ids(database) == [1, 2, 3, newest]
    due = await webhook_inbox.due(database.read, sources.now(), 10)
    async with database.transaction() as tx:
        await webhook_inbox.mark_processed(tx, due, sources.now())
    await retention.delete_old()

    assert await ids(database) == [1, 3, newest]


async def test_a_webhook_from_a_clock_gone_wrong_holds_up_no_other(
    database: Database, clock: Clock, retention: Retention
) -> None:
    right = clock.time
    clock.forward(minutes=1000 * A_DAY_MINUTES)
    await receive(database, clock, BATCH + 1)
    clock.time = right
    await receive(database, clock, 3)
    clock.forward(minutes=31 * A_DAY_MINUTES)

    await retention.delete_old()
    assert await ids(database) == [*range(1, BATCH + 2), BATCH + 4]
    clock.forward(minutes=1000 * A_DAY_MINUTES)
    await retention.delete_old()

    assert await ids(database) == [BATCH + 4]


async def test_totals_are_those_of_all_that_ever_came(
    database: Database, clock: Clock, retention: Retention, sources: Sources
) -> None:
    await receive(database, clock, 3, "pending")
    due = await webhook_inbox.due(database.read, sources.now(), 10)
    async with database.transaction() as tx:
        await webhook_inbox.mark_processed(tx, due, sources.now())
    clock.forward(minutes=31 * A_DAY_MINUTES)

    await retention.delete_old()

    assert await ids(database) == [3]
    assert await webhook_inbox.totals(database.read) == {"unknown": 3}


async def test_others_write_between_two_batches(
    database: Database, clock: Clock, retention: Retention
) -> None:
    await receive(database, clock, 10 * BATCH)
    clock.forward(minutes=31 * A_DAY_MINUTES)
    left = [10 * BATCH]

    deleting = asyncio.create_task(retention.delete_old())
    while not deleting.done():
        async with database.transaction() as tx:
            left.append(await tx.count("SELECT count(*) FROM webhook_inbox"))
    await deleting

    assert await ids(database) == [10 * BATCH]
    assert max(before - after for before, after in pairwise(left)) <= BATCH


async def steps_of_a_pass(database: Database, retention: Retention) -> int:
    """How much SQLite had to do, in hundreds of its own instructions."""
    hundreds = 0

    def count() -> int:
        nonlocal hundreds
        hundreds += 1
        return 0

    connections = (database._reader, database._writer)
    for connection in connections:
        assert connection is not None
        await connection.set_progress_handler(count, 100)
    await retention.delete_old()
    for connection in connections:
        assert connection is not None
        await connection.set_progress_handler(None, 100)  # type: ignore[arg-type]
    return hundreds


async def test_a_pass_looks_at_one_batch_however_many_are_kept_or_parked(
    database: Database, clock: Clock, retention: Retention
) -> None:
    kept = parked = 20 * BATCH
    await receive(database, clock, parked, "parked")
    clock.forward(minutes=31 * A_DAY_MINUTES)
    await receive(database, clock, kept)
    await retention.delete_old()

    instructions = 100 * await steps_of_a_pass(database, retention)

    # Parked ones are only counted, in their index.
    assert 0 < instructions <= 20 * BATCH + 4 * parked


async def test_what_may_not_go_is_refused_by_the_database(database: Database, clock: Clock) -> None:
    await receive(database, clock, 1, "parked")
    await receive(database, clock, 1, "pending")
    await receive(database, clock, 1)

    for inbox_id in (1, 2, 3):
        with pytest.raises(sqlite3.IntegrityError):
            async with database.transaction() as tx:
                await webhook_inbox.delete(tx, [inbox_id])

    assert await ids(database) == [1, 2, 3]
