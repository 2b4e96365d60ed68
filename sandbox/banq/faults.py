"""Calls that go wrong on demand, and a count of those that came and those that took effect."""

import asyncio
from collections import Counter
from typing import Literal, Self, get_args

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.banq.state import Store

Route = Literal["token", "me", "webhook-config", "nfts", "withdraw", "transaction"]
ROUTES: tuple[Route, ...] = get_args(Route)
Outage = Literal["503", "drop"]

_ODD_BODIES = {"not-json": "<html>Bad gateway</html>", "wrong-shape": '{"unexpected": [1]}', "empty": ""}


class Fault(BaseModel):
    """What goes wrong on one route, for the next `times` calls or until cleared.

    It strikes before the call acts, or with `after_acting` once it has taken effect. `hold` keeps the
    call waiting until it is released; a release ends a latency early too. An odd body always replaces
    the answer of a call that has acted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    route: Route
    times: int | None = Field(default=None, ge=1)
    latency_s: float = Field(default=0.0, ge=0)
    hold: bool = False
    status: int | None = Field(default=None, ge=400, le=599)
    retry_after_s: int | None = Field(default=None, ge=0)
    drop: bool = False
    body: Literal["not-json", "wrong-shape", "empty"] | None = None
    after_acting: bool = False

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not (self.latency_s or self.hold or self.status or self.drop or self.body):
            raise ValueError("A fault needs a latency_s, hold, status, drop or body.")
        if self.status and self.drop:
            raise ValueError("A dropped call has no status.")
        return self


class Faults:
    """`received` and `accepted` count calls by route; accepted are those that took effect.

    `orders` are the bodies of all withdraw calls that came, and `held` is how many calls are waiting now.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Fault] = []
        self._released = asyncio.Event()
        self.received: Counter[str] = Counter()
        self.accepted: Counter[str] = Counter()
        self.orders: list[str] = []
        self.held = 0
        self.outage: Outage | None = None

    def add(self, fault: Fault) -> None:
        """Faults of one route take turns: the first added is used up first."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Forgets all faults, ends an outage and releases held calls."""
        self._waiting.clear()
        self.outage = None
        self.release()

    def release(self) -> None:
        """Lets every call that is held or slow go on."""
        self._released.set()
        self._released = asyncio.Event()

    def around(self, route: Route, handler: Handler) -> Handler:
        """The handler, counted and struck by the faults of its route."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            # Read to its end now: a call that is held acts later even where nobody waits for it any more.
            body = await request.text()
            self.received[route] += 1
            if route == "withdraw":
                self.orders.append(body)
            self._store.notify()
            # What came whole can take effect even when the caller is gone by then.
            await request.read()
            fault = self._next(route)
            if fault and not fault.after_acting:
                await self._strike(fault)
            answer = await handler(request)
            self.accepted[route] += 1
            self._store.notify()
            if fault and fault.after_acting:
                await self._strike(fault)
            if fault and fault.body:
                return web.Response(
                    status=answer.status, text=_ODD_BODIES[fault.body], content_type="application/json"
                )
            return answer

        return guarded

    def _next(self, route: Route) -> Fault | None:
        for position, fault in enumerate(self._waiting):
            if fault.route == route:
                if fault.times == 1:
                    del self._waiting[position]
                elif fault.times:
                    self._waiting[position] = fault.model_copy(update={"times": fault.times - 1})
                return fault
        return None

    async def _strike(self, fault: Fault) -> None:
        if fault.hold or fault.latency_s:
            self.held += 1
            self._store.notify()
            try:
                async with asyncio.timeout(None if fault.hold else fault.latency_s):
                    await self._released.wait()
            except TimeoutError:
                pass
            finally:
                self.held -= 1
                self._store.notify()
        if fault.drop:
            raise Dropped
        if fault.status:
            raise FaultAnswer(fault.status, fault.retry_after_s)

    @web.middleware
    async def outages(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Everything but the control routes is unavailable during an outage."""
        if self.outage and not request.path.startswith("/_control"):
            if self.outage == "drop":
                raise Dropped
            raise FaultAnswer(503, None)
        return await handler(request)


class FaultAnswer(Exception):
    def __init__(self, status: int, retry_after_s: int | None) -> None:
        super().__init__(status)
        self.status = status
        self.headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}


class Dropped(Exception):
    """The call gets no answer at all."""
