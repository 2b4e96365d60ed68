"""Every face of the link page in a real browser: for screen readers, in the dark, on a phone, by keyboard."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from sandbox.banq import identities
from sandbox.banq.server import BanqSandbox
from services.linking_rules import LinkingRules
from services.sources import Sources
from storage.database import Database
from storage.link_sessions import Proof
from tests.conftest import Clock
from tests.e2e.link_scenes import SCENES, Scene, cooling_down
from tests.e2e.reading import SCHEMES, everybody_can_read
from tests.services.rig import build
from tests.web.side_server import serving
from web.keys import WebSettings

PHONE = 360
NARROWEST = 320
Shoot = Callable[[Page, str], Awaitable[None]]


class At(Protocol):
    def __call__(self, proof: Proof, heard_within_s: float = 60) -> AbstractAsyncContextManager[Scene]: ...


@pytest.fixture(scope="module")
async def banq() -> AsyncIterator[BanqSandbox]:
    started = BanqSandbox()
    await started.start()
    yield started
    await started.close()


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    context = await chromium.new_context(viewport={"width": PHONE, "height": 760})
    context.set_default_timeout(10_000)
    yield await context.new_page()
    await context.close()


@pytest.fixture
def at(banq: BanqSandbox, database: Database, sources: Sources, page: Page, clock: Clock) -> At:
    """The page of a side server at which browsers are proven in that way."""

    @asynccontextmanager
    async def at_the_page(proof: Proof, heard_within_s: float = 60) -> AsyncIterator[Scene]:
        settings = WebSettings(
            public_url="http://127.0.0.1",
            community="Sunny Meadow",
            widget_url=banq.widget_url,
            widget_frame_origins=(),
            webhook_secrets={},
            heard_within_s=heard_within_s,
        )
        async with (
            build(banq, database, sources, rules=LinkingRules(proof=proof)) as rig,
            serving(rig, settings, links_at_once=3) as side,
        ):
            yield Scene(rig, side.url, page, clock)
            # Its stream would be waited for.
            await page.goto("about:blank")

    return at_the_page


@pytest.mark.parametrize(
    ("proof", "reach"), SCENES, ids=[f"{reach.__name__}-{proof}" for proof, reach in SCENES]
)
async def test_every_page_can_be_read_by_everybody(
    at: At, page: Page, shoot: Shoot, proof: Proof, reach: Callable[[Scene], Awaitable[str]]
) -> None:
    """axe finds nothing, by day and by night, and nothing is wider than a phone."""
    async with at(proof) as scene:
        heading = await reach(scene)
        await expect(page.get_by_role("heading", name=heading)).to_be_visible()
        assert await page.get_by_role("heading", level=2).count() <= 1, "one thing at a time"
        for scheme in SCHEMES:
            await everybody_can_read(page, scheme)
            assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE
            await shoot(page, f"{reach.__name__}-{proof}-{scheme}")


async def test_a_german_page_counts_in_german_and_fits_the_narrowest_phone(at: At, page: Page) -> None:
    async with at("code") as scene:
        await cooling_down(scene)
        await page.set_extra_http_headers({"Accept-Language": "de-AT,de;q=0.9,en;q=0.8"})
        await page.set_viewport_size({"width": NARROWEST, "height": 760})
        await page.reload()
        await expect(page.get_by_text("Du kannst es in 10 Minuten noch einmal öffnen.")).to_be_visible()
        await everybody_can_read(page, "light")
        assert await page.evaluate("document.documentElement.scrollWidth") <= NARROWEST


async def test_where_banqs_script_does_not_load_the_page_says_what_to_do(
    at: At, page: Page, banq: BanqSandbox
) -> None:
    async with at("code") as scene:
        await page.route(banq.widget_url, lambda route: route.abort())
        await scene.begun()
        await expect(page.get_by_role("alert")).to_contain_text("Check your connection")


async def test_the_keyboard_alone_is_enough(at: At, page: Page) -> None:
    async with at("code") as scene:
        await scene.invited()
        await press(page.get_by_role("button", name="This is me, continue"))
        await press(page.get_by_role("button", name="Close Banq"))
        await press(page.get_by_role("button", name="Open Banq again"))
        banq = page.frame_locator("iframe[name=banq-widget]")
        await tab_to(banq.get_by_label("E-mail"))
        await page.keyboard.type(identities.ADA.email)
        await tab_to(banq.get_by_label("Password"))
        await page.keyboard.type(identities.CUSTOMER_PASSWORD)
        await page.keyboard.press("Enter")
        await press(banq.get_by_role("button", name="Approve"))
        await expect(page.get_by_role("heading", name="Checking with Banq")).to_be_visible()
        user_guid = identities.ADA.user_guid(identities.PLATFORM_ID)
        await scene.rig.granted(user_guid, identities.ADA.user_id)
        await scene.rig.matching.settle()
        await expect(page.get_by_role("heading", name="Almost done")).to_be_visible()


async def test_a_page_that_is_open_says_so_when_asked(at: At, page: Page) -> None:
    async with at("code", heard_within_s=3) as scene:
        await scene.begun()
        for _ in range(2):
            await page.wait_for_event("request", lambda request: request.url.endswith("/link/state"))
        await expect(page.locator("iframe[name=banq-widget]")).to_be_visible()


async def press(button: Locator) -> None:
    await tab_to(button)
    await button.page.keyboard.press("Enter")


async def tab_to(target: Locator) -> None:
    """Press Tab as often as it takes to get there."""
    await expect(target).to_be_visible()
    for _ in range(15):
        await target.page.keyboard.press("Tab")
        if await target.evaluate("it => it === document.activeElement && document.hasFocus()"):
            return
    raise AssertionError(f"Tab never gets to {target}")
