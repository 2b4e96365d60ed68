"""A live bot between the emulators, and a camera on the chat page."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect

from sandbox.banq.echo import Echo
from sandbox.banq.identities import PLATFORM_ID, Customer
from sandbox.discord import ADA, BEN, CLEO, GENERAL_ID, TEAM_ID, SeenMessage
from sandbox.discord.cast import PEOPLE
from tests.cogs.member import Member
from tests.live import LiveBot, living
from tests.screens.album import Album

# Beside the list of channels, a message is about 600 wide; all of the longest one fits on the page.
DESKTOP, PHONE, HEIGHT = 848, 390, 2400
# What changes from run to run without a need.
CALM = """
.sent-at, .edited { display: none !important; }
.dialog::backdrop { background: var(--ground) !important; }
* { caret-color: transparent !important; }
"""
# What the bot does by itself, on a machine that is busy otherwise.
PATIENCE_S = 30
PLACES = {GENERAL_ID: "guild", TEAM_ID: "team"}


@dataclass
class Studio:
    browser: Browser
    album: Album

    @asynccontextmanager
    async def stage(
        self, more: str = "", *, signs_in: bool = False, echo: Echo | None = None
    ) -> AsyncIterator["Stage"]:
        """See `living`."""
        with tempfile.TemporaryDirectory() as folder:
            async with living(Path(folder), more, signs_in=signs_in, echo=echo) as live:
                yield Stage(live, self.browser, self.album)


@dataclass
class Stage:
    live: LiveBot
    browser: Browser
    album: Album

    @property
    def ada(self) -> Member:
        return Member(self.live, ADA)

    @property
    def ben(self) -> Member:
        return Member(self.live, BEN)

    @property
    def cleo(self) -> Member:
        return Member(self.live, CLEO)

    # Pictures

    async def shoot(
        self, member: Member, message: SeenMessage, name: str, caption: str, *, phone: bool = False
    ) -> None:
        """Just this message, as it is now."""
        where = PLACES.get(message.channel_id, "dm")
        async with self.page(member, where, width=PHONE if phone else DESKTOP) as page:
            row = await _row(page, message)
            text = self.live.discord.members.look(member.id, message.id).text
            self.album.add(name, text, caption, await row.screenshot(animations="disabled"))

    async def shoot_command(
        self, member: Member, name: str, caption: str, *, phone: bool = False
    ) -> SeenMessage:
        """What answers the command that the picture is called after, in its section: see `shoot`."""
        answer = await member.command(name)
        await self.shoot(member, answer, name, caption, phone=phone)
        return answer

    async def shoot_dialog(
        self, member: Member, message: SeenMessage, button: str, name: str, caption: str
    ) -> None:
        """The form that this button opens; nobody fills it in."""
        async with self.page(member, PLACES.get(message.channel_id, "dm")) as page:
            await (await _row(page, message)).get_by_role("button", name=button, exact=True).click()
            dialog = page.locator("#modal")
            await expect(dialog).to_be_visible()
            await _calm(page)
            title = await dialog.locator("h2").inner_text()
            self.album.add(name, title, caption, await dialog.screenshot(animations="disabled"))

    async def shoot_commands(self, member: Member, name: str, caption: str) -> None:
        """All commands that the member is offered, with what they do."""
        async with self.page(member, "guild") as page:
            await page.fill("#composer", "/")
            listed = page.locator("#command-list")
            await expect(listed).to_be_visible()
            await _calm(page)
            await page.add_style_tag(content="#command-list { max-height: none !important; }")
            shot = await listed.screenshot(animations="disabled")
            self.album.add(name, "The list of commands", caption, shot)

    async def shoot_choices(
        self, member: Member, command: str, name: str, caption: str, *, phone: bool = False, **typed: str
    ) -> None:
        """A command's line; the first choice is picked for all options but the last, whose list is open."""
        async with self.page(member, "guild", width=PHONE if phone else DESKTOP) as page:
            await page.fill("#composer", f"/{command}")
            await page.click(f'#command-list [data-name="{command}"]')
            for number, (option, value) in enumerate(typed.items(), start=1):
                field = page.locator(f"#option-{option}")
                if not await field.is_visible():
                    await page.click(f'.add-option[data-option="{option}"]')
                await field.focus()
                await field.press_sequentially(value)
                choices = page.locator(f"#option-{option}-list").get_by_role("option")
                # Until then, it still shows what fitted before.
                await expect(choices.first).to_contain_text(value, ignore_case=True)
                if number < len(typed):
                    await choices.first.click()
            await _calm(page)
            await page.add_style_tag(content="#scroller { visibility: hidden; }")
            area = await page.locator(".composer-area").bounding_box()
            listed = await page.locator(".choice-list:visible").bounding_box()
            assert area is not None
            assert listed is not None
            top = min(area["y"], listed["y"]) - 6
            clip = {**area, "y": top, "height": area["y"] + area["height"] - top}
            shot = await page.screenshot(clip=clip, animations="disabled")  # type: ignore[arg-type]
            self.album.add(name, f"The choices of /{command}", caption, shot)

    @asynccontextmanager
    async def page(self, member: Member, where: str, width: int = DESKTOP) -> AsyncIterator[Page]:
        """The chat page of this member, at this place."""
        page = await self.browser.new_page(viewport={"width": width, "height": HEIGHT}, bypass_csp=True)
        key = PEOPLE[member.id].key
        await page.goto(f"{self.live.discord.url}/?as={key}&in={where}")
        await page.wait_for_selector(f'body[data-ready="{key}"]')
        yield page
        await page.close()

    # What scenes cannot wait for

    async def sql(self, statement: str, *values: object) -> None:
        async with self.live.opened_database() as database, database.transaction() as tx:
            await tx.execute(statement, *values)

    async def one(self, query: str, *values: object) -> str:
        """The only column of the first row."""
        async with self.live.opened_database() as database:
            row = await database.read.fetch_one(query, *values)
        assert row is not None
        return str(row[0])

    async def until(self, wanted: str, query: str, *values: object) -> None:
        """Wait for what `one` gives."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.one(query, *values) != wanted:
                await self.live.banq.webhooks.settled()

    async def take_back(self, customer: Customer) -> None:
        """The approval at Banq; the bot hears of it, and asks Banq whether it is so."""
        self.live.banq.ledger.revoke_platform(customer.email, PLATFORM_ID)
        guid = customer.user_guid(PLATFORM_ID)
        await self.until(
            "stale", "SELECT state FROM links WHERE user_guid = ?1 ORDER BY linked_at DESC", guid
        )

    async def notice(self, kind: str, object_id: str, recipient: str) -> None:
        """Written now, and due at once; none that was written before comes in between."""
        await self.sql("DELETE FROM outbox WHERE state = 'pending'")
        await self.sql(
            "INSERT INTO outbox (chat_platform, recipient, dedup_key, kind, object_id, next_try_at,"
            " created_at) VALUES ('discord', ?1, hex(randomblob(8)), ?2, ?3, 0, 0)",
            recipient,
            kind,
            object_id,
        )

    async def restart(self, old: str = "", new: str = "") -> None:
        """With other settings, where the bot has forgotten all that it keeps in memory."""
        await self.live.kill()
        settings = self.live.config.read_text(encoding="utf-8")
        assert old in settings
        self.live.config.write_text(settings.replace(old, new), encoding="utf-8")
        await self.live.start()


async def _row(page: Page, message: SeenMessage) -> Locator:
    """The message on the page, with all its pictures loaded or given up."""
    row = page.locator(f'[data-message-id="{message.id}"]')
    await expect(row).to_be_visible(timeout=PATIENCE_S * 1000)
    await _calm(page)
    for picture in await row.locator("img").all():
        await expect(picture).to_have_js_property("complete", value=True, timeout=PATIENCE_S * 1000)
    return row


async def _calm(page: Page) -> None:
    await page.add_style_tag(content=CALM)
    await page.mouse.move(0, 0)
