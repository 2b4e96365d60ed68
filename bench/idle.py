"""One member at a time, with nothing else going on: how fast commands, key strokes and pages are answered."""

import re
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bench.checks import require
from bench.figures import Times, times
from bench.pulse import Pulse, feeling
from bench.screen import Screen, answer
from sandbox.discord import BEN, CLEO, SeenMessage
from tests.cogs.member import ADDRESS
from tests.crowd import LinkedMember, link_crowd
from tests.live import LiveBot, living
from tests.truth import OPTIONS

ROUNDS = 50
NFTS = 10_000
KEY_STROKES = 200
PAGE_TURNS = 100
NONE: Mapping[str, object] = MappingProxyType({})
REASON = {"reason": "measured, not meant"}
# Every command, in an order in which each has something to do.
COMMANDS: Mapping[str, Mapping[str, object]] = {
    **OPTIONS,
    **dict.fromkeys(("help", "link", "unlink", "withdrawals", "limits"), NONE),
    "addresses add": {"label": "My own", "address": ADDRESS},
    "addresses list": NONE,
    "addresses remove": {"label": "My own"},
    **dict.fromkeys(("admin status", "admin panel", "admin stuck"), NONE),
    "admin member": {"member": str(BEN)},
    "admin pause": REASON,
    "admin resume": REASON,
    "admin freeze": {"member": str(BEN), **REASON},
    "admin unlink": {"member": str(BEN), **REASON},
}
TYPED = ("", "p", "po", "pom", "9", "99", "999", "glaze 7", "lagoon", "nothing like it", "ferry night")


@dataclass(frozen=True)
class CommandFigures:
    command: str
    first: Times
    final: Times


@dataclass(frozen=True)
class LargeWallet:
    """`reading_ms`: from /nfts to the gallery, of which `banq_ms` was Banq's. The stalls: meanwhile."""

    nfts: int
    reading_ms: float
    banq_ms: float
    reading_stall_ms: float
    autocomplete: Times
    page_turn_first: Times
    page_turn_final: Times
    use_stall_ms: float


async def commands() -> Sequence[CommandFigures]:
    async with _quiet(crowd=ROUNDS) as (live, members):
        screen = Screen(live.discord.members)
        require(set(live.discord.members.command_names(CLEO)) == set(COMMANDS), "there are other commands")
        return [await _command(live, screen, members, name) for name in COMMANDS]


async def _command(
    live: LiveBot, screen: Screen, members: Sequence[LinkedMember], name: str
) -> CommandFigures:
    first, final = [], []
    for member in members:
        who = CLEO if name.startswith("admin") else member.id
        sent = time.perf_counter()
        outcome = await live.discord.members.run_command(who, name, COMMANDS[name])
        first.append(time.perf_counter() - sent)
        final.append(await screen.final(answer(outcome).id) - sent)
    return CommandFigures(name, times(first), times(final))


async def large_wallet() -> LargeWallet:
    async with _quiet(crowd=1) as (live, [member]):
        live.banq.api.hoard(member.customer.email, NFTS - len(live.banq.ledger.wallet(member.customer.email)))
        screen = Screen(live.discord.members)
        async with feeling(live.port) as pulse:
            began = time.perf_counter()
            outcome = await live.discord.members.run_command(member.id, "nfts", {})
            reading_s = await screen.final(answer(outcome).id) - began
            gallery = live.discord.members.look(member.id, answer(outcome).id)
            require(f"{NFTS} NFTs" in gallery.text, gallery.text)
            read = time.perf_counter()
            autocomplete = [await _key_stroke(live, member, number) for number in range(KEY_STROKES)]
            turns = [await _page_turn(live, screen, member, gallery) for _ in range(PAGE_TURNS)]
            ended = time.perf_counter()
        return _figures(live, pulse, (began, read, ended), reading_s, autocomplete, turns)


def _figures(
    live: LiveBot,
    pulse: Pulse,
    moments: tuple[float, float, float],
    reading_s: float,
    autocomplete: Sequence[float],
    turns: Sequence[tuple[float, float]],
) -> LargeWallet:
    began, read, ended = moments
    banq = [float(found[1]) for line in live.output if (found := re.search(r"banq GET .* in (\d+) ms", line))]
    return LargeWallet(
        nfts=NFTS,
        reading_ms=reading_s * 1000,
        banq_ms=max(banq),
        reading_stall_ms=pulse.longest_s(began, read) * 1000,
        autocomplete=times(autocomplete),
        page_turn_first=times([first for first, _ in turns]),
        page_turn_final=times([final for _, final in turns]),
        use_stall_ms=pulse.longest_s(read, ended) * 1000,
    )


async def _key_stroke(live: LiveBot, member: LinkedMember, number: int) -> float:
    typed = TYPED[number % len(TYPED)]
    sent = time.perf_counter()
    choices = await live.discord.members.autocomplete(member.id, "withdraw", "nft", typed, {"to": ADDRESS})
    took = time.perf_counter() - sent
    require(bool(choices) != (typed == "nothing like it"), f"choices for {typed!r}: {choices}")
    return took


async def _page_turn(
    live: LiveBot, screen: Screen, member: LinkedMember, gallery: SeenMessage
) -> tuple[float, float]:
    shown = live.discord.members.look(member.id, gallery.id)
    screen.forget(gallery.id)
    sent = time.perf_counter()
    outcome = await live.discord.members.press(member.id, gallery.id, shown.button("Next ▶")["custom_id"])
    first_s = time.perf_counter() - sent
    require(outcome.kind == "acknowledged", f"a page turn: {outcome.kind}")
    return first_s, await screen.final(gallery.id) - sent


@asynccontextmanager
async def _quiet(crowd: int) -> AsyncIterator[tuple[LiveBot, Sequence[LinkedMember]]]:
    with tempfile.TemporaryDirectory() as folder:
        async with living(Path(folder), timeout_s=30, crowd=crowd) as live:
            yield live, await link_crowd(live, crowd)
