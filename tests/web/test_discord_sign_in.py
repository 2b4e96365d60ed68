"""Asking Discord whose browser it is: against the emulator, and against a server that answers anything."""

import asyncio
import contextlib
import json
import logging
import traceback
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web

from sandbox.discord.cast import ADA, APPLICATION_ID, BEN, CLIENT_SECRET
from sandbox.discord.server import DiscordSandbox
from web.discord_sign_in import LARGEST_ANSWER, DiscordApp, DiscordSignIn, SignInRefused, SignInUnavailable

CODE = "the-code-of-tests"
TOKEN = "the-token-of-tests"
REDIRECT_URI = "https://bot.example/link/discord"
APP = DiscordApp(
    client_id=str(APPLICATION_ID),
    client_secret=CLIENT_SECRET,
    authorize_url="https://discord.example/oauth2/authorize",
    api_url="https://discord.example/api/v10",
    redirect_uri=REDIRECT_URI,
)
GOOD_TOKEN = {
    "token_type": "Bearer",
    "access_token": TOKEN,
    "expires_in": 604_800,
    "refresh_token": "another-secret-of-tests",
    "scope": "identify",
}
GOOD_ACCOUNT = {"id": str(ADA), "username": "ada.wong", "global_name": "Ada", "avatar": None}
INVALID_GRANT = {"error": "invalid_grant", "error_description": 'Invalid "code" in request.'}
SECRETS = (CODE, TOKEN, CLIENT_SECRET, "another-secret-of-tests")


@dataclass(frozen=True)
class Reply:
    """`body` None breaks the connection off."""

    status: int = 200
    body: bytes | None = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Discord:
    """Says what it is told to, and remembers what it was asked."""

    url: str = ""
    token: Reply = field(default_factory=lambda: said(GOOD_TOKEN))
    account: Reply = field(default_factory=lambda: said(GOOD_ACCOUNT))
    calls: list[Call] = field(default_factory=list)

    @property
    def asked(self) -> list[str]:
        return [call.path for call in self.calls]

    async def answer(self, request: web.Request) -> web.Response:
        headers = dict(request.headers)
        self.calls.append(Call(request.method, request.path, headers, await request.text()))
        reply = {"/oauth2/token": self.token, "/users/@me": self.account}.get(request.path, Reply(404))
        if reply.body is None and request.transport is not None:
            request.transport.abort()
        return web.Response(status=reply.status, body=reply.body, headers=reply.headers)


def said(body: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    playing = Discord()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", playing.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    playing.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield playing
    await runner.cleanup()


@pytest.fixture
async def sign_in(discord: Discord) -> AsyncIterator[DiscordSignIn]:
    async with DiscordSignIn(replace(APP, api_url=discord.url)) as opened:
        yield opened


async def unavailable(sign_in: DiscordSignIn) -> str:
    """What is said about Discord's fault; nothing of it may be a secret."""
    with pytest.raises(SignInUnavailable) as raised:
        await sign_in.account(CODE)
    told = "".join(traceback.format_exception(raised.value))
    assert not any(secret in told for secret in SECRETS)
    return str(raised.value)


# -- where the browser is sent


def test_the_address_asks_for_no_more_than_who_it_is() -> None:
    parts = urlsplit(DiscordSignIn(APP).address("state-1"))

    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == APP.authorize_url
    assert parse_qs(parts.query) == {
        "response_type": ["code"],
        "client_id": [APP.client_id],
        "scope": ["identify"],
        "redirect_uri": [REDIRECT_URI],
        "state": ["state-1"],
        "prompt": ["none"],
    }


def test_what_goes_into_the_address_stays_in_its_place() -> None:
    state, redirect_uri = "a&scope=guilds#b c+d%41é", "https://bot.example/link/discord?a=1&scope=email"
    address = DiscordSignIn(replace(APP, redirect_uri=redirect_uri)).address(state)

    query = parse_qs(urlsplit(address).query)
    assert (query["state"], query["redirect_uri"]) == ([state], [redirect_uri])
    assert query["scope"] == ["identify"]
    assert address.isascii()


def test_the_client_secret_goes_to_no_browser_and_no_log() -> None:
    assert CLIENT_SECRET not in DiscordSignIn(APP).address("state-1")
    assert CLIENT_SECRET not in repr(APP)


# -- what Discord is asked


async def test_the_code_is_exchanged_and_the_account_asked_for(
    discord: Discord, sign_in: DiscordSignIn
) -> None:
    account = await sign_in.account("a code & more=é")

    assert account.id == str(ADA)
    exchange, question = discord.calls
    assert (exchange.method, exchange.path) == ("POST", "/oauth2/token")
    assert exchange.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(exchange.body, strict_parsing=True) == {
        "grant_type": ["authorization_code"],
        "code": ["a code & more=é"],
        "redirect_uri": [REDIRECT_URI],
    }
    credentials = b64encode(f"{APPLICATION_ID}:{CLIENT_SECRET}".encode()).decode()
    assert exchange.headers["Authorization"] == f"Basic {credentials}"
    assert (question.method, question.path) == ("GET", "/users/@me")
    assert question.headers["Authorization"] == f"Bearer {TOKEN}"


async def test_nothing_of_one_sign_in_is_left_for_the_next(discord: Discord, sign_in: DiscordSignIn) -> None:
    discord.token = replace(discord.token, headers={"Set-Cookie": "session=of-ada"})
    await sign_in.account(CODE)
    discord.token = said(GOOD_TOKEN | {"access_token": "the-token-of-ben"})
    await sign_in.account("the-code-of-ben")

    assert not any("Cookie" in call.headers for call in discord.calls)
    assert discord.calls[3].headers["Authorization"] == "Bearer the-token-of-ben"


@pytest.mark.parametrize("scope", ["identify", "guilds identify", "identify email"])
@pytest.mark.parametrize("token_type", ["Bearer", "bearer"])
async def test_a_token_for_more_than_we_asked_is_good_too(
    discord: Discord, sign_in: DiscordSignIn, scope: str, token_type: str
) -> None:
    discord.token = said(GOOD_TOKEN | {"scope": scope, "token_type": token_type})
    assert (await sign_in.account(CODE)).id == str(ADA)


# -- what Discord may say instead


async def test_a_code_that_discord_does_not_take_is_refused(discord: Discord, sign_in: DiscordSignIn) -> None:
    discord.token = said(INVALID_GRANT, 400)
    with pytest.raises(SignInRefused) as raised:
        await sign_in.account(CODE)

    assert not any(secret in repr(raised.value) for secret in SECRETS)
    assert discord.asked == ["/oauth2/token"]


@pytest.mark.parametrize("scope", ["", "email", "guilds email", "identify.premium"])
async def test_a_token_that_may_not_ask_who_it_is_is_refused(
    discord: Discord, sign_in: DiscordSignIn, scope: str
) -> None:
    discord.token = said(GOOD_TOKEN | {"scope": scope})
    with pytest.raises(SignInRefused):
        await sign_in.account(CODE)
    assert discord.asked == ["/oauth2/token"]


@pytest.mark.parametrize("status", [400, 401])
async def test_refused_credentials_are_the_operators_business(
    discord: Discord, sign_in: DiscordSignIn, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    discord.token = said({"error": "invalid_client"}, status)
    await unavailable(sign_in)

    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "discord.client_secret" in caplog.text
    assert CLIENT_SECRET not in caplog.text


@pytest.mark.parametrize(
    "reply",
    [
        said({"message": "401: Unauthorized", "code": 0}, 401),
        said({}, 403),
        said({}, 404),
        said({"message": "You are being rate limited.", "retry_after": 1}, 429),
        Reply(500),
        Reply(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"}),
        said(GOOD_TOKEN, 503),
        said(GOOD_TOKEN, 201),
        Reply(204),
        Reply(200),
        Reply(200, b"<html>One moment, please</html>", {"Content-Type": "text/html"}),
        Reply(200, b"\xff\xfe"),
        Reply(200, b"{"),
        Reply(200, b"[" * 20_000),
        Reply(200, b"not gzip", {"Content-Encoding": "gzip"}),
        said(None),
        said([]),
        said("text"),
        said({}),
    ],
)
@pytest.mark.parametrize("call", ["token", "account"])
async def test_an_answer_of_no_use_means_later(
    discord: Discord,
    sign_in: DiscordSignIn,
    caplog: pytest.LogCaptureFixture,
    call: str,
    reply: Reply,
) -> None:
    caplog.set_level(logging.DEBUG)
    if call == "token":
        discord.token = reply
    else:
        discord.account = reply
    await unavailable(sign_in)

    assert discord.asked.count("/oauth2/token") == 1
    assert not any(secret in caplog.text for secret in SECRETS)


@pytest.mark.parametrize(
    "change",
    [
        {"access_token": None},
        {"access_token": ""},
        {"access_token": 5},
        {"access_token": "x" * 2_001},
        {"access_token": [TOKEN]},
        {"access_token": f"{TOKEN}\r\nX: y"},
        {"access_token": f"{TOKEN}é"},
        {"token_type": None},
        {"token_type": "mac"},
        {"token_type": "Bearer mac"},
        {"token_type": ""},
        {"scope": None},
        {"scope": ["identify"]},
    ],
)
async def test_an_odd_token_is_not_used(
    discord: Discord, sign_in: DiscordSignIn, change: dict[str, object]
) -> None:
    discord.token = said(GOOD_TOKEN | change)
    assert await unavailable(sign_in) == "the token cannot be read"
    assert discord.asked == ["/oauth2/token"]


@pytest.mark.parametrize(
    "account_id",
    [
        None,
        "",
        "ada",
        "1" * 21,
        "1.0",
        "-1",
        "+1",
        "0x1",
        " 1",
        "1\n",
        "٣٦٤",
        f"{ADA} {BEN}",
        ADA,
        1.5,
        True,
        [str(ADA)],
    ],
)
async def test_an_odd_account_is_nobody(discord: Discord, sign_in: DiscordSignIn, account_id: object) -> None:
    discord.account = said(GOOD_ACCOUNT | {"id": account_id})
    assert await unavailable(sign_in) == "the account cannot be read"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", ["token", "account"])
async def test_no_redirect_is_followed(
    discord: Discord, sign_in: DiscordSignIn, call: str, status: int
) -> None:
    elsewhere = Reply(status, headers={"Location": f"{discord.url}/elsewhere"})
    if call == "token":
        discord.token = elsewhere
    else:
        discord.account = elsewhere
    await unavailable(sign_in)
    assert "/elsewhere" not in discord.asked


@pytest.mark.parametrize(("too_much", "accepted"), [(0, True), (1, False)])
async def test_a_long_answer_is_read_only_so_far(
    discord: Discord, sign_in: DiscordSignIn, too_much: int, accepted: bool
) -> None:
    discord.account = Reply(body=json.dumps(GOOD_ACCOUNT).encode().ljust(LARGEST_ANSWER + too_much))
    if accepted:
        assert (await sign_in.account(CODE)).id == str(ADA)
    else:
        assert await unavailable(sign_in) == "the account is too long"


# -- the connection


async def test_a_code_is_never_sent_twice(discord: Discord, sign_in: DiscordSignIn) -> None:
    await sign_in.account("an-earlier-code")
    # On a connection that was good before, clients like to try again by themselves.
    discord.token = Reply(body=None)
    await unavailable(sign_in)
    assert discord.asked == ["/oauth2/token", "/users/@me", "/oauth2/token"]


async def test_a_connection_that_breaks_later_means_later(discord: Discord, sign_in: DiscordSignIn) -> None:
    discord.account = Reply(body=None)
    await unavailable(sign_in)
    assert discord.asked.count("/oauth2/token") == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"rubbish\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 100_000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (LARGEST_ANSWER + 1),
    ],
)
async def test_what_is_no_http_means_later(answer: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, DiscordSignIn(replace(APP, api_url=url)) as sign_in:
        await unavailable(sign_in)


async def test_an_answer_without_an_end_is_left() -> None:
    left = asyncio.Event()

    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(b" " * LARGEST_ANSWER)
                await writer.drain()
        writer.close()
        left.set()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, DiscordSignIn(replace(APP, api_url=url)) as sign_in:
        assert await unavailable(sign_in) == "the token is too long"
        await left.wait()


async def test_nobody_there_means_later() -> None:
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()
    async with DiscordSignIn(replace(APP, api_url=url)) as sign_in:
        await unavailable(sign_in)


# -- against the emulator


@pytest.fixture
async def emulator() -> AsyncIterator[DiscordSandbox]:
    started = DiscordSandbox()
    await started.start()
    started.oauth.redirect_uris.add(REDIRECT_URI)
    yield started
    await started.close()


def app_of(emulator: DiscordSandbox) -> DiscordApp:
    return replace(APP, authorize_url=emulator.authorize_url, api_url=emulator.api_url)


@pytest.fixture
async def signing_in(emulator: DiscordSandbox) -> AsyncIterator[DiscordSignIn]:
    async with DiscordSignIn(app_of(emulator)) as opened:
        yield opened


def code_of(emulator: DiscordSandbox, sign_in: DiscordSignIn, member_id: int) -> str:
    """What this member's browser brings back."""
    came_back = emulator.oauth.authorize(member_id, sign_in.address("state-1"))
    query = parse_qs(urlsplit(came_back).query)
    assert came_back.startswith(f"{REDIRECT_URI}?")
    assert query["state"] == ["state-1"]
    return query["code"][0]


async def test_every_code_leads_to_its_own_member(
    emulator: DiscordSandbox, signing_in: DiscordSignIn
) -> None:
    codes = [code_of(emulator, signing_in, member_id) for member_id in (ADA, BEN, ADA)]
    accounts = await asyncio.gather(*(signing_in.account(code) for code in codes))
    assert [account.id for account in accounts] == [str(ADA), str(BEN), str(ADA)]


async def test_a_code_counts_once(emulator: DiscordSandbox, signing_in: DiscordSignIn) -> None:
    code = code_of(emulator, signing_in, ADA)
    found = await asyncio.gather(*(signing_in.account(code) for _ in range(3)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in found) == [
        "DiscordAccount",
        "SignInRefused",
        "SignInRefused",
    ]


async def test_forged_old_and_foreign_codes_are_refused(
    emulator: DiscordSandbox, signing_in: DiscordSignIn
) -> None:
    elsewhere = "https://bot.example/elsewhere"
    emulator.oauth.redirect_uris.add(elsewhere)
    foreign = code_of(emulator, signing_in, ADA)
    old = code_of(emulator, signing_in, ADA)
    async with DiscordSignIn(replace(app_of(emulator), redirect_uri=elsewhere)) as other:
        with pytest.raises(SignInRefused):
            await other.account(foreign)
    emulator.oauth.expire_codes()
    for code in ("forged", "", old):
        with pytest.raises(SignInRefused):
            await signing_in.account(code)


async def test_with_the_wrong_secret_nobody_can_sign_in(
    emulator: DiscordSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    async with DiscordSignIn(replace(app_of(emulator), client_secret="wrong-secret")) as sign_in:
        with pytest.raises(SignInUnavailable):
            await sign_in.account(code_of(emulator, sign_in, ADA))
    assert "discord.client_secret" in caplog.text
    assert "wrong-secret" not in caplog.text


async def test_a_limited_or_failing_discord_can_be_asked_again_later(
    emulator: DiscordSandbox, signing_in: DiscordSignIn
) -> None:
    emulator.faults.rate_limit("POST /oauth2/token")
    emulator.faults.fail("GET /users/@me")
    for _ in range(2):
        with pytest.raises(SignInUnavailable):
            await signing_in.account(code_of(emulator, signing_in, ADA))
    assert (await signing_in.account(code_of(emulator, signing_in, ADA))).id == str(ADA)
