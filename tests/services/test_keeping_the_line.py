"""Nobody holds up the line: closed pages, endless tries, several lanes, and how long it takes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from sandbox.banq.server import BanqSandbox
from services.linking import CoolingDown, LinkStarted, NotYours
from services.linking_rules import LinkingRules
from services.sources import Sources
from storage.database import Database
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, CLEO, LANE, SECOND_LANE, TWO_LANES, Rig, build

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


async def test_two_reports_without_a_link_cool_a_member_down_for_an_hour(rig: Rig, clock: Clock) -> None:
    """Each of them keeps others from the lane for a quarter of an hour."""
    began = clock()
    for _ in range(2):
        _, browser = await rig.start(ADA)
        assert await rig.state_of(browser) == "open"
        await rig.page.approved(browser)
        await pass_time(rig, clock, 2 * MINUTE + SECOND)
        assert await rig.state_of(browser) == "unmatched"
        clock.forward(minutes=15)

    until = began + 2 * MINUTE + SECOND + timedelta(hours=1)
    assert await rig.linking.start(ADA) == CoolingDown(until)
    clock.time = until
    assert isinstance(await rig.linking.start(ADA), LinkStarted)


async def test_starting_anew_counts_the_turn_that_it_ends(rig: Rig, clock: Clock) -> None:
    _, browser = await rig.start(ADA)
    first_end = clock()
    for _ in range(2):
        await rig.page.closed(browser)
        await rig.page.join_again(browser)

    assert await rig.linking.start(ADA) == CoolingDown(first_end + COOL_DOWN)
    assert await rig.state_of(browser) == "open", "the attempt that is under way goes on"


async def test_who_waited_is_told_of_the_turn_unless_the_message_in_chat_did(rig: Rig, clock: Clock) -> None:
    _, first = await rig.start(ADA)
    session_id, _ = await rig.start(BEN)
    assert await rig.column("SELECT kind FROM outbox") == []
    await rig.page.closed(first)
    await pass_time(rig, clock, REST)

    notices = await rig.database.read.fetch_all("SELECT recipient, kind, state FROM outbox")
    assert [tuple(row) for row in notices] == [(BEN.id, "link_open", "pending")]
    standing = await rig.linking.standing(session_id, BEN)
    assert not isinstance(standing, NotYours)
    await rig.linking.mark_told(standing)
    assert await rig.column("SELECT state FROM outbox") == ["delivered"]


async def test_who_waited_is_told_that_the_time_is_up(rig: Rig, clock: Clock) -> None:
    _, holder = await rig.start(ADA)
    await rig.start(BEN)
    await rig.linking.start(CLEO)
    rig.open_pages.clear()
    rig.open_pages.append(holder)
    await pass_time(rig, clock, timedelta(minutes=11))

    notices = await rig.database.read.fetch_all("SELECT recipient, kind FROM outbox ORDER BY id")
    assert (BEN.id, "link_expired") in [tuple(row) for row in notices]
    assert CLEO.id not in [row[0] for row in notices], "who never opened the page let it pass"


async def test_a_session_outlives_its_turn(
    sandbox: BanqSandbox, database: Database, sources: Sources
) -> None:
    rules = LinkingRules(link_lives=2 * MINUTE)
    async with build(sandbox, database, sources, rules=rules) as rig:
        _, browser = await rig.start(ADA)
        progress = await rig.progress(browser)
        assert progress.turn is not None
        turn_ends = sources.now() + timedelta(seconds=progress.turn.ends_in_s)
        assert progress.standing.expires_at >= turn_ends + 2 * MINUTE


async def test_a_place_in_line_counts_open_pages_only(rig: Rig, clock: Clock) -> None:
    await long_ago(rig, clock)
    await rig.start(ADA)
    await rig.start(BEN)
    _, third = await rig.start(CLEO)
    assert (await rig.progress(third)).standing.place == 2
    rig.open_pages[:] = [third]
    await pass_time(rig, clock, MINUTE + SECOND)

    assert (await rig.progress(third)).standing.place == 1


async def test_a_slow_call_for_one_lane_does_not_hold_up_another(two_lanes: Rig) -> None:
    sessions = [await two_lanes.start(user) for user in (ADA, BEN)]
    grants = [
        two_lanes.sandbox.ledger.approve_platform(customer.email, platform_id)
        for customer, platform_id in zip((identities.ADA, identities.BEN), TWO_LANES.values(), strict=True)
    ]
    for (_, browser), grant, lane in zip(sessions, grants, TWO_LANES, strict=True):
        await two_lanes.page.approved(browser)
        await two_lanes.granted(grant.user_guid, grant.user_id, lane)
    two_lanes.sandbox.faults.add(Fault(route="nfts", times=1, hold=True))
    asked = two_lanes.sandbox.faults.received["nfts"]

    slow = asyncio.create_task(two_lanes.matching.settle(LANE))
    await two_lanes.sandbox.store.until(lambda: two_lanes.sandbox.faults.received["nfts"] == asked + 1)
    await two_lanes.matching.settle(SECOND_LANE)
    assert [await two_lanes.state_of(browser) for _, browser in sessions] == ["approved", "matched"]
    two_lanes.sandbox.faults.release()
    await slow
    assert [await two_lanes.state_of(browser) for _, browser in sessions] == ["matched", "matched"]


async def test_a_turn_that_is_only_held_is_no_news(rig: Rig, clock: Clock) -> None:
    _, browser = await rig.start(ADA)
    await pass_time(rig, clock, 4 * MINUTE)
    await rig.page.approved(browser)
    clock.forward(minutes=1, seconds=30)
    before = rig.matching.changes.count
    await rig.matching.keep_time()

    assert rig.matching.changes.count == before
    assert await rig.state_of(browser) == "approved"
