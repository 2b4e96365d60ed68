"""The Discord emulator: one server on loopback for the API, the gateway and the chat page."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from aiohttp import web

from sandbox.discord import render
from sandbox.discord.announce import Announcer
from sandbox.discord.bodies import json_answer
from sandbox.discord.cast import BOT_TOKEN
from sandbox.discord.chat import Chat
from sandbox.discord.control import Control
from sandbox.discord.courier import Courier
from sandbox.discord.faults import API, Faults
from sandbox.discord.gateway import Gateway
from sandbox.discord.members import Members
from sandbox.discord.oauth import OAuth
from sandbox.discord.oauth_pages import OAuthPages
from sandbox.discord.posting import Posting
from sandbox.discord.replies import Replies
from sandbox.discord.rest import Rest
from sandbox.discord.wire import NOT_FOUND, UNAUTHORIZED, Problem
from sandbox.discord.world import World

HOST = "127.0.0.1"
MAX_BODY = 32 * 1024 * 1024
NO_BOOKMARKS: Mapping[str, str] = MappingProxyType({})
# An interaction's token is the key to these; no bot token is sent along.
OPEN_ROUTES = ("/interactions/", "/webhooks/", "/oauth2/token")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CROWD = 1024


class DiscordSandbox:
    """A community of three members and one bot. `members` acts for the members, `faults` misbehaves.

    `crowd` is the number of members beyond the three named ones, `guilds` that of communities the bot is in:
    nothing ever happens in those beyond the first.
    """

    def __init__(
        self,
        *,
        state_path: Path | None = None,
        answer_within_s: float = 3.0,
        bookmarks: Mapping[str, str] = NO_BOOKMARKS,
        crowd: int = 0,
        guilds: int = 1,
    ) -> None:
        self.url = ""
        self._world = World(state_path, crowd, guilds)
        self.gateway = Gateway(self._world, lambda: self.gateway_url)
        self.faults = Faults()
        announcer = Announcer(self._world, self.gateway)
        courier = Courier(self._world, self.gateway, answer_within_s)
        self.members = Members(self._world, courier, announcer)
        self._posting = Posting(self._world, self.faults)
        self._rest = Rest(self._world, self._posting, announcer)
        self._replies = Replies(self._world, self._posting, announcer)
        self._chat = Chat(self._world, self.members, bookmarks)
        self.oauth = OAuth(self._world)
        self._oauth_pages = OAuthPages(self.oauth)
        self._control = Control(self._world, self.gateway, self.faults, self.members)
        self._runner: web.AppRunner | None = None

    @property
    def api_url(self) -> str:
        return f"{self.url}{API}"

    @property
    def authorize_url(self) -> str:
        return f"{self.url}/oauth2/authorize"

    @property
    def gateway_url(self) -> str:
        return f"{self.url.replace('http', 'ws', 1)}/gateway"

    async def start(self, port: int = 0) -> None:
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        # A crowd connects at once; with the usual 128, some would wait a second for the next try.
        site = web.TCPSite(self._runner, HOST, port, backlog=CROWD)
        await site.start()
        self.url = f"http://{HOST}:{self._runner.addresses[0][1]}"
        self._posting.base_url = self.url
        self._rest.gateway_url = self.gateway_url

    async def close(self) -> None:
        self._chat.close()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def expire_tokens(self) -> None:
        """Makes every interaction token so far older than fifteen minutes."""
        self._world.expire_tokens()

    def _app(self) -> web.Application:
        api = web.Application(middlewares=[self._answer_problems, self._misbehave, self._require_token])
        api.add_routes([*self._rest.routes(), *self._replies.routes(), *self._oauth_pages.api_routes()])
        app = web.Application(client_max_size=MAX_BODY)
        app.add_subapp(API, api)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/gateway/", self.gateway.handle)
        app.add_routes([*self._chat.routes(), *self._oauth_pages.routes(), *self._control.routes()])
        return app

    @web.middleware
    async def _answer_problems(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Problem as problem:
            return json_answer(problem.body, problem.status)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
            return json_answer(Problem(*NOT_FOUND).body, 404)

    @web.middleware
    async def _misbehave(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        return await self.faults.apply(request, handler)

    @web.middleware
    async def _require_token(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path.removeprefix(API)
        authorization = request.headers.get("Authorization", "")
        if path == "/users/@me" and authorization.startswith("Bearer "):
            member_id = self.oauth.member_of(authorization)
            return json_answer(render.user(member_id) | {"locale": self._world.locales[member_id]})
        is_open = path.startswith(OPEN_ROUTES)
        if not is_open and request.headers.get("Authorization") != f"Bot {BOT_TOKEN}":
            raise Problem(*UNAUTHORIZED)
        return await handler(request)
