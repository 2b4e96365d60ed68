"""Reading a body: who left is told from a mistake of ours."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from web.bodies import whole_body


async def test_reading_it_twice_at_once_is_a_mistake_of_ours() -> None:
    async def twice(request: web.Request) -> web.Response:
        first = asyncio.create_task(whole_body(request))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="already waiting"):
            await whole_body(request)
        come.set()
        return web.Response(body=await first)

    async def slowly() -> AsyncIterator[bytes]:
        yield b"half"
        await come.wait()
        yield b" and half"

    come = asyncio.Event()
    app = web.Application()
    app.router.add_post("/", twice)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    async with aiohttp.ClientSession() as http, http.post(url, data=slowly()) as answer:
        assert await answer.read() == b"half and half"
    await runner.cleanup()
