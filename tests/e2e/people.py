"""What a member does in the browser: chat, the link page, Banq's widget, the mailbox."""

from dataclasses import dataclass

from playwright.async_api import BrowserContext, Locator, Page, expect

from sandbox.banq.identities import CUSTOMER_PASSWORD, Customer
from tests.e2e.reading import SCHEMES, everybody_can_read
from tests.live import LiveBot


@dataclass
class Chat:
    """One person at the chat page."""

    page: Page

    @classmethod
    async def open(cls, context: BrowserContext, live: LiveBot, name: str) -> "Chat":
        page = await context.new_page()
        await page.goto(f"{live.discord.url}/?as={name}")
        await page.wait_for_selector(f'body[data-ready="{name}"]')
        return cls(page)

    @property
    def last(self) -> Locator:
        """The newest message of the bot."""
        return self.page.locator('#messages [data-author="bot"]').last

    async def command(self, name: str, **options: str) -> None:
        """Type a command and its options, and send it."""
        before = await self.page.locator('#messages [data-author="bot"]').count()
        await self.page.fill("#composer", f"/{name}")
        await self.page.click(f'#command-list [data-name="{name}"]')
        for option, value in options.items():
            field = self.page.locator(f"#option-{option}")
            if not await field.is_visible():
                await self.page.click(f'.add-option[data-option="{option}"]')
            await field.fill(value)
        await self.page.click("#command-send")
        await expect(self.page.locator('#messages [data-author="bot"]')).not_to_have_count(before)

    async def press(self, label: str) -> None:
        await self.last.get_by_role("button", name=label, exact=True).click()

    async def type_code(self, code: str) -> None:
        await self.press("Enter code")
        dialog = self.page.get_by_role("dialog", name="Finish linking")
        await dialog.get_by_label("The code on the page").fill(code)
        await dialog.get_by_role("button", name="Submit").click()

    async def confirm_withdrawal(self, end: str) -> None:
        """Press Withdraw in the review of a new address, and type how it ends."""
        await self.press("Withdraw")
        dialog = self.page.get_by_role("dialog", name="A new address")
        await dialog.get_by_label("Its last 6 characters").fill(end)
        await dialog.get_by_role("button", name="Submit").click()

    async def link_address(self) -> str:
        """The personal link, to be opened elsewhere than by a click."""
        address = await self.last.get_by_role("link", name="Open the secure page").get_attribute("href")
        assert address is not None
        return address

    async def link_page(self) -> Page:
        async with self.page.expect_popup() as popup:
            await self.last.get_by_role("link", name="Open the secure page").click()
        return await popup.value


async def sign_in_and_approve(page: Page, customer: Customer) -> None:
    """On the link page, inside Banq's widget."""
    banq = page.frame_locator("iframe[name=banq-widget]")
    await banq.get_by_label("E-mail").fill(customer.email)
    await banq.get_by_label("Password").fill(CUSTOMER_PASSWORD)
    await banq.get_by_role("button", name="Sign in").click()
    await banq.get_by_role("button", name="Approve").click()


async def sign_in_with_discord(page: Page) -> None:
    """From the invitation to Discord, and back as whoever this browser is signed in as there."""
    await page.get_by_role("button", name="Continue with Discord").click()
    await page.get_by_role("button", name="Authorize").click()


async def finish_code(page: Page) -> str:
    code = page.locator("#finish-code")
    await expect(code).to_be_visible()
    return await code.inner_text()


async def complete_transfer(context: BrowserContext, live: LiveBot, customer: Customer) -> None:
    """Open the newest mail, press "Complete Transfer", and approve."""
    mailbox = await context.new_page()
    await mailbox.goto(f"{live.banq.mailbox_url}?for={customer.email}")
    for scheme in SCHEMES:
        await everybody_can_read(mailbox, scheme)
    async with mailbox.expect_popup() as popup:
        await mailbox.get_by_role("link", name="Complete Transfer").click()
    approval = await popup.value
    for scheme in SCHEMES:
        await everybody_can_read(approval, scheme)
    await approval.get_by_role("button", name="Approve transfer").click()
    await expect(approval.locator(".transfer")).to_have_attribute("data-status", "completed")
    await mailbox.close()
    await approval.close()
