"""A member's whole way in a browser, with the bot killed in the middle of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from sandbox.banq.identities import ADA
from sandbox.discord import ADA as ADA_ID
from tests.cogs.member import Member
from tests.e2e.people import Chat, complete_transfer, finish_code, sign_in_and_approve
from tests.e2e.reading import SCHEMES, everybody_can_read
from tests.live import LiveBot, living

ADDRESS = "0x52908400098527886E0F7030069857D2E4169EE7"
SHORT_ADDRESS = "0x5290…9EE7"
NFT = "Copper Hills"
Shoot = Callable[[Page, str], Awaitable[None]]


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveBot]:
    async with living(tmp_path) as running:
        yield running


@pytest.fixture
async def ada(chromium: Browser) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(viewport={"width": 1180, "height": 860})
    context.set_default_timeout(10_000)
    yield context
    await context.close()


async def test_link_look_and_withdraw(live: LiveBot, ada: BrowserContext, shoot: Shoot) -> None:
    chat = await Chat.open(ada, live, "ada")

    await chat.command("link")
    await expect(chat.last).to_contain_text("Link your Banq wallet")
    page = await chat.link_page()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Link your Banq wallet")
    await expect(page.locator("main")).to_contain_text("Ada")
    await page.get_by_role("button", name="This is me, continue").click()
    await sign_in_and_approve(page, ADA)
    code = await finish_code(page)
    await expect(page.locator("#holding")).to_have_text("32 NFTs")
    await chat.page.bring_to_front()
    await chat.type_code(code)
    await expect(chat.last).to_contain_text("Your wallet is linked")
    await expect(chat.last).to_contain_text("It holds 32 NFTs")
    await expect(page.get_by_role("heading", name="Your wallet is linked")).to_be_visible()
    assert await page.evaluate("localStorage.length") == 0, "Banq's token must not stay in our origin"

    await chat.press("Show NFTs")
    await _all_pictures_load(chat, 5)
    await chat.command("nfts")
    await _all_pictures_load(chat, 5)
    for scheme in SCHEMES:
        await everybody_can_read(chat.page, scheme)
    await chat.press("Next ▶")
    await expect(chat.last).to_contain_text("Page 2 of 7")
    await _all_pictures_load(chat, 5)

    await _start_withdrawal(chat)
    await _all_pictures_load(chat, 1)
    await shoot(chat.page, "review")
    await chat.confirm_withdrawal("169EE7")
    await expect(chat.last).to_contain_text("Now approve it at Banq")
    await complete_transfer(ada, live, ADA)
    await chat.page.bring_to_front()
    await expect(chat.last).to_contain_text("Withdrawal completed")
    await expect(chat.last).to_contain_text(f"Arrived at {SHORT_ADDRESS}")
    await shoot(chat.page, "story")
    for scheme in SCHEMES:
        await everybody_can_read(chat.page, scheme)
    await expect(chat.page.locator("#channel-dm .badge")).to_be_hidden()
    await chat.command("withdrawals")
    await expect(chat.last).to_contain_text(NFT)
    await expect(chat.last).to_contain_text("Completed")

    await _anybody_can_look_it_up(ada, live)
    await _everybody_agrees(live)


async def test_a_kill_in_the_middle_of_linking(live: LiveBot, ada: BrowserContext) -> None:
    chat = await Chat.open(ada, live, "ada")
    await chat.command("link")
    page = await chat.link_page()
    await page.get_by_role("button", name="This is me, continue").click()
    await expect(page.locator("iframe[name=banq-widget]")).to_be_visible()

    await live.kill()
    await sign_in_and_approve(page, ADA)
    await expect(page.locator("#offline")).to_be_visible()
    await live.start()

    code = await finish_code(page)
    await chat.page.bring_to_front()
    await chat.press("Enter code")
    dialog = chat.page.get_by_role("dialog", name="Finish linking")
    await expect(dialog).to_be_visible()
    await live.kill()
    await live.start()
    await dialog.get_by_label("The code on the page").fill(code)
    await dialog.get_by_role("button", name="Submit").click()
    await expect(chat.last).to_contain_text("Your wallet is linked")


async def test_a_kill_in_the_middle_of_a_withdrawal(live: LiveBot, ada: BrowserContext, shoot: Shoot) -> None:
    chat = await Chat.open(ada, live, "ada")
    await _link(chat)

    await _start_withdrawal(chat)
    await live.kill()
    await live.start()
    await chat.confirm_withdrawal("169EE7")
    await expect(chat.last).to_contain_text("Now approve it at Banq")
    await live.kill()
    await complete_transfer(ada, live, ADA)
    await live.start()

    await Member(live, ADA_ID).nothing_is_held_back("withdrawal_completed")
    await expect(chat.page.locator("#channel-dm .badge")).to_be_visible()
    await chat.page.click("#channel-dm")
    await expect(chat.last).to_contain_text("Withdrawal completed")
    await expect(chat.last).to_contain_text(SHORT_ADDRESS)
    await shoot(chat.page, "direct-message")
    await _everybody_agrees(live)


async def _link(chat: Chat) -> None:
    await chat.command("link")
    page = await chat.link_page()
    await page.get_by_role("button", name="This is me, continue").click()
    await sign_in_and_approve(page, ADA)
    code = await finish_code(page)
    await page.close()
    await chat.type_code(code)
    await expect(chat.last).to_contain_text("Your wallet is linked")


async def _start_withdrawal(chat: Chat) -> None:
    await chat.page.fill("#composer", "/withdraw")
    await chat.page.click('#command-list [data-name="withdraw"]')
    await chat.page.locator("#option-nft").press_sequentially("copper")
    await chat.page.locator("#option-nft-list").get_by_role("option", name=NFT).click()
    await chat.page.fill("#option-to", ADDRESS)
    await chat.page.click("#command-send")
    await expect(chat.last).to_contain_text(f"Withdraw {NFT} (Quiet Hours #11)?")


async def _all_pictures_load(chat: Chat, count: int) -> None:
    pictures = chat.last.locator("img")
    await expect(pictures).to_have_count(count)
    for index in range(count):
        await expect(pictures.nth(index)).to_have_js_property("complete", value=True)
        assert await pictures.nth(index).evaluate("image => image.naturalWidth") > 0


async def _anybody_can_look_it_up(context: BrowserContext, live: LiveBot) -> None:
    (transaction,) = live.banq.ledger.transactions
    page = await context.new_page()
    await page.goto(f"{live.banq.url}/transfers/{transaction.secret}")
    await page.get_by_role("link", name=str(transaction.transaction_hash)).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Transaction on Ethereum")
    await expect(page.locator("#address")).to_have_text(ADDRESS)
    for scheme in SCHEMES:
        await everybody_can_read(page, scheme)
    await page.close()


async def _everybody_agrees(live: LiveBot) -> None:
    """The bot's database and Banq tell the same: sent once, arrived, and gone from the wallet."""
    await live.banq.webhooks.settled()
    async with live.opened_database() as database:
        row = await database.read.fetch_one("SELECT state, address, transaction_hash FROM withdrawals")
    (transaction,) = live.banq.ledger.transactions
    assert live.banq.faults.accepted["withdraw"] == 1
    assert row is not None
    assert tuple(row) == ("completed", ADDRESS, transaction.transaction_hash)
    assert NFT not in {nft.name for nft, _ in live.banq.ledger.wallet(ADA.email)}
