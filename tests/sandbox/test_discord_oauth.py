"""Discord's sign-in for websites as the emulator plays it, with browsers and websites that err."""

import re
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest

from sandbox.discord import ADA, APPLICATION_ID, BEN, BOT_TOKEN, CLIENT_SECRET, DiscordSandbox
from sandbox.discord.oauth import CODE_LIVES_S, OAuth, TokenRefused
from sandbox.discord.world import World
from tests.conftest import Clock

# A place with a query of its own, as a website may have registered it.
REDIRECT_URI = "https://site.example/back?from=discord"
ASKED = {
    "response_type": "code",
    "client_id": str(APPLICATION_ID),
    "scope": "identify",
    "redirect_uri": REDIRECT_URI,
    "state": "a state & more=é",
}


@dataclass(frozen=True)
class Page:
    status: int
    text: str
    location: str

    @property
    def brought_back(self) -> dict[str, str]:
        """What the browser brings back to the website."""
        assert self.location.startswith(f"{REDIRECT_URI}&"), self.location
        return {name: values[0] for name, values in parse_qs(urlsplit(self.location).query).items()}


@dataclass
class Browser:
    """Follows no redirect by itself, so that each is seen."""

    sandbox: DiscordSandbox
    http: aiohttp.ClientSession
    csrf: str = ""

    async def ask(self, **changes: str | None) -> Page:
        """Open the address that a website sends it to."""
        self.address = f"{self.sandbox.authorize_url}?{urlencode(_changed(ASKED, changes))}"
        return await self._call("GET")

    async def answer(self, **form: str) -> Page:
        """Submit the form of the page, with its hidden field."""
        return await self._call("POST", {"csrf": self.csrf} | form)

    async def signed_in_as(self, name: str) -> None:
        await self.ask()
        assert (await self.answer(account=name)).status == 302
        await self.ask()

    async def code(self) -> str:
        """Agree, and bring the code back."""
        return (await self.answer(answer="authorize")).brought_back["code"]

    async def _call(self, method: str, form: dict[str, str] | None = None) -> Page:
        async with self.http.request(method, self.address, data=form, allow_redirects=False) as answer:
            text = await answer.text()
            found = re.search(r'name="csrf" value="([^"]+)"', text)
            self.csrf = found[1] if found else self.csrf
            return Page(answer.status, text, answer.headers.get("Location", ""))


def _changed(fields: dict[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in {**fields, **changes}.items() if value is not None}


@pytest.fixture
async def sandbox() -> AsyncIterator[DiscordSandbox]:
    started = DiscordSandbox()
    await started.start()
    started.oauth.redirect_uris.add(REDIRECT_URI)
    yield started
    await started.close()


@pytest.fixture
async def browser(sandbox: DiscordSandbox) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Browser(sandbox, http)


async def exchange(
    sandbox: DiscordSandbox, code: str, changes: Mapping[str, str | None] = MappingProxyType({})
) -> tuple[int, dict[str, Any]]:
    """What the website does with a code; its credentials are in the form."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "client_id": str(APPLICATION_ID),
        "client_secret": CLIENT_SECRET,
    }
    return await call(sandbox, "POST", "/oauth2/token", form=_changed(form, changes))


async def call(
    sandbox: DiscordSandbox, method: str, path: str, authorization: str = "", form: Any = None
) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": authorization} if authorization else {}
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, sandbox.api_url + path, data=form, headers=headers) as answer,
    ):
        return answer.status, await answer.json()


def basic(client_id: int, secret: str) -> str:
    return f"Basic {b64encode(f'{client_id}:{secret}'.encode()).decode()}"


async def test_whoever_agrees_is_told_to_the_website_and_no_more(
    sandbox: DiscordSandbox, browser: Browser
) -> None:
    assert "Who are you?" in (await browser.ask()).text
    await browser.signed_in_as("ada")
    consent = await browser.ask()
    assert (consent.status, "ada.wong" in consent.text) == (200, True)
    back = (await browser.answer(answer="authorize")).brought_back
    assert (back["state"], back["from"]) == (ASKED["state"], "discord")

    status, token = await exchange(sandbox, back["code"])
    assert (status, token["token_type"], token["scope"]) == (200, "Bearer", "identify")
    bearer = f"Bearer {token['access_token']}"
    status, user = await call(sandbox, "GET", "/users/@me", bearer)
    assert (status, user["id"], user["username"]) == (200, str(ADA), "ada.wong")
    assert user["locale"] == "en-US"
    assert "email" not in user
    # It is the member's, and no bot's.
    for other in (bearer, f"Bot {token['access_token']}"):
        assert (await call(sandbox, "GET", f"/users/{BEN}", other))[0] == 401
    for wrong in ("Bearer guessed", f"Bearer {BOT_TOKEN}", f"Bearer {back['code']}", "Bearer "):
        assert (await call(sandbox, "GET", "/users/@me", wrong))[0] == 401


async def test_a_website_that_sends_no_state_gets_none_back(browser: Browser) -> None:
    await browser.signed_in_as("ada")
    await browser.ask(state=None)
    assert "state" not in (await browser.answer(answer="authorize")).brought_back


async def test_whoever_declines_is_sent_back_without_a_code(browser: Browser) -> None:
    await browser.signed_in_as("ada")
    back = (await browser.answer(answer="cancel")).brought_back
    assert (back["error"], back["state"]) == ("access_denied", ASKED["state"])
    assert "code" not in back
    assert (await browser.ask(prompt="none")).status == 200, "a refusal is not remembered as consent"


async def test_who_agreed_before_is_asked_again_only_where_the_website_insists(browser: Browser) -> None:
    await browser.signed_in_as("ada")
    await browser.code()
    assert "code" in (await browser.ask(prompt="none")).brought_back
    for changes in ({"prompt": None}, {"prompt": "consent"}, {"prompt": "none", "scope": "identify email"}):
        assert (await browser.ask(**changes)).status == 200

    await browser.ask()
    await browser.answer(account="ben")
    assert "ben_o" in (await browser.ask(prompt="none")).text, "another account has not agreed"


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": None},
        {"redirect_uri": "https://elsewhere.example/back?from=discord"},
        {"redirect_uri": "http://site.example/back?from=discord"},
        {"redirect_uri": "https://site.example/back"},
        {"redirect_uri": "https://site.example/back?from=discord&more=1"},
        {"redirect_uri": "https://site.example/Back?from=discord"},
        {"redirect_uri": f"{REDIRECT_URI}#"},
        {"client_id": None},
        {"client_id": str(BEN)},
        {"response_type": None},
        {"response_type": "token"},
        {"scope": None},
        {"scope": ""},
        {"scope": "identify everything"},
        {"prompt": "login"},
    ],
)
async def test_a_website_that_asks_wrongly_gets_nobody_back(
    browser: Browser, changes: dict[str, str | None]
) -> None:
    await browser.signed_in_as("ada")
    page = await browser.ask(**changes)
    assert (page.status, page.location) == (400, "")
    page = await browser.answer(answer="authorize")
    assert (page.status, page.location) == (400, "")


async def test_no_other_website_can_agree_or_switch_for_the_member(browser: Browser) -> None:
    await browser.signed_in_as("ada")
    browser.csrf = "guessed"
    for form in ({"answer": "authorize"}, {"account": "ben"}):
        page = await browser.answer(**form)
        assert (page.status, page.location) == (403, "")
    assert "ada.wong" in (await browser.ask()).text


async def test_a_code_counts_once(sandbox: DiscordSandbox, browser: Browser) -> None:
    await browser.signed_in_as("ada")
    code = await browser.code()
    assert (await exchange(sandbox, code))[0] == 200
    assert await exchange(sandbox, code) == (
        400,
        {"error": "invalid_grant", "error_description": 'Invalid "code" in request.'},
    )


def test_a_code_counts_only_within_its_lifetime(clock: Clock) -> None:
    oauth = OAuth(World(), lambda: clock().timestamp())
    oauth.redirect_uris.add(REDIRECT_URI)
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": REDIRECT_URI,
        "client_id": str(APPLICATION_ID),
        "client_secret": CLIENT_SECRET,
    }
    asked = oauth.check(ASKED)
    codes = [parse_qs(urlsplit(oauth.agree(asked, ADA)).query)["code"][0] for _ in range(2)]
    clock.forward(seconds=CODE_LIVES_S)
    assert oauth.exchange(None, form | {"code": codes[0]})["scope"] == "identify"
    clock.forward(seconds=1)
    with pytest.raises(TokenRefused, match="invalid_grant"):
        oauth.exchange(None, form | {"code": codes[1]})


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"code": "guessed"}, 400, "invalid_grant"),
        ({"code": None}, 400, "invalid_grant"),
        ({"redirect_uri": "https://site.example/back"}, 400, "invalid_grant"),
        ({"redirect_uri": None}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "unsupported_grant_type"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"client_id": str(BEN)}, 401, "invalid_client"),
        ({"client_id": None}, 401, "invalid_client"),
    ],
)
async def test_a_website_that_errs_gets_no_token(
    sandbox: DiscordSandbox, browser: Browser, changes: dict[str, str | None], status: int, error: str
) -> None:
    await browser.signed_in_as("ada")
    answered, body = await exchange(sandbox, await browser.code(), changes)
    assert (answered, body["error"]) == (status, error)
    assert "access_token" not in body


@pytest.mark.parametrize(
    "credentials",
    [
        basic(APPLICATION_ID, "wrong"),
        basic(BEN, CLIENT_SECRET),
        "Basic not-base-64",
        "Basic",
        f"Bot {BOT_TOKEN}",
    ],
)
async def test_wrong_credentials_cost_no_code(
    sandbox: DiscordSandbox, browser: Browser, credentials: str
) -> None:
    await browser.signed_in_as("ada")
    code = await browser.code()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
    status, refused = await call(sandbox, "POST", "/oauth2/token", credentials, form)
    assert (status, refused) == (401, {"error": "invalid_client"})

    right = basic(APPLICATION_ID, CLIENT_SECRET)
    assert (await call(sandbox, "POST", "/oauth2/token", right, form))[0] == 200


async def test_a_token_is_asked_for_by_a_form(sandbox: DiscordSandbox) -> None:
    assert await call(sandbox, "POST", "/oauth2/token", form=b"{}") == (400, {"error": "invalid_request"})


async def test_a_deleted_account_signs_in_nowhere(sandbox: DiscordSandbox, browser: Browser) -> None:
    await browser.signed_in_as("ada")
    _, token = await exchange(sandbox, await browser.code())
    sandbox.members.delete_account(ADA)

    assert (await call(sandbox, "GET", "/users/@me", f"Bearer {token['access_token']}"))[0] == 401
    assert "Who are you?" in (await browser.ask(prompt="none")).text
    await browser.answer(account="ada")
    assert "Who are you?" in (await browser.ask()).text
