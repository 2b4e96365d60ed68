"""The figures as the README tells them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.intake.comparison import APPROVALS, CEILING, FASTAPI, NAIVE, OURS, POSTGRES, STORES_ONLY

MARKDOWN = Path("build/bench.md")
CONNECTIONS = 64
# Load averages above this count as other work.
BUSY = 0.5
EXPLAINED = (
    "- The ceiling: aiohttp alone takes the webhook, checks its signature and stores nothing.",
    "- Of the ceiling: in each round every row has its turn. Shares are taken within a round, and shown is",
    "  the median of the rounds' shares; webhooks per second are a median of their own.",
    "- Alone: how long a webhook waits for its answer (half of them wait less) where there is one",
    "  connection, which sends one after the other.",
    "- A transaction for each, or one by one: every webhook is written and synced to the disk by itself, the",
    "  usual way. banqbot writes those that wait in one transaction together.",
    "- PostgreSQL can come near the ceiling, or above it: its commits run in other processes, on the other",
    "  core, and leave the server its own.",
)
TITLES = {
    CEILING: "the ceiling: bare aiohttp, reads and checks, stores nothing",
    OURS: "**banqbot**: stored, and worked off beside it",
    APPROVALS: "**banqbot**: approvals, which take effect beside it",
    STORES_ONLY: "**banqbot**, its workers off: stores, as the rest do",
    POSTGRES: "its design on PostgreSQL (banqbot itself stores in SQLite alone)",
    NAIVE: "bare aiohttp, a transaction for each, one by one (aiosqlite)",
    FASTAPI: "FastAPI and uvicorn, a transaction for each (aiosqlite)",
}


def write(results: Mapping[str, Any], path: Path = MARKDOWN) -> None:
    path.write_text("\n".join(_lines(results)) + "\n", encoding="utf-8")


def _lines(results: Mapping[str, Any]) -> Iterator[str]:
    parts = results["parts"]
    machine = results["machine"]
    dates = sorted({part["date"] for part in parts.values()})
    yield (
        f"Measured on {' and '.join(dates)}: {machine['processor']}, {machine['cores']} cores, "
        f"Python {machine['python']}."
    )
    busiest = max(part.get("load_before", 0) for part in parts.values())
    if busiest > BUSY:
        yield (
            f"The machine had other work when measuring began: its load average was up to {busiest:.1f} then."
        )
    if "figures" in parts.get("intake", {}):
        yield ""
        yield from _intake(parts["intake"]["figures"])
        yield ""
        yield from EXPLAINED
    if "figures" in parts.get("stored", {}):
        yield ""
        yield from _stored(parts["stored"]["figures"])
    targets = [target for part in parts.values() for target in part.get("targets", ())]
    if targets:
        yield ""
        yield "| what | measured | to reach | |"
        yield "| --- | --- | --- | --- |"
    for target in targets:
        limit = f"{'at most' if target['at_most'] else 'at least'} {_number(target, 'limit')}"
        yield f"| {target['figure']} | {_number(target, 'value')} | {limit} | {_verdict(target)} |"


def _intake(figures: Mapping[str, Any]) -> Iterator[str]:
    found = {(one["variant"], one["connections"]): one for one in figures["measured"]}
    yield f"| what answers the webhook, at {CONNECTIONS} connections | of the ceiling | per second | alone |"
    yield "| --- | --- | --- | --- |"
    for name, title in TITLES.items():
        if (name, CONNECTIONS) in found:
            one, alone = found[name, CONNECTIONS], found[name, 1]
            yield f"| {title} | {one['of_ceiling']:.2f} | {one['per_s']:,.0f} | {alone['p50_ms']:.1f} ms |"


def _stored(figures: Mapping[str, Any]) -> Iterator[str]:
    yield "| events stored before | webhooks per second | of those with 1,000 | 99 of 100 answered within |"
    yield "| --- | --- | --- | --- |"
    for one in figures["stored"]:
        yield f"| {one['events']:,} | {one['per_s']:,.0f} | {one['of_few']:.2f} | {one['p99_ms']:.0f} ms |"


def _verdict(target: Mapping[str, Any]) -> str:
    if target["reached"]:
        return "reached"
    return target["short_of"] if target.get("within") else "**missed**"


def _number(target: Mapping[str, Any], which: str) -> str:
    value, unit = target[which], target["unit"]
    if value == round(value) or abs(value) >= 100:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.2f}" if unit in {"", "s"} else f"{value:.1f}"
    return f"{text} {unit}".strip()
