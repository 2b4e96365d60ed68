"""The correct naive way to store on SQLite: a transaction for each webhook, under a lock, synced."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite

from bench.intake.webhooks import LANE

SCHEMA = """\
CREATE TABLE IF NOT EXISTS webhook_inbox (
    id INTEGER PRIMARY KEY,
    lane TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    body BLOB NOT NULL,
    event_id TEXT
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS one_delivery_per_event ON webhook_inbox (lane, event_id)
    WHERE event_id IS NOT NULL;
"""
INSERT = """\
INSERT INTO webhook_inbox (lane, received_at, body, event_id) VALUES (?, ?, ?, ?)
ON CONFLICT (lane, event_id) WHERE event_id IS NOT NULL DO NOTHING
"""


class OneByOne:
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._lock = asyncio.Lock()

    async def store(self, body: bytes, webhook: dict[str, Any]) -> None:
        async with self._lock:
            await self._connection.execute("BEGIN IMMEDIATE")
            now_ms = int(time.time() * 1000)
            await self._connection.execute(INSERT, (LANE, now_ms, body, webhook["eventId"]))
            await self._connection.commit()


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[OneByOne]:
    async with aiosqlite.connect(path, isolation_level=None) as connection:
        await connection.execute("PRAGMA journal_mode = WAL")
        await connection.execute("PRAGMA synchronous = FULL")
        await connection.executescript(SCHEMA)
        yield OneByOne(connection)
