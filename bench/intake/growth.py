"""Whether the intake stays as fast as events pile up: the same load on files that hold ever more."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.checks import NotMeasured
from bench.effort import Effort
from bench.intake.load import Load, load
from bench.intake.program import running
from bench.intake.stored import stored
from bench.intake.waiting import until_worked_off
from bench.progress import Progress

EVENTS = (1_000, 100_000, 1_000_000, 5_000_000)
CONNECTIONS = 64


@dataclass(frozen=True)
class Stored:
    """Medians of the rounds; `of_few` compares with the smallest file within each round."""

    events: int
    per_s: float
    of_few: float
    p99_ms: float


@dataclass(frozen=True)
class Growth:
    stored: Sequence[Stored]
    left_out: Sequence[str]


async def grow(folder: Path, effort: Effort, progress: Progress) -> Growth:
    files: dict[int, Path] = {}
    left_out: list[str] = []
    for events in EVENTS:
        if events > effort.most_events:
            left_out.append(f"{events:,} stored events were not asked for")
            continue
        progress.step(f"storing {events:,} events")
        try:
            files[events] = await stored(folder / f"{events}.sqlite3", events)
        except NotMeasured as refusal:
            left_out.append(str(refusal))
    async with AsyncExitStack() as stack:
        ports = {
            events: await stack.enter_async_context(
                running("bench.intake.ours", str(path), log=path.with_suffix(".log"))
            )
            for events, path in files.items()
        }
        rounds: dict[int, list[Load]] = {events: [] for events in files}
        for number in range(effort.rounds):
            for events, port in ports.items():
                progress.step(f"round {number + 1}: {events:,} stored events")
                rounds[events].append(await load(port, CONNECTIONS, effort, "of no use"))
                await until_worked_off(files[events])
    return Growth(
        [
            Stored(
                events,
                per_s=median(one.per_s for one in loads),
                of_few=median(
                    one.per_s / few.per_s for one, few in zip(loads, rounds[EVENTS[0]], strict=True)
                ),
                p99_ms=median(one.times.p99 for one in loads),
            )
            for events, loads in rounds.items()
        ],
        left_out,
    )
