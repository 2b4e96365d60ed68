"""Files with many webhooks in them, all worked off; half of them have an event id of their own, at random."""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.checks import NotMeasured
from bench.intake.webhooks import BYTES, LANE
from storage.database import Database, to_ms

# What a row takes on the disk, its part of the index included, and some room for what is measured on it.
ROW_TAKES, ROOM = 600, 500_000_000
FILL = """\
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
INSERT INTO webhook_inbox (lane, received_at, body, kind, event_id, state, processed_at)
SELECT ?2, ?4, zeroblob(?3), 'unknown', CASE n % 2 WHEN 1 THEN lower(hex(randomblob(16))) END, 'processed', ?4
FROM numbers
"""


async def stored(path: Path, events: int, *, days_ago: int = 0) -> Path:
    """The path. All came `days_ago`. Raises NotMeasured if the disk has no room."""
    free = shutil.disk_usage(path.parent).free
    needed = events * ROW_TAKES + ROOM
    if free < needed:
        raise NotMeasured(
            f"{events:,} stored events need {needed / 1e9:.1f} GB on the disk, and there are {free / 1e9:.1f}"
        )
    async with Database(path):
        pass
    came_at = datetime.now(UTC) - timedelta(days=days_ago)
    await asyncio.to_thread(_fill, path, events, to_ms(came_at))
    return path


def _fill(path: Path, events: int, came_at_ms: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -500000")
        connection.execute(FILL, (events, LANE, BYTES, came_at_ms))
        connection.execute("PRAGMA journal_mode = WAL")
    # What is still on its way to the disk would disturb the first round.
    with path.open("rb") as file:
        os.fsync(file.fileno())
