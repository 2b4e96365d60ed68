"""Ends the side server in good order: whoever is being answered still gets the answer."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from web.keys import LINK_PAGE

# What is not answered after its time is cut off; the library would wait for a minute, and twice.
CUT_OFF_WITHIN_S = 0.5

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class UnderWay:
    """Counts the requests that are being answered. `stopping` is set once no others are wanted."""

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    def __enter__(self) -> None:
        self._count += 1
        self._none.clear()

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if not self._count:
            self._none.set()

    async def until_none(self) -> None:
        await self._none.wait()


UNDER_WAY = web.AppKey("UNDER_WAY", UnderWay)


@web.middleware
async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
    under_way = request.app[UNDER_WAY]
    with under_way:
        response = await handler(request)
    if under_way.stopping.is_set() and not response.prepared:
        # Whoever keeps the connection open would go on asking.
        response.force_close()
    return response


async def finish(app: web.Application, patience_s: float) -> None:
    """Wait, but no longer than that, until nothing is being answered. Call it once nobody can connect.

    Cleaning the runner up takes no more of a body in, so that comes afterwards.
    """
    await _begin(app)
    with suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            await app[UNDER_WAY].until_none()


def prepare(app: web.Application) -> None:
    app[UNDER_WAY] = UnderWay()
    app.on_shutdown.append(_begin)


async def _begin(app: web.Application) -> None:
    """A page's stream of events would go on for ever; the page comes back by itself."""
    app[UNDER_WAY].stopping.set()
    app[LINK_PAGE].changes.announce()
