"""Linking with Discord's sign-in, in real browsers: the honest way, and the ways of a thief."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from sandbox import discord
from sandbox.banq import identities
from sandbox.banq.foreign_page import ForeignPage
from sandbox.banq.identities import ADA
from tests.e2e.people import Chat, sign_in_and_approve, sign_in_with_discord
from tests.e2e.reading import SCHEMES, everybody_can_read
from tests.live import LiveBot, living

Shoot = Callable[[Page, str], Awaitable[None]]
LINKS = "SELECT chat_user_id, user_guid FROM links WHERE state <> 'unlinked'"


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveBot]:
    async with living(tmp_path, signs_in=True) as running:
        yield running


@pytest.fixture
async def browsers(chromium: Browser) -> AsyncIterator[tuple[BrowserContext, BrowserContext]]:
    """Two people's browsers, which share nothing."""
    contexts = [await chromium.new_context(viewport={"width": 1180, "height": 860}) for _ in range(2)]
    for context in contexts:
        context.set_default_timeout(10_000)
    yield contexts[0], contexts[1]
    for context in contexts:
        await context.close()


@pytest.fixture
async def foreign_page(live: LiveBot) -> AsyncIterator[ForeignPage]:
    page = ForeignPage(live.banq.widget_url, identities.PLATFORM_ID)
    await page.start()
    yield page
    await page.close()


async def links(live: LiveBot) -> list[tuple[str, str]]:
    async with live.opened_database() as database:
        return [(row[0], row[1]) for row in await database.read.fetch_all(LINKS)]


async def test_the_message_in_chat_follows_along_to_the_link(
    live: LiveBot, browsers: tuple[BrowserContext, BrowserContext], shoot: Shoot
) -> None:
    chat = await Chat.open(browsers[0], live, "ada")
    await chat.command("link")
    await shoot(chat.page, "chat")
    page = await chat.link_page()
    await shoot(page, "link-page")
    await page.get_by_role("button", name="Continue with Discord").click()
    await expect(chat.last).to_contain_text("The page is open")
    await expect(page.locator("#account")).to_have_text("ada.wong")
    for scheme in SCHEMES:
        await everybody_can_read(page, scheme)
    await page.get_by_role("button", name="Authorize").click()

    await expect(chat.last).to_contain_text("It is your turn")
    await sign_in_and_approve(page, ADA)
    await expect(page.get_by_role("heading", name="Almost done: confirm in chat")).to_be_visible()
    await expect(chat.last).to_contain_text("A Banq wallet holding 32 NFTs approved this community")
    await chat.page.bring_to_front()
    await shoot(chat.page, "confirm")
    for scheme in SCHEMES:
        await everybody_can_read(chat.page, scheme)
    await chat.press("Link it")

    await expect(chat.last).to_contain_text("Your wallet is linked")
    await expect(page.get_by_role("heading", name="Your wallet is linked")).to_be_visible()
    assert await page.evaluate("localStorage.length") == 0
    assert [owner for owner, _ in await links(live)] == [str(discord.ADA)]


async def test_a_thiefs_link_opened_by_somebody_else_stops_before_the_widget(
    live: LiveBot, browsers: tuple[BrowserContext, BrowserContext], shoot: Shoot
) -> None:
    thief, victim = await Chat.open(browsers[0], live, "ben"), await Chat.open(browsers[1], live, "ada")
    await thief.command("link")
    link = await thief.link_address()
    page = await browsers[1].new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    await page.goto(link)
    await expect(page.locator(".person")).to_contain_text("Ben")
    await sign_in_with_discord(page)

    await expect(
        page.get_by_role("heading", name="This link belongs to another Discord account")
    ).to_be_visible()
    await expect(page.locator("main")).to_contain_text("Do not sign in")
    await shoot(page, "sign-in-wrong-account")
    await thief.page.bring_to_front()
    await expect(thief.last).to_contain_text("Somebody else opened your link")
    await expect(page.locator("iframe")).to_have_count(0)
    assert not [url for url in asked if url.startswith(live.banq.url)]
    again = await browsers[0].new_page()
    await again.goto(link)
    await expect(again.get_by_role("heading", level=1)).to_contain_text("does not work")
    assert await links(live) == []
    await expect(victim.page.locator('#messages [data-author="bot"]')).to_have_count(0)


async def test_a_browser_that_was_sent_to_sign_in_comes_back_once(
    live: LiveBot, browsers: tuple[BrowserContext, BrowserContext]
) -> None:
    """What the thief's own browser brought back is worth nothing in another browser, nor twice in his own."""
    thief = await Chat.open(browsers[0], live, "ben")
    await thief.command("link")
    page = await thief.link_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await sign_in_with_discord(page)
    await expect(page.locator("iframe[name=banq-widget]")).to_be_visible()
    (callback,) = [url for url in asked if "/link/discord?" in url]

    victim = await browsers[1].new_page()
    answer = await victim.goto(callback)
    assert answer is not None
    assert answer.status == 404
    await page.goto(callback)
    await expect(page.locator("iframe[name=banq-widget]")).to_be_visible()
    async with live.opened_database() as database:
        rows = await database.read.fetch_all("SELECT state FROM link_sessions")
    assert [row[0] for row in rows] == ["open"]


async def test_an_approval_on_a_foreign_page_links_nobody(
    live: LiveBot, browsers: tuple[BrowserContext, BrowserContext], foreign_page: ForeignPage
) -> None:
    """As long as the page that holds the turn reports no approval of its own."""
    thief = await Chat.open(browsers[0], live, "ben")
    await thief.command("link")
    page = await thief.link_page()
    await sign_in_with_discord(page)
    await expect(page.locator("iframe[name=banq-widget]")).to_be_visible()

    victim = await browsers[1].new_page()
    await victim.goto(foreign_page.url)
    await sign_in_and_approve(victim, ADA)
    await live.banq.webhooks.settled()
    await page.get_by_role("button", name="Close Banq").click()

    await thief.page.bring_to_front()
    await expect(thief.last).to_contain_text("You have not approved yet")
    assert await links(live) == []


async def test_what_remains_after_a_false_report_is_a_look_and_not_the_nfts(
    live: LiveBot, browsers: tuple[BrowserContext, BrowserContext], foreign_page: ForeignPage
) -> None:
    """Banq passes no reference, so a liar in his turn gets the look; nothing moves without the victim."""
    thief = await Chat.open(browsers[0], live, "ben")
    await thief.command("link")
    page = await thief.link_page()
    await sign_in_with_discord(page)
    await expect(page.locator("iframe[name=banq-widget]")).to_be_visible()
    victim = await browsers[1].new_page()
    await victim.goto(foreign_page.url)
    await sign_in_and_approve(victim, ADA)
    await page.evaluate("window.postMessage({ type: 'banq:approved' }, '*')")
    await thief.page.bring_to_front()
    await expect(thief.last).to_contain_text("Is this your wallet?")
    await thief.press("Link it")
    await expect(thief.last).to_contain_text("Your wallet is linked")

    before = live.banq.ledger.wallet(ADA.email)
    await thief.command("withdraw", nft="Copper Hills", to="0x52908400098527886E0F7030069857D2E4169EE7")
    await thief.confirm_withdrawal("169EE7")
    await expect(thief.last).to_contain_text("Now approve it at Banq")
    assert live.banq.ledger.wallet(ADA.email) == before
    subjects = [mail.kind for mail in live.banq.ledger.mails(ADA.email)]
    assert subjects[:2] == ["withdrawal", "connected"], "the victim is told, and asked"
