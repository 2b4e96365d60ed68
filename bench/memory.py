"""How soon a bot in many communities is ready, and what it holds in memory then and after many commands."""

import asyncio
import itertools
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.checks import NotMeasured, require
from bench.effort import Effort
from bench.progress import Progress
from bench.screen import Screen, answer
from tests.crowd import LinkedMember, link_crowd
from tests.live import LiveBot, living
from tests.truth import OPTIONS

GUILDS = 1_000
MEMBERS = 20
STARTS = 3
READY = b"discord: ready"
READY_WITHIN_S = 60
# As long as it takes everything that works beside to have worked once.
SETTLES_AFTER_S = 5
COMMANDS_FOR_AT_MOST_S = 480
COMMANDS: Mapping[str, Mapping[str, object]] = {
    **OPTIONS,
    **{name: {} for name in ("help", "withdrawals", "limits", "addresses list")},
}


@dataclass(frozen=True)
class Memory:
    """`start_s`: from the program's start until it is ready, the median of some. `growth`: (commands, MB)."""

    guilds: int
    start_s: float
    ready_mb: float
    commands: int
    took_s: float
    growth: Sequence[tuple[int, float]]

    @property
    def grown_mb(self) -> float:
        return self.growth[-1][1] - self.ready_mb


class _Bot:
    """`banqbot run`, as a person starts it: the tests' own way shares modules with what starts it."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._reading: asyncio.Task[None] | None = None

    async def until_ready(self) -> None:
        said = b""
        async with asyncio.timeout(READY_WITHIN_S):
            async for line in self._output:
                said += line
                if READY in line:
                    self._reading = asyncio.create_task(self._read_on())
                    return
        raise NotMeasured(f"the bot did not start:\n{said.decode()}")

    def memory_mb(self) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        [kilobytes] = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")]
        return kilobytes / 1024

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        await self._process.wait()

    @property
    def _output(self) -> asyncio.StreamReader:
        if self._process.stdout is None:
            raise AssertionError("it is a pipe")
        return self._process.stdout

    async def _read_on(self) -> None:
        async for _ in self._output:
            pass


async def watch_memory(folder: Path, effort: Effort, progress: Progress) -> Memory:
    async with living(folder, timeout_s=30, crowd=MEMBERS, guilds=GUILDS) as live:
        await live.stop()
        members = await link_crowd(live, MEMBERS)
        starts = []
        for number in range(STARTS):
            progress.step(f"start {number + 1} of {STARTS}")
            began = time.perf_counter()
            async with _started(live):
                starts.append(time.perf_counter() - began)
        async with _started(live) as bot:
            await asyncio.sleep(SETTLES_AFTER_S)
            ready_mb = bot.memory_mb()
            began = time.perf_counter()
            growth = await _run_commands(live, members, bot, effort.commands, progress)
            return Memory(
                guilds=GUILDS,
                start_s=median(starts),
                ready_mb=ready_mb,
                commands=growth[-1][0],
                took_s=time.perf_counter() - began,
                growth=growth,
            )
    raise AssertionError("nothing in there swallows an exception")


@asynccontextmanager
async def _started(live: LiveBot) -> AsyncIterator[_Bot]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BANQBOT_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "--config", str(live.config), "run"),
        stdout=PIPE,
        stderr=STDOUT,
        env=environment,
    )
    bot = _Bot(process)
    try:
        await bot.until_ready()
        yield bot
    finally:
        await bot.stop()


async def _run_commands(
    live: LiveBot, members: Sequence[LinkedMember], bot: _Bot, count: int, progress: Progress
) -> list[tuple[int, float]]:
    screen = Screen(live.discord.members)
    until = time.perf_counter() + COMMANDS_FOR_AT_MOST_S
    numbers = iter(range(1, count + 1))
    every = max(count // 100, 1)
    growth: list[tuple[int, float]] = []
    done = 0

    async def run(member: LinkedMember, commands: Iterator[str]) -> None:
        nonlocal done
        for _ in numbers:
            name = next(commands)
            outcome = await live.discord.members.run_command(member.id, name, COMMANDS[name])
            message = answer(outcome)
            await screen.final(message.id)
            screen.forget(message.id)
            done += 1
            if done % every == 0:
                growth.append((done, bot.memory_mb()))
                progress.step(f"{done:,} of {count:,} commands, {growth[-1][1]:.0f} MB")
            if time.perf_counter() > until:
                return

    async with asyncio.TaskGroup() as running:
        for member in members:
            running.create_task(run(member, itertools.cycle(COMMANDS)))
    require(bool(growth), "hardly any command was answered")
    return [*growth, (done, bot.memory_mb())]
