"""The line before the widget: one turn at a time, and no approval falls into somebody else's."""

import json
from datetime import timedelta

from sandbox.banq import identities
from services.linking import Linked
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, CLEO, LANE, Rig

TURN = timedelta(minutes=5)
REST = timedelta(minutes=2)  # of a lane, after a turn that linked nobody
SECOND = timedelta(seconds=1)


async def grant_states(rig: Rig) -> list[object]:
    return await rig.column("SELECT state FROM grants ORDER BY id")


async def pass_time(rig: Rig, clock: Clock, time: timedelta) -> None:
    clock.forward(seconds=time.total_seconds())
    await rig.time_passes()


async def approve_and_report(rig: Rig, browser: str, customer: identities.Customer) -> None:
    """The customer approves at Banq, and both signals of it arrive."""
    await rig.granted(*await rig.approve(customer))
    await rig.page.approved(browser)
    await rig.time_passes()


async def test_of_two_at_the_same_second_one_waits_and_then_has_the_turn(rig: Rig, clock: Clock) -> None:
    adas, first = await rig.start(ADA)
    bens, second = await rig.start(BEN)
    progress = await rig.progress(second)
    assert (progress.standing.state, progress.standing.place) == ("waiting", 1)
    assert progress.turn is None

    await approve_and_report(rig, first, identities.ADA)
    await rig.linking.finish(adas, ADA, await rig.code_of(first))
    await pass_time(rig, clock, timedelta(seconds=10))
    await approve_and_report(rig, second, identities.BEN)
    await rig.linking.finish(bens, BEN, await rig.code_of(second))

    for user, customer in ((ADA, identities.ADA), (BEN, identities.BEN)):
        link = await rig.links.of(user)
        assert link is not None
        assert link.user_guid == customer.user_guid(identities.PLATFORM_ID)


async def test_the_line_is_first_come_first_served(rig: Rig, clock: Clock) -> None:
    _, first = await rig.start(ADA)
    _, second = await rig.start(BEN)
    _, third = await rig.start(CLEO)
    assert (await rig.progress(third)).standing.place == 2

    await rig.page.closed(first)
    await pass_time(rig, clock, REST)

    assert [await rig.state_of(each) for each in (first, second, third)] == ["proven", "open", "waiting"]
    assert (await rig.progress(third)).standing.place == 1


async def test_a_turn_ends_after_five_minutes_and_can_be_had_again(rig: Rig, clock: Clock) -> None:
    _, first = await rig.start(ADA)
    _, second = await rig.start(BEN)

    await pass_time(rig, clock, TURN - SECOND)
    assert await rig.state_of(first) == "open"
    await pass_time(rig, clock, SECOND)
    assert await rig.state_of(first) == "proven"
    await rig.page.join_again(first)
    await rig.page.join_again(first)
    await pass_time(rig, clock, REST - SECOND)
    assert [await rig.state_of(first), await rig.state_of(second)] == ["waiting", "waiting"]
    await pass_time(rig, clock, SECOND)

    assert [await rig.state_of(first), await rig.state_of(second)] == ["waiting", "open"]


async def test_after_a_link_the_next_waits_ten_seconds(rig: Rig, clock: Clock) -> None:
    session_id, code = await rig.matched(ADA, identities.ADA)
    _, waiting = await rig.start(BEN)
    await rig.linking.finish(session_id, ADA, code)

    await pass_time(rig, clock, timedelta(seconds=9))
    assert await rig.state_of(waiting) == "waiting"
    await pass_time(rig, clock, SECOND)

    assert await rig.state_of(waiting) == "open"


async def test_a_page_knows_how_long_its_turn_lasts(rig: Rig, clock: Clock) -> None:
    _, first = await rig.start(ADA)
    _, second = await rig.start(BEN)

    clock.forward(minutes=2)

    turn = (await rig.progress(first)).turn
    assert turn is not None
    assert turn.ends_in_s == 180
    assert (await rig.progress(second)).turn is None


async def test_one_who_is_alone_need_not_wait_for_a_rested_lane(rig: Rig, clock: Clock) -> None:
    _, browser = await rig.start(ADA)
    await pass_time(rig, clock, TURN)

    await rig.page.join_again(browser)

    assert await rig.state_of(browser) == "open"


async def test_waiting_in_line_does_not_use_up_the_link(rig: Rig, clock: Clock) -> None:
    """As long as somebody looks at the page."""
    for user in (ADA, BEN):
        await rig.start(user)
    _, third = await rig.start(CLEO)

    for _ in range(14):
        await pass_time(rig, clock, timedelta(minutes=1))
        await rig.state_of(third)

    assert await rig.state_of(third) == "open"


async def test_whoever_has_left_the_line_does_not_hold_it_up(rig: Rig, clock: Clock) -> None:
    await rig.start(ADA)
    _, gone = await rig.start(BEN)
    rig.open_pages.remove(gone)
    clock.forward(minutes=5)
    _, third = await rig.start(CLEO)

    await pass_time(rig, clock, timedelta(minutes=5))
    await pass_time(rig, clock, REST)

    assert await rig.state_of(gone) == "expired"
    assert await rig.state_of(third) == "open"


async def test_an_approval_late_in_the_turn_holds_it_for_its_webhook(rig: Rig, clock: Clock) -> None:
    _, browser = await rig.start(ADA)
    _, waiting = await rig.start(BEN)
    clock.forward(minutes=4, seconds=50)
    grant = await rig.approve(identities.ADA)
    await rig.page.approved(browser)

    await pass_time(rig, clock, timedelta(seconds=20))
    await rig.page.approved(waiting)
    await rig.granted(*grant)
    await rig.time_passes()

    assert [await rig.state_of(browser), await rig.state_of(waiting)] == ["matched", "waiting"]


async def test_a_late_approval_does_not_fall_into_the_next_turn(rig: Rig, clock: Clock) -> None:
    await rig.start(ADA)
    _, second = await rig.start(BEN)
    grant = await rig.approve(identities.ADA)

    await pass_time(rig, clock, TURN)
    await rig.page.approved(second)
    await rig.granted(*grant)
    await rig.time_passes()

    assert await grant_states(rig) == ["unclaimed"]
    assert await rig.state_of(second) != "matched"


async def test_a_closed_widget_leaves_no_approval_to_the_next_turn(rig: Rig) -> None:
    """The page's word that it was approved can get lost; its word that it was closed may still come."""
    _, first = await rig.start(ADA)
    _, second = await rig.start(BEN)
    grant = await rig.approve(identities.ADA)

    await rig.page.closed(first)
    await rig.page.approved(second)
    await rig.granted(*grant)
    await rig.time_passes()

    assert await rig.state_of(second) != "matched"


async def test_an_approval_in_the_rest_does_not_count_when_it_is_repeated(rig: Rig, clock: Clock) -> None:
    await rig.start(ADA)
    _, second = await rig.start(BEN)
    grant = await rig.approve(identities.ADA)
    await pass_time(rig, clock, TURN)
    await pass_time(rig, clock, REST - SECOND)
    await rig.granted(*grant)
    await pass_time(rig, clock, 2 * SECOND)
    assert await rig.state_of(second) == "open"

    await rig.granted(*grant)
    await rig.page.approved(second)
    await rig.time_passes()

    assert await rig.state_of(second) == "approved"
    assert await rig.column("SELECT state FROM grants") == ["unclaimed", "unclaimed"]


async def test_a_repeated_webhook_does_not_fall_into_the_next_turn(rig: Rig, clock: Clock) -> None:
    await rig.start(ADA)
    _, second = await rig.start(BEN)
    grant = await rig.approve(identities.ADA)
    await rig.granted(*grant)
    await pass_time(rig, clock, TURN)
    await pass_time(rig, clock, REST)
    assert await rig.state_of(second) == "open"

    await rig.granted(*grant)
    await rig.page.approved(second)
    await rig.time_passes()
    assert await rig.state_of(second) == "approved"
    await rig.granted(*await rig.approve(identities.BEN))
    await rig.time_passes()

    assert await rig.state_of(second) == "matched"
    link = await rig.column("SELECT user_guid FROM link_sessions WHERE state = 'matched'")
    assert link == [identities.BEN.user_guid(identities.PLATFORM_ID)]


async def test_an_approval_that_was_nobodys_does_not_count_when_it_is_repeated(rig: Rig) -> None:
    grant = await rig.approve(identities.BEN)
    await rig.granted(*grant)
    _, browser = await rig.start(ADA)
    await rig.page.approved(browser)

    await rig.granted(*grant)
    await rig.time_passes()

    assert await rig.state_of(browser) == "approved"
    assert await grant_states(rig) == ["unclaimed", "unclaimed"]


async def test_after_ten_minutes_an_approval_is_no_repeat_any_more(rig: Rig, clock: Clock) -> None:
    """A wallet that one member approved and never linked may be linked by another."""
    await rig.start(ADA)
    await rig.granted(*await rig.approve(identities.ADA))
    await pass_time(rig, clock, TURN)
    await pass_time(rig, clock, timedelta(minutes=5) + SECOND)
    _, browser = await rig.start(BEN)

    await rig.granted(*await rig.approve(identities.ADA))
    await rig.page.approved(browser)
    await rig.time_passes()

    assert await rig.state_of(browser) == "matched"


async def test_closing_after_the_approval_changes_nothing(rig: Rig) -> None:
    _, browser = await rig.start(ADA)
    _, waiting = await rig.start(BEN)
    grant = await rig.approve(identities.ADA)
    await rig.page.approved(browser)

    await rig.page.closed(browser)

    assert [await rig.state_of(browser), await rig.state_of(waiting)] == ["approved", "waiting"]
    await rig.granted(*grant)
    await rig.time_passes()
    assert await rig.state_of(browser) == "matched"


async def test_what_the_page_reports_after_the_match_changes_nothing(rig: Rig) -> None:
    """It tells again whatever may not have arrived."""
    session_id, browser = await rig.start(ADA)
    await approve_and_report(rig, browser, identities.ADA)
    code = await rig.code_of(browser)

    await rig.page.approved(browser)
    await rig.page.closed(browser)
    await rig.page.join_again(browser)

    assert await rig.code_of(browser) == code
    assert await rig.linking.finish(session_id, ADA, code) == Linked(32)


async def test_an_approval_reported_without_a_turn_counts_for_nothing(rig: Rig) -> None:
    await rig.start(ADA)
    _, waiting = await rig.start(BEN)

    await rig.page.approved(waiting)
    await rig.page.approved("made up")

    assert await rig.state_of(waiting) == "waiting"


async def test_a_webhook_worked_off_after_the_turn_links_nobody(rig: Rig, clock: Clock) -> None:
    _, first = await rig.start(ADA)
    _, second = await rig.start(BEN)
    guid, user_id = await rig.approve(identities.ADA)
    body = {"action": "created", "resourceType": "UserToken", "userGuid": guid, "userId": user_id}
    await rig.inbox.accept(LANE, json.dumps(body).encode())

    await pass_time(rig, clock, TURN)
    await pass_time(rig, clock, REST)
    assert await rig.state_of(second) == "open"
    await rig.work_off()
    await rig.page.approved(second)
    await rig.time_passes()

    assert await grant_states(rig) == ["unclaimed"]
    assert [await rig.state_of(first), await rig.state_of(second)] == ["proven", "approved"]
