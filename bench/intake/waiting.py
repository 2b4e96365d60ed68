"""Waits until everything that was taken in is worked off, too."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

AT_MOST_S = 120
LOOK_EVERY_S = 0.05


async def until_worked_off(inbox: Path) -> float:
    """How long it took from now, in seconds."""
    since = time.perf_counter()
    with closing(sqlite3.connect(f"{inbox.as_uri()}?mode=ro", uri=True)) as connection:
        async with asyncio.timeout(AT_MOST_S):
            while connection.execute(  # noqa: ASYNC110 - it is another process that works
                "SELECT 1 FROM webhook_inbox WHERE state = 'pending' AND subject IS NULL LIMIT 1"
            ).fetchone():
                await asyncio.sleep(LOOK_EVERY_S)
    return time.perf_counter() - since
