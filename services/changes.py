"""Wakes whoever follows a linking attempt, on the page and in chat."""

import asyncio
from contextlib import suppress


class Changes:
    """Counts what may have changed something. Followers also look now and then by themselves."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = asyncio.Event()

    def announce(self) -> None:
        self.count += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def after(self, count: int, within_s: float) -> None:
        """Return once more than that has changed, or after that time.

        Take the count before looking, so that nothing is missed in between.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self.count == count:
                    await self._changed.wait()
