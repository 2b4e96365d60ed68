"""A whole community at once, while Banq is well, slow or down: how long each waits, and what each reads."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Times, times
from bench.pulse import feeling
from bench.screen import Screen
from sandbox.banq.faults import Fault
from sandbox.discord import Outcome
from tests.crowd import LinkedMember, link_crowd
from tests.live import LiveBot, living
from tests.truth import OPTIONS, Claim, claim

MEMBERS = 200
# So long does an interaction's token live; whoever has read no last word by then never will.
AT_MOST_S = 15 * 60.0
Act = Callable[[LinkedMember, str], Awaitable[Outcome]]


@dataclass(frozen=True)
class Scene:
    """`banq`: how Banq is. `true`: which claims are true then. `sent_s`: until the last one was sent."""

    banq: str
    interactions: int
    sent_s: float
    first: Times
    final: Times
    failed: int
    claims: dict[Claim, int]
    true: frozenset[Claim]
    longest_stall_ms: float
    calls_of_banq: int

    @property
    def untrue(self) -> int:
        return sum(count for claim, count in self.claims.items() if claim not in self.true)


@dataclass(frozen=True)
class Answered:
    first_s: float
    final_s: float
    claim: Claim


async def measure() -> list[Scene]:
    return [
        *await _well_then_down(),
        await _refusing(),
        await _failing(),
        await _slow("takes 4 s a call; we give up after 5", latency_s=4, timeout_s=5),
        await _slow("takes 30 s a call; we give up after 30", latency_s=30, timeout_s=30),
    ]


async def _well_then_down() -> Sequence[Scene]:
    async with _crowded() as stage:
        well = await stage.play("is well", {"right"})
        stage.live.banq.faults.outage = "503"
        return well, await stage.refresh("is down after that; all press Refresh", {"known"})


async def _refusing() -> Scene:
    async with _crowded() as stage:
        await stage.live.banq.close()
        return await stage.play("refuses connections", {"silent"})


async def _failing() -> Scene:
    async with _crowded() as stage:
        stage.live.banq.faults.outage = "503"
        return await stage.play("answers 503", {"silent"})


async def _slow(banq: str, *, latency_s: float, timeout_s: float) -> Scene:
    async with _crowded(timeout_s) as stage:
        stage.live.banq.faults.add(Fault(route="nfts", latency_s=latency_s))
        scene = await stage.play(banq, {"right", "silent"})
        stage.live.banq.faults.clear()
        return scene


@asynccontextmanager
async def _crowded(timeout_s: float = 30) -> AsyncIterator["Stage"]:
    with tempfile.TemporaryDirectory() as folder:
        async with living(Path(folder), timeout_s=timeout_s, crowd=MEMBERS) as live:
            yield Stage(live, await link_crowd(live, MEMBERS))


class Stage:
    """A running bot and its crowd."""

    def __init__(self, live: LiveBot, members: Sequence[LinkedMember]) -> None:
        self.live = live
        self._members = members
        self._screen = Screen(live.discord.members)
        self._galleries: dict[int, int] = {}

    async def play(self, banq: str, true: set[Claim]) -> Scene:
        """Everybody runs each of the commands at once."""
        members = self.live.discord.members

        async def run(member: LinkedMember, command: str) -> Outcome:
            outcome = await members.run_command(member.id, command, OPTIONS[command])
            if command == "nfts" and outcome.kind == "deferred" and outcome.message is not None:
                self._galleries[member.id] = outcome.message.id
            return outcome

        return await self._all_at_once(banq, true, self._members, list(OPTIONS), run)

    async def refresh(self, banq: str, true: set[Claim]) -> Scene:
        """Everybody who has a gallery presses Refresh in it at once."""
        members = self.live.discord.members

        async def press(member: LinkedMember, _: str) -> Outcome:
            gallery = members.look(member.id, self._galleries[member.id])
            self._screen.forget(gallery.id)
            return await members.press(member.id, gallery.id, gallery.button("Refresh")["custom_id"])

        having = [
            member
            for member in self._members
            if member.id in self._galleries
            and members.look(member.id, self._galleries[member.id]).has_button("Refresh")
        ]
        return await self._all_at_once(banq, true, having, ["nfts"], press)

    async def _all_at_once(
        self,
        banq: str,
        true: set[Claim],
        members: Sequence[LinkedMember],
        commands: Sequence[str],
        act: Act,
    ) -> Scene:
        calls_before = self.live.banq.faults.received["nfts"]
        async with feeling(self.live.port) as pulse:
            started = time.perf_counter()
            acting = []
            for member in members:
                for command in commands:
                    acting.append(asyncio.create_task(self._act(member, command, act)))
                    # The emulator goes on meanwhile: otherwise answers would wait for the last to be sent.
                    await asyncio.sleep(0)
            sent_s = time.perf_counter() - started
            answers = await asyncio.gather(*acting)
            ended = time.perf_counter()
        answered = [answer for answer in answers if answer is not None]
        return Scene(
            banq=banq,
            interactions=len(answers),
            sent_s=sent_s,
            first=times([answer.first_s for answer in answered]),
            final=times([answer.final_s for answer in answered]),
            failed=len(answers) - len(answered),
            claims=dict(Counter(answer.claim for answer in answered)),
            true=frozenset(true),
            longest_stall_ms=pulse.longest_s(started, ended) * 1000,
            calls_of_banq=self.live.banq.faults.received["nfts"] - calls_before,
        )

    async def _act(self, member: LinkedMember, command: str, act: Act) -> Answered | None:
        """None where the chat says that the application did not respond."""
        members = self.live.discord.members
        sent = time.perf_counter()
        outcome = await act(member, command)
        first_s = time.perf_counter() - sent
        if outcome.kind == "failed" or outcome.message is None:
            return None
        async with asyncio.timeout(AT_MOST_S):
            final_s = await self._screen.final(outcome.message.id) - sent
        # Once more: what is claimed must stand at the end, too.
        text = members.look(member.id, outcome.message.id).text
        return Answered(first_s, final_s, claim(self.live, member, command, text))
