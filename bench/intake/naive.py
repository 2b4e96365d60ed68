"""One transaction per request on bare aiohttp. `python -m bench.intake.naive FILE`."""

import asyncio
import sys
from pathlib import Path

from bench.intake import one_by_one
from bench.intake.bare import runner_of
from bench.intake.program import serve


async def main() -> None:
    async with one_by_one.opened(Path(sys.argv[1])) as storage:
        await serve(runner_of(storage.store))


if __name__ == "__main__":
    asyncio.run(main())
