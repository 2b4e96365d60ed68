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


class Commits:
    """Counts what the WAL says was committed: the last frame of each commit holds the size of the file."""

    def __init__(self, database: Database) -> None:
        self._wal = database._path.with_name(f"{database._path.name}-wal")
        self._before = self._all()

    def since(self) -> int:
        return self._all() - self._before

    def _all(self) -> int:
        wal = self._wal.read_bytes()
        frame = 24 + int.from_bytes(wal[8:12])
        return sum(int.from_bytes(wal[at + 4 : at + 8]) > 0 for at in range(32, len(wal), frame))


async def test_what_comes_within_a_few_turns_of_the_loop_is_one_commit(database: Database) -> None:
    intake = Intake(database)
    commits = Commits(database)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(intake.store(Received("main", AT, b"0", "approval")))
        for number in range(1, 20):
            tasks.create_task(intake.store(Received("main", AT, str(number).encode(), "approval")))
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    assert commits.since() == 1
    assert len(await bodies(database)) == 20


async def test_one_alone_waits_for_no_other(database: Database) -> None:
    intake = Intake(database)
    commits = Commits(database)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(intake.store(Received("main", AT, b"0", "approval")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        tasks.create_task(intake.store(Received("main", AT, b"1", "approval")))

    assert commits.since() == 2
