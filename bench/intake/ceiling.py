"""The ceiling: everything but storing. `python -m bench.intake.ceiling`."""

import asyncio
from typing import Any

from bench.intake.bare import runner_of
from bench.intake.program import serve


async def store_nothing(_body: bytes, _webhook: dict[str, Any]) -> None:
    pass


if __name__ == "__main__":
    asyncio.run(serve(runner_of(store_nothing)))
