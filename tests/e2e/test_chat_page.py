"""The chat page in a real browser, with a real bot behind it."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from sandbox.discord import ADA, BEN, GENERAL_ID, TEAM_ID, DiscordSandbox
from tests.sandbox.discord_playbot import PlayBot, playing


@pytest.fixture(scope="module")
async def chat() -> AsyncIterator[tuple[DiscordSandbox, PlayBot]]:
    sandbox = DiscordSandbox(answer_within_s=1.0, bookmarks={"Mailbox": "http://127.0.0.1:9/"})
    await sandbox.start()
    async with playing(sandbox) as bot:
        yield sandbox, bot
    await sandbox.close()


@pytest.fixture
async def page(chromium: Browser, chat: tuple[DiscordSandbox, PlayBot]) -> AsyncIterator[Page]:
    page = await chromium.new_page()
    page.set_default_timeout(5000)
    await open_as(page, chat[0], "ada")
    yield page
    await page.close()


async def open_as(page: Page, sandbox: DiscordSandbox, who: str) -> None:
    await page.goto(f"{sandbox.url}/?as={who}")
    await page.wait_for_selector(f'body[data-ready="{who}"]')


async def pick(page: Page, name: str) -> None:
    await page.fill("#composer", f"/{name}")
    await page.click(f'#command-list [data-name="{name}"]')


async def test_a_command_with_the_keyboard_alone(page: Page) -> None:
    await page.keyboard.type("/hel")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.locator("#option-name")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#command-form")).to_contain_text("name is required")
    await page.keyboard.type("<b>you</b>")
    await page.keyboard.press("Enter")
    row = page.locator('[data-author="bot"]').last
    await expect(row.locator("strong", has_text="<b>you</b>")).to_be_visible()
    await expect(page.locator("#composer")).to_be_focused()


async def test_escape_leaves_the_command(page: Page) -> None:
    await pick(page, "hello")
    await page.keyboard.press("Escape")
    await expect(page.locator("#command-form")).to_be_hidden()
    await expect(page.locator("#composer")).to_be_focused()


async def test_buttons_selects_and_forms(page: Page) -> None:
    rows = page.locator('[data-author="bot"]')
    before = await rows.count()
    await pick(page, "hello")
    await page.fill("#option-name", "you")
    await page.click("#command-send")
    await expect(rows).to_have_count(before + 1)
    row = rows.last
    await row.locator('[data-custom-id="count"]').click()
    await expect(row.get_by_role("button", name="Counted")).to_be_focused()
    await row.locator('[data-custom-id="fruit"]').click()
    await row.get_by_role("option", name="cherry").click()
    await expect(row).to_contain_text("You chose cherry")
    await row.locator('[data-custom-id="write"]').click()
    form = page.get_by_role("dialog", name="Feedback")
    await expect(form.get_by_label("Topic")).to_be_focused()
    await page.keyboard.type("no")
    await form.get_by_role("button", name="Submit").click()
    await expect(form.get_by_role("alert")).to_contain_text("Topic")
    await page.keyboard.type("on")
    await form.get_by_role("button", name="Taste").click()
    await form.get_by_role("option", name="apple").click()
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_have_count(0)
    answer = page.locator('[data-ephemeral="true"]').last
    await expect(answer).to_contain_text("noon / apple")
    await answer.get_by_role("button", name="Dismiss").click()
    await expect(answer).to_have_count(0)
    await row.locator('[data-custom-id="silent"]').click()
    await expect(row).to_contain_text("This interaction failed")


async def test_autocomplete_and_optional_options(page: Page) -> None:
    await pick(page, "pick")
    await page.locator("#option-fruit").press_sequentially("ban")
    await page.get_by_role("option", name="Banana").click()
    await page.click('.add-option[data-option="amount"]')
    await page.keyboard.type("3")
    await page.keyboard.press("Enter")
    row = page.locator('[data-ephemeral="true"]').last
    await expect(row.locator(".embed")).to_contain_text("3 x banana")


async def test_thinking_then_a_layout(page: Page, chat: tuple[DiscordSandbox, PlayBot]) -> None:
    _, bot = chat
    bot.gate.clear()
    await pick(page, "gallery")
    await page.click("#command-send")
    row = page.locator('[data-author="bot"]').last
    await expect(row).to_contain_text("is thinking")
    bot.gate.set()
    await expect(row.locator(".section")).to_contain_text("Meadow Cat #7")
    await expect(row.get_by_role("img", name="Picture not available").first).to_be_visible()


async def test_times_are_rounded_to_the_unit_that_discord_names(page: Page) -> None:
    relative = """seconds => import("/static/timestamps.js").then(({ timestamp }) =>
        seconds.map(each => timestamp(Math.floor(Date.now() / 1000) + each, "R").textContent))"""
    told = await page.evaluate(relative, [-5, 600, 3600, 24 * 3600 - 5, -3 * 86400])
    assert told[1:] == ["in 10 minutes", "in 1 hour", "in 1 day", "3 days ago"]
    assert "seconds ago" in told[0]


async def test_a_direct_message_shows_a_badge(page: Page) -> None:
    await pick(page, "whisper")
    await page.click("#command-send")
    await expect(page.locator("#channel-dm .badge")).to_have_text("1 unread")
    await page.click("#channel-dm")
    await expect(page.locator("#messages")).to_contain_text("A quiet word")
    await expect(page.locator("#channel-dm .badge")).to_be_hidden()


async def test_becoming_someone_else(page: Page) -> None:
    await page.get_by_role("radio", name="Cleo").check()
    await page.wait_for_selector('body[data-ready="cleo"]')
    assert page.url.endswith("as=cleo")
    await pick(page, "admin member")
    await page.get_by_role("option", name="Ben").click()
    await page.click("#command-send")
    await expect(page.locator('[data-ephemeral="true"]').last).to_contain_text("@Ben True")


async def test_commands_in_the_members_language(page: Page, chat: tuple[DiscordSandbox, PlayBot]) -> None:
    await open_as(page, chat[0], "ben")
    await page.get_by_role("radio", name="Deutsch").check()
    await page.fill("#composer", "/reif")
    await expect(page.get_by_role("option")).to_have_text("/reifeSag, wie reif es ist")
    await page.reload()
    await expect(page.get_by_role("radio", name="Deutsch")).to_be_checked()
    await page.fill("#composer", "/ripe")
    await page.get_by_role("option", name="/reife").click()
    await expect(page.locator("#option-hint")).to_have_text("Wie weit es ist")
    await expect(page.get_by_role("option")).to_have_text(["Grün", "Brown"])
    await page.get_by_role("combobox", name="stufe").fill("grün")
    await page.keyboard.press("Enter")
    await page.click("#command-send")
    row = page.locator('[data-ephemeral="true"]').last
    await expect(row).to_contain_text("used /reife")
    await expect(row).to_contain_text("Green, de")

    await page.get_by_role("radio", name="English").check()
    await expect(row).to_contain_text("used /ripe")
    assert chat[0].members.locale_of(BEN) == "en-US"


async def test_only_an_admin_has_the_teams_channel(page: Page, chat: tuple[DiscordSandbox, PlayBot]) -> None:
    _, bot = chat
    await bot.get_partial_messageable(TEAM_ID).send(f"Look after <@{ADA}>")
    await expect(page.locator("#channel-team")).to_be_hidden()
    await expect(page.locator("#messages")).not_to_contain_text("Look after")

    await page.get_by_role("radio", name="Cleo").check()
    await page.wait_for_selector('body[data-ready="cleo"]')
    await page.click("#channel-team")
    await expect(page.locator("#place-title")).to_have_text("# team")
    await expect(page.locator("#messages")).to_contain_text("Look after @Ada")
    await pick(page, "hello")
    await page.fill("#option-name", "team")
    await page.click("#command-send")
    await expect(page.locator('[data-author="bot"]').last).to_contain_text("Hello team")

    await page.get_by_role("radio", name="Ada").check()
    await page.wait_for_selector('body[data-ready="ada"]')
    await expect(page.locator("#place-title")).to_have_text("# general")
    await expect(page.locator("#messages")).not_to_contain_text("Look after")


async def test_hostile_text_stays_text(page: Page, chat: tuple[DiscordSandbox, PlayBot]) -> None:
    sandbox, bot = chat
    text = (
        '<img src=x onerror="document.title=1"> [x](javascript:alert(1)) '
        "[ok](https://example.com/a) ||<i>s</i>||"
    )
    channel = bot.get_partial_messageable(GENERAL_ID)
    sent = await channel.send(text)
    row = page.locator(f'[data-message-id="{sent.id}"]')
    await expect(row.locator("a")).to_have_count(1)
    await expect(row.locator("img")).to_have_count(0)
    await expect(row).to_contain_text("javascript:alert(1)")
    assert sandbox.members.look(ADA, sent.id).text == text


async def test_the_page_fits_a_phone(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await expect(page.locator("#sidebar")).not_to_be_in_viewport()
    await page.click("#menu-toggle")
    await page.click("#channel-dm")
    await expect(page.locator("#sidebar")).not_to_be_in_viewport()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
