"""The gateway: one websocket per session, with replay for those who come back."""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from sandbox.discord import render
from sandbox.discord.cast import APPLICATION_ID, BOT_TOKEN, BOT_USER
from sandbox.discord.wire import Json
from sandbox.discord.world import Change, World

HEARTBEAT_MS = 41_250
REPLAY = 1000


class Op(IntEnum):
    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class Close(IntEnum):
    UNKNOWN_OP = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQ = 4007
    INVALID_SHARD = 4010
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


class Intent(IntFlag):
    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
ALL_INTENTS = (1 << 26) - 1


@dataclass
class Session:
    id: str
    intents: int
    shard: tuple[int, int]
    seq: int = 0
    sent: deque[Json] = field(default_factory=lambda: deque(maxlen=REPLAY))
    socket: web.WebSocketResponse | None = None

    def concerns(self, guild_id: int | None) -> bool:
        shard, count = self.shard
        return (0 if guild_id is None else (guild_id >> 22) % count) == shard

    async def dispatch(self, name: str, data: Json) -> None:
        self.seq += 1
        frame = {"op": Op.DISPATCH, "t": name, "s": self.seq, "d": data}
        self.sent.append(frame)
        await self.send(frame)

    async def send(self, frame: Json) -> None:
        if self.socket is None or self.socket.closed:
            return
        try:
            await self.socket.send_json(frame)
        except ConnectionError:  # the client went away; RESUME replays the frame
            self.socket = None


class Gateway:
    """Accepts clients at /gateway and sends them events."""

    def __init__(self, world: World, resume_url: Callable[[], str]) -> None:
        self._world = world
        self._resume_url = resume_url
        self._sessions: dict[str, Session] = {}
        self._sockets: dict[web.WebSocketResponse, asyncio.Transport] = {}
        self._greets = asyncio.Event()
        self._greets.set()
        self._ungreeted = 0

    @property
    def connected(self) -> bool:
        return any(one.socket is not None and not one.socket.closed for one in self._sessions.values())

    async def wait_until(self, *, connected: bool) -> None:
        """Returns once a client is ready, or once none is any more."""
        while self.connected is not connected:
            await self._world.next_change()

    async def dispatch(self, name: str, data: Json, *, guild_id: int | None, intent: int = 0) -> None:
        """Sends an event to every session whose shard and intents it concerns."""
        for session in tuple(self._sessions.values()):
            if session.concerns(guild_id) and session.intents & intent == intent:
                await session.dispatch(name, data)

    async def ask_to_reconnect(self) -> None:
        for session in tuple(self._sessions.values()):
            await session.send({"op": Op.RECONNECT, "d": None})

    async def invalidate_sessions(self, *, resumable: bool) -> None:
        for session in tuple(self._sessions.values()):
            if not resumable:
                del self._sessions[session.id]
            await session.send({"op": Op.INVALID_SESSION, "d": resumable})

    def drop(self) -> None:
        """Cuts every connection without a close frame, as a broken network does."""
        for transport in tuple(self._sockets.values()):
            transport.abort()

    def fall_silent(self) -> None:
        """Reads nothing any more, as where the network swallows everything; `drop` ends it."""
        for transport in tuple(self._sockets.values()):
            transport.pause_reading()

    async def go_away(self) -> None:
        """Ends every connection, and leaves whoever comes back without a greeting. Returns once one has."""
        self._greets.clear()
        await self.close()
        while not self._ungreeted:
            await self._world.next_change()

    def come_back(self) -> None:
        self._greets.set()

    async def close(self) -> None:
        for socket in tuple(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        if not isinstance(request.transport, asyncio.Transport):  # the client has gone already
            return socket
        self._sockets[socket] = request.transport
        session: Session | None = None
        try:
            await self._until_it_greets()
            await socket.send_json({"op": Op.HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}, "s": None})
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    await socket.close(code=Close.DECODE_ERROR)
                    break
                before = session
                session = await self._receive(socket, session, frame.data)
                if session is not before:
                    self._world.changed(Change("gateway"))
        finally:
            self._sockets.pop(socket, None)
            if session is not None and session.socket is socket:
                session.socket = None
                self._world.changed(Change("gateway"))
        return socket

    async def _until_it_greets(self) -> None:
        if self._greets.is_set():
            return
        self._ungreeted += 1
        self._world.changed(Change("gateway"))
        try:
            await self._greets.wait()
        finally:
            self._ungreeted -= 1

    async def _receive(
        self, socket: web.WebSocketResponse, session: Session | None, raw: str
    ) -> Session | None:
        try:
            frame = json.loads(raw)
            op, data = frame["op"], frame.get("d")
        except (ValueError, KeyError, TypeError, AttributeError):
            await socket.close(code=Close.DECODE_ERROR)
            return session
        if op == Op.HEARTBEAT:
            # Over loopback the answer would come before discord.py has noted when it asked, and it would
            # take the whole interval for delay.
            await asyncio.sleep(0.02)
            with suppress(ConnectionError):  # the client went away meanwhile
                await socket.send_json({"op": Op.HEARTBEAT_ACK, "d": None})
        elif op in (Op.IDENTIFY, Op.RESUME):
            if session is not None:
                await socket.close(code=Close.ALREADY_AUTHENTICATED)
            elif not isinstance(data, dict):
                await socket.close(code=Close.DECODE_ERROR)
            elif op == Op.IDENTIFY:
                return await self._identify(socket, data)
            else:
                return await self._resume(socket, data)
        elif op not in set(Op):
            await socket.close(code=Close.UNKNOWN_OP)
        elif session is None:
            await socket.close(code=Close.NOT_AUTHENTICATED)
        return session

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        refused = _refusal(data)
        if refused is not None:
            await socket.close(code=refused)
            return None
        shard = data.get("shard") or [0, 1]
        session = Session(secrets.token_hex(16), data["intents"], (shard[0], shard[1]), socket=socket)
        self._sessions[session.id] = session
        guild_ids = [guild_id for guild_id in self._world.guild_ids if session.concerns(guild_id)]
        ready: Json = {
            "v": 10,
            "user": BOT_USER | {"verified": True, "mfa_enabled": True, "email": None, "flags": 0},
            "guilds": [{"id": str(guild_id), "unavailable": True} for guild_id in guild_ids],
            "session_id": session.id,
            "resume_gateway_url": self._resume_url(),
            "application": {"id": str(APPLICATION_ID), "flags": 0},
        }
        if "shard" in data:
            ready["shard"] = list(session.shard)
        await session.dispatch("READY", ready)
        if session.intents & Intent.GUILDS:
            for guild_id in guild_ids:
                await session.dispatch("GUILD_CREATE", render.guild(self._world, guild_id))
        return session

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        if data.get("token") != BOT_TOKEN:
            await socket.close(code=Close.AUTHENTICATION_FAILED)
            return None
        session = self._sessions.get(str(data.get("session_id")))
        seq = data.get("seq")
        if not isinstance(seq, int) or (session is not None and seq > session.seq):
            await socket.close(code=Close.INVALID_SEQ)
            return None
        if session is None or seq < session.seq - len(session.sent):
            await socket.send_json({"op": Op.INVALID_SESSION, "d": False})
            return None
        session.socket = socket
        for frame in [frame for frame in session.sent if frame["s"] > seq]:
            await session.send(frame)
        await session.dispatch("RESUMED", {})
        return session


def _refusal(identify: Json) -> int | None:
    intents: Any = identify.get("intents")
    shard: Any = identify.get("shard", [0, 1])
    if identify.get("token") != BOT_TOKEN:
        return Close.AUTHENTICATION_FAILED
    if not isinstance(identify.get("properties"), dict):
        return Close.DECODE_ERROR
    match shard:
        case [int(number), int(count)] if 0 <= number < count:
            pass
        case _:
            return Close.INVALID_SHARD
    if not isinstance(intents, int) or intents & ~ALL_INTENTS:
        return Close.INVALID_INTENTS
    return Close.DISALLOWED_INTENTS if intents & PRIVILEGED else None
