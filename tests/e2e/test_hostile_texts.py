"""What strangers wrote, as the chat page shows it: text that does nothing, and the page stays in shape."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice

import discord
import pytest
from discord import ui
from playwright.async_api import Browser, Page

from banq.models import Nft
from cogs.cards import COLOURS
from cogs.markup import DiscordMarkup
from sandbox.discord import GENERAL_ID, DiscordSandbox
from services.foreign_text import clean
from services.wallet import Entry, Wallet
from services.wording import gallery
from services.wording.language import ENGLISH
from tests.hostile_texts import TEXTS
from tests.sandbox.discord_playbot import playing

MARKUP = DiscordMarkup(ENGLISH)
NFTS = tuple(
    Nft.model_validate({"tokenDataId": number, "sourceBanq": 1, "name": text, "collectionName": text})
    for number, text in enumerate(TEXTS)
)
ENTRIES = list(Wallet(NFTS, 0, datetime.now(UTC)).entries.values())
NAMES = [
    (clean(each.nft.name or "", 80) or "An NFT without a name") + (f" ({each.twin})" if each.twin > 1 else "")
    for each in ENTRIES
]
CODES = [clean(entry.nft.name or "", 200).replace("`", "'") for entry in ENTRIES]
# Whatever Discord makes of marks in a text, beside the bold and the code that are ours.
MADE = (
    "a, button, time, h1, h2, h3, small, blockquote, ul, ol, pre, u, s, em, img, .spoiler, .mention, .emoji,"
    " strong strong, strong code, code *"
)
READ = """(made) => {
  const rows = [...document.querySelectorAll("#messages .message .container")];
  const texts = rows.flatMap((row) => [...row.querySelectorAll(":scope > .markdown")]);
  const column = document.querySelector("#messages .message-body").getBoundingClientRect();
  const seen = (node) => node.textContent.replace(/[\\u2068\\u2069]/g, "");
  const all = (pattern) => [...document.querySelectorAll(`#messages .container ${pattern}`)];
  return {
    made: texts.flatMap((text) => [...text.querySelectorAll(made)].map((node) => node.outerHTML)),
    names: all("strong").map(seen),
    codes: all("code").map(seen),
    labels: all("[role=option] .option-text").map(seen),
    pictures: all(".gallery-item img").map((image) => image.alt),
    lines: Math.max(...texts.map((text) => text.textContent.split("\\n").length)),
    wide: [...document.querySelectorAll("#messages .container, #messages .markdown, #messages .markdown *")]
      .filter((node) => [...node.getClientRects()].some((box) => box.right > column.right + 1))
      .map((node) => node.textContent),
    scrolls: [...document.querySelectorAll("html, #messages, #messages .markdown")]
      .filter((node) => node.scrollWidth > node.clientWidth + 1)
      .map((node) => node.outerHTML.slice(0, 200)),
  };
}"""
RENDER = """async ([texts, made]) => {
  const { markdown } = await import("/static/markdown.js");
  return texts.filter((text) => markdown(text).querySelector(made)).length;
}"""
# How far the ink of a line reaches from its middle; a line has 22 pixels.
INK = """(texts) => {
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = getComputedStyle(document.querySelector("#messages .markdown")).font;
  return texts.map((text) => {
    const ink = pen.measureText(text);
    return Math.max(ink.actualBoundingBoxAscent, ink.actualBoundingBoxDescent);
  });
}"""


def messages(items: Iterable[tuple[ui.Item[ui.LayoutView], int]]) -> Iterator[ui.LayoutView]:
    """As few as Discord's limits allow, each item with the length of its text."""
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=COLOURS["plain"])
    length = 0
    for item, more in items:
        if len(list(box.walk_children())) > 36 or length + more > 4000:
            yield ui.LayoutView(timeout=None).add_item(box)
            box, length = ui.Container(accent_colour=COLOURS["plain"]), 0
        box.add_item(item)
        length += more
    yield ui.LayoutView(timeout=None).add_item(box)


def entries() -> Iterator[tuple[ui.Item[ui.LayoutView], int]]:
    for one in ENTRIES:
        text = f"{gallery.entry(MARKUP, one)}\n{MARKUP.code(one.nft.name or '')}"
        yield ui.TextDisplay(text), len(text)


def selects() -> Iterator[tuple[ui.Item[ui.LayoutView], int]]:
    left = iter(ENTRIES)
    while options := [discord.SelectOption(label=one.label, value=one.key) for one in islice(left, 25)]:
        yield ui.ActionRow(ui.Select(options=options, placeholder=options[0].label)), 0


def picture(one: Entry) -> str:
    return gallery.picture_text(MARKUP, one.name)


def pictures(url: str) -> Iterator[tuple[ui.Item[ui.LayoutView], int]]:
    left = iter(ENTRIES)
    while some := [discord.MediaGalleryItem(url, description=picture(one)) for one in islice(left, 10)]:
        yield ui.MediaGallery(*some), 0


@pytest.fixture(scope="module")
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """All of the texts, sent as the bot sends them and opened once."""
    sandbox = DiscordSandbox()
    await sandbox.start()
    async with playing(sandbox) as bot:
        channel = bot.get_partial_messageable(GENERAL_ID)
        for items in (
            entries(),
            selects(),
            pictures(f"{sandbox.url}/static/icon.svg"),
        ):
            for view in messages(items):
                await channel.send(view=view)
        page = await chromium.new_page()
        await page.goto(f"{sandbox.url}/?as=ada")
        await page.wait_for_selector('body[data-ready="ada"]')
        yield page
        await page.close()
    await sandbox.close()


async def test_what_strangers_wrote_does_nothing(
    page: Page, shoot: Callable[[Page, str], Awaitable[None]]
) -> None:
    found = await page.evaluate(READ, MADE)

    assert found["made"] == []
    assert found["names"] == NAMES
    assert found["codes"] == [code for code in CODES if code]
    assert found["labels"] == [one.label for one in ENTRIES]
    assert found["pictures"] == [picture(one) for one in ENTRIES]
    assert found["lines"] == 3
    await shoot(page, "hostile-texts")


async def test_it_would_do_something_if_it_were_not_cleaned(page: Page) -> None:
    texts = [text[:200] for text in TEXTS if text.isprintable()]

    assert await page.evaluate(RENDER, [texts, MADE]) > 100


async def test_what_strangers_wrote_keeps_the_page_in_shape(page: Page) -> None:
    found = await page.evaluate(READ, MADE)

    assert found["wide"] == []
    assert found["scrolls"] == []
    assert max(await page.evaluate(INK, NAMES)) < 22
    assert max(await page.evaluate(INK, [text for text in TEXTS if "\u0301\u0302\u0303" in text])) > 44
