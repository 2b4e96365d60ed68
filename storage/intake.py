"""Stores webhooks for good: whatever waits at a time goes into one statement, and so into one commit."""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from storage.database import Database, to_ms

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200
# A request that has come takes so many rounds of the loop until it is here.
ROUNDS_OF_A_REQUEST = 3
MOST_WAITING = 2_000
MOST_WAITING_BYTES = 16 * 1024 * 1024


class IntakeFull(Exception):
    """As much as fits in memory waits for the disk already; nothing was stored."""


class NotStored(Exception):
    """The disk did not take it, or not in time; nothing was stored."""


@dataclass(frozen=True)
class Received:
    """`event_id`: the sender's own. `kind`: as in the schema. `subject`: what it is a hint about, if it is.

    What is of the kind 'unknown' is worked off once it is stored.
    """

    lane: str
    at: datetime
    body: bytes
    kind: str
    event_id: str | None = None
    subject: str | None = None


class Intake:
    """Any number of tasks store at a time, and one writes for all. What is stored survives a power cut."""

    def __init__(self, database: Database, stored: Callable[[int, float], None] | None = None) -> None:
        """`stored` is told after each commit how many were in it, and how many seconds it took."""
        self._database = database
        self._stored = stored
        self._waiting: list[tuple[Received, asyncio.Future[None]]] = []
        # Of all that is not answered yet: what is just being written is in memory as well.
        self._held = 0
        self._held_bytes = 0
        self._writing: asyncio.Task[None] | None = None
        self._refused = 0

    @property
    def waiting(self) -> int:
        """How many are not answered yet."""
        return self._held

    async def store(self, received: Received) -> None:
        """Returns once it is on the disk. A known event id is stored only once; without one, always.

        Raises IntakeFull or NotStored.
        """
        size = len(received.body)
        if self._held >= MOST_WAITING or self._held_bytes + size > MOST_WAITING_BYTES:
            self._refuse(1, "more wait for the disk than there is room for")
            raise IntakeFull
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((received, stored))
        self._held += 1
        self._held_bytes += size
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), name="intake")
        await stored

    async def drain(self) -> None:
        """Wait until all that was taken is written. For the end, when nobody stores any more."""
        if self._writing is not None:
            await self._writing

    async def _write(self) -> None:
        """Write until nothing waits. Whoever comes while a commit is under way is in the next one."""
        try:
            while self._waiting:
                await self._gather()
                batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                try:
                    await self._write_batch(batch)
                finally:
                    self._held -= len(batch)
                    self._held_bytes -= sum(len(received.body) for received, _ in batch)
        finally:
            self._writing = None

    async def _gather(self) -> None:
        """Let all in that have come already: a commit beside other work slows both, and one is enough.

        What is alone does not wait.
        """
        quiet_rounds = 0
        while quiet_rounds < ROUNDS_OF_A_REQUEST and 1 < len(self._waiting) < MOST_AT_ONCE:
            before = len(self._waiting)
            await asyncio.sleep(0)
            quiet_rounds = quiet_rounds + 1 if len(self._waiting) == before else 0

    async def _write_batch(self, batch: list[tuple[Received, asyncio.Future[None]]]) -> None:
        failure: Exception | None = None
        started = time.monotonic()
        try:
            await self._insert([received for received, _ in batch])
        except sqlite3.Error as error:
            self._refuse(len(batch), error)
            failure = NotStored(str(error))
        except Exception as error:
            # A mistake of ours, with this batch perhaps: those that wait behind it are still to be written.
            log.exception("%s webhooks could not be stored", len(batch))
            failure = NotStored(type(error).__name__)
        if failure is None:
            self._say_when_over()
            if self._stored is not None:
                self._stored(len(batch), time.monotonic() - started)
        for _, stored in batch:
            if stored.done():
                continue
            if failure is None:
                stored.set_result(None)
            else:
                stored.set_exception(failure)

    def _refuse(self, number: int, why: object) -> None:
        """Say it once: thousands a second may be refused, and the log may be on the same disk."""
        if not self._refused:
            log.error("webhooks are refused, and have to be sent again: %s", why)
        self._refused += number

    def _say_when_over(self) -> None:
        """A small batch may still fit on a disk that is too full for the next one."""
        if self._refused and not self._waiting and not self._database.cannot_write:
            log.warning("webhooks are stored again; %s were refused", self._refused)
            self._refused = 0

    async def _insert(self, rows: list[Received]) -> None:
        values: list[Any] = []
        for one in rows:
            values += (one.lane, to_ms(one.at), one.body, one.kind, one.event_id, one.subject)
        await self._database.execute(_insert_statement(len(rows)), *values)


@cache
def _insert_statement(rows: int) -> str:
    """One statement for all of them: each of its own would cost a wait for the interpreter's lock."""
    placeholders = ", ".join(["(?, ?, ?, ?, ?, ?)"] * rows)
    return (
        "INSERT INTO webhook_inbox"  # noqa: S608 - placeholders
        " (lane, received_at, body, kind, event_id, subject, state, processed_at)"
        " SELECT column1, column2, column3, column4, column5, column6,"
        " iif(column4 = 'unknown', 'processed', 'pending'), iif(column4 = 'unknown', column2, NULL)"
        f" FROM (VALUES {placeholders}) WHERE TRUE"
        " ON CONFLICT (lane, event_id) WHERE event_id IS NOT NULL DO NOTHING"
    )
