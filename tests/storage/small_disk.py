"""Takes webhooks in on a disk of its own until it is full, and again once there is room; says what happened.

It mounts the disk over the folder given to it, and is run in a mount namespace, which ends together with it.
"""

import asyncio
import json
import logging
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from storage.database import Database
from storage.intake import Intake, NotStored, Received

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BODY = b"x" * 2000
AT_ONCE = 20


async def store(intake: Intake, names: list[str]) -> tuple[list[str], list[str]]:
    """The event ids of those that were taken and of those that were refused."""
    outcomes = await asyncio.gather(
        *(intake.store(Received("main", NOW, BODY, "approval", name)) for name in names),
        return_exceptions=True,
    )
    taken, refused = [], []
    for name, outcome in zip(names, outcomes, strict=True):
        if isinstance(outcome, NotStored):
            refused.append(name)
        elif outcome is None:
            taken.append(name)
        else:
            raise outcome
    return taken, refused


async def stored(database: Database) -> list[str]:
    return [row[0] for row in await database.read.fetch_all("SELECT event_id FROM webhook_inbox ORDER BY 1")]


async def until_full_and_after(folder: Path) -> dict[str, object]:
    filler = folder / "filler"
    filler.write_bytes(bytes(2 * 1024 * 1024))
    path = folder / "banqbot.sqlite3"
    taken: list[str] = []
    refused: list[str] = []
    async with Database(path) as database:
        intake = Intake(database)
        rounds_refused = 0
        while rounds_refused < 10:
            number = len(taken) + len(refused)
            names = [f"{number + one:06}" for one in range(AT_ONCE)]
            more_taken, more_refused = await store(intake, names)
            taken += more_taken
            refused += more_refused
            rounds_refused += bool(more_refused)
        await database.look_after()
        full = {"stored": await stored(database), "cannot_write": database.cannot_write}

        filler.unlink()
        again, still_refused = await store(intake, [*refused[-AT_ONCE:], "afterwards"])
        await database.look_after()
        await store(intake, ["later"])
        cannot_write = database.cannot_write
    with closing(sqlite3.connect(path)) as connection:
        [(integrity,)] = connection.execute("PRAGMA integrity_check").fetchall()
        left = [row[0] for row in connection.execute("SELECT event_id FROM webhook_inbox ORDER BY 1")]
    return {
        "taken": sorted(taken),
        "refused": refused,
        "full": full,
        "again": again,
        "still_refused": still_refused,
        "cannot_write": cannot_write,
        "integrity": integrity,
        "left": left,
    }


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", sys.argv[1]], check=True)  # noqa: S607
    sys.stdout.write(json.dumps(asyncio.run(until_full_and_after(Path(sys.argv[1])))))
