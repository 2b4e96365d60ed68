"""A bot made of bare HTTP calls and one websocket, for what a library would hide."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from sandbox.discord import APPLICATION_ID, BOT_TOKEN, DiscordSandbox

HELLO = {"name": "hello", "description": "Say hello"}
COMMANDS = f"/applications/{APPLICATION_ID}/commands"
GUILDS = 1


class Wire:
    def __init__(self, sandbox: DiscordSandbox, http: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.http = http

    async def call(self, method: str, path: str, body: Any = None, token: str = BOT_TOKEN) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {token}"} if token else {}
        async with self.http.request(
            method, self.sandbox.api_url + path, json=body, headers=headers
        ) as answer:
            raw = await answer.text()
            return answer.status, json.loads(raw) if raw else None

    async def connect(self, **identify: Any) -> aiohttp.ClientWebSocketResponse:
        socket = await self.http.ws_connect(self.sandbox.gateway_url)
        assert (await socket.receive_json())["op"] == 10
        data = {"token": BOT_TOKEN, "intents": GUILDS, "properties": {}} | identify
        await socket.send_json({"op": 2, "d": data})
        return socket


@asynccontextmanager
async def wired(guilds: int = 1) -> AsyncIterator[Wire]:
    sandbox = DiscordSandbox(answer_within_s=0.2, guilds=guilds)
    await sandbox.start()
    async with aiohttp.ClientSession() as http:
        yield Wire(sandbox, http)
    await sandbox.close()


async def next_event(socket: aiohttp.ClientWebSocketResponse, name: str) -> Any:
    async with asyncio.timeout(5):
        while True:
            frame = await socket.receive_json()
            if frame.get("t") == name:
                return frame["d"]
