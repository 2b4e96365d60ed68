"""The intake: what it says is stored is stored, whoever stops waiting meanwhile."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest

from storage.database import Database
from storage.intake import Intake, Received

AT = datetime(2026, 3, 1, tzinfo=UTC)
MOMENTS = 12
# Only where something is never told, a test waits so long.
PATIENCE_S = 10
INSERT = (
    "INSERT INTO webhook_inbox (lane, received_at, body, kind)"
    " VALUES ('main', 0, CAST(?1 AS BLOB), 'approval')"
)
COUNT = "SELECT count(*) FROM webhook_inbox"


async def cancelled_after(turns: int, *works: Coroutine[Any, Any, object]) -> list[bool]:
    """Start all, let the loop turn, cancel all; which of them returned all the same."""
    tasks = [asyncio.create_task(work) for work in works]
    for _ in range(turns):
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    return [not task.cancelled() for task in tasks]


async def bodies(database: Database) -> set[str]:
    return {row[0].decode() for row in await database.read.fetch_all("SELECT body FROM webhook_inbox")}


@pytest.mark.parametrize("turns", range(MOMENTS))
async def test_who_stops_waiting_at_any_moment_holds_up_nobody(database: Database, turns: int) -> None:
    intake = Intake(database)

    def store(name: str) -> Coroutine[Any, Any, None]:
        return intake.store(Received("main", AT, name.encode(), "approval", event_id=name))

    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as tasks:
        stopping = asyncio.create_task(cancelled_after(turns, store("one"), store("two")))
        tasks.create_task(store("beside them"))
        returned = await stopping
        tasks.create_task(store("after them"))
        tasks.create_task(store("one"))

    there = await bodies(database)
    assert {"beside them", "after them", "one"} <= there
    assert "two" in there or not returned[1]
    assert await database.read.count(COUNT) == len(there)


@pytest.mark.parametrize("turns", range(MOMENTS))
async def test_a_statement_that_nobody_waits_for_any_more_is_over_before_the_next_transaction(
    database: Database, turns: int
) -> None:
    """Its lock is free as soon as it is cancelled, and the statement still runs in the database's thread."""

    async def both(first: str, second: str) -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT, first)
            await tx.execute(INSERT, second)

    async with asyncio.timeout(PATIENCE_S):
        returned = await cancelled_after(
            turns, database.execute(INSERT, "a"), both("b", "c"), database.execute(INSERT, "d")
        )
        async with database.transaction() as tx:
            before = await tx.count(COUNT)
            await tx.execute(INSERT, "e")
            assert await tx.count(COUNT) == before + 1
        await database.execute(INSERT, "f")

    there = await bodies(database)
    assert len(there) == before + 2, "nothing came in between"
    assert ("b" in there) == ("c" in there)
    assert [name in there or not stored for name, stored in zip("abd", returned, strict=True)] == [True] * 3
