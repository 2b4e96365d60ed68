"""Kills the bot at every point, looks whether anything is untrue then, and prints the tally."""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.torture.breaches import breaches
from tests.torture.life import tortured
from tests.torture.plan import every_life
from tests.torture.play import Breach, Death

console = Console(highlight=False)
SEED = 20_260_301
AT_LEAST = 200


async def main(seed: int) -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        async with tortured(Path(folder), seed) as play:
            found: list[str] = []
            try:
                await play.run(every_life(), lambda death: console.print(f"killed {death.point}"))
            except Breach as breach:
                found.append(str(breach))
            else:
                found += await breaches(play)
    console.print(tally(play.deaths))
    console.print(
        f"{len(play.deaths)} kills, {len(play.cases)} withdrawals, {time.monotonic() - began:.0f} s"
    )
    if len(play.deaths) < AT_LEAST:
        found.append(f"fewer than {AT_LEAST} kills")
    for line in found:
        console.print(f"BREACH (seed {seed}): {line}", style="bold red", markup=False)
    return 1 if found else 0


def tally(deaths: list[Death]) -> Table:
    table = Table(title="Where it died", title_justify="left")
    for heading in ("killed", "state then", "how it ended"):
        table.add_column(heading)
    table.add_column("kills", justify="right")
    counted = Counter((death.point, death.state, death.case.ended) for death in deaths)
    for (point, state, ended), count in sorted(counted.items()):
        table.add_row(point, state, ended, str(count))
    return table


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else SEED)))
