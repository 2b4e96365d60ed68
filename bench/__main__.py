"""Runs every measurement and prints its figures: `make bench`, or `make bench ONLY=intake` for some parts."""

import asyncio
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from bench import chart, idle, interactions, linking, markdown, tables, targets
from bench.approval import approve
from bench.checks import NotMeasured
from bench.effort import Effort
from bench.intake.comparison import compare
from bench.intake.growth import grow
from bench.intake.maintenance import maintain
from bench.intake.tables import show_comparison, show_growth, show_maintenance
from bench.memory import watch_memory
from bench.progress import Progress
from bench.results import JSON, Results, Target
from bench.tables import console


@dataclass(frozen=True)
class Part:
    """`at_most_s`: a part that hangs must not keep the others from being measured."""

    name: str
    title: str
    measure: Callable[[Path, Effort, Progress], Awaitable[Any]]
    show: Callable[[Any], None]
    targets: Callable[[Any], Sequence[Target]]
    at_most_s: float


PARTS = (
    Part("intake", "what answers the webhook", compare, show_comparison, targets.of_comparison, 480),
    Part("stored", "webhooks, as events pile up", grow, show_growth, targets.of_growth, 360),
    Part(
        "maintenance",
        "webhooks, while the file is looked after",
        maintain,
        show_maintenance,
        lambda _: (),
        120,
    ),
    Part(
        "approval",
        "30 members approve at Banq, one after the other",
        approve,
        tables.show_approval,
        targets.of_approval,
        240,
    ),
    Part(
        "queue",
        "200 members link on one lane, on two and on four",
        lambda *_: linking.measure(),
        tables.show_linking,
        lambda _: (),
        300,
    ),
    Part(
        "commands",
        "one member after the other runs every command",
        lambda *_: idle.commands(),
        tables.show_commands,
        targets.of_commands,
        180,
    ),
    Part(
        "wallet",
        "one member looks through 10,000 NFTs",
        lambda *_: idle.large_wallet(),
        tables.show_large_wallet,
        targets.of_large_wallet,
        120,
    ),
    Part(
        "crowd",
        "200 members run three commands each, while Banq is well, down and slow",
        lambda *_: interactions.measure(),
        tables.show_scenes,
        targets.of_scenes,
        420,
    ),
    Part(
        "memory",
        "a bot in 1,000 communities starts, and answers many commands",
        watch_memory,
        tables.show_memory,
        targets.of_memory,
        720,
    ),
)
# All parts together; what is left then is not measured.
AT_MOST_S = 25 * 60
NAMES = [part.name for part in PARTS]


def main(
    only: Annotated[list[str] | None, typer.Argument(help=f"Which parts: {', '.join(NAMES)}.")] = None,
    seconds: Annotated[float, typer.Option(help="How long each round of a load lasts.")] = 3,
    rounds: Annotated[int, typer.Option(min=1, help="How many rounds of each load.")] = 3,
    events: Annotated[
        int, typer.Option(min=1000, help="The most stored events to measure with.")
    ] = 5_000_000,
    commands: Annotated[
        int, typer.Option(min=1, help="How many commands to watch the memory over.")
    ] = 100_000,
) -> None:
    if set(only or ()) - set(NAMES):
        raise typer.BadParameter(f"There are only these parts: {', '.join(NAMES)}.")
    wanted = [part for part in PARTS if not only or part.name in only]
    effort = Effort(rounds, seconds, most_events=events, commands=commands)
    results, progress = Results(), Progress(console, len(wanted))
    until = time.monotonic() + AT_MOST_S
    failed = [part.name for part in wanted if not _measure(part, effort, progress, results, until)]
    if len(failed) < len(wanted):
        chart.draw(results.all)
        markdown.write(results.all)
        console.print(f"All of it: {JSON}, as a picture {chart.PNG}, for the README {markdown.MARKDOWN}")
    if failed:
        console.print(f"Not measured: {', '.join(failed)}.")
        sys.exit(1)


def _measure(part: Part, effort: Effort, progress: Progress, results: Results, until: float) -> bool:
    """Whether it worked; if not, the others are still measured."""
    JSON.parent.mkdir(exist_ok=True)
    # On the disk where the checkout lies: a temporary folder may be in memory, which syncs nothing.
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=JSON.parent)).resolve()
    try:
        with progress.part(part.title):
            figures = asyncio.run(_within(part, folder, effort, progress, until))
    except NotMeasured as refusal:
        console.print(f"{part.title}: not measured: {refusal}", markup=False)
        results.failed(part.name, str(refusal))
        return False
    except Exception as error:  # noqa: BLE001 - whatever it is, the others do not suffer
        console.print(f"{part.title}: not measured.\n{traceback.format_exc()}", markup=False)
        results.failed(part.name, str(error) or type(error).__name__)
        return False
    finally:
        shutil.rmtree(folder)
    results.keep(part.name, figures, part.targets(figures))
    part.show(figures)
    return True


async def _within(part: Part, folder: Path, effort: Effort, progress: Progress, until: float) -> Any:
    left_s = until - time.monotonic()
    try:
        async with asyncio.timeout(min(part.at_most_s, left_s)) as limit:
            return await part.measure(folder, effort, progress)
    except TimeoutError:
        if not limit.expired():
            raise
    what, at_most_s = ("it", part.at_most_s) if part.at_most_s < left_s else ("all together", AT_MOST_S)
    raise NotMeasured(f"{what} took longer than {at_most_s:.0f} s; is the machine busy?")


if __name__ == "__main__":
    typer.run(main)
