"""When the watchdog is to restart the bot: a round that never ends, and not a Banq that is slow."""

import asyncio
from pathlib import Path

import pytest

from bot import config
from bot.app import hanging
from bot.wiring import wired
from services.worker import Worker
from tests.bot.settings import complete, write
from tests.conftest import Clock


async def test_a_worker_that_is_stuck_is_named_to_the_watchdog(clock: Clock) -> None:
    begun = asyncio.Event()

    async def stuck() -> None:
        begun.set()
        await asyncio.Event().wait()

    async def idle() -> None:
        pass

    workers = [
        Worker(name, step, interval_s=1, now=lambda: clock().timestamp())
        for name, step in (("outbox", stuck), ("draft", idle))
    ]
    running = [asyncio.create_task(worker.run()) for worker in workers]
    await begun.wait()
    assert hanging(workers) is None

    clock.forward(minutes=6)
    assert hanging(workers) == "Hanging: outbox"
    for task in running:
        task.cancel()
    await asyncio.wait(running)


@pytest.mark.parametrize(("timeout_s", "within_s"), [(1, 300), (30, 360), (300, 3600)])
async def test_who_waits_for_banq_hangs_only_after_all_the_time_that_banq_is_given(
    tmp_path: Path, timeout_s: int, within_s: int
) -> None:
    sections = complete()
    sections["storage"] = {"path": str(tmp_path / "banqbot.sqlite3")}
    sections["banq"]["timeout_s"] = timeout_s
    async with wired(config.load(write(tmp_path, sections))) as parts:
        limits = {worker.name: worker.round_within_s for worker in parts.rounds}

    for name in ("matching main", "withdrawal", "access", "banq"):
        assert limits.pop(name) == within_s
    assert set(limits.values()) == {300}
