"""The smallest correct server on bare aiohttp: body, signature, JSON; what stores is up to its caller."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bench.intake.webhooks import is_signed

Store = Callable[[bytes, dict[str, Any]], Awaitable[None]]


def runner_of(store: Store) -> web.AppRunner:
    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        if not is_signed(body, request.headers.get("X-Signature", "")):
            raise web.HTTPUnauthorized
        await store(body, json.loads(body))
        return web.Response(status=204)

    app = web.Application()
    app.router.add_post("/webhooks/{secret}", receive)
    return web.AppRunner(app, access_log=None)
