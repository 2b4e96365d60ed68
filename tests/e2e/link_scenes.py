"""Every face of the link page, reached in the way that members get there."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page, expect

from sandbox.banq import identities
from services.identity import ChatUser
from services.linking import LinkStarted
from storage.link_sessions import Proof
from tests.conftest import Clock
from tests.services.rig import BEN, Rig

# Names as long as Discord lets them be.
ADA = ChatUser("discord", "1", "Adalbertine Wolkenstein-Trostburg (@adalbertine.wolkenstein.xyz)")
COOKIE = "banqbot_link"
ANY_LINK = f"/link/{'x' * 43}"


@dataclass
class Scene:
    """A member's page. No worker runs by itself: what Banq and time do is in the scene."""

    rig: Rig
    url: str
    page: Page
    clock: Clock
    session_id: str = ""

    async def invited(self) -> None:
        started = await self.rig.linking.start(ADA)
        assert isinstance(started, LinkStarted)
        self.session_id = started.session_id
        await self.page.goto(self.url + started.url.removeprefix("https://bot.example"))

    async def begun(self) -> None:
        await self.invited()
        await self.page.get_by_role("button", name=re.compile("continue", re.IGNORECASE)).click()
        await self.page.wait_for_url("**/link/session")

    async def browser(self) -> str:
        """The secret by which the side server knows this browser."""
        cookies = await self.page.context.cookies()
        return next(cookie["value"] for cookie in cookies if cookie["name"] == COOKIE)

    async def signed_in(self, user: ChatUser) -> None:
        await self.begun()
        await self.rig.sign_in(await self.browser(), user)

    async def approved(self) -> None:
        await self.rig.page.approved(await self.browser())

    async def matched(self) -> None:
        await self.rig.granted(*await self.rig.approve(identities.ADA))
        await self.approved()
        await self.rig.matching.settle()

    async def finished(self, code: str, times: int = 1) -> None:
        for _ in range(times):
            await self.rig.linking.finish(self.session_id, ADA, code)

    async def passes(self, minutes: float) -> None:
        self.clock.forward(minutes=minutes)
        await self.rig.matching.keep_time()
        await self.rig.matching.settle()


async def invitation(scene: Scene) -> str:
    await scene.invited()
    return "Link your Banq wallet"


async def gone(scene: Scene) -> str:
    await scene.page.goto(scene.url + ANY_LINK)
    return "This link does not work (any more)"


async def too_many(scene: Scene) -> str:
    for _ in range(4):
        await scene.page.goto(scene.url + ANY_LINK)
    return "Too many requests at once"


async def opened(scene: Scene) -> str:
    await scene.begun()
    await scene.page.goto(f"{scene.url}/link/session?discord=denied")
    return "Show that it is you"


async def waiting(scene: Scene) -> str:
    await scene.rig.start(BEN)
    await scene.begun()
    return "You are in line"


async def turn(scene: Scene) -> str:
    await scene.begun()
    await expect(scene.page.frame_locator("iframe[name=banq-widget]").get_by_label("E-mail")).to_be_visible()
    return "Sign in at Banq and approve"


async def closed(scene: Scene) -> str:
    await scene.begun()
    await scene.rig.page.closed(await scene.browser())
    return "You have not approved yet"


async def cooling_down(scene: Scene) -> str:
    heading = await closed(scene)
    for _ in range(2):
        await scene.rig.page.join_again(await scene.browser())
        await scene.rig.page.closed(await scene.browser())
    await scene.page.reload()
    await expect(scene.page.get_by_text("You have opened Banq several times")).to_be_visible()
    return heading


async def approved(scene: Scene) -> str:
    await scene.begun()
    await scene.approved()
    return "Checking with Banq"


async def code(scene: Scene) -> str:
    await scene.begun()
    await scene.matched()
    return "Almost done: type this code in chat"


async def confirm(scene: Scene) -> str:
    await scene.signed_in(ADA)
    await scene.matched()
    return "Almost done: confirm in chat"


async def linked(scene: Scene) -> str:
    await scene.begun()
    await scene.matched()
    await scene.finished(await scene.rig.code_of(await scene.browser()))
    return "Your wallet is linked"


async def wrong_browser(scene: Scene) -> str:
    await scene.signed_in(BEN)
    return "This link belongs to another Discord account"


async def expired(scene: Scene) -> str:
    await closed(scene)
    await scene.passes(minutes=11)
    return "The time is up"


async def cancelled(scene: Scene) -> str:
    await scene.begun()
    await scene.rig.linking.cancel(scene.session_id, ADA)
    return "Linking was cancelled"


async def unmatched(scene: Scene) -> str:
    await scene.begun()
    await scene.approved()
    await scene.passes(minutes=3)
    return "We could not match the approval"


async def conflict(scene: Scene) -> str:
    await scene.rig.link(BEN, identities.ADA)
    await scene.passes(minutes=11)
    await scene.begun()
    await scene.matched()
    await scene.passes(minutes=3)
    return "This wallet is already linked"


async def refused(scene: Scene) -> str:
    await scene.begun()
    await scene.matched()
    await scene.finished("000000", times=5)
    return "Nothing was linked"


async def ended(scene: Scene) -> str:
    await scene.begun()
    await scene.page.context.clear_cookies(name=COOKIE)
    await scene.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    return "This page has ended"


# How each needs the browser to be proven, and what leads there; each returns its heading.
SCENES: tuple[tuple[Proof, Callable[[Scene], Awaitable[str]]], ...] = (
    ("code", invitation),
    ("sign_in", invitation),
    ("code", gone),
    ("code", too_many),
    ("sign_in", opened),
    ("code", waiting),
    ("code", turn),
    ("code", closed),
    ("code", cooling_down),
    ("code", approved),
    ("code", code),
    ("sign_in", confirm),
    ("code", linked),
    ("sign_in", wrong_browser),
    ("code", expired),
    ("code", cancelled),
    ("code", unmatched),
    ("code", conflict),
    ("code", refused),
    ("code", ended),
)
