import asyncio
import logging

import pytest

from services.worker import Worker
from tests.conftest import Clock


async def test_a_failure_that_lasts_is_told_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    outcomes: list[Exception | None] = [
        *(OSError("full") for _ in range(3)),
        OSError("another"),
        None,
        None,
        OSError("another"),
    ]
    done = asyncio.Event()

    async def step() -> None:
        if not outcomes:
            done.set()
            return
        worker.wake()
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome

    worker = Worker("linking", step, interval_s=60)
    running = asyncio.create_task(worker.run())
    await done.wait()
    running.cancel()
    await asyncio.wait({running})

    failed, works = "the linking worker failed; it tries again", "the linking worker works again"
    assert caplog.messages[:4] == [failed, failed, works, failed]


async def test_a_worker_without_a_round_for_long_is_in_trouble(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL)
    now, failing, rounds = 0.0, False, asyncio.Queue[None]()

    async def step() -> None:
        rounds.put_nowait(None)
        if failing:
            raise OSError("full")

    async def another_round() -> None:
        worker.wake()
        await rounds.get()
        await asyncio.sleep(0)

    worker = Worker("linking", step, interval_s=60, now=lambda: now)
    assert worker.trouble() == "does not run"
    running = asyncio.create_task(worker.run())
    await another_round()
    assert worker.trouble() is None

    now, failing = 1000.0, True
    await another_round()
    assert worker.trouble() == "has finished no round for 1000 s, its rounds fail"

    failing = False
    await another_round()
    assert worker.trouble() is None

    running.cancel()
    await asyncio.wait({running})
    assert worker.trouble() == "does not run"


async def test_a_round_that_does_not_end_hangs_and_one_that_fails_does_not(clock: Clock) -> None:
    answers: list[Exception | None] = [OSError("full"), None]
    begun, go_on = asyncio.Semaphore(0), asyncio.Semaphore(0)

    async def step() -> None:
        begun.release()
        await go_on.acquire()
        outcome = answers.pop(0)
        if outcome is not None:
            raise outcome

    worker = Worker("linking", step, interval_s=60, now=lambda: clock().timestamp())
    running = asyncio.create_task(worker.run())
    await begun.acquire()
    clock.forward(minutes=4)
    assert not worker.hangs()
    clock.forward(minutes=2)
    assert worker.hangs()

    worker.wake()
    go_on.release()
    await begun.acquire()
    assert not worker.hangs()
    clock.forward(minutes=6)
    assert worker.hangs()
    running.cancel()
    await asyncio.wait({running})


async def test_a_worker_that_rests_does_not_hang(clock: Clock) -> None:
    done = asyncio.Event()

    async def step() -> None:
        done.set()

    worker = Worker("linking", step, interval_s=600, now=lambda: clock().timestamp())
    running = asyncio.create_task(worker.run())
    await done.wait()
    clock.forward(minutes=9)
    assert not worker.hangs()
    running.cancel()
    await asyncio.wait({running})
