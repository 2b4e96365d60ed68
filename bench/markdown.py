"""The figures as the README tells them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.intake.comparison import APPROVALS, CEILING, FASTAPI, NAIVE, OURS, POSTGRES, STORES_ONLY

MARKDOWN = Path("build/bench.md")
CONNECTIONS = 64
TITLES = {
    CEILING: "the ceiling: bare aiohttp, reads and checks, stores nothing",
    OURS: "**banqbot**: stored, and worked off beside it",
    APPROVALS: "**banqbot**: approvals, which take effect beside it",
    STORES_ONLY: "**banqbot**, its workers off: stores, as the rest do",
    POSTGRES: "its design on PostgreSQL (banqbot itself stores in SQLite alone)",
    NAIVE: "bare aiohttp, a transaction for each (aiosqlite)",
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
        f"{machine['kernel']}, Python {machine['python']}."
    )
    if "figures" in parts.get("intake", {}):
        yield ""
        yield from _intake(parts["intake"]["figures"])
    targets = [target for part in parts.values() for target in part.get("targets", ())]
    if targets:
        yield ""
        yield "| what | measured | to reach | |"
        yield "| --- | --- | --- | --- |"
    for target in targets:
        limit = f"{'at most' if target['at_most'] else 'at least'} {_number(target, 'limit')}"
        reached = "reached" if target["reached"] else "**missed**"
        yield f"| {target['figure']} | {_number(target, 'value')} | {limit} | {reached} |"


def _intake(figures: Mapping[str, Any]) -> Iterator[str]:
    found = {(one["variant"], one["connections"]): one for one in figures["measured"]}
    yield f"| what answers the webhook, at {CONNECTIONS} connections | of the ceiling | per second | alone |"
    yield "| --- | --- | --- | --- |"
    for name, title in TITLES.items():
        if (name, CONNECTIONS) in found:
            one, alone = found[name, CONNECTIONS], found[name, 1]
            yield f"| {title} | {one['of_ceiling']:.2f} | {one['per_s']:,.0f} | {alone['p50_ms']:.1f} ms |"


def _number(target: Mapping[str, Any], which: str) -> str:
    value, unit = target[which], target["unit"]
    if value == round(value) or abs(value) >= 100:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.2f}" if unit in {"", "s"} else f"{value:.1f}"
    return f"{text} {unit}".strip()
