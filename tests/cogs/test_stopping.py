"""SIGTERM, and who is still connected to the side server then."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sandbox.discord import ADA
from tests.cogs.member import Member, browser
from tests.live import WEBHOOK_SECRET, LiveBot, living

BODY = b'{"resourceType": "Payment", "note": "half of it comes later"}'
POST = f"POST /webhooks/{WEBHOOK_SECRET} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(BODY)}\r\n\r\n".encode()
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


class Caller:
    """A connection of its own, and what comes back over it, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def answer(self) -> bytes:
        """The head of the next answer."""
        return await self._reader.readuntil(b"\r\n\r\n")

    async def rest(self) -> bytes:
        """All that comes until the connection is closed."""
        return await self._reader.read()


@asynccontextmanager
async def calling(live: LiveBot) -> AsyncIterator[Caller]:
    reader, writer = await asyncio.open_connection("127.0.0.1", live.port)
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()


async def test_a_stop_answers_what_is_under_way_and_waits_for_nothing_that_never_ends(
    tmp_path: Path,
) -> None:
    async with living(tmp_path) as live:
        message = await Member(live, ADA).command("link")
        async with (
            browser(live) as page,
            calling(live) as idle,
            calling(live) as slow,
            calling(live) as endless,
        ):
            await page.begin(message.button("Open the secure page")["url"])
            await idle.send(GET)
            assert b" 200 " in await idle.answer()
            await slow.send(POST + BODY[:9])
            await endless.send(POST + BODY[:9])
            async with page.http.get(f"{live.url}/link/events") as events:
                assert b"data: " in await events.content.readline()

                stopping = asyncio.create_task(live.stop())
                await live.has_said("stopping")
                with pytest.raises(ConnectionRefusedError):
                    await asyncio.open_connection("127.0.0.1", live.port)
                # The stream is over, not broken off: otherwise reading it would raise.
                await events.content.read()
                # Only then comes the rest of what is under way, and it is waited for.
                await slow.send(BODY[9:])
                answer = await slow.answer()
                await stopping
            assert answer.startswith(b"HTTP/1.1 204 ")
            assert b"connection: close" in answer.lower()
            assert await slow.rest() == b""
            assert b"HTTP/" not in await idle.rest()
            # Not even a refusal, for which it would have had to wait.
            assert await endless.rest() == b""
        async with live.opened_database() as database:
            rows = await database.read.fetch_all("SELECT body FROM webhook_inbox")
        assert [row["body"] for row in rows] == [BODY]
        assert [line for line in live.output if "Traceback" in line or " ERROR " in line] == []
