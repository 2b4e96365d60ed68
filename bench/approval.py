"""How long the bot itself takes from Banq's webhook about an approval to the question in chat."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from bench.effort import Effort
from bench.figures import Times, times
from bench.progress import Progress
from sandbox.banq import identities
from sandbox.banq.identities import Customer
from sandbox.banq.webhooks import WebhookFault
from sandbox.discord import SeenMessage
from sandbox.discord.cast import crowd
from tests.cogs.member import LinkPage, Member, browser
from tests.live import LiveBot, living

MEMBERS = 30
LATER_S = 0.5
ASKS = "Almost done"
# After each link, a lane rests for a while; with some of them, the next member need not wait so long.
MORE_LANES = "".join(
    f"""\
[lanes.{name}]
account_space_id = "{account_space_id}"
platform_id = "{platform_id}"
webhook_secret = "the-webhook-secret-of-the-{name}-lane"
"""
    for name, account_space_id, platform_id in (
        ("second", identities.SECOND_ACCOUNT_SPACE_ID, identities.SECOND_PLATFORM_ID),
        ("third", identities.THIRD_ACCOUNT_SPACE_ID, identities.THIRD_PLATFORM_ID),
        ("fourth", identities.FOURTH_ACCOUNT_SPACE_ID, identities.FOURTH_PLATFORM_ID),
    )
)


@dataclass(frozen=True)
class Approval:
    """Until chat asks for the last step. Banq is asked about the wallet meanwhile; that is in it.

    `at_once`: where the webhook comes right after the page's report, which itself just edited the message.
    """

    at_once: Times
    later: Times


async def approve(folder: Path, _effort: Effort, progress: Progress) -> Approval:
    async with living(folder, MORE_LANES, crowd=MEMBERS) as live:
        # Held back until the page has reported the approval: then nothing but the webhook is missing.
        live.banq.webhooks.misbehave(WebhookFault(hold=True))
        at_once: list[float] = []
        later: list[float] = []
        for person, customer in zip(crowd(MEMBERS), identities.crowd(MEMBERS), strict=True):
            progress.step(f"member {len(at_once) + len(later) + 1} of {MEMBERS}")
            took, pause_s = (at_once, 0.0) if len(at_once) == len(later) else (later, LATER_S)
            async with browser(live) as page:
                took.append(await _link(live, Member(live, person.id), customer, page, pause_s))
        return Approval(times(at_once), times(later))
    raise AssertionError("nothing in there swallows an exception")


async def _link(live: LiveBot, member: Member, customer: Customer, page: LinkPage, pause_s: float) -> float:
    message = await member.command("link")
    await page.begin(message.button("Open the secure page")["url"])
    turn = await page.until("open")
    live.banq.ledger.approve_platform(customer.email, turn["platformId"], turn["reference"])
    await page.report_approval()
    await asyncio.sleep(pause_s)
    asked_at: list[float] = []

    def look(now: SeenMessage) -> None:
        if now.id == message.id and ASKS in now.text:
            asked_at.append(time.perf_counter())

    stop = live.discord.members.watch(look)
    sent_at = time.perf_counter()
    live.banq.webhooks.release()
    await member.until(message, ASKS)
    stop()
    await member.type_code(message, str((await page.state())["finishCode"]))
    await member.until(message, "Your wallet is linked")
    return asked_at[0] - sent_at
