"""Kills the bot at every point, looks whether anything is untrue then, and prints the tally."""

import asyncio
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.torture.breaches import breaches
from tests.torture.case import Breach, Death
from tests.torture.life import tortured
from tests.torture.plan import every_life
from tests.torture.play import Play

SEED = 20_260_301
AT_LEAST = 200
console = Console(highlight=False)


async def main(seed: int) -> int:
    # The emulators' answers to the dead.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        async with tortured(Path(folder), seed) as play:
            found = await _torture(play)
            states = play.records.states()
    console.print(_tally(play.deaths, states))
    took = time.monotonic() - began
    console.print(f"{len(play.deaths)} kills, {len(states)} withdrawals, seed {seed}, {took:.0f} s")
    if len(play.deaths) < AT_LEAST:
        found.append(f"fewer than {AT_LEAST} kills")
    for breach in found:
        console.print(f"BREACH: {breach}", style="bold red", markup=False)
    console.print(
        "What must hold was broken." if found else "Nothing was sent twice, and everything is true."
    )
    return 1 if found else 0


async def _torture(play: Play) -> list[str]:
    lives = every_life()
    planned = sum(len(life.points) for life in lives)
    with console.status("") as status:

        def tell(death: Death) -> None:
            status.update(f"{len(play.deaths)} of {planned}: killed {death.point}")

        try:
            await play.run(lives, company=True, tell=tell)
        except Breach as breach:
            return [str(breach)]
        return await breaches(play)


def _tally(deaths: Sequence[Death], states: Mapping[str, str]) -> Table:
    table = Table(title="Where it was killed", title_justify="left")
    for heading in ("killed", "the withdrawal then", "how it ended"):
        table.add_column(heading)
    table.add_column("kills", justify="right")
    counted = Counter(
        (death.point, death.state, states.get(death.withdrawal_id, "never drafted")) for death in deaths
    )
    for (point, state, ended), kills in sorted(counted.items()):
        table.add_row(point, state, ended, str(kills))
    return table


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else SEED)))
