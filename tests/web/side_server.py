"""The side server on a real socket, and browsers and Banq calling it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from services.health import HealthCheck
from services.identity import ChatUser
from services.linking import LinkStarted
from tests.services.rig import ADA, LANE, Rig
from web.app import create_app, create_runner
from web.discord_sign_in import DiscordSignIn
from web.keys import Limits, WebSettings
from web.limits import RequestLimit

SECRET = "a-webhook-secret-of-tests"
SECOND_SECRET = "another-webhook-secret-of-tests"
SETTINGS = WebSettings(
    public_url="https://bot.example",
    community="Sunny Meadow",
    widget_url="https://widget.example/ecommerce.js",
    widget_frame_origins=(),
    webhook_secrets={LANE: SECRET, "second": SECOND_SECRET},
)
# The prefix that our cookies have over https, which is what SETTINGS says.
SESSION_COOKIE = "__Host-banqbot_link"
CSRF_COOKIE = "__Host-banqbot_csrf"


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    headers: Mapping[str, str]
    set_cookies: tuple[str, ...]


@dataclass
class Browser:
    """Keeps cookies by hand: ours insist on https, which a test on loopback has not."""

    url: str
    http: aiohttp.ClientSession
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str) -> Answer:
        return await self.call("GET", path)

    async def submit(self, path: str) -> Answer:
        """Submit the form that our own page has, with its hidden field."""
        return await self.call("POST", path, form={"csrf": self.cookies.get(CSRF_COOKIE, "")})

    async def open(self, link: str) -> Answer:
        """Open a link and continue."""
        await self.get(link)
        return await self.submit(link)

    async def tell(self, what: str) -> Answer:
        """What the page's own script does."""
        headers = {"X-CSRF-Token": self.cookies.get(CSRF_COOKIE, "")}
        return await self.call("POST", f"/link/{what}", headers=headers)

    async def call(
        self,
        method: str,
        path: str,
        *,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        async with self.http.request(
            method,
            self.url + path,
            data=form,
            headers=headers,
            cookies=self.cookies,
            allow_redirects=False,
        ) as answer:
            self.cookies |= {name: morsel.value for name, morsel in answer.cookies.items()}
            return Answer(
                answer.status,
                await answer.text(),
                dict(answer.headers),
                tuple(answer.headers.getall("Set-Cookie", [])),
            )


@dataclass(frozen=True)
class SideServer:
    rig: Rig
    url: str
    http: aiohttp.ClientSession
    runner: web.AppRunner

    def browser(self) -> Browser:
        return Browser(self.url, self.http)

    async def new_link(self, user: ChatUser = ADA) -> str:
        """The path of a fresh personal link."""
        started = await self.rig.linking.start(user)
        assert isinstance(started, LinkStarted)
        return started.url.removeprefix("https://bot.example")

    def bytes_held(self) -> int:
        """How much has come of the bodies that are being read."""
        server = self.runner.server
        requests = [connection._current_request for connection in server.connections] if server else []
        return sum(request.content.total_bytes for request in requests if request is not None)

    async def rows(self, sql: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in await self.rig.database.read.fetch_all(sql)]


@asynccontextmanager
async def serving(
    rig: Rig,
    settings: WebSettings = SETTINGS,
    *,
    links_at_once: int = 1000,
    requests_at_once: int = 10_000,
    sign_in: DiscordSignIn | None = None,
) -> AsyncIterator[SideServer]:
    limits = Limits(
        links=RequestLimit(burst=links_at_once, per_s=1, now=rig.sources.now),
        requests=RequestLimit(burst=requests_at_once, per_s=1, now=rig.sources.now),
    )
    app = create_app(settings, rig.page, rig.inbox, HealthCheck(rig.database), limits, sign_in)
    runner = create_runner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        try:
            yield SideServer(rig, url, http, runner)
        finally:
            await runner.cleanup()
