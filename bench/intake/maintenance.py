"""How long a webhook waits for its answer at worst, while the file is looked after beside it."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.effort import Effort
from bench.intake.load import Load, load
from bench.intake.program import running
from bench.intake.stored import stored
from bench.intake.waiting import until_worked_off
from bench.progress import Progress

EVENTS = 200_000
CONNECTIONS = 64
PAGES_AT_ONCE = 1_000
PAUSE_S = 0.01


@dataclass(frozen=True)
class Beside:
    """Medians of the rounds, but the longest answer of all. `times`: how often it was done meanwhile."""

    what: str
    per_s: float
    p99_ms: float
    longest_ms: float
    times: int


@dataclass(frozen=True)
class Maintenance:
    events: int
    beside: Sequence[Beside]


def nothing(_: Path) -> None:
    time.sleep(PAUSE_S)


def back_up(path: Path) -> None:
    """An online backup through SQLite's own interface, of what was committed when it began."""
    target = path.with_suffix(".copy")
    with closing(sqlite3.connect(path)) as original, closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        # Without a snapshot, each commit beside it would send the copy back to its start.
        original.execute("BEGIN")
        original.execute("SELECT 1 FROM sqlite_schema").fetchone()
        original.backup(copy, pages=PAGES_AT_ONCE)
    target.unlink()


# What is done over and over beside the intake, each in its own scene.
CHORES: dict[str, Callable[[Path], None]] = {"nothing": nothing, "an online backup": back_up}


async def maintain(folder: Path, effort: Effort, progress: Progress) -> Maintenance:
    progress.step(f"storing {EVENTS:,} events")
    path = await stored(folder / "kept.sqlite3", EVENTS)
    loads: dict[str, list[Load]] = {what: [] for what in CHORES}
    times = dict.fromkeys(CHORES, 0)
    async with running("bench.intake.ours", str(path), log=path.with_suffix(".log")) as port:
        for number in range(effort.rounds):
            for what, chore in CHORES.items():
                progress.step(f"round {number + 1}: {what}")
                over = threading.Event()
                doing = asyncio.create_task(asyncio.to_thread(_repeat, chore, path, over))
                try:
                    loads[what].append(await load(port, CONNECTIONS, effort, "of no use"))
                finally:
                    over.set()
                    times[what] += await doing
                await until_worked_off(path)
    return Maintenance(EVENTS, [_beside(what, loads[what], times[what]) for what in CHORES])


def _repeat(chore: Callable[[Path], None], path: Path, over: threading.Event) -> int:
    times = 0
    while not over.is_set():
        chore(path)
        times += 1
    return times


def _beside(what: str, loads: Sequence[Load], times: int) -> Beside:
    return Beside(
        what,
        per_s=median(one.per_s for one in loads),
        p99_ms=median(one.times.p99 for one in loads),
        longest_ms=max(one.times.max for one in loads),
        times=times,
    )
