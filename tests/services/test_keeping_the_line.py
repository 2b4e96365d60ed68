"""Nobody holds up the line: closed pages, endless tries, several lanes, and how long it takes."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from sandbox.banq import identities
from sandbox.banq.server import BanqSandbox
from services.linking import CoolingDown, LinkStarted
from services.sources import Sources
from storage.database import Database
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, CLEO, SECOND_LANE, TWO_LANES, Rig, build

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
REST = timedelta(minutes=2)
COOL_DOWN = timedelta(minutes=10)


async def pass_time(rig: Rig, clock: Clock, time: timedelta) -> None:
    clock.forward(seconds=time.total_seconds())
    await rig.time_passes()


@pytest.fixture
async def two_lanes(sandbox: BanqSandbox, database: Database, sources: Sources) -> AsyncIterator[Rig]:
    async with build(sandbox, database, sources, platform_ids=TWO_LANES) as rig:
        yield rig


async def long_ago(rig: Rig, clock: Clock) -> None:
    """The process has been running for a while."""
    clock.forward(minutes=10)
    await rig.time_passes()


async def test_a_page_that_closed_gives_its_turn_to_whoever_waits(rig: Rig, clock: Clock) -> None:
    await long_ago(rig, clock)
    _, vanished = await rig.start(ADA)
    _, waiting = await rig.start(BEN)
    rig.open_pages.remove(vanished)

    await pass_time(rig, clock, MINUTE)
    assert await rig.column("SELECT end_reason FROM turns") == [None]
    await pass_time(rig, clock, SECOND)
    assert await rig.column("SELECT end_reason FROM turns") == ["vanished"]
    await pass_time(rig, clock, REST)

    assert [await rig.state_of(each) for each in (vanished, waiting)] == ["proven", "open"]


async def test_a_page_that_closed_keeps_its_turn_while_nobody_waits(rig: Rig, clock: Clock) -> None:
    """On a phone the page sleeps while the member reads Banq's mail in another app."""
    await long_ago(rig, clock)
    _, sleeping = await rig.start(ADA)
    rig.open_pages.clear()

    await pass_time(rig, clock, 3 * MINUTE)

    assert await rig.state_of(sleeping) == "open"


async def test_whoever_waits_with_a_closed_page_is_passed_over_and_keeps_the_place(
    rig: Rig, clock: Clock
) -> None:
    await long_ago(rig, clock)
    _, first = await rig.start(ADA)
    _, away = await rig.start(BEN)
    _, third = await rig.start(CLEO)
    rig.open_pages.remove(away)
    await pass_time(rig, clock, 2 * MINUTE)
    await rig.page.closed(first)
    await pass_time(rig, clock, REST)
    assert [await rig.state_of(each) for each in (first, third)] == ["proven", "open"]
    assert (await rig.progress(away)).standing.place == 1

    rig.open_pages.append(away)
    await rig.page.closed(third)
    await pass_time(rig, clock, REST)

    assert await rig.state_of(away) == "open"


async def test_a_restart_does_not_look_like_all_pages_closing(
    sandbox: BanqSandbox, database: Database, sources: Sources, rig: Rig, clock: Clock
) -> None:
    _, holder = await rig.start(ADA)
    _, waiting = await rig.start(BEN)
    clock.forward(minutes=3)

    async with build(sandbox, database, sources) as restarted:
        await restarted.time_passes()
        assert [await restarted.state_of(each) for each in (holder, waiting)] == ["open", "waiting"]
        restarted.open_pages.append(waiting)
        await pass_time(restarted, clock, MINUTE + SECOND)

        assert await restarted.column("SELECT end_reason FROM turns") == ["vanished"]


async def test_an_approval_whose_page_closed_is_still_waited_for(rig: Rig, clock: Clock) -> None:
    await long_ago(rig, clock)
    _, browser = await rig.start(ADA)
    await rig.start(BEN)
    await rig.page.approved(browser)
    rig.open_pages.remove(browser)

    await pass_time(rig, clock, MINUTE + SECOND)
    await rig.granted(*await rig.approve(identities.ADA))
    await rig.time_passes()

    assert await rig.state_of(browser) == "matched"


async def test_after_three_turns_without_a_link_a_member_cools_down(rig: Rig, clock: Clock) -> None:
    _, browser = await rig.start(ADA)
    first_end = clock()
    for _ in range(3):
        await rig.page.join_again(browser)
        assert await rig.state_of(browser) == "open"
        await rig.page.closed(browser)
        clock.forward(minutes=1)

    await rig.page.join_again(browser)
    assert await rig.state_of(browser) == "proven"
    assert (await rig.progress(browser)).cools_down_for == first_end + COOL_DOWN - clock()
    assert await rig.linking.start(ADA) == CoolingDown(first_end + COOL_DOWN)
    assert isinstance(await rig.linking.start(BEN), LinkStarted)

    clock.time = first_end + COOL_DOWN
    assert isinstance(await rig.linking.start(ADA), LinkStarted)


async def test_turns_that_link_cool_nobody_down(rig: Rig, clock: Clock) -> None:
    for _ in range(4):
        await rig.link(ADA, identities.ADA)
        await rig.links.unlink(ADA, "member", "again")
        clock.forward(minutes=1)

    assert isinstance(await rig.linking.start(ADA), LinkStarted)


async def test_a_member_starts_at_most_ten_times_in_ten_minutes(rig: Rig, clock: Clock) -> None:
    first = clock()
    for _ in range(10):
        assert isinstance(await rig.linking.start(ADA), LinkStarted)
        clock.forward(seconds=10)

    assert await rig.linking.start(ADA) == CoolingDown(first + COOL_DOWN)
    assert isinstance(await rig.linking.start(BEN), LinkStarted)
    clock.time = first + COOL_DOWN
    assert isinstance(await rig.linking.start(ADA), LinkStarted)


async def test_two_lanes_serve_two_at_once_in_one_line(two_lanes: Rig, clock: Clock) -> None:
    _, first = await two_lanes.start(ADA)
    _, second = await two_lanes.start(BEN)
    _, third = await two_lanes.start(CLEO)
    turns = [(await two_lanes.progress(each)).turn for each in (first, second, third)]
    assert [turn.platform_id if turn else None for turn in turns] == [*TWO_LANES.values(), None]

    await two_lanes.page.closed(second)
    await pass_time(two_lanes, clock, REST)

    turn = (await two_lanes.progress(third)).turn
    assert turn is not None
    assert turn.platform_id == TWO_LANES[SECOND_LANE]


async def test_each_lane_matches_its_own_webhooks_alone(two_lanes: Rig) -> None:
    sessions = [await two_lanes.start(user) for user in (ADA, BEN)]
    for (_, browser), customer in zip(sessions, (identities.ADA, identities.BEN), strict=True):
        await two_lanes.page.approved(browser)
        # Both webhooks come in Ada's lane; Ben approved in the other one.
        if customer is identities.ADA:
            await two_lanes.granted(*await two_lanes.approve(customer))
    await two_lanes.time_passes()

    assert [await two_lanes.state_of(browser) for _, browser in sessions] == ["matched", "approved"]


async def test_a_link_remembers_its_lane(two_lanes: Rig) -> None:
    await two_lanes.start(ADA)
    session_id, browser = await two_lanes.start(BEN)
    grant = two_lanes.sandbox.ledger.approve_platform(identities.BEN.email, TWO_LANES[SECOND_LANE])
    await two_lanes.page.approved(browser)
    await two_lanes.granted(grant.user_guid, grant.user_id, SECOND_LANE)
    await two_lanes.time_passes()

    await two_lanes.linking.finish(session_id, BEN, await two_lanes.code_of(browser))

    link = await two_lanes.links.of(BEN)
    assert link is not None
    assert link.lane == SECOND_LANE


async def test_a_wallet_that_is_linked_through_one_lane_is_refused_in_another(
    two_lanes: Rig, clock: Clock
) -> None:
    await two_lanes.link(ADA, identities.ADA)
    _, browser = await two_lanes.start(BEN)
    grant = two_lanes.sandbox.ledger.approve_platform(identities.ADA.email, TWO_LANES[SECOND_LANE])
    await two_lanes.page.approved(browser)
    await two_lanes.granted(grant.user_guid, grant.user_id, SECOND_LANE)
    await pass_time(two_lanes, clock, 2 * MINUTE + SECOND)

    assert await two_lanes.state_of(browser) == "conflict"
    assert await two_lanes.column("SELECT chat_user_id FROM links") == [ADA.id]


async def test_the_line_says_about_how_long_it_takes(rig: Rig, clock: Clock) -> None:
    async def waits(*browsers: str) -> list[timedelta | None]:
        return [(await rig.progress(browser)).standing.wait for browser in browsers]

    _, first = await rig.start(ADA)
    _, second = await rig.start(BEN)
    _, third = await rig.start(CLEO)
    # A minute for each turn, and ten seconds in between.
    assert await waits(second, third) == [70 * SECOND, 140 * SECOND]
    clock.forward(seconds=30)
    assert await waits(second, third) == [40 * SECOND, 110 * SECOND]

    await rig.page.closed(first)
    assert await waits(second, third) == [REST, REST + 70 * SECOND]


async def test_the_estimate_learns_from_turns_that_linked(rig: Rig, clock: Clock) -> None:
    session_id, browser = await rig.start(ADA)
    await rig.granted(*await rig.approve(identities.ADA))
    await rig.page.approved(browser)
    clock.forward(seconds=20)
    await rig.time_passes()
    await rig.linking.finish(session_id, ADA, await rig.code_of(browser))
    clock.forward(seconds=10)
    await rig.start(BEN)
    _, waiting = await rig.start(CLEO)

    assert (await rig.progress(waiting)).standing.wait == 30 * SECOND
