"""What answers the webhook, compared: every variant in turn, again and again, under the same load."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.effort import Effort
from bench.intake import fastapi_peer
from bench.intake.cluster import PostgresMissing, postgres
from bench.intake.load import Load, load
from bench.intake.program import running
from bench.intake.waiting import until_worked_off
from bench.intake.webhooks import Kind
from bench.progress import Progress

CONNECTIONS = (64, 16, 1)
CEILING, OURS, APPROVALS, STORES_ONLY = "ceiling", "banqbot", "banqbot, approvals", "banqbot, workers off"
NAIVE, FASTAPI, POSTGRES = "one by one", "FastAPI", "PostgreSQL"


@dataclass(frozen=True)
class Measured:
    """Medians of the rounds; `of_ceiling` and `p50_of_naive` compare within each round."""

    variant: str
    connections: int
    per_s: float
    of_ceiling: float
    p50_ms: float
    p99_ms: float
    p50_of_naive: float
    rounds_per_s: Sequence[float]


@dataclass(frozen=True)
class Comparison:
    """`approvals`: how many came in a burst, and all were worked off `worked_off_s` after its end."""

    measured: Sequence[Measured]
    approvals: int
    worked_off_s: float
    parser: str
    postgres_missing: str | None


@dataclass(frozen=True)
class _Variant:
    name: str
    port: int
    kind: Kind = "of no use"
    # Where its own work goes on after the answers, and would disturb whoever is next.
    inbox: Path | None = None


async def compare(folder: Path, effort: Effort, progress: Progress) -> Comparison:
    async with AsyncExitStack() as stack:

        async def started(name: str, *arguments: str) -> int:
            log = folder / f"{name}.log"
            return await stack.enter_async_context(running(f"bench.intake.{name}", *arguments, log=log))

        inbox = folder / "ours.sqlite3"
        ours = await started("ours", str(inbox))
        variants = [
            _Variant(CEILING, await started("ceiling")),
            _Variant(OURS, ours, inbox=inbox),
            _Variant(NAIVE, await started("naive", str(folder / "naive.sqlite3"))),
            _Variant(APPROVALS, ours, "approval", inbox),
            _Variant(FASTAPI, await started("fastapi_peer", str(folder / "fastapi.sqlite3"))),
            _Variant(STORES_ONLY, await started("ours", str(folder / "stored.sqlite3"), "stores-only")),
        ]
        missing = None
        try:
            address = await stack.enter_async_context(postgres(folder))
        except PostgresMissing as refusal:
            missing = str(refusal)
        else:
            variants.append(_Variant(POSTGRES, await started("postgres", address)))
        return await _measure(variants, effort, progress, missing)
    raise AssertionError("an exit stack passes every exception on")


async def _measure(
    variants: Sequence[_Variant], effort: Effort, progress: Progress, missing: str | None
) -> Comparison:
    loads: defaultdict[tuple[str, int], list[Load]] = defaultdict(list)
    bursts: list[tuple[int, float]] = []
    for connections in CONNECTIONS:
        for number in range(effort.rounds):
            for variant in variants:
                progress.step(f"connections: {connections}, round {number + 1}: {variant.name}")
                measured = await load(variant.port, connections, effort, variant.kind)
                loads[variant.name, connections].append(measured)
                if variant.inbox is None:
                    continue
                worked_off_s = await until_worked_off(variant.inbox)
                if variant.name == APPROVALS and connections == CONNECTIONS[0]:
                    bursts.append((measured.times.count, worked_off_s))
    return Comparison(
        measured=[
            _measured(variant.name, connections, loads) for connections in CONNECTIONS for variant in variants
        ],
        approvals=round(median(count for count, _ in bursts)),
        worked_off_s=median(took for _, took in bursts),
        parser=fastapi_peer.PARSER,
        postgres_missing=missing,
    )


def _measured(name: str, connections: int, loads: dict[tuple[str, int], list[Load]]) -> Measured:
    rounds = loads[name, connections]

    def against(other: str, figure: Callable[[Load], float]) -> float:
        pairs = zip(rounds, loads[other, connections], strict=True)
        return median(figure(one) / figure(another) for one, another in pairs)

    return Measured(
        variant=name,
        connections=connections,
        per_s=median(one.per_s for one in rounds),
        of_ceiling=against(CEILING, lambda one: one.per_s),
        p50_ms=median(one.times.p50 for one in rounds),
        p99_ms=median(one.times.p99 for one in rounds),
        p50_of_naive=against(NAIVE, lambda one: one.times.p50),
        rounds_per_s=[one.per_s for one in rounds],
    )
