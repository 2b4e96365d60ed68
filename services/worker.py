"""A loop that works when woken, and now and then by itself, so that nothing waits for a lost wake-up."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

log = logging.getLogger(__name__)


class Worker:
    """Runs `step` again and again: at once after `wake`, otherwise every `interval_s`.

    Woken while it works, it first rests for `rest_s`: what comes meanwhile is done in one step.
    """

    def __init__(
        self, name: str, step: Callable[[], Awaitable[None]], interval_s: float, rest_s: float = 0
    ) -> None:
        self._name = name
        self._step = step
        self._interval_s = interval_s
        self._rest_s = rest_s
        self._woken = asyncio.Event()
        self._failure: str | None = None

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Run until cancelled. A failed step is logged and tried again: its work is in the database."""
        while True:
            self._woken.clear()
            try:
                await self._step()
            except Exception as error:  # noqa: BLE001 - logged, with its traceback
                self._failed(error)
            else:
                self._succeeded()
            await asyncio.sleep(self._rest_s)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._interval_s):
                    await self._woken.wait()

    def _failed(self, error: Exception) -> None:
        """The same failure is told once, until it is over: a full disk may last for days."""
        if repr(error) != self._failure:
            self._failure = repr(error)
            log.error("the %s worker failed; it tries again", self._name, exc_info=error)

    def _succeeded(self) -> None:
        if self._failure is not None:
            self._failure = None
            log.info("the %s worker works again", self._name)
