"""Signing in on the link page, with the Discord emulator: who comes back, from where, and how often."""

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from sandbox.banq.server import BanqSandbox
from sandbox.discord.cast import ADA, APPLICATION_ID, BEN, CLIENT_SECRET
from sandbox.discord.server import DiscordSandbox
from services.identity import ChatUser
from services.linking_rules import LinkingRules
from services.sources import Sources
from storage.database import Database
from tests.services.rig import build
from tests.web.side_server import SETTINGS, Answer, Browser, SideServer, serving
from web.discord_sign_in import DiscordApp, DiscordSignIn
from web.sign_in import CALLBACK

MEMBER = ChatUser("discord", str(ADA), "Ada")
REDIRECT_URI = SETTINGS.public_url + CALLBACK
WIDGET = "https://widget.example"
STATES = "SELECT state FROM link_sessions ORDER BY rowid"


@pytest.fixture
async def discord() -> AsyncIterator[DiscordSandbox]:
    started = DiscordSandbox()
    await started.start()
    started.oauth.redirect_uris.add(REDIRECT_URI)
    yield started
    await started.close()


@pytest.fixture
async def side(database: Database, sources: Sources, discord: DiscordSandbox) -> AsyncIterator[SideServer]:
    rules = LinkingRules(proof="sign_in")
    settings = replace(SETTINGS, sign_in_origins=("https://discord.example",))
    app = DiscordApp(str(APPLICATION_ID), CLIENT_SECRET, discord.authorize_url, discord.api_url, REDIRECT_URI)
    async with (
        build(BanqSandbox(), database, sources, rules=rules) as rig,
        DiscordSignIn(app) as sign_in,
        serving(rig, settings, sign_in=sign_in) as started,
    ):
        yield started


async def opened(side: SideServer, user: ChatUser = MEMBER) -> tuple[Browser, str]:
    """A browser that has continued from its link: itself, and the address of Discord's it is sent to."""
    browser = side.browser()
    answer = await browser.open(await side.new_link(user))
    assert answer.status == 303
    return browser, answer.headers["Location"]


def brought_back(discord: DiscordSandbox, address: str, member_id: int, *, agrees: bool = True) -> str:
    """Where Discord sends the browser of somebody who is signed in there as this member."""
    answer = discord.oauth.authorize(member_id, address, agrees=agrees)
    return answer.removeprefix(SETTINGS.public_url)


def changed(callback: str, **values: str) -> str:
    """The same with other values in it; an empty one is left out."""
    query = {name: found[0] for name, found in parse_qs(urlsplit(callback).query).items()} | values
    return f"{CALLBACK}?{urlencode({name: value for name, value in query.items() if value})}"


async def come_back(browser: Browser, callback: str) -> str:
    """The browser follows Discord's redirect; where it goes on to."""
    answer = await browser.get(callback)
    assert answer.status == 303
    return answer.headers["Location"]


async def states(side: SideServer) -> list[object]:
    return [row[0] for row in await side.rows(STATES)]


def policy_of(page: Answer) -> dict[str, str]:
    parts = page.headers["Content-Security-Policy"].split(";")
    return dict(part.strip().split(" ", 1) for part in parts)


async def test_the_owner_comes_back_and_has_the_turn(side: SideServer, discord: DiscordSandbox) -> None:
    browser, address = await opened(side)
    assert address.startswith(f"{discord.authorize_url}?")

    assert await come_back(browser, brought_back(discord, address, ADA)) == "/link/session"

    assert await states(side) == ["open"]


async def test_another_account_ends_it_before_anything_of_banqs_may_load(
    side: SideServer, discord: DiscordSandbox
) -> None:
    browser, address = await opened(side)
    before = await browser.get("/link/session")
    assert await come_back(browser, brought_back(discord, address, BEN)) == "/link/session"
    after = await browser.get("/link/session")

    assert await states(side) == ["wrong_browser"]
    for page in (before, after):
        assert WIDGET not in page.headers["Content-Security-Policy"]
        assert policy_of(page)["script-src"].startswith("'nonce-")
        assert "frame-src" not in policy_of(page)
        assert 'data-has-widget="false"' in page.body


async def test_a_page_that_has_proven_itself_may_load_the_widget(
    side: SideServer, discord: DiscordSandbox
) -> None:
    browser, address = await opened(side)
    await come_back(browser, brought_back(discord, address, ADA))

    page = await browser.get("/link/session")

    assert policy_of(page)["frame-src"] == WIDGET
    assert 'data-has-widget="true"' in page.body


@pytest.mark.parametrize("state", ["", "guessed"])
async def test_without_the_state_it_was_given_a_browser_signs_nobody_in(
    side: SideServer, discord: DiscordSandbox, state: str
) -> None:
    browser, address = await opened(side)
    callback = brought_back(discord, address, ADA)

    assert await come_back(browser, changed(callback, state=state)) == "/link/session"

    assert await states(side) == ["opened"]
    # Discord was not asked, so the code is still good where it belongs.
    await come_back(browser, callback)
    assert await states(side) == ["open"]


async def test_what_one_browser_brings_back_is_worth_nothing_in_another(
    side: SideServer, discord: DiscordSandbox
) -> None:
    """A thief's code in a victim's browser, the other way round, and in a browser that has no link at all."""
    victim, _ = await opened(side)
    thief, address = await opened(side, ChatUser("discord", str(BEN), "Ben"))
    callback = brought_back(discord, address, BEN)

    for browser in (victim, side.browser()):
        await come_back(browser, callback)
    assert await states(side) == ["opened", "opened"]

    await come_back(thief, callback)
    assert await states(side) == ["opened", "open"]


async def test_what_a_browser_brings_back_counts_once(side: SideServer, discord: DiscordSandbox) -> None:
    browser, address = await opened(side)
    used = brought_back(discord, address, ADA)
    await come_back(browser, changed(used, code="forged"))
    assert await states(side) == ["opened"]

    await come_back(browser, used)

    assert await states(side) == ["opened"]


async def test_a_sign_in_that_is_replayed_changes_nothing(side: SideServer, discord: DiscordSandbox) -> None:
    browser, address = await opened(side)
    callback = brought_back(discord, address, ADA)
    await come_back(browser, callback)

    for again in (callback, changed(brought_back(discord, address, BEN))):
        assert await come_back(browser, again) == "/link/session"

    assert await states(side) == ["open"]


async def test_whoever_does_not_agree_can_try_again(side: SideServer, discord: DiscordSandbox) -> None:
    browser, address = await opened(side)

    location = await come_back(browser, brought_back(discord, address, ADA, agrees=False))

    assert await states(side) == ["opened"]
    assert "You did not continue with Discord, so nothing happened." in (await browser.get(location)).body
    again = await browser.submit("/link/sign-in")
    await come_back(browser, brought_back(discord, again.headers["Location"], ADA))
    assert await states(side) == ["open"]


async def test_a_code_that_discord_refuses_signs_nobody_in(side: SideServer, discord: DiscordSandbox) -> None:
    browser, address = await opened(side)

    location = await come_back(browser, changed(brought_back(discord, address, ADA), code="forged"))

    assert await states(side) == ["opened"]
    assert "Discord did not accept that sign-in" in (await browser.get(location)).body


@pytest.mark.parametrize("route", ["POST /oauth2/token", "GET /users/@me"])
async def test_a_discord_that_does_not_answer_signs_nobody_in(
    side: SideServer, discord: DiscordSandbox, route: str
) -> None:
    browser, address = await opened(side)
    discord.faults.fail(route)

    location = await come_back(browser, brought_back(discord, address, ADA))

    assert await states(side) == ["opened"]
    assert "Discord is not answering right now." in (await browser.get(location)).body


async def test_the_address_can_put_no_words_into_the_page(side: SideServer) -> None:
    browser, _ = await opened(side)

    page = await browser.get("/link/session?discord=nonsense")

    assert page.status == 200
    assert "nonsense" not in page.body


async def test_another_site_cannot_send_the_browser_to_sign_in(
    side: SideServer, discord: DiscordSandbox
) -> None:
    browser, address = await opened(side)
    for form in (None, {"csrf": ""}, {"csrf": "guessed"}):
        assert (await browser.call("POST", "/link/sign-in", form=form)).status == 403

    await come_back(browser, brought_back(discord, address, ADA))
    assert await states(side) == ["open"], "a new try would have made the earlier one worthless"


async def test_a_browser_without_a_link_is_sent_nowhere(side: SideServer) -> None:
    browser = side.browser()
    await browser.get("/link/session")

    assert (await browser.submit("/link/sign-in")).headers["Location"] == "/link/session"


async def test_forms_lead_to_us_and_to_discord_alone(side: SideServer) -> None:
    browser, _ = await opened(side)

    assert policy_of(await browser.get("/link/session"))["form-action"] == "'self' https://discord.example"
