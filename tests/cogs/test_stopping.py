"""SIGTERM, and who is still connected to the side server then; and SIGHUP."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from sandbox.discord import ADA, BEN
from tests.cogs.inside import Inside
from tests.cogs.member import ADDRESS, Member, browser
from tests.live import WEBHOOK_SECRET, LiveBot, living

BODY = b'{"resourceType": "Payment", "note": "half of it comes later"}'
POST = f"POST /webhooks/{WEBHOOK_SECRET} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(BODY)}\r\n\r\n".encode()
POSTERS = 20
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


async def test_a_stop_under_load_loses_nothing_and_systemd_is_told(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.setblocking(False)
        systemd.bind(str(tmp_path / "notify"))
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify")}
        async with living(tmp_path, environment=environment, timeout_s=60) as live:
            await _be_busy(live)
            stored: list[str] = []
            many = asyncio.Event()
            posting = [
                asyncio.create_task(_post_until_it_stops(live, poster, stored, many))
                for poster in range(POSTERS)
            ]
            await many.wait()
            stopping = asyncio.create_task(live.stop())
            await live.has_said("stopping")
            await asyncio.gather(*posting)
            live.banq.faults.release()
            await stopping

            async with live.opened_database() as database:
                rows = await database.read.fetch_all("SELECT body FROM webhook_inbox")
                withdrawals = await database.read.fetch_all("SELECT state FROM withdrawals ORDER BY rowid")
        told = [systemd.recv(4096).decode() for _ in range(6)]

    kept = [row["body"].decode() for row in rows]
    assert set(stored) <= set(kept)
    assert len(kept) == len(set(kept))
    sent, confirmed_late = [row["state"] for row in withdrawals]
    assert sent == "awaiting_owner"
    assert confirmed_late in {"draft", "confirmed"}, "sent by no process that is about to end"
    assert live.banq.faults.received["withdraw"] == 1
    assert told == [
        "STATUS=Connecting to Discord.",
        "READY=1",
        "WATCHDOG=1",
        "STATUS=Working.",
        "STOPPING=1",
        "STATUS=Finishing what is under way.",
    ]


async def _be_busy(live: LiveBot) -> None:
    """A withdrawal that Banq has not answered yet, and one of which it has not said yet whether it can be."""
    ada = Member(live, ADA)
    await ada.link(identities.ADA)
    review = await ada.command("withdraw", nft="Copper Hills", to=ADDRESS)
    live.banq.faults.add(Fault(route="withdraw", times=1, hold=True))
    await ada.type_end(review)
    await live.banq.store.until(lambda: live.banq.faults.held == 1)
    review = await ada.command("withdraw", nft="Bluebell Court", to=ADDRESS)
    live.banq.faults.add(Fault(route="nfts", hold=True))
    await ada.type_end(review)
    await live.banq.store.until(lambda: live.banq.faults.held == 2)


async def _post_until_it_stops(live: LiveBot, poster: int, stored: list[str], many: asyncio.Event) -> None:
    """One webhook after the other, until nobody listens; those that were answered count as stored."""
    async with aiohttp.ClientSession() as http:
        number = 0
        while True:
            number += 1
            body = f'{{"resourceType": "Payment", "note": "{poster}-{number}"}}'
            try:
                async with http.post(live.webhook_url, data=body) as response:
                    assert response.status == 204
            except aiohttp.ClientError:
                return
            stored.append(body)
            if len(stored) > 5 * POSTERS:
                many.set()


async def test_a_hangup_is_told_in_the_log_and_ends_nothing(tmp_path: Path) -> None:
    async with living(tmp_path) as live:
        live.send_signal(signal.SIGHUP)
        await live.has_said("SIGHUP changes nothing")

        assert "Start here" in (await Member(live, BEN).command("help")).text


async def test_closing_does_not_wait_for_a_gateway_that_has_fallen_silent(inside: Inside) -> None:
    # Nothing reads the connection any more, so that closing it is left to the bot itself.
    await inside.discord.gateway.dispatch("INTERACTION_CREATE", {}, guild_id=None)
    await asyncio.wait({inside.connection})
    inside.discord.gateway.fall_silent()

    # Only the library's own patience takes that long.
    async with asyncio.timeout(20):
        await inside.bot.close()

    assert inside.bot.is_closed()
    inside.discord.gateway.drop()
