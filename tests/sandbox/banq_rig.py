"""A running Banq sandbox, a client of its API and a receiver of its webhooks."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from sandbox.banq import identities
from sandbox.banq.catalogue import NFTS
from sandbox.banq.echo import Echo
from sandbox.banq.server import BanqSandbox

CHECKSUMMED = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
CONFIG_PATH = f"/v1/account-spaces/{identities.ACCOUNT_SPACE_ID}/webhook-config"
CREDENTIALS = {
    "client_id": identities.CLIENT_ID,
    "username": identities.USERNAME,
    "password": identities.PASSWORD,
    "audience": identities.AUDIENCE,
    "grant_type": "password",
}


class Receiver:
    """Takes webhooks; `answers` are the statuses to give first, after that it is 200."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.came: list[tuple[Mapping[str, str], bytes]] = []
        self.answers: deque[int] = deque()
        self._came = asyncio.Condition()
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        async with self._came:
            self.bodies.append(await request.json())
            self.came.append((request.headers, await request.read()))
            self._came.notify_all()
        status = self.answers.popleft() if self.answers else 200
        return web.Response(status=status, headers={"Location": self.url})

    async def until(self, count: int) -> None:
        async with self._came:
            await self._came.wait_for(lambda: len(self.bodies) >= count)

    @property
    def actions(self) -> list[str]:
        return [body["action"] for body in self.bodies]


def hidden_fields(html: str) -> dict[str, str]:
    """What a page's form sends besides what people type."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))


class Rig:
    def __init__(self, banq: BanqSandbox, receiver: Receiver, http: aiohttp.ClientSession) -> None:
        self.banq = banq
        self.receiver = receiver
        self.http = http
        self.token = ""

    async def sign_in(self) -> None:
        async with self.http.post(self.banq.token_url, json=CREDENTIALS) as answer:
            self.token = (await answer.json())["access_token"]

    async def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.http.request(method, self.banq.api_url + path, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def control(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        async with self.http.request(method, f"{self.banq.url}/_control{path}", json=body) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    async def want_webhooks(self, path: str = CONFIG_PATH, **changes: object) -> None:
        config = {
            "url": self.receiver.url,
            "enabled": True,
            "retryCount": 5,
            "webHookTypes": ["userToken", "nftTransaction"],
        }
        status, _ = await self.call("POST", path, config | changes)
        assert status == 201

    async def page(self, path: str, form: Mapping[str, str] | None = None) -> tuple[int, str]:
        method = "GET" if form is None else "POST"
        async with self.http.request(method, self.banq.url + path, data=form) as answer:
            return answer.status, await answer.text()

    async def withdraw(self, slug: str = "quiet-hours-3", **changes: object) -> tuple[int, Any]:
        nft = NFTS[slug]
        body = {
            "tokenDataId": nft.token_data_id,
            "sourceBanq": nft.source_banq,
            "externalAddress": CHECKSUMMED,
            "amount": 1,
            "platformId": identities.PLATFORM_ID,
            "userId": identities.ADA.user_id,
        }
        return await self.call("POST", "/v1/nft-transactions/withdraw", body | changes)


@asynccontextmanager
async def running(
    state_path: Path | None = None,
    receiver: Receiver | None = None,
    settle_after_s: float = 0.0,
    crowd: int = 0,
    echo: Echo | None = None,
) -> AsyncIterator[Rig]:
    """With a `receiver` given, that one is used and left running; retries come without a pause."""
    async with _receiving(receiver) as taker, aiohttp.ClientSession() as http:
        banq = BanqSandbox(
            state_path=state_path,
            settle_after_s=settle_after_s,
            retry_delays_s=(0.0,),
            crowd=crowd,
            echo=echo,
        )
        await banq.start()
        try:
            rig = Rig(banq, taker, http)
            await rig.sign_in()
            yield rig
        finally:
            await banq.close()


@asynccontextmanager
async def _receiving(receiver: Receiver | None) -> AsyncIterator[Receiver]:
    if receiver is not None:
        yield receiver
        return
    async with serving_receiver() as own:
        yield own


@asynccontextmanager
async def serving_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.add_routes([web.post("/hook", receiver.take)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
