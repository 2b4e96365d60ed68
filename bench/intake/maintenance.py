"""How long a webhook waits for its answer at worst, while the file is looked after beside it."""

import asyncio
import sqlite3
import threading
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
from storage.backup import back_up

EVENTS = 200_000
OLD_DAYS = 365
CONNECTIONS = 64


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


@dataclass(frozen=True)
class _Scene:
    """`chore` is done over and over; `times` tells how often, or how much the bot itself has done by then."""

    what: str
    path: Path
    chore: Callable[[Path], None] | None = None
    times: Callable[[Path], int] | None = None


async def maintain(folder: Path, effort: Effort, progress: Progress) -> Maintenance:
    progress.step(f"storing twice {EVENTS:,} events")
    young = await stored(folder / "young.sqlite3", EVENTS)
    old = await stored(folder / "old.sqlite3", EVENTS, days_ago=OLD_DAYS)
    scenes = (
        _Scene("nothing", young),
        _Scene("an online backup, over and over", young, chore=copied),
        _Scene("old webhooks are deleted", old, times=deleted),
    )
    loads: dict[str, list[Load]] = {scene.what: [] for scene in scenes}
    times = dict.fromkeys(loads, 0)
    for number in range(effort.rounds):
        for scene in scenes:
            progress.step(f"round {number + 1}: {scene.what}")
            # A program of its own for each: what it has begun must not go on in the next scene.
            async with running("bench.intake.ours", str(scene.path), log=folder / "ours.log") as port:
                measured, done = await _beside(scene, port, effort)
                await until_worked_off(scene.path)
            loads[scene.what].append(measured)
            times[scene.what] += done
    return Maintenance(EVENTS, [_summed_up(what, loads[what], times[what]) for what in loads])


def copied(path: Path) -> None:
    """As `banqbot backup` does it, the look at the copy included; which also runs beside the bot."""
    target = path.with_suffix(".copy")
    back_up(path, target, lambda *_: None)
    target.unlink()


def deleted(path: Path) -> int:
    """How many webhooks are gone: the oldest go first."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT min(id) - 1 FROM webhook_inbox").fetchone()[0])


async def _beside(scene: _Scene, port: int, effort: Effort) -> tuple[Load, int]:
    before = scene.times(scene.path) if scene.times else 0
    over = threading.Event()
    doing = asyncio.create_task(asyncio.to_thread(_repeat, scene, over))
    try:
        measured = await load(port, CONNECTIONS, effort, "of no use")
    finally:
        over.set()
        repeated = await doing
    return measured, scene.times(scene.path) - before if scene.times else repeated


def _repeat(scene: _Scene, over: threading.Event) -> int:
    times = 0
    while scene.chore is not None and not over.is_set():
        scene.chore(scene.path)
        times += 1
    return times


def _summed_up(what: str, loads: Sequence[Load], times: int) -> Beside:
    return Beside(
        what,
        per_s=median(one.per_s for one in loads),
        p99_ms=median(one.times.p99 for one in loads),
        longest_ms=max(one.times.max for one in loads),
        times=times,
    )
