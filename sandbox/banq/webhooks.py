"""Sends webhooks: in the background, with retries, and as badly as it is told to."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from contextlib import nullcontext
from uuid import uuid4

import aiohttp
from pydantic import BaseModel, ConfigDict, Field

from sandbox.banq.state import Attempt, Delivery, Store, WebhookType, now

_TIMEOUT = aiohttp.ClientTimeout(total=10)


class WebhookFault(BaseModel):
    """How webhooks go wrong from now on: `duplicates` is the number of extra copies of each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    duplicates: int = Field(default=0, ge=0, le=100)
    delay_s: float = Field(default=0.0, ge=0)
    hold: bool = False
    drop: bool = False


class Signature(BaseModel):
    """Signs each webhook: the HMAC-SHA256 of its body, in hex, in this header."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secret: str = Field(min_length=1)
    header: str = Field(default="X-Signature", pattern=r"^[A-Za-z0-9-]{1,100}$")

    def headers(self, body: bytes) -> dict[str, str]:
        return {self.header: hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()}


class Webhooks:
    """`log` holds every delivery since the start, the oldest first.

    With a `signature`, each attempt from now on is signed.
    """

    def __init__(
        self, store: Store, retry_delays_s: Sequence[float], signature: Signature | None = None
    ) -> None:
        self._store = store
        self._retry_delays_s = retry_delays_s
        self.signature = signature
        self._fault = WebhookFault()
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._first_attempts = asyncio.Lock()
        self.log: list[Delivery] = []

    async def start(self) -> None:
        # A kept connection may just be closing at the other end, which would look like a failed attempt.
        connector = aiohttp.TCPConnector(force_close=True)
        self._session = aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT)
        self.log = list(self._store.state.undelivered)
        for delivery in self.log:
            delivery.state = "waiting"
            self._start(self._deliver(delivery))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()

    async def settled(self) -> None:
        """Waits until every webhook is delivered or given up; those held back are not waited for."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def misbehave(self, fault: WebhookFault) -> None:
        """Applies to webhooks announced from now on; `WebhookFault()` is good behaviour again."""
        self._fault = fault

    def announce(self, account_space_id: str, webhook_type: WebhookType, body: Mapping[str, object]) -> None:
        """Sends to the space's webhook URL if its owner asked for this type, and saves the state."""
        config = self._store.state.webhook_configs.get(account_space_id)
        wanted = config is not None and config.enabled and webhook_type in config.web_hook_types
        for _ in range(1 + self._fault.duplicates):
            self._take(account_space_id, body, wanted=wanted)
        self._store.save()

    def send(self, account_space_id: str, body: object) -> None:
        """Sends a hand-made body to the space's webhook URL, whatever types were asked for."""
        self._take(account_space_id, body, wanted=account_space_id in self._store.state.webhook_configs)
        self._store.save()

    def release(self, *, reverse: bool = True) -> None:
        """Sends what was held back, one after the other, by default the newest first."""
        held = [delivery for delivery in self.log if delivery.state == "held"]
        for delivery in held:
            delivery.state = "waiting"
        self._start(self._deliver_in_turn(reversed(held) if reverse else held))

    def _take(self, account_space_id: str, body: object, *, wanted: bool) -> None:
        delivery = Delivery(
            id=uuid4().hex, account_space_id=account_space_id, body=json.dumps(body), state="waiting"
        )
        self.log.append(delivery)
        if not wanted:
            delivery.state = "unwanted"
        elif self._fault.drop:
            delivery.state = "dropped"
        else:
            self._store.state.undelivered.append(delivery)
            if self._fault.hold:
                delivery.state = "held"
            else:
                self._start(self._deliver(delivery, self._fault.delay_s))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver_in_turn(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            await self._deliver(delivery)

    async def _deliver(self, delivery: Delivery, delay_s: float = 0.0) -> None:
        await asyncio.sleep(delay_s)
        while delivery.state == "waiting":
            config = self._store.state.webhook_configs[delivery.account_space_id]
            # One at a time and in order at first: "completed" must not overtake "processing" by accident.
            async with self._first_attempts if not delivery.attempts else nullcontext():
                attempt = await self._attempt(config.url, delivery.body.encode())
            delivery.attempts.append(attempt)
            if attempt.status is not None and attempt.status // 100 == 2:
                delivery.state = "delivered"
            elif len(delivery.attempts) > config.retry_count:
                delivery.state = "given up"
            if delivery.state != "waiting":
                self._store.state.undelivered.remove(delivery)
            self._store.save()
            if delivery.state == "waiting":
                pause = min(len(delivery.attempts), len(self._retry_delays_s)) - 1
                await asyncio.sleep(self._retry_delays_s[pause])

    async def _attempt(self, url: str, body: bytes) -> Attempt:
        if self._session is None:
            raise RuntimeError("Webhooks are sent only between start and close.")
        headers = {"Content-Type": "application/json", "User-Agent": "Banq-Webhooks/1.0"}
        if self.signature is not None:
            headers |= self.signature.headers(body)
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                return Attempt(at=now(), status=answer.status)
        except (aiohttp.ClientError, TimeoutError) as error:
            return Attempt(at=now(), error=type(error).__name__)
