"""Whether everybody can read a page, as far as a program can tell."""

from typing import Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

# Ends by day, which is what pictures show.
SCHEMES: tuple[Literal["light", "dark"], ...] = ("dark", "light")


async def everybody_can_read(page: Page, scheme: Literal["light", "dark"]) -> None:
    """axe-core finds nothing in this colour scheme."""
    await page.emulate_media(color_scheme=scheme)
    found = await Axe().run(page)
    assert found.violations_count == 0, f"{page.url} ({scheme}):\n{found.generate_report()}"
