"""What the chat page makes of marks: no less than Discord does, or a test of cleaned text proves nothing."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from sandbox.discord import DiscordSandbox
from tests.hostile_lines import PAGES
from tests.hostile_texts import COMMANDS, LINKS, MENTIONS, TIMES

ID = "80351110224678912"
LINK = "https://evil.example/claim"
RENDER = """async (texts) => {
  const { markdown } = await import("/static/markdown.js");
  return texts.map(([text, pattern]) => {
    const made = markdown(text);
    return [made.querySelectorAll(pattern).length, made.textContent];
  });
}"""
NOT_CLICKED_ON = {
    "www.evil.example",
    "ftp://evil.example/a",
    "file:///etc/hostname",
    "data:text/html,<b>x</b>",
}
MADE = [
    ("**x**", "strong"),
    ("*x*", "em"),
    ("_x_", "em"),
    ("***x***", "strong em, em strong"),
    ("__x__", "u"),
    ("~~x~~", "s"),
    ("||x||", ".spoiler"),
    ("**||x||**", "strong .spoiler"),
    ("**a\nb**", "strong"),
    ("`x`", "code"),
    ("```x```", "pre"),
    ("```py\nx```", "pre"),
    ("a ```x``` b", "pre"),
    ("# x", ".size-1"),
    ("## x", ".size-2"),
    ("### x", ".size-3"),
    ("a\n### x", ".size-3"),
    ("**# x**", "strong .size-1"),
    ("-# x", "small"),
    ("> x", "blockquote"),
    (">>> x\ny", "blockquote"),
    ("> # x", "blockquote .size-1"),
    ("- x", "ul li"),
    ("* x", "ul li"),
    ("1. x", "ol li"),
    ("- **x**", "li strong"),
    (f"<:ok:{ID}>", ".emoji"),
    (f"<a:ok:{ID}>", ".emoji"),
    (":lock:", ".emoji"),
    (f"x{LINK}", f"a[href='{LINK}']"),
    (f"**{LINK}**", "strong a"),
    (f"[x]({LINK})", f"a[href='{LINK}']"),
    (f"[**x**]({LINK})", "a strong"),
    *((text, "a") for text in LINKS if text not in NOT_CLICKED_ON and "javascript" not in text),
    *((text, ".mention") for text in MENTIONS),
    *((text, "button.mention") for text in COMMANDS),
    *((text, "time") for text in TIMES if "9999999999999" not in text),
]
# What a backslash does and where it does nothing.
ESCAPED = [
    (r"\*\*x\*\*", "strong, em", 0, "**x**"),
    (r"\_x\_", "em", 0, "_x_"),
    (r"\\**x**", "strong", 1, "\\x"),
    (r"\`x\`", "code", 0, "`x`"),
    (r"`a\`", "code", 1, "a\\"),
    (r"`\*x\*`", "code", 1, r"\*x\*"),
    (r"**a\**", "strong", 0, "*a*"),
    (r"~~a\~~", "s", 1, "a\\"),
    (r"\# x", "h2", 0, "# x"),
    (r"\- x", "li", 0, "- x"),
    (r"1\. x", "li", 0, "1. x"),
    (r"\> x", "blockquote", 0, "> x"),
    (rf"\<@{ID}>", ".mention", 0, f"<@{ID}>"),
    (r"\@everyone", ".mention", 0, "@everyone"),
    (r"\<t:0>", "time", 0, "<t:0>"),
    (rf"\[x]({LINK})", "a", 1, f"[x]({LINK})"),
    (rf"\{LINK}", "a", 1, rf"\{LINK}"),
    (r"https\://evil.example", "a", 0, "https://evil.example"),
    (r"https:/\/evil.example", "a", 0, "https://evil.example"),
    (r"a\b \1 \ x", "*:not(p)", 0, r"a\b \1 \ x"),
    ("\\\U0001f512", "*:not(p)", 0, "\U0001f512"),
]


@pytest.fixture(scope="module")
async def page(chromium: Browser) -> AsyncIterator[Page]:
    sandbox = DiscordSandbox()
    await sandbox.start()
    page = await chromium.new_page()
    await page.goto(f"{sandbox.url}/?as=ada")
    await page.wait_for_selector('body[data-ready="ada"]')
    yield page
    await page.close()
    await sandbox.close()


async def test_all_marks_that_discord_knows_are_made_into_something(page: Page) -> None:
    found = await page.evaluate(RENDER, MADE)

    assert [text for (text, _), (count, _) in zip(MADE, found, strict=True) if not count] == []


async def test_a_backslash_takes_a_meaning_away_where_it_does_for_discord(page: Page) -> None:
    found = await page.evaluate(RENDER, [(text, pattern) for text, pattern, _, _ in ESCAPED])

    for (text, _, count, left), made in zip(ESCAPED, found, strict=True):
        assert made == [count, left], text


async def test_no_mark_makes_more_than_a_known_element(page: Page) -> None:
    texts = [*LINKS, *PAGES]
    never = "script, img, svg, iframe, b, [href^=javascript], [href^=data]"
    found = await page.evaluate(RENDER, [(text, never) for text in texts])

    assert [count for count, _ in found] == [0] * len(texts)
