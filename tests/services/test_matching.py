"""Whose approval is it? Everything that must link the right member, and above all what must link nobody."""

import asyncio
from datetime import timedelta

import pytest

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, Rig

MATCH_WITHIN = timedelta(minutes=2)
TURN = timedelta(minutes=5)
REST = timedelta(minutes=2)  # of a lane, after a turn that linked nobody
SECOND = timedelta(seconds=1)


async def grant_states(rig: Rig) -> list[object]:
    return await rig.column("SELECT state FROM grants ORDER BY id")


async def pass_time(rig: Rig, clock: Clock, time: timedelta) -> None:
    clock.forward(seconds=time.total_seconds())
    await rig.time_passes()


async def rest_after_report(rig: Rig, clock: Clock, waiting: str) -> None:
    """After a page reported an approval and nobody was linked, the next in line waits for ten minutes."""
    for _ in range(10):
        assert await rig.state_of(waiting) == "waiting"
        await pass_time(rig, clock, timedelta(minutes=1))
    assert await rig.state_of(waiting) == "open"


async def approve_and_report(rig: Rig, browser: str, customer: identities.Customer) -> None:
    """The customer approves at Banq, and both signals of it arrive."""
    await rig.granted(*await rig.approve(customer))
    await rig.page.approved(browser)
    await rig.time_passes()


async def test_the_webhook_may_come_first(rig: Rig) -> None:
    _, browser = await rig.start(ADA)

    await rig.granted(*await rig.approve(identities.ADA))
    await rig.time_passes()
    assert await rig.state_of(browser) == "open"
    await rig.page.approved(browser)
    await rig.time_passes()

    assert await rig.state_of(browser) == "matched"
    assert await grant_states(rig) == ["matched"]


async def test_the_page_may_come_first(rig: Rig) -> None:
    _, browser = await rig.start(ADA)
    grant = await rig.approve(identities.ADA)

    await rig.page.approved(browser)
    await rig.time_passes()
    assert await rig.state_of(browser) == "approved"
    await rig.granted(*grant)
    await rig.time_passes()

    assert await rig.state_of(browser) == "matched"


async def test_five_webhooks_are_one_approval(rig: Rig) -> None:
    session_id, browser = await rig.start(ADA)
    grant = await rig.approve(identities.ADA)
    await rig.granted(*grant)
    await rig.granted(*grant)
    await rig.page.approved(browser)
    await rig.time_passes()
    code = await rig.code_of(browser)

    for _ in range(3):
        await rig.granted(*grant)
        await rig.time_passes()

    assert await rig.code_of(browser) == code
    await rig.linking.finish(session_id, ADA, code)
    assert await rig.links.of(ADA) is not None


async def test_a_webhook_worked_off_twice_is_one_approval(rig: Rig) -> None:
    _, browser = await rig.start(ADA)
    await rig.granted(*await rig.approve(identities.ADA))

    async with rig.database.transaction() as tx:
        await tx.execute("UPDATE webhook_inbox SET state = 'pending', processed_at = NULL")
    await rig.work_off()

    assert await grant_states(rig) == ["pending"]
    await rig.page.approved(browser)
    await rig.time_passes()
    assert await rig.state_of(browser) == "matched"


@pytest.mark.parametrize(
    ("apart", "outcome"), [(MATCH_WITHIN, "matched"), (MATCH_WITHIN + SECOND, "unmatched")]
)
@pytest.mark.parametrize("webhook_first", [True, False])
async def test_the_two_signals_must_be_close(
    rig: Rig, clock: Clock, webhook_first: bool, apart: timedelta, outcome: str
) -> None:
    _, browser = await rig.start(ADA)
    grant = await rig.approve(identities.ADA)

    if webhook_first:
        await rig.granted(*grant)
        clock.forward(seconds=apart.total_seconds())
        await rig.page.approved(browser)
    else:
        await rig.page.approved(browser)
        clock.forward(seconds=apart.total_seconds())
        await rig.granted(*grant)
    await rig.time_passes()

    assert await rig.state_of(browser) == outcome


async def test_without_a_webhook_the_page_gives_up_after_two_minutes(rig: Rig, clock: Clock) -> None:
    _, browser = await rig.start(ADA)
    _, waiting = await rig.start(BEN)
    await rig.page.approved(browser)

    await pass_time(rig, clock, MATCH_WITHIN)
    assert await rig.state_of(browser) == "approved"
    await pass_time(rig, clock, timedelta(seconds=1))

    assert await rig.state_of(browser) == "unmatched"
    await rest_after_report(rig, clock, waiting)


async def test_without_the_page_a_webhook_links_nobody(rig: Rig, clock: Clock) -> None:
    _, browser = await rig.start(ADA)
    await rig.granted(*await rig.approve(identities.ADA))

    await pass_time(rig, clock, TURN)

    assert await rig.state_of(browser) == "proven"
    assert await grant_states(rig) == ["unclaimed"]


async def test_an_approval_while_nobody_is_linking_stays_unclaimed(rig: Rig) -> None:
    await rig.granted(*await rig.approve(identities.BEN))
    assert await grant_states(rig) == ["unclaimed"]

    _, browser = await rig.start(ADA)
    await rig.page.approved(browser)
    await rig.time_passes()
    assert await rig.state_of(browser) == "approved"

    await rig.granted(*await rig.approve(identities.ADA))
    await rig.time_passes()
    assert await rig.state_of(browser) == "matched"


async def test_an_approval_in_another_lane_links_nobody_here(rig: Rig) -> None:
    _, browser = await rig.start(ADA)

    await rig.granted(*await rig.approve(identities.ADA), lane="other")
    await rig.page.approved(browser)
    await rig.time_passes()

    assert await rig.state_of(browser) == "approved"
    assert await grant_states(rig) == ["unclaimed"]


async def test_a_strangers_approval_in_ones_turn_voids_the_turn(rig: Rig, clock: Clock) -> None:
    _, browser = await rig.start(ADA)
    _, waiting = await rig.start(BEN)

    await rig.granted(*await rig.approve(identities.BEN))
    await rig.granted(*await rig.approve(identities.ADA))
    await rig.page.approved(browser)
    await rig.time_passes()

    assert await rig.state_of(browser) == "unmatched"
    assert await grant_states(rig) == ["unclaimed", "unclaimed"]
    await rest_after_report(rig, clock, waiting)


async def test_a_second_wallet_after_the_match_takes_the_code_back(rig: Rig) -> None:
    session_id, browser = await rig.start(ADA)
    await approve_and_report(rig, browser, identities.ADA)
    code = await rig.code_of(browser)

    await rig.granted(*await rig.approve(identities.BEN))

    assert await rig.state_of(browser) == "unmatched"
    await rig.linking.finish(session_id, ADA, code)
    assert await rig.links.of(ADA) is None


async def test_an_approval_that_banq_does_not_know_is_refused(rig: Rig, clock: Clock) -> None:
    _, browser = await rig.start(ADA)
    await rig.page.approved(browser)

    await rig.granted("made-up-guid", "made-up-user")
    await pass_time(rig, clock, MATCH_WITHIN)
    assert await rig.state_of(browser) == "approved"
    await pass_time(rig, clock, SECOND)

    assert await rig.state_of(browser) == "refused"
    assert await grant_states(rig) == ["unclaimed"]


async def test_an_approval_that_was_taken_back_is_refused(rig: Rig) -> None:
    _, browser = await rig.start(ADA)
    grant = await rig.approve(identities.ADA)
    rig.sandbox.ledger.revoke_platform(identities.ADA.email, identities.PLATFORM_ID)

    await rig.granted(*grant)
    await rig.page.approved(browser)
    await rig.time_passes()

    assert await rig.state_of(browser) == "refused"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(route="nfts", status=503),
        Fault(route="nfts", status=429),
        Fault(route="nfts", drop=True),
        Fault(route="nfts", body="wrong-shape"),
        Fault(route="token", status=500),
        Fault(route="nfts", status=401),
        Fault(route="nfts", status=404),
    ],
)
async def test_a_match_waits_until_banq_is_back(rig: Rig, fault: Fault) -> None:
    _, browser = await rig.start(ADA)
    rig.sandbox.faults.add(fault)
    await approve_and_report(rig, browser, identities.ADA)
    assert await rig.state_of(browser) == "approved"

    rig.sandbox.faults.clear()
    await rig.time_passes()

    assert await rig.state_of(browser) == "matched"


@pytest.mark.parametrize("meanwhile", ["cancelled", "unmatched"])
async def test_what_happens_while_banq_is_asked_is_not_overlooked(rig: Rig, meanwhile: str) -> None:
    session_id, browser = await rig.start(ADA)
    await rig.granted(*await rig.approve(identities.ADA))
    await rig.page.approved(browser)
    asked = rig.sandbox.faults.received["nfts"]
    rig.sandbox.faults.add(Fault(route="nfts", times=1, hold=True))
    settling = asyncio.create_task(rig.matching.settle())
    await rig.sandbox.store.until(lambda: rig.sandbox.faults.received["nfts"] == asked + 1)

    if meanwhile == "cancelled":
        await rig.linking.cancel(session_id, ADA)
    else:
        await rig.granted(*await rig.approve(identities.BEN))
    rig.sandbox.faults.release()
    await settling

    assert await rig.state_of(browser) == meanwhile
    assert "matched" not in await grant_states(rig)


async def test_two_processes_that_settle_at_once_match_once(rig: Rig) -> None:
    _, browser = await rig.start(ADA)
    await rig.granted(*await rig.approve(identities.ADA))
    await rig.page.approved(browser)
    asked = rig.sandbox.faults.received["nfts"]
    rig.sandbox.faults.add(Fault(route="nfts", times=2, hold=True))

    async with rig.again() as other:
        settling = asyncio.gather(rig.matching.settle(), other.matching.settle())
        await rig.sandbox.store.until(lambda: rig.sandbox.faults.received["nfts"] == asked + 2)
        rig.sandbox.faults.release()
        await settling

    assert await rig.state_of(browser) == "matched"
    assert await rig.column("SELECT count(*) FROM audit WHERE action = 'linking: matched'") == [1]


async def test_a_match_does_not_wait_longer_than_the_turn(rig: Rig, clock: Clock) -> None:
    _, browser = await rig.start(ADA)
    _, waiting = await rig.start(BEN)
    rig.sandbox.faults.outage = "503"
    await approve_and_report(rig, browser, identities.ADA)

    await pass_time(rig, clock, TURN)

    assert await rig.state_of(browser) == "unmatched"
    assert await grant_states(rig) == ["unclaimed"]
    await rest_after_report(rig, clock, waiting)


async def test_a_wallet_of_another_member_is_a_conflict(linked: Rig, clock: Clock) -> None:
    clock.forward(minutes=11)
    before = await linked.links.of(ADA)
    session_id, browser = await linked.start(BEN)

    await approve_and_report(linked, browser, identities.ADA)
    assert await linked.state_of(browser) == "approved"
    await pass_time(linked, clock, MATCH_WITHIN + SECOND)

    progress = await linked.progress(browser)
    assert progress.standing.state == "conflict"
    assert ADA.name not in str(progress)
    assert ADA.name not in str(await linked.linking.finish(session_id, BEN, "123456"))
    assert await linked.links.of(ADA) == before
    assert await linked.links.of(BEN) is None


async def test_a_wallet_of_another_member_does_not_void_the_turn(linked: Rig, clock: Clock) -> None:
    """Whoever holds it can approve it at any time, and must not keep others from linking by that."""
    clock.forward(minutes=11)
    session_id, browser = await linked.start(BEN)
    await linked.granted(*await linked.approve(identities.ADA))
    grant = await linked.approve(identities.BEN)
    await linked.granted(*grant)
    await linked.page.approved(browser)
    await linked.time_passes()

    await linked.granted(*await linked.approve(identities.ADA))

    await linked.linking.finish(session_id, BEN, await linked.code_of(browser))
    link = await linked.links.of(BEN)
    assert link is not None
    assert link.user_guid == grant[0]
    assert await grant_states(linked) == ["matched", "unclaimed", "matched", "unclaimed"]


async def test_a_match_survives_a_restart(rig: Rig) -> None:
    """Nothing about a turn is in memory: what one process stored, another one matches."""
    session_id, browser = await rig.start(ADA)
    await rig.granted(*await rig.approve(identities.ADA))
    await rig.page.approved(browser)

    async with rig.again() as restarted:
        await restarted.time_passes()
        await restarted.linking.finish(session_id, ADA, await restarted.code_of(browser))

    assert await rig.links.of(ADA) is not None


async def test_a_wallet_that_was_ones_own_before_is_no_repeat(linked: Rig, clock: Clock) -> None:
    await linked.links.unlink(ADA, "member", "by command")
    clock.forward(minutes=11)
    grant = await linked.approve(identities.ADA)
    await linked.granted(*grant)
    _, browser = await linked.start(ADA)

    await linked.granted(*grant)
    await linked.page.approved(browser)
    await linked.time_passes()

    assert await linked.state_of(browser) == "matched"
