"""A real browser: the widget on a strict page of another origin, then a mail and its approval."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from playwright.async_api import Browser, FrameLocator, Page, expect

from sandbox.banq.echo import Echo
from sandbox.banq.foreign_page import ForeignPage
from sandbox.banq.identities import ADA, CUSTOMER_PASSWORD, PLATFORM_ID
from sandbox.banq.server import BanqSandbox
from tests.sandbox.banq_rig import CHECKSUMMED, Rig, running

_SCRIPT = """
const tell = (word) => (...values) => {
  document.querySelector("#told").append(`${word}(${values.length}) `);
};
new window.ecommerceBanqWidget({
  selector: "#nft-link-banq",
  platformId: new URLSearchParams(location.search).get("platformId"),
  onPopUpClose: tell("closed"),
  onPaymentSuccess: tell("approved"),
}).bootstrapApp();
"""


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with running() as rig:
        yield rig


@pytest.fixture
async def tab(chromium: Browser) -> AsyncIterator[Page]:
    context = await chromium.new_context()
    yield await context.new_page()
    await context.close()


@asynccontextmanager
async def host_page(banq: BanqSandbox) -> AsyncIterator[str]:
    """A page that embeds the widget and allows nothing but what it needs for that."""
    policy = (
        f"default-src 'none'; script-src 'self' {banq.widget_url}; style-src 'self'; frame-src {banq.url}"
    )
    html = (
        '<!doctype html><title>Host</title><div id="nft-link-banq"></div><p id="told"></p>'
        f'<script src="{banq.widget_url}"></script><script src="/host.js"></script>'
    )

    async def show(_request: web.Request) -> web.Response:
        return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": policy})

    async def script(_request: web.Request) -> web.Response:
        return web.Response(text=_SCRIPT, content_type="text/javascript")

    app = web.Application()
    app.add_routes([web.get("/", show), web.get("/host.js", script)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://localhost:{runner.addresses[0][1]}/?platformId="
    finally:
        await runner.cleanup()


async def test_a_wallet_is_connected_through_the_widget(rig: Rig, tab: Page) -> None:
    await rig.want_webhooks()
    violations: list[str] = []
    tab.on("console", lambda message: violations.append(message.text))
    async with host_page(rig.banq) as url:
        await tab.goto(url + PLATFORM_ID)
        banq = tab.frame_locator("iframe[name=banq-widget]")
        await banq.get_by_label("E-mail").fill(ADA.email)
        await banq.get_by_label("Password").fill("wrong")
        await banq.get_by_role("button", name="Sign in").click()
        await expect(banq.get_by_role("alert")).to_contain_text("belong together")
        await banq.get_by_label("Password").fill(CUSTOMER_PASSWORD)
        await banq.get_by_role("button", name="Sign in").click()
        await expect(banq.get_by_role("heading")).to_have_text("Connect Sunny Meadow?")
        await banq.get_by_role("button", name="Approve").click()
        await expect(tab.locator("#told")).to_have_text("approved(0)")
        await banq.get_by_role("button", name="Done").click()
        await expect(tab.locator("#told")).to_have_text("approved(0) closed(0)")
        await expect(tab.locator("iframe")).to_have_count(0)

        await tab.reload()
        await expect(banq.get_by_role("button", name="Approve")).to_be_visible()
        await banq.get_by_role("link", name="Use another account").click()
        await expect(banq.get_by_label("E-mail")).to_be_visible()
        await tab.get_by_role("button", name="Close Banq").click()
        await expect(tab.locator("#told")).to_have_text("closed(0)")
    await rig.receiver.until(1)
    assert [body["resourceId"] for body in rig.receiver.bodies] == [ADA.user_guid(PLATFORM_ID)]
    assert not [text for text in violations if "Content Security Policy" in text]


async def test_an_unknown_platform_is_told_inside_the_widget(rig: Rig, tab: Page) -> None:
    async with host_page(rig.banq) as url:
        await tab.goto(url + "unknown")
        banq = tab.frame_locator("iframe[name=banq-widget]")
        await expect(banq.get_by_role("alert")).to_contain_text("does not know")
        await banq.get_by_role("button", name="Close").click()
        await expect(tab.locator("#told")).to_have_text("closed(0)")


async def test_a_transfer_is_completed_from_the_mail(rig: Rig, tab: Page) -> None:
    await rig.want_webhooks(webHookTypes=["nftTransaction"])
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    await tab.goto(f"{rig.banq.mailbox_url}?for={ADA.email}")
    await expect(tab.get_by_role("article")).to_contain_text("Sunny Meadow is connected")
    _, started = await rig.withdraw()
    await expect(tab.get_by_role("article")).to_contain_text(CHECKSUMMED)
    async with tab.expect_popup() as popup:
        await tab.get_by_role("link", name="Complete Transfer").click()
    approval = await popup.value
    await approval.get_by_role("button", name="Approve transfer").click()
    await expect(approval.get_by_role("heading")).to_have_text("Transfer complete")
    await expect(tab.get_by_role("article")).to_contain_text("Your transfer is complete")
    await rig.banq.webhooks.settled()
    assert rig.receiver.actions == ["processing", "completed"]
    assert rig.banq.ledger.transaction(started["id"]).status == "completed"


@asynccontextmanager
async def foreign_page(banq: BanqSandbox, **options: str) -> AsyncIterator[str]:
    page = ForeignPage(banq.widget_url, PLATFORM_ID, options)
    await page.start()
    try:
        yield page.url
    finally:
        await page.close()


async def sign_in(banq: FrameLocator) -> None:
    await banq.get_by_label("E-mail").fill(ADA.email)
    await banq.get_by_label("Password").fill(CUSTOMER_PASSWORD)
    await banq.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("named", [True, False], ids=["the option that is echoed", "another option"])
async def test_the_page_s_reference_comes_with_the_webhook(tab: Page, named: bool) -> None:
    option = "orderNote" if named else "reference"
    async with running(echo=Echo("orderNote", "data.note")) as rig:
        await rig.want_webhooks()
        async with foreign_page(rig.banq, **{option: "turn-7"}) as url:
            await tab.goto(url)
            banq = tab.frame_locator("iframe[name=banq-widget]")
            await sign_in(banq)
            await banq.get_by_role("link", name="Use another account").click()
            await sign_in(banq)
            await banq.get_by_role("button", name="Approve").click()
            await expect(banq.get_by_role("heading")).to_have_text("Sunny Meadow is connected")
        await rig.banq.webhooks.settled()
        assert [body["data"].get("note") for body in rig.receiver.bodies] == ["turn-7" if named else None]


async def test_a_malformed_reference_is_told_inside_the_widget(tab: Page) -> None:
    async with (
        running(echo=Echo("reference", "reference")) as rig,
        foreign_page(rig.banq, reference="turn 7") as url,
    ):
        await tab.goto(url)
        banq = tab.frame_locator("iframe[name=banq-widget]")
        await expect(banq.get_by_role("alert")).to_contain_text("a reference that Banq does not take")
        await banq.get_by_role("button", name="Close").click()
        await expect(tab.locator("iframe")).to_have_count(0)


async def test_any_website_can_have_an_approval_made(rig: Rig, tab: Page) -> None:
    """Its webhook looks like any other: what our own page does must not rest on where it came from."""
    await rig.want_webhooks()
    async with foreign_page(rig.banq, reference="turn-7") as url:
        await tab.goto(url)
        assert not tab.url.startswith(rig.banq.url)
        banq = tab.frame_locator("iframe[name=banq-widget]")
        await sign_in(banq)
        await banq.get_by_role("button", name="Approve").click()
        await rig.receiver.until(1)
    (body,) = rig.receiver.bodies
    assert body["data"] == {"userGuid": ADA.user_guid(PLATFORM_ID), "userId": ADA.user_id}
