"""Runs every measurement and prints its figures: `make bench`."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import idle, interactions, linking
from bench.figures import Times
from bench.idle import CommandFigures, LargeWallet
from bench.interactions import Scene
from bench.linking import LinkingFigures

JSON = Path("build/bench.json")
console = Console(highlight=False)


def main() -> None:
    with console.status("200 members link on one lane, on two and on four …"):
        linked = linking.measure()
    _print_linking(linked)
    with console.status("One member after the other runs every command …"):
        commands = asyncio.run(idle.commands())
    _print_commands(commands)
    with console.status("One member looks through 10,000 NFTs …"):
        large = asyncio.run(idle.large_wallet())
    _print_large_wallet(large)
    with console.status("200 members run three commands each, while Banq is well, down and slow …"):
        scenes = asyncio.run(interactions.measure())
    _print_scenes(scenes)
    figures = {"linking": linked, "commands": commands, "large_wallet": large, "all_at_once": scenes}
    JSON.parent.mkdir(exist_ok=True)
    JSON.write_text(json.dumps(figures, default=_plain, indent=1), encoding="utf-8")
    console.print(f"All of it as JSON: {JSON}")


def _print_linking(figures: Sequence[LinkingFigures]) -> None:
    table = _table(
        "Linking a whole community that starts within a minute",
        ("lanes", "members", "all linked after", "a turn takes", "our own work per member"),
    )
    for one in figures:
        table.add_row(
            str(one.lanes),
            str(one.members),
            f"{one.took.total_seconds() / 60:.0f} min",
            f"{one.per_member_and_lane.total_seconds():.1f} s",
            f"{one.own_s / one.members * 1000:.0f} ms",
        )
    console.print(table)
    console.print(
        "Members sign in and approve at Banq within 10 to 20 seconds, and confirm within 5. "
        "Then the lane rests for 10.\n"
    )


def _print_commands(figures: Sequence[CommandFigures]) -> None:
    table = _table(
        "Commands on an idle bot, from dispatch, in ms (to reach: first answer p99 10)",
        ("command", "first answer p50", "p99", "last word p50", "p99"),
    )
    for one in figures:
        table.add_row(f"/{one.command}", *_cells(one.first), *_cells(one.final))
    console.print(table)
    console.print("Both include what the emulated Discord takes on the way, and Banq where it is asked.\n")


def _print_large_wallet(one: LargeWallet) -> None:
    table = _table(f"A wallet of {one.nfts:,} NFTs, in ms", ("what", "p50", "p99", "to reach"))
    table.add_row("/withdraw nft: autocomplete", *_cells(one.autocomplete), "p99 20")
    table.add_row("a page turn: first answer", *_cells(one.page_turn_first), "p99 10")
    table.add_row("a page turn: the page", *_cells(one.page_turn_final), "")
    table.add_row("the event loop stood still, meanwhile", f"{one.use_stall_ms:.0f}", "", "")
    own_ms = one.reading_ms - one.banq_ms
    table.add_row("/nfts that reads it, beyond Banq's own time", f"{own_ms:.0f}", "", "")
    table.add_row("the event loop stood still, meanwhile", f"{one.reading_stall_ms:.0f}", "", "")
    console.print(table)
    console.print()


def _print_scenes(scenes: Sequence[Scene]) -> None:
    table = _table(
        "A whole community at once (to reach: first answer 1 s, none failed, none untrue)",
        (
            "Banq",
            "first answer",
            "failed",
            "last word",
            "what it said",
            "untrue",
            "Banq was asked",
            "stood still",
        ),
    )
    for one in scenes:
        said = "\n".join(f"{count} {claim}" for claim, count in sorted(one.claims.items()))
        table.add_row(
            f"{one.banq} ({one.interactions})",
            _seconds(one.first),
            str(one.failed),
            _seconds(one.final),
            said,
            str(one.untrue),
            str(one.calls_of_banq),
            f"{one.longest_stall_ms / 1000:.2f} s",
        )
    console.print(table)
    console.print(
        "In brackets: how many interactions. Right: what Banq's ledger says. Known: what it said before, "
        "with its age. Silent: that Banq is not answering. Stood still: the bot's event loop at the longest. "
        "The emulators take their share of the same processors. All times are real ones.\n"
    )


def _table(title: str, headings: Iterable[str]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, justify="left" if heading in {"command", "what", "Banq"} else "right")
    return table


def _cells(one: Times) -> tuple[str, str]:
    return f"{one.p50:.1f}", f"{one.p99:.1f}"


def _seconds(one: Times) -> str:
    return "\n".join(
        f"{name} {value / 1000:.2f} s"
        for name, value in (("p50", one.p50), ("p99", one.p99), ("max", one.max))
    )


def _plain(value: object) -> object:
    if isinstance(value, LinkingFigures):
        return {
            "lanes": value.lanes,
            "members": value.members,
            "took_s": value.took.total_seconds(),
            "own_s": value.own_s,
        }
    if isinstance(value, CommandFigures | LargeWallet | Scene):
        return asdict(value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(type(value))


if __name__ == "__main__":
    main()
