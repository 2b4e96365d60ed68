"""No approval falls into another's turn after an outage, a step of the clock, or a restored backup."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.banq import identities
from services.restoring import make_safe
from storage.backup import back_up
from storage.database import Database
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, Rig, build

MATCH_WITHIN = timedelta(minutes=2)
REST = timedelta(minutes=10)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)

Ending = Callable[[Rig, Clock, str], Awaitable[None]]


async def reported_in_vain(rig: Rig, clock: Clock, browser: str) -> None:
    await rig.page.approved(browser)
    await pass_time(rig, clock, MATCH_WITHIN + SECOND)


async def closed(rig: Rig, _clock: Clock, browser: str) -> None:
    await rig.page.closed(browser)


async def live_still(rig: Rig, _clock: Clock, browser: str) -> None:
    await rig.page.approved(browser)


async def pass_time(rig: Rig, clock: Clock, time: timedelta) -> None:
    clock.forward(seconds=time.total_seconds())
    await rig.time_passes()


async def has_it_once_the_lane_has_rested(rig: Rig, clock: Clock) -> None:
    """Ben waits for ten minutes, and is told so."""
    _, browser = await rig.start(BEN)
    assert (await rig.progress(browser)).standing.wait == REST
    await pass_time(rig, clock, REST - SECOND)
    assert await rig.state_of(browser) == "waiting"
    await pass_time(rig, clock, SECOND)
    assert await rig.state_of(browser) == "open"


@pytest.mark.parametrize("ending", [reported_in_vain, closed, live_still])
async def test_a_start_after_an_outage_begins_a_rest(rig: Rig, clock: Clock, ending: Ending) -> None:
    """Meanwhile nothing could come in, and Banq tries again."""
    _, browser = await rig.start(ADA)
    await ending(rig, clock, browser)
    clock.forward(minutes=15)

    async with rig.again() as restarted:
        await restarted.matching.keep_time()
        await has_it_once_the_lane_has_rested(restarted, clock)


async def test_an_approval_that_banq_delivers_after_an_outage_is_nobodys(rig: Rig, clock: Clock) -> None:
    _, browser = await rig.start(ADA)
    grant = await rig.approve(identities.ADA)
    await rig.page.closed(browser)
    clock.forward(minutes=15)

    async with rig.again() as restarted:
        _, next_one = await restarted.start(BEN)
        await restarted.granted(*grant)
        await pass_time(restarted, clock, REST)
        await restarted.page.approved(next_one)
        await restarted.time_passes()

        assert await restarted.state_of(next_one) == "approved"
        assert await restarted.column("SELECT state FROM grants") == ["unclaimed"]


async def test_a_start_lets_nobody_wait_for_those_who_linked_or_were_here_days_ago(
    rig: Rig, clock: Clock
) -> None:
    _, browser = await rig.start(BEN)
    await rig.page.closed(browser)
    clock.time += timedelta(days=1, seconds=1)
    await rig.link(ADA, identities.ADA)
    clock.forward(seconds=10)

    async with rig.again() as restarted:
        _, browser = await restarted.start(BEN)
        assert await restarted.state_of(browser) == "open"


async def test_whoever_had_the_turn_before_the_start_has_it_at_once(rig: Rig, clock: Clock) -> None:
    _, browser = await rig.start(ADA)
    await rig.page.closed(browser)
    clock.forward(minutes=15)

    async with rig.again() as restarted:
        await restarted.page.join_again(browser)
        assert await restarted.state_of(browser) == "open"


@pytest.mark.parametrize("step", [HOUR / 4, 49 * HOUR, -HOUR / 4, -25 * HOUR])
@pytest.mark.parametrize("ending", [reported_in_vain, closed])
async def test_a_step_of_the_clock_begins_a_rest(
    rig: Rig, clock: Clock, step: timedelta, ending: Ending
) -> None:
    _, browser = await rig.start(ADA)
    await ending(rig, clock, browser)

    clock.put(step)

    await has_it_once_the_lane_has_rested(rig, clock)


async def test_a_clock_that_is_put_right_by_and_by_makes_nobody_wait(rig: Rig, clock: Clock) -> None:
    _, browser = await rig.start(ADA)
    await rig.page.closed(browser)
    _, next_one = await rig.start(BEN)
    for _ in range(60):
        clock.put(SECOND)
        await pass_time(rig, clock, SECOND)

    assert await rig.state_of(next_one) == "open"


async def test_a_step_does_not_look_like_all_pages_closing(rig: Rig, clock: Clock) -> None:
    _, holder = await rig.start(ADA)
    await pass_time(rig, clock, timedelta(seconds=100))
    _, _waiting = await rig.start(BEN)

    clock.put(timedelta(minutes=2))
    await rig.matching.keep_time()

    assert await rig.state_of(holder) == "open"


@asynccontextmanager
async def restored_from_before(rig: Rig, tmp_path: Path, since: Awaitable[object]) -> AsyncIterator[Rig]:
    """A bot on a backup, made before what happened `since`."""
    copy = tmp_path / "backup.sqlite3"
    back_up(rig.database._path, copy, lambda _done, _all: None)
    await since
    async with Database(copy) as database:
        await make_safe(database, rig.sources)
        async with build(rig.sandbox, database, rig.sources) as other:
            yield other


async def test_a_restored_backup_makes_everybody_wait_for_turns_that_it_does_not_know(
    rig: Rig, clock: Clock, tmp_path: Path
) -> None:
    async with restored_from_before(rig, tmp_path, rig.start(ADA)) as again:
        await has_it_once_the_lane_has_rested(again, clock)


async def test_so_does_the_next_start(rig: Rig, clock: Clock, tmp_path: Path) -> None:
    async with restored_from_before(rig, tmp_path, rig.start(ADA)) as first:
        clock.forward(minutes=15)
        async with first.again() as second:
            await has_it_once_the_lane_has_rested(second, clock)


async def test_what_was_live_in_a_backup_ends(rig: Rig, tmp_path: Path) -> None:
    await rig.start(ADA)
    await rig.linking.start(BEN)
    async with restored_from_before(rig, tmp_path, rig.linking.is_under_way(ADA)) as again:
        assert set(await again.column("SELECT state FROM link_sessions")) == {"expired"}
        assert await again.column("SELECT end_reason FROM turns") == ["given_up"]
        notices = await again.database.read.fetch_all("SELECT recipient, kind FROM outbox")
        assert (ADA.id, "link_expired") in [tuple(row) for row in notices]
