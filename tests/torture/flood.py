"""Fires webhooks over many connections at once, each again until it is answered, as Banq does."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import aiohttp

from tests.torture.case import Breach

CONNECTIONS = 32
AGAIN_AFTER_S = (0.1, 0.2, 0.5, 1.0, 2.0)
PATIENCE_S = 60.0
Body = Mapping[str, Any]


@dataclass
class Webhook:
    """`is_taken`: it got a 2xx. `tries` counts those whose answer was lost as well."""

    body: bytes
    event_id: str | None
    tries: int = 0
    is_taken: bool = False


class Flood:
    """`real`: what may be said about wallets and transactions that exist; the rest is about none.

    With `only_once`, what got no answer is not sent again, and its connection ends.
    """

    def __init__(self, url: str, seed: int, real: Sequence[Body] = (), *, only_once: bool = False) -> None:
        self.sent: list[Webhook] = []
        self.taken = 0
        self._url = url
        self._random = Random(seed)  # noqa: S311 - it is to be repeatable
        self._real = real
        self._only_once = only_once
        self._news = asyncio.Condition()
        self._is_over = False

    @asynccontextmanager
    async def going(self) -> AsyncIterator[None]:
        """All connections are busy meanwhile. In the end, each finishes what it has begun."""
        self._is_over = False
        # The limit is not reached: each keeps its connection to itself, as it waits for its answer.
        connector = aiohttp.TCPConnector(limit=CONNECTIONS)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=10)) as http,
            asyncio.TaskGroup() as tasks,
        ):
            for _ in range(CONNECTIONS):
                tasks.create_task(self._fire(http))
            try:
                yield
            finally:
                self._is_over = True

    async def takes(self, more: int) -> None:
        """Wait until so many more are taken."""
        enough = self.taken + more
        async with self._news, asyncio.timeout(PATIENCE_S):
            await self._news.wait_for(lambda: self.taken >= enough)

    async def _fire(self, http: aiohttp.ClientSession) -> None:
        while not self._is_over:
            webhook = self._next()
            if self._only_once:
                await self._attempt(http, webhook)
                if not webhook.is_taken:
                    return
                continue
            await self.deliver(http, webhook)
            if webhook.event_id is not None and self._random.random() < 0.1:
                await self._attempt(http, webhook)

    async def deliver(self, http: aiohttp.ClientSession, webhook: Webhook) -> None:
        """Until it is taken, or given up."""
        for pause_s in (*AGAIN_AFTER_S, 0):
            await self._attempt(http, webhook)
            if webhook.is_taken:
                return
            await asyncio.sleep(pause_s)

    async def _attempt(self, http: aiohttp.ClientSession, webhook: Webhook) -> None:
        webhook.tries += 1
        try:
            async with http.post(self._url, data=webhook.body) as answer:
                status = answer.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            return
        if status not in {204, 503}:
            raise Breach(f"a webhook was answered with {status}")
        if status == 204:
            webhook.is_taken = True
            self.taken += 1
            async with self._news:
                self._news.notify_all()

    def _next(self) -> Webhook:
        number = len(self.sent)
        body = {**self._random.choice(self._kinds())(), "note": f"№ {number}"}
        event_id = f"event-{number}" if self._random.random() < 0.5 else None
        if event_id is not None:
            body["eventId"] = event_id
        # However it is written, it must be kept like that.
        text = json.dumps(body, ensure_ascii=False, indent=self._random.choice((None, 1)))
        webhook = Webhook(text.encode(), event_id)
        self.sent.append(webhook)
        return webhook

    def _kinds(self) -> list[Callable[[], Body]]:
        """Approvals are the most frequent."""
        kinds: list[Callable[[], Body]] = [
            *(self._approval, self._approval, self._approval),
            *(self._revocation, self._transaction, self._unknown, self._unknown),
        ]
        if self._real:
            kinds.append(lambda: self._random.choice(self._real))
        return kinds

    def _approval(self) -> Body:
        guid, user_id = self._id(), self._id()
        return {
            "action": "created",
            "resourceType": "UserToken",
            "resourceId": guid,
            "data": {"userGuid": guid, "userId": user_id},
        }

    def _revocation(self) -> Body:
        return {"action": "deleted", "resourceType": "UserToken", "resourceId": self._id()}

    def _transaction(self) -> Body:
        return {"action": "completed", "resourceType": "NftTransaction", "resourceId": self._id()}

    def _unknown(self) -> Body:
        return {"action": "completed", "resourceType": "Payment", "resourceId": self._id()}

    def _id(self) -> str:
        return str(UUID(int=self._random.getrandbits(128)))
