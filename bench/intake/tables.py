"""The intake's figures, as people read them."""

from bench.intake.comparison import APPROVALS, CEILING, OURS, POSTGRES, STORES_ONLY, Comparison
from bench.intake.growth import Growth
from bench.intake.maintenance import Maintenance
from bench.tables import console, table

TITLES = {
    CEILING: "the ceiling: bare aiohttp, body, signature, JSON; stores nothing",
    OURS: "banqbot: stored, and worked off beside it",
    APPROVALS: "banqbot: approvals, which take effect beside it",
    STORES_ONLY: "banqbot with its workers off: stores, as those below do",
    "one by one": "bare aiohttp, aiosqlite: a transaction for each",
    "FastAPI": "FastAPI, uvicorn, aiosqlite: a transaction for each",
    POSTGRES: "banqbot's way of storing, on PostgreSQL",
}


def show_comparison(one: Comparison) -> None:
    numbers = sorted({measured.connections for measured in one.measured}, reverse=True)
    by_variant = {(measured.variant, measured.connections): measured for measured in one.measured}
    variants = [name for name in TITLES if (name, numbers[0]) in by_variant]
    ratios = table(
        "What answers the webhook: share of the ceiling (to reach at 64 connections: 0.65, better 0.85; "
        "on PostgreSQL 0.80)",
        ("what", *(_connections(number) for number in numbers), "p50 at 1, of one by one's"),
    )
    absolutes = table(
        "The same, in webhooks per second, and how long one waits",
        ("what", *(_connections(number) for number in numbers), "p50 at 1", "p99 at 1", "p99 at 64"),
    )
    for name in variants:
        found = [by_variant[name, number] for number in numbers]
        alone, most = found[-1], found[0]
        ratios.add_row(
            TITLES[name], *(f"{each.of_ceiling:.2f}" for each in found), f"{alone.p50_of_naive:.2f}"
        )
        absolutes.add_row(
            TITLES[name],
            *(f"{each.per_s:,.0f}" for each in found),
            f"{alone.p50_ms:.2f} ms",
            f"{alone.p99_ms:.2f} ms",
            f"{most.p99_ms:.1f} ms",
        )
    console.print(ratios)
    console.print(absolutes)
    console.print(
        f"Of {one.approvals:,} approvals that came as fast as they were taken, the last had taken effect "
        f"{one.worked_off_s:.1f} s after it was answered."
    )
    console.print(
        one.postgres_missing
        or "Banqbot itself stores in SQLite alone: the last line is its design, measured on PostgreSQL."
    )
    console.print(
        f"Everything is synced to the disk before it is answered; uvicorn reads with {one.parser}, as pip "
        "installs it, on asyncio's own loop.\n"
    )


def _connections(number: int) -> str:
    return f"{number} connections" if number > 1 else "1 connection"


def show_growth(one: Growth) -> None:
    shown = table(
        "The same load at 64 connections, as events pile up (to reach: 0.90 of the smallest)",
        ("stored before", "of the smallest", "webhooks per second", "p99"),
    )
    for each in one.stored:
        shown.add_row(f"{each.events:,}", f"{each.of_few:.2f}", f"{each.per_s:,.0f}", f"{each.p99_ms:.1f} ms")
    console.print(shown)
    for sentence in one.left_out:
        console.print(f"Left out: {sentence}.")
    console.print("All files were just written, and so lie in the system's cache where that has room.\n")


def show_maintenance(one: Maintenance) -> None:
    shown = table(
        f"Answers at 64 connections while a file of {one.events:,} events is looked after",
        ("beside it", "p99", "longest", "webhooks per second", "how many"),
    )
    for each in one.beside:
        shown.add_row(
            each.what,
            f"{each.p99_ms:.0f} ms",
            f"{each.longest_ms:.0f} ms",
            f"{each.per_s:,.0f}",
            f"{each.times:,}" if each.times else "",
        )
    console.print(shown)
    console.print()
