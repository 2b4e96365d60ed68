"""The chat page's own HTTP API: a thin layer over `Members`, and a stream of changes."""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.discord import chat_json
from sandbox.discord.bodies import json_answer
from sandbox.discord.cast import (
    ADMIN_ROLE_ID,
    APPLICATION_ID,
    BOT_USER,
    GUILD_NAME,
    PEOPLE,
    ROLES,
    VIEW_CHANNEL,
    Person,
)
from sandbox.discord.locales import localized
from sandbox.discord.members import Members
from sandbox.discord.oauth_pages import remember_account
from sandbox.discord.options import ClientRefusedError
from sandbox.discord.wire import Json
from sandbox.discord.world import Change, World, channel_of

STATIC = Path(__file__).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src http: https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
KEEP_ALIVE_S = 15.0
SHOWN_MESSAGES = 200
PLACES = ("guild", "team", "dm")


class Chat:
    def __init__(self, world: World, members: Members, bookmarks: Mapping[str, str]) -> None:
        self._world = world
        self._members = members
        self._bookmarks = dict(bookmarks)
        self._streams: set[asyncio.Queue[Json | None]] = set()

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.page),
            web.get("/static/{name}", self.static),
            web.get("/cdn/attachments/{attachment}/{name}", self.attachment),
            web.get("/_chat/state", self.state),
            web.get("/_chat/events", self.events),
            web.post("/_chat/command", self.command),
            web.post("/_chat/autocomplete", self.autocomplete),
            web.post("/_chat/press", self.press),
            web.post("/_chat/choose", self.choose),
            web.post("/_chat/modal", self.modal),
            web.post("/_chat/say", self.say),
            web.post("/_chat/dismiss", self.dismiss),
            web.post("/_chat/locale", self.locale),
        ]

    def close(self) -> None:
        """Ends every stream, so that the server can stop."""
        for stream in self._streams:
            stream.put_nowait(None)

    async def page(self, _: web.Request) -> web.FileResponse:
        headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}
        return web.FileResponse(STATIC / "index.html", headers=headers | {"Cache-Control": "no-cache"})

    async def static(self, request: web.Request) -> web.FileResponse:
        path = STATIC / request.match_info["name"]
        if path.parent != STATIC or path.suffix not in {".js", ".css", ".svg"} or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    async def attachment(self, request: web.Request) -> web.Response:
        number = request.match_info["attachment"]
        found = self._world.attachments.get(int(number) if number.isdigit() else 0)
        if found is None or found.filename != request.match_info["name"]:
            raise web.HTTPNotFound
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        return web.Response(body=found.content, content_type=found.content_type, headers=headers)

    async def state(self, request: web.Request) -> web.Response:
        """All that the page needs to start, as one member sees it."""
        me = _person(request.query.get("as"))
        places = self._places(me)
        response = json_answer(
            {
                "me": me.key,
                "members": [self._member(person) for person in PEOPLE.values()],
                "roles": {str(role.id): role.name for role in ROLES.values()},
                "bot": {"id": str(APPLICATION_ID), "name": BOT_USER["username"]},
                "community": GUILD_NAME,
                "channels": {where: str(channel_of(me.id, where)) for where in places},
                "bookmarks": self._bookmarks,
                "commands": self._commands(me),
                "messages": [
                    chat_json.shown(one)
                    for where in places
                    for one in self._world.shown(channel_of(me.id, where), me.id)[-SHOWN_MESSAGES:]
                ],
            }
        )
        # Whoever this browser last looked on as is signed in here, for websites that ask.
        remember_account(response, me)
        return response

    def _places(self, me: Person) -> list[str]:
        """Those that the member has in the side bar; who left still has the main channel, empty."""
        sees_team = self._world.may(me.id, VIEW_CHANNEL, channel_of(me.id, "team"))
        return [where for where in PLACES if where != "team" or sees_team]

    def _commands(self, me: Person) -> Json:
        locale = self._members.locale_of(me.id)
        return {
            where: [localized(command, locale) for command in self._members.commands(me.id, where)]
            for where in PLACES
        }

    def _member(self, person: Person) -> Json:
        return {
            "id": str(person.id),
            "key": person.key,
            "name": person.name,
            "hint": self._hint(person),
            "is_admin": ADMIN_ROLE_ID in self._members.roles_of(person.id),
            "locale": self._members.locale_of(person.id),
            "dms_open": self._world.dms_open[person.id],
        }

    def _hint(self, person: Person) -> str:
        if person.id in self._world.deleted:
            return "Deleted their account"
        return person.hint if self._world.is_member(person.id) else "Left this community"

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: message, deleted, commands, people."""
        me = _person(request.query.get("as"))
        queue: asyncio.Queue[Json | None] = asyncio.Queue()

        def listen(change: Change) -> None:
            event = self._event(change, me)
            if event is not None:
                queue.put_nowait(event)

        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}
        )
        await response.prepare(request)
        self._world.listeners.add(listen)
        self._streams.add(queue)
        try:
            await response.write(b"event: hello\ndata: {}\n\n")
            await self._stream(queue, response)
        except ConnectionError:
            pass  # the page was closed
        finally:
            self._world.listeners.discard(listen)
            self._streams.discard(queue)
        return response

    async def _stream(self, queue: asyncio.Queue[Json | None], response: web.StreamResponse) -> None:
        while True:
            try:
                async with asyncio.timeout(KEEP_ALIVE_S):
                    event = await queue.get()
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event is None:
                return
            await response.write(f"event: {event['kind']}\ndata: {json.dumps(event)}\n\n".encode())

    def _event(self, change: Change, me: Person) -> Json | None:
        message = change.message
        if message is not None:
            if not self._world.sees(me.id, message):
                return None
            return {"kind": change.kind, "message": chat_json.shown(message)}
        match change.kind:
            case "commands":
                return {"kind": "commands", "commands": self._commands(me)}
            case "people" | "roles":
                return {
                    "kind": "people",
                    "members": [self._member(person) for person in PEOPLE.values()],
                    "commands": self._commands(me),
                }
        return None

    async def command(self, request: web.Request) -> web.Response:
        asked, me = await _asked(request)
        with _refusals():
            outcome = await self._members.run_command(
                me.id, str(asked["name"]), asked.get("options") or {}, _where(asked)
            )
        response = json_answer(chat_json.outcome(outcome))
        remember_account(response, me)
        return response

    async def autocomplete(self, request: web.Request) -> web.Response:
        asked, me = await _asked(request)
        with _refusals():
            choices = await self._members.autocomplete(
                me.id,
                str(asked["name"]),
                str(asked["option"]),
                str(asked.get("typed", "")),
                asked.get("others") or {},
                _where(asked),
            )
        return json_answer({"choices": choices})

    async def press(self, request: web.Request) -> web.Response:
        asked, me = await _asked(request)
        with _refusals():
            outcome = await self._members.press(me.id, int(asked["message"]), str(asked["custom_id"]))
        return json_answer(chat_json.outcome(outcome))

    async def choose(self, request: web.Request) -> web.Response:
        asked, me = await _asked(request)
        with _refusals():
            outcome = await self._members.choose(
                me.id, int(asked["message"]), str(asked["custom_id"]), list(asked["values"])
            )
        return json_answer(chat_json.outcome(outcome))

    async def modal(self, request: web.Request) -> web.Response:
        asked, me = await _asked(request)
        with _refusals():
            outcome = await self._members.submit_modal(
                me.id, chat_json.modal(asked["modal"]), asked["values"]
            )
        return json_answer(chat_json.outcome(outcome))

    async def say(self, request: web.Request) -> web.Response:
        asked, me = await _asked(request)
        with _refusals():
            await self._members.say(me.id, str(asked["text"]), _where(asked))
        return web.Response(status=204)

    async def dismiss(self, request: web.Request) -> web.Response:
        asked, me = await _asked(request)
        with _refusals():
            self._members.dismiss(me.id, int(asked["message"]))
        return web.Response(status=204)

    async def locale(self, request: web.Request) -> web.Response:
        asked, me = await _asked(request)
        with _refusals():
            self._members.set_locale(me.id, str(asked["locale"]))
        return web.Response(status=204)


def _person(key: str | None) -> Person:
    for person in PEOPLE.values():
        if person.key == key:
            return person
    raise web.HTTPBadRequest(text="Unknown member")


async def _asked(request: web.Request) -> tuple[Json, Person]:
    if request.content_type != "application/json":  # no other site can send this without asking first
        raise web.HTTPUnsupportedMediaType
    asked: Json = await request.json()
    return asked, _person(asked.get("as"))


def _where(asked: Json) -> str:
    where = str(asked.get("where"))
    return where if where in PLACES else "guild"


@contextlib.contextmanager
def _refusals() -> Any:
    try:
        yield
    except ClientRefusedError as refused:
        body = json.dumps({"error": str(refused)})
        raise web.HTTPBadRequest(text=body, content_type="application/json") from refused
