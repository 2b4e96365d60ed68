"""What a member does, without a browser: commands and buttons in chat, plain HTTP on the link page."""

import json
import re
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.banq import identities
from sandbox.discord import DiscordSandbox, Outcome, SeenMessage
from sandbox.discord.cast import PEOPLE
from tests.live import LiveBot

ADDRESS = "0x52908400098527886E0F7030069857D2E4169EE7"


@dataclass
class LinkPage:
    """One browser at the link page."""

    live: LiveBot
    http: aiohttp.ClientSession
    csrf: str = ""
    discord_url: str = ""
    discord_csrf: str = ""

    async def open(self, url: str) -> int:
        async with self.http.get(url) as response:
            self.csrf = _csrf(await response.text())
            return response.status

    async def begin(self, url: str) -> int:
        """Continue from the link; where members sign in, this leads to Discord."""
        assert await self.open(url) == 200
        async with self.http.post(url, data={"csrf": self.csrf}) as response:
            await self._look(response)
            return response.status

    async def sign_in(self, name: str) -> None:
        """Sign in at Discord as this member and agree, back to the link page."""
        await self.at_discord(account=name)
        await self.at_discord(answer="authorize")

    async def at_discord(self, **form: str) -> str:
        """Submit a form of Discord's page; the page that follows."""
        async with self.http.post(self.discord_url, data={"csrf": self.discord_csrf} | form) as response:
            return await self._look(response)

    async def sign_in_again(self) -> None:
        """What the page offers to whoever came back from Discord without having agreed."""
        async with self.http.post(f"{self.live.url}/link/sign-in", data={"csrf": self.csrf}) as response:
            await self._look(response)

    async def tell(self, what: str) -> None:
        """What the page's own script does."""
        headers = {"X-CSRF-Token": self.csrf}
        async with self.http.post(f"{self.live.url}/link/{what}", headers=headers) as response:
            assert response.status == 204

    async def report_approval(self) -> None:
        await self.tell("approved")

    async def until(self, *states: str) -> dict[str, Any]:
        """Follow the page's events until one tells one of these states."""
        async with self.http.get(f"{self.live.url}/link/events") as response:
            async for line in response.content:
                told = dict(json.loads(line.removeprefix(b"data: "))) if line.startswith(b"data: ") else {}
                if told.get("state") in states:
                    return told
        raise AssertionError(f"the page was never told any of {states}")

    async def _look(self, response: aiohttp.ClientResponse) -> str:
        text = await response.text()
        if str(response.url).startswith(self.live.discord.url):
            self.discord_url, self.discord_csrf = str(response.url), _csrf(text)
        return text

    async def state(self) -> dict[str, Any]:
        async with self.http.get(f"{self.live.url}/link/state") as response:
            return dict(await response.json())


def _csrf(text: str) -> str:
    """The hidden field of a page's forms."""
    found = re.search(r'csrf"? value="([^"]+)"', text)
    return found[1] if found else ""


@dataclass
class InChat:
    """One person in chat, whichever bot answers there."""

    discord: DiscordSandbox
    id: int

    async def command(self, name: str, **options: object) -> SeenMessage:
        """Run a command; the message that answers it, once it is filled in."""
        members = self.discord.members
        return await members.settled(self.id, await members.run_command(self.id, name, options))

    async def press(self, message: SeenMessage, label: str) -> SeenMessage:
        """Press a button; the same message, once it has been edited."""
        members = self.discord.members
        before = members.look(self.id, message.id)
        outcome = await members.press(self.id, message.id, before.button(label)["custom_id"])
        assert outcome.kind == "acknowledged", outcome
        return await members.wait_for(lambda: self._changed(before))

    async def choose(self, message: SeenMessage, placeholder: str, option: str) -> SeenMessage:
        """Choose an option by its label, from the menu of this placeholder; the same message, once edited."""
        members = self.discord.members
        before = members.look(self.id, message.id)
        menu = before.select(placeholder)
        value = next(each["value"] for each in menu["options"] if each["label"] == option)
        outcome = await members.choose(self.id, message.id, menu["custom_id"], [value])
        assert outcome.kind == "acknowledged", outcome
        return await members.wait_for(lambda: self._changed(before))

    async def fill_in(self, message: SeenMessage, label: str, **values: str) -> Outcome:
        """Press what opens a modal, and submit it with these values."""
        members = self.discord.members
        outcome = await members.press(self.id, message.id, message.button(label)["custom_id"])
        assert outcome.modal is not None, outcome
        return await members.submit_modal(self.id, outcome.modal, values)

    async def type_code(self, message: SeenMessage, code: str) -> None:
        members = self.discord.members
        outcome = await members.press(self.id, message.id, message.button("Enter code")["custom_id"])
        assert outcome.modal is not None
        await members.submit_modal(self.id, outcome.modal, {"code": code})

    async def type_end(self, review: SeenMessage, end: str = ADDRESS[-6:]) -> None:
        """Press Withdraw in the review of a new address, and type how it ends."""
        members = self.discord.members
        outcome = await members.press(self.id, review.id, review.button("Withdraw")["custom_id"])
        assert outcome.modal is not None
        await members.submit_modal(self.id, outcome.modal, {"end": end})

    async def confirm(self, review: SeenMessage, end: str = ADDRESS[-6:]) -> SeenMessage:
        """Confirm a withdrawal to a new address; its message, once it has been edited."""
        before = self.discord.members.look(self.id, review.id)
        await self.type_end(review, end)
        return await self.edited(before)

    async def edited(self, before: SeenMessage) -> SeenMessage:
        """This message, once it is another than before."""
        return await self.discord.members.wait_for(lambda: self._changed(before))

    async def next_answer(self, after: SeenMessage) -> SeenMessage:
        """The next new message of the bot to this member."""
        return await self.discord.members.next_message(self.id, after=after.id)

    async def until(self, message: SeenMessage, words: str) -> SeenMessage:
        """The message once it says this; it may say other things before."""
        members = self.discord.members

        def look() -> SeenMessage | None:
            now = members.look(self.id, message.id)
            return now if words in now.text else None

        return await members.wait_for(look)

    async def until_pictured(self, message: SeenMessage) -> SeenMessage:
        """The message once it has a picture of the bot's own with it."""
        members = self.discord.members

        def look() -> SeenMessage | None:
            now = members.look(self.id, message.id)
            return now if now.attachments else None

        return await members.wait_for(look)

    async def direct_message(self) -> SeenMessage:
        return await self.discord.members.next_message(self.id, "dm")

    def _changed(self, message: SeenMessage) -> SeenMessage | None:
        now = self.discord.members.look(self.id, message.id)
        return now if now.revision != message.revision else None


class Member(InChat):
    """The same, where a whole bot runs."""

    def __init__(self, live: LiveBot, member_id: int) -> None:
        super().__init__(live.discord, member_id)
        self.live = live

    async def signed_in_page(self, page: LinkPage) -> SeenMessage:
        """`/link`, and its page opened and proven to be this member's."""
        message = await self.command("link")
        assert await page.begin(message.button("Open the secure page")["url"]) == 200
        await page.sign_in(PEOPLE[self.id].key)
        return message

    async def nothing_is_held_back(self, kind: str) -> None:
        """As if the moment were over in which a message in chat may tell it before a direct message does."""
        async with self.live.opened_database() as database:
            held_back = "UPDATE outbox SET next_try_at = created_at WHERE kind = ?1 AND recipient = ?2"
            changed = 0
            while not changed:
                async with database.transaction() as tx:
                    changed = await tx.execute(held_back, kind, str(self.id))

    async def link(self, customer: identities.Customer) -> SeenMessage:
        """The whole way to a linked wallet."""
        message = await self.command("link")
        async with browser(self.live) as page:
            assert await page.begin(message.button("Open the secure page")["url"]) == 200
            await self.type_code(message, await self.approve(page, customer))
        return await self.until(message, "Your wallet is linked")

    async def approve(self, page: LinkPage, customer: identities.Customer) -> str:
        """Approve at Banq and report it from the page; the finish code."""
        state = await self.approve_anyhow(page, customer)
        assert state["state"] == "matched", state
        return str(state["finishCode"])

    async def approve_anyhow(self, page: LinkPage, customer: identities.Customer) -> dict[str, Any]:
        """Approve at Banq and report it from the page; what the page is told then."""
        state = await page.until("open")
        self.live.banq.ledger.approve_platform(customer.email, state["platformId"], state["reference"])
        await self.live.banq.webhooks.settled()
        await page.report_approval()
        return await page.until("matched", "conflict", "unmatched", "refused")


class browser:  # noqa: N801 - used as a function
    """A browser of its own: nothing is shared with another one."""

    def __init__(self, live: LiveBot) -> None:
        self._live = live
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> LinkPage:
        return LinkPage(self._live, self._http)

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()
