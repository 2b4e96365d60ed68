"""Many members at once: each is answered, and what each reads is true."""

import asyncio
from functools import partial
from pathlib import Path

from sandbox.banq.faults import Fault
from sandbox.discord import SeenMessage
from tests.crowd import LinkedMember, link_crowd
from tests.live import LiveBot, living
from tests.truth import OPTIONS, Claim, claim

MEMBERS = 30


async def test_a_crowd_that_meets_a_silent_banq_is_told_so_and_sees_its_nfts_later(tmp_path: Path) -> None:
    async with living(tmp_path, crowd=MEMBERS) as live:
        members = await link_crowd(live, MEMBERS)
        live.banq.faults.add(Fault(route="nfts", hold=True, status=503))
        begun = await asyncio.gather(*(begin(live, member, name) for member, name in acts(members)))
        await live.banq.store.until(lambda: live.banq.faults.held == MEMBERS)
        live.banq.faults.outage = "503"
        live.banq.faults.release()
        assert await claims(live, members, begun) == {"silent"}

        live.banq.faults.clear()
        again = await asyncio.gather(*(begin(live, member, name) for member, name in acts(members)))
        assert await claims(live, members, again) == {"right"}


def acts(members: list[LinkedMember]) -> list[tuple[LinkedMember, str]]:
    return [(member, name) for member in members for name in OPTIONS]


async def begin(live: LiveBot, member: LinkedMember, name: str) -> SeenMessage:
    outcome = await live.discord.members.run_command(member.id, name, OPTIONS[name])
    assert outcome.kind == "deferred", (name, outcome)
    assert outcome.message is not None
    return outcome.message


async def claims(live: LiveBot, members: list[LinkedMember], begun: list[SeenMessage]) -> set[Claim]:
    """What the last words of these messages claim."""
    found: set[Claim] = set()
    for (member, name), message in zip(acts(members), begun, strict=True):
        final = await live.discord.members.wait_for(partial(finished, live, member, message))
        found.add(claim(live, member, name, final.text))
    return found


def finished(live: LiveBot, member: LinkedMember, message: SeenMessage) -> SeenMessage | None:
    now = live.discord.members.look(member.id, message.id)
    return None if now.is_thinking or "Waiting for Banq" in now.text else now
