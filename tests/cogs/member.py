"""What a member does, without a browser: commands and buttons in chat, plain HTTP on the link page."""

import re
from dataclasses import dataclass
from typing import Any

import aiohttp

from sandbox.banq import identities
from sandbox.discord import SeenMessage
from tests.live import LiveBot

ADDRESS = "0x52908400098527886E0F7030069857D2E4169EE7"


@dataclass
class LinkPage:
    """One browser at the link page."""

    live: LiveBot
    http: aiohttp.ClientSession
    csrf: str = ""

    async def open(self, url: str) -> int:
        async with self.http.get(url) as response:
            found = re.search(r'csrf"? value="([^"]+)"', await response.text())
            self.csrf = found[1] if found else ""
            return response.status

    async def begin(self, url: str) -> int:
        assert await self.open(url) == 200
        async with self.http.post(url, data={"csrf": self.csrf}) as response:
            return response.status

    async def report_approval(self) -> None:
        headers = {"X-CSRF-Token": self.csrf}
        async with self.http.post(f"{self.live.url}/link/approved", headers=headers) as response:
            assert response.status == 204

    async def state(self) -> dict[str, Any]:
        async with self.http.get(f"{self.live.url}/link/state") as response:
            return dict(await response.json())


@dataclass
class Member:
    live: LiveBot
    id: int

    async def command(self, name: str, **options: object) -> SeenMessage:
        """Run a command; the message that answers it, once it is filled in."""
        members = self.live.discord.members
        return await members.settled(self.id, await members.run_command(self.id, name, options))

    async def press(self, message: SeenMessage, label: str) -> SeenMessage:
        """Press a button; the same message, once it has been edited."""
        members = self.live.discord.members
        before = members.look(self.id, message.id)
        outcome = await members.press(self.id, message.id, before.button(label)["custom_id"])
        assert outcome.kind == "acknowledged", outcome
        return await members.wait_for(lambda: self._changed(before))

    async def type_code(self, message: SeenMessage, code: str) -> None:
        members = self.live.discord.members
        outcome = await members.press(self.id, message.id, message.button("Enter code")["custom_id"])
        assert outcome.modal is not None
        await members.submit_modal(self.id, outcome.modal, {"code": code})

    async def next_answer(self, after: SeenMessage) -> SeenMessage:
        """The next new message of the bot to this member."""
        return await self.live.discord.members.next_message(self.id, after=after.id)

    async def until(self, message: SeenMessage, words: str) -> SeenMessage:
        """The message once it says this; it may say other things before."""
        members = self.live.discord.members

        def look() -> SeenMessage | None:
            now = members.look(self.id, message.id)
            return now if words in now.text else None

        return await members.wait_for(look)

    async def direct_message(self) -> SeenMessage:
        return await self.live.discord.members.next_message(self.id, "dm")

    async def link(self, customer: identities.Customer) -> SeenMessage:
        """The whole way to a linked wallet."""
        message = await self.command("link")
        async with browser(self.live) as page:
            assert await page.begin(message.button("Open the secure page")["url"]) == 200
            await self.type_code(message, await self.approve(page, customer))
        return await self.until(message, "Your wallet is linked")

    async def approve(self, page: LinkPage, customer: identities.Customer) -> str:
        """Approve at Banq and report it from the page; the finish code."""
        self.live.banq.ledger.approve_platform(customer.email, identities.PLATFORM_ID)
        await self.live.banq.webhooks.settled()
        await page.report_approval()
        state = await page.state()
        while state["state"] == "approved":
            state = await page.state()
        assert state["state"] == "matched", state
        return str(state["finishCode"])

    def _changed(self, message: SeenMessage) -> SeenMessage | None:
        now = self.live.discord.members.look(self.id, message.id)
        return now if now.revision != message.revision else None


class browser:  # noqa: N801 - used as a function
    """A browser of its own: nothing is shared with another one."""

    def __init__(self, live: LiveBot) -> None:
        self._live = live
        self._http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> LinkPage:
        return LinkPage(self._live, self._http)

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()
