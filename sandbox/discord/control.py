"""Misbehaviour over HTTP, for those who drive the playground from outside: POST /_control/..."""

from aiohttp import web

from sandbox.discord.bodies import json_answer
from sandbox.discord.cast import PEOPLE, Person
from sandbox.discord.faults import Faults
from sandbox.discord.gateway import Gateway
from sandbox.discord.members import Members
from sandbox.discord.options import ClientRefusedError
from sandbox.discord.wire import Json
from sandbox.discord.world import World


class Control:
    def __init__(self, world: World, gateway: Gateway, faults: Faults, members: Members) -> None:
        self._world = world
        self._gateway = gateway
        self._faults = faults
        self._members = members

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/_control/rest", self.rest),
            web.post("/_control/gateway", self.gateway),
            web.post("/_control/direct-messages", self.direct_messages),
            web.post("/_control/members", self.members),
            web.post("/_control/locale", self.locale),
            web.post("/_control/expire-tokens", self.expire_tokens),
        ]

    async def rest(self, request: web.Request) -> web.Response:
        """`{route, kind: 429|5xx|"drop"|"delay"|"clear", times?, ...}`: see `Faults`."""
        asked: Json = await request.json()
        route, times = str(asked.get("route", "")), int(asked.get("times", 1))
        match asked.get("kind"):
            case 429:
                retry_after_s = float(asked.get("retry_after_s", 0.05))
                is_global = bool(asked.get("global"))
                self._faults.rate_limit(route, times, retry_after_s=retry_after_s, is_global=is_global)
            case int(status):
                self._faults.fail(route, times, status=status)
            case "drop":
                self._faults.drop(route, times, after_acting=bool(asked.get("after_acting")))
            case "delay":
                self._faults.delay(route, times, delay_s=float(asked["delay_s"]))
            case "clear":
                self._faults.clear()
            case kind:
                return json_answer({"error": f"Unknown kind {kind!r}"}, 400)
        return web.Response(status=204)

    async def gateway(self, request: web.Request) -> web.Response:
        """`{kind: "reconnect"|"invalid-session"|"drop", resumable?}`."""
        asked: Json = await request.json()
        match asked.get("kind"):
            case "reconnect":
                await self._gateway.ask_to_reconnect()
            case "invalid-session":
                await self._gateway.invalidate_sessions(resumable=bool(asked.get("resumable")))
            case "drop":
                self._gateway.drop()
            case kind:
                return json_answer({"error": f"Unknown kind {kind!r}"}, 400)
        return web.Response(status=204)

    async def direct_messages(self, request: web.Request) -> web.Response:
        """`{member: "ada", open: true}`."""
        asked: Json = await request.json()
        person = _person(asked)
        if person is None:
            return json_answer({"error": "Unknown member"}, 400)
        self._members.set_direct_messages(person.id, is_open=bool(asked.get("open")))
        return web.Response(status=204)

    async def members(self, request: web.Request) -> web.Response:
        """`{member: "ada", kind: "leave"|"join"|"delete-account"}`."""
        asked: Json = await request.json()
        happens = {
            "leave": self._members.leave,
            "join": self._members.join,
            "delete-account": self._members.delete_account,
        }.get(str(asked.get("kind")))
        person = _person(asked)
        if person is None or happens is None:
            return json_answer({"error": "Unknown member or kind"}, 400)
        try:
            happens(person.id)
        except ClientRefusedError as refused:
            return json_answer({"error": str(refused)}, 400)
        return web.Response(status=204)

    async def locale(self, request: web.Request) -> web.Response:
        """`{member: "ada", locale: "de"}`."""
        asked: Json = await request.json()
        person = _person(asked)
        if person is None:
            return json_answer({"error": "Unknown member"}, 400)
        try:
            self._members.set_locale(person.id, str(asked.get("locale")))
        except ClientRefusedError as refused:
            return json_answer({"error": str(refused)}, 400)
        return web.Response(status=204)

    async def expire_tokens(self, _: web.Request) -> web.Response:
        self._world.expire_tokens()
        return web.Response(status=204)


def _person(asked: Json) -> Person | None:
    return next((person for person in PEOPLE.values() if person.key == asked.get("member")), None)
