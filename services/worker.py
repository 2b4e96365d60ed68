"""A loop that works when woken, and now and then by itself, so that nothing waits for a lost wake-up."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

log = logging.getLogger(__name__)

# Much longer than a round takes that asks nobody outside.
ROUND_WITHIN_S = 300.0


class Worker:
    """Runs `step` again and again: at once after `wake`, otherwise every `interval_s`.

    Woken while it works, it first rests for `rest_s`: what comes meanwhile is done in one step.
    A round that takes longer than `round_within_s` hangs.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], Awaitable[None]],
        interval_s: float,
        rest_s: float = 0,
        now: Callable[[], float] = time.monotonic,
        round_within_s: float = ROUND_WITHIN_S,
    ) -> None:
        self.name = name
        self._step = step
        self._interval_s = interval_s
        self._rest_s = rest_s
        self._woken = asyncio.Event()
        self._failure: str | None = None
        self._now = now
        self.round_within_s = round_within_s
        self._runs = False
        self._worked_at = 0.0
        self._round_began_at: float | None = None

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Run until cancelled. A failed step is logged and tried again: its work is in the database."""
        self._runs, self._worked_at = True, self._now()
        try:
            await self._run()
        finally:
            self._runs = False

    def trouble(self) -> str | None:
        """What keeps it from its work, if anything, in words that go on after its name."""
        if not self._runs:
            return "does not run"
        silent_s = self._now() - self._worked_at
        if silent_s <= self._interval_s + self.round_within_s:
            return None
        return f"has finished no round for {silent_s:.0f} s" + (", its rounds fail" if self._failure else "")

    def hangs(self) -> bool:
        """Whether its round does not come to an end. One that fails has ended, too."""
        return self._round_began_at is not None and self._now() - self._round_began_at > self.round_within_s

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            self._round_began_at = self._now()
            try:
                await self._step()
            except Exception as error:  # noqa: BLE001 - logged, with its traceback
                self._failed(error)
            else:
                self._succeeded()
            self._round_began_at = None
            await asyncio.sleep(self._rest_s)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._interval_s):
                    await self._woken.wait()

    def _failed(self, error: Exception) -> None:
        """The same failure is told once, until it is over: a full disk may last for days."""
        if repr(error) != self._failure:
            self._failure = repr(error)
            log.error("the %s worker failed; it tries again", self.name, exc_info=error)

    def _succeeded(self) -> None:
        self._worked_at = self._now()
        if self._failure is not None:
            self._failure = None
            log.info("the %s worker works again", self.name)
