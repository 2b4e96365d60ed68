"""What people read of the figures: tables, ratios before absolutes."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from bench.approval import Approval
from bench.figures import Times
from bench.idle import CommandFigures, LargeWallet
from bench.interactions import Scene
from bench.linking import LinkingFigures
from bench.memory import Memory

console = Console(highlight=False)
# A table that does not fit a narrow terminal or a log would be cut into pieces.
if console.width < 110:
    console = Console(highlight=False, width=110)


def show_linking(figures: Sequence[LinkingFigures]) -> None:
    shown = table(
        "Linking a whole community that starts within a minute",
        ("lanes", "members", "all linked after", "a turn takes", "our own work per member"),
    )
    for one in figures:
        shown.add_row(
            str(one.lanes),
            str(one.members),
            f"{one.took.total_seconds() / 60:.0f} min",
            f"{one.per_member_and_lane.total_seconds():.1f} s",
            f"{one.own_s / one.members * 1000:.0f} ms",
        )
    console.print(shown)
    console.print(
        "Members sign in and approve at Banq within 10 to 20 seconds, and confirm within 5. "
        "Then the lane rests for 10.\n"
    )


def show_commands(figures: Sequence[CommandFigures]) -> None:
    shown = table(
        "Commands on an idle bot, from dispatch, in ms (to reach: first answer p99 10)",
        ("command", "first answer p50", "p99", "last word p50", "p99"),
    )
    for one in figures:
        shown.add_row(f"/{one.command}", *cells(one.first), *cells(one.final))
    console.print(shown)
    console.print("Both include what the emulated Discord takes on the way, and Banq where it is asked.\n")


def show_large_wallet(one: LargeWallet) -> None:
    shown = table(f"A wallet of {one.nfts:,} NFTs, in ms", ("what", "p50", "p99", "to reach"))
    shown.add_row("/withdraw nft: autocomplete", *cells(one.autocomplete), "p99 20")
    shown.add_row("a page turn: first answer", *cells(one.page_turn_first), "p99 10")
    shown.add_row("a page turn: the page", *cells(one.page_turn_final), "")
    shown.add_row("the event loop stood still, meanwhile", f"{one.use_stall_ms:.0f}", "", "")
    own_ms = one.reading_ms - one.banq_ms
    shown.add_row("/nfts that reads it, beyond Banq's own time", f"{own_ms:.0f}", "", "")
    shown.add_row("the event loop stood still, meanwhile", f"{one.reading_stall_ms:.0f}", "", "")
    console.print(shown)
    console.print()


def show_scenes(scenes: Sequence[Scene]) -> None:
    shown = table(
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
        shown.add_row(
            f"{one.banq} ({one.interactions})",
            _seconds(one.first),
            str(one.failed),
            _seconds(one.final),
            said,
            str(one.untrue),
            str(one.calls_of_banq),
            f"{one.longest_stall_ms / 1000:.2f} s",
        )
    console.print(shown)
    console.print(
        "In brackets: how many interactions. Right: what Banq's ledger says. Known: what it said before, "
        "with its age. Silent: that Banq is not answering. Stood still: the bot's event loop at the longest. "
        "The emulators take their share of the same processors. All times are real ones.\n"
    )


def show_memory(one: Memory) -> None:
    shown = table(f"A bot in {one.guilds:,} communities", ("what", "measured", "to reach"))
    shown.add_row("start to ready", f"{one.start_s:.2f} s", "1.5 s")
    shown.add_row("memory once ready (RSS)", f"{one.ready_mb:.0f} MB", "90 MB")
    shown.add_row(f"growth over {one.commands:,} commands", f"{one.grown_mb:.1f} MB", "10 MB over 100,000")
    console.print(shown)
    per_s = one.commands / one.took_s
    halfway = next(mb for commands, mb in one.growth if commands * 2 >= one.commands)
    console.print(f"{per_s:.0f} commands a second, the emulators included; {halfway:.0f} MB halfway.\n")


def show_approval(one: Approval) -> None:
    shown = table("From Banq's webhook to the question in chat, in ms", ("what", "p50", "p99", "to reach"))
    shown.add_row("right after the page's report", *cells(one.at_once), "p99 300")
    shown.add_row("half a second after it", *cells(one.later), "p99 300")
    console.print(shown)
    console.print(
        "With what the emulated Discord and Banq take on the way. A message is edited at most every 0.2 s, "
        "and the page's report has just edited it.\n"
    )


def table(title: str, headings: Iterable[str]) -> Table:
    made = Table(title=title, title_justify="left")
    for heading in headings:
        made.add_column(heading, justify="left" if heading in {"command", "what", "Banq"} else "right")
    return made


def cells(one: Times) -> tuple[str, str]:
    return f"{one.p50:.1f}", f"{one.p99:.1f}"


def _seconds(one: Times) -> str:
    return "\n".join(
        f"{name} {value / 1000:.2f} s"
        for name, value in (("p50", one.p50), ("p99", one.p99), ("max", one.max))
    )
