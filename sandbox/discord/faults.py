"""Misbehaviour on demand: the next calls to a route fail, stall or break off."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from sandbox.discord.bodies import json_answer

API = "/api/v10"


@dataclass
class Fault:
    """`route` is a path prefix below /api/v10, with or without a method: "POST /channels"."""

    route: str
    remaining: int
    status: int | None = None
    delay_s: float = 0.0
    drop: bool = False
    after_acting: bool = False
    is_global: bool = False
    retry_after_s: float = 0.05

    def concerns(self, method: str, path: str) -> bool:
        wanted_method, _, wanted_path = self.route.rpartition(" ")
        return wanted_method in ("", method) and path.startswith(wanted_path)


class Faults:
    """Armed faults, used up in the order in which they were armed.

    `unusable_hosts`: whose pictures Discord refuses, for a reason that nobody can foresee, until cleared.
    """

    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self.unusable_hosts: set[str] = set()

    def rate_limit(
        self, route: str, times: int = 1, *, retry_after_s: float = 0.05, is_global: bool = False
    ) -> None:
        self._armed.append(Fault(route, times, 429, retry_after_s=retry_after_s, is_global=is_global))

    def fail(self, route: str, times: int = 1, *, status: int = 500) -> None:
        self._armed.append(Fault(route, times, status))

    def drop(self, route: str, times: int = 1, *, after_acting: bool = False) -> None:
        """Closes the connection without an answer, before or after doing what was asked."""
        self._armed.append(Fault(route, times, drop=True, after_acting=after_acting))

    def delay(self, route: str, times: int = 1, *, delay_s: float) -> None:
        self._armed.append(Fault(route, times, delay_s=delay_s))

    def clear(self) -> None:
        self._armed.clear()
        self.unusable_hosts.clear()

    async def apply(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        fault = self._take(request.method, request.path.removeprefix(API))
        if fault is None:
            return await handler(request)
        if fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault.after_acting:
            await handler(request)
        if fault.drop and request.transport is not None:
            request.transport.abort()
        if fault.status is None:
            return await handler(request) if not fault.drop else web.Response(status=500)
        await request.read()
        return _failure(fault)

    def _take(self, method: str, path: str) -> Fault | None:
        for fault in self._armed:
            if fault.concerns(method, path):
                fault.remaining -= 1
                if fault.remaining <= 0:
                    self._armed.remove(fault)
                return fault
        return None


def _failure(fault: Fault) -> web.Response:
    status = fault.status or 500
    if status != 429:
        return json_answer({"message": f"{status}: Internal Server Error", "code": 0}, status)
    body = {
        "message": "You are being rate limited.",
        "retry_after": fault.retry_after_s,
        "global": fault.is_global,
    }
    headers = {
        "Via": "1.1 google",
        "Retry-After": str(max(1, round(fault.retry_after_s))),
        "X-RateLimit-Scope": "global" if fault.is_global else "user",
    }
    if fault.is_global:
        headers["X-RateLimit-Global"] = "true"
    return json_answer(body, status, headers)
