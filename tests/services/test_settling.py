"""A withdrawal without Banq's answer: the team is told after an hour, and a person may settle it."""

from datetime import timedelta

import pytest

from sandbox.banq.faults import Fault
from services.settling import NotStuck, Settled, Settlement, StillChecking
from services.wording.withdrawal_story import withdrawal_news
from storage.withdrawals import Withdrawal
from tests.conftest import Clock
from tests.services.messenger import Messenger
from tests.services.rig import ADA, Rig
from tests.services.test_wording import M

PICTURE = "quiet-hours-2"
ADMIN = "admin:1"
MEMBERS_NOTICES = "SELECT kind FROM outbox WHERE recipient = '1' AND state <> 'delivered'"


async def unknown(rig: Rig, *, acted: bool) -> Withdrawal:
    draft = await rig.draft(ADA, PICTURE)
    rig.sandbox.faults.add(Fault(route="withdraw", times=1, drop=True, after_acting=acted))
    return await rig.confirm(ADA, draft)


async def team_notices(rig: Rig) -> list[object]:
    return await rig.column("SELECT kind FROM outbox WHERE recipient = 'team'")


async def test_the_team_is_told_once_after_an_hour(linked: Rig, clock: Clock) -> None:
    await unknown(linked, acted=False)

    clock.forward(minutes=59)
    await linked.reconciler.step()
    assert await team_notices(linked) == []
    clock.forward(minutes=1)
    async with linked.again() as other:
        await linked.reconciler.step()
        await other.reconciler.step()

    assert await team_notices(linked) == ["team_stuck"]


async def test_what_banq_has_answered_is_no_matter_for_the_team(linked: Rig, clock: Clock) -> None:
    await linked.confirm(ADA, await linked.draft(ADA, PICTURE))

    clock.forward(minutes=61)
    await linked.reconciler.step()

    assert await team_notices(linked) == []
    assert await linked.settling.stuck() == []


@pytest.mark.parametrize(
    ("settlement", "state", "told"),
    [("sent", "completed", "it was sent"), ("not_sent", "failed", "in your Banq wallet, says the team")],
)
async def test_a_person_settles_it_with_a_reason(
    linked: Rig, clock: Clock, settlement: Settlement, state: str, told: str
) -> None:
    withdrawal = await unknown(linked, acted=settlement == "sent")
    assert [stuck.id for stuck in await linked.settling.stuck()] == [withdrawal.id]
    clock.forward(minutes=60)

    outcome = await linked.settling.settle(withdrawal.id, settlement, ADMIN, "Banq's\nsupport\u202e says so")

    assert isinstance(outcome, Settled)
    stored = await linked.stored(withdrawal)
    assert (stored.state, stored.reason) == (state, "settled_by_team")
    assert told in withdrawal_news(M, stored).text
    assert await linked.column(MEMBERS_NOTICES) == [f"withdrawal_{state}"]
    audit = "SELECT actor || ' ' || reason FROM audit WHERE action LIKE 'settled%'"
    assert await linked.column(audit) == [f"{ADMIN} Banq's support says so"]
    assert await linked.settling.settle(withdrawal.id, settlement, ADMIN, "once more") == NotStuck()


async def test_in_the_first_hour_the_bot_finds_out_by_itself(linked: Rig, clock: Clock) -> None:
    withdrawal = await unknown(linked, acted=False)
    until = clock() + timedelta(hours=1)
    clock.forward(minutes=59)

    assert await linked.settling.settle(withdrawal.id, "sent", ADMIN, "impatient") == StillChecking(until)
    assert (await linked.stored(withdrawal)).state == "unknown"


async def test_only_what_has_no_answer_can_be_settled(linked: Rig, clock: Clock) -> None:
    withdrawal = await linked.confirm(ADA, await linked.draft(ADA, PICTURE))
    clock.forward(minutes=61)

    assert await linked.settling.settle(withdrawal.id, "not_sent", ADMIN, "mistaken") == NotStuck()
    assert await linked.settling.settle("made up", "not_sent", ADMIN, "mistaken") == NotStuck()
    assert (await linked.stored(withdrawal)).state == "awaiting_owner"


async def test_banqs_answer_comes_before_a_persons(linked: Rig, clock: Clock) -> None:
    withdrawal = await unknown(linked, acted=True)
    [transaction] = linked.sandbox.ledger.transactions
    linked.sandbox.ledger.approve_transfer(transaction.id)
    for _ in range(2):
        clock.forward(minutes=61)
        await linked.reconciler.step()

    assert await linked.settling.settle(withdrawal.id, "not_sent", ADMIN, "too late") == NotStuck()
    assert (await linked.stored(withdrawal)).state == "completed"


async def test_after_it_was_settled_as_not_sent_the_nft_can_be_withdrawn(linked: Rig, clock: Clock) -> None:
    withdrawal = await unknown(linked, acted=False)
    clock.forward(minutes=61)
    await linked.settling.settle(withdrawal.id, "not_sent", ADMIN, "Banq's support says so")

    assert (await linked.confirm(ADA, await linked.draft(ADA, PICTURE))).state == "awaiting_owner"


async def test_what_banq_cannot_say_anything_about_for_a_day_can_be_settled(
    linked: Rig, clock: Clock
) -> None:
    withdrawal = await linked.confirm(ADA, await linked.draft(ADA, PICTURE))
    clock.forward(minutes=60 * 24)
    await linked.reconciler.step()
    assert await team_notices(linked) == [], "Banq has just said that it waits for its owner"

    linked.sandbox.api.offers_transactions = False
    clock.forward(minutes=60 * 24)
    await linked.reconciler.step()
    assert await team_notices(linked) == ["team_stuck"]
    assert [stuck.id for stuck in await linked.settling.stuck()] == [withdrawal.id]
    assert isinstance(await linked.settling.settle(withdrawal.id, "sent", ADMIN, "seen at Banq"), Settled)
    assert (await linked.stored(withdrawal)).state == "completed"


async def test_an_owner_who_does_not_approve_is_reminded_once(linked: Rig, clock: Clock) -> None:
    await linked.confirm(ADA, await linked.draft(ADA, PICTURE))

    for minutes in (59, 1, 60, 600):
        clock.forward(minutes=minutes)
        await linked.reconciler.step()
        expected = [] if minutes == 59 else ["withdrawal_reminder"]
        assert await linked.column(MEMBERS_NOTICES) == expected


async def test_who_has_approved_is_not_reminded(linked: Rig, clock: Clock) -> None:
    withdrawal = await linked.confirm(ADA, await linked.draft(ADA, PICTURE))
    linked.sandbox.ledger.approve_transfer(str(withdrawal.banq_transaction_id))
    clock.forward(minutes=61)
    await linked.reconciler.step()

    assert await linked.column(MEMBERS_NOTICES) == ["withdrawal_completed"]


async def test_the_reminder_reaches_its_owner(linked: Rig, clock: Clock, messenger: Messenger) -> None:
    await linked.confirm(ADA, await linked.draft(ADA, PICTURE))
    clock.forward(minutes=61)

    await linked.reconciler.step()
    await linked.outbox.step()

    assert messenger.sent == [(ADA.id, "Still waiting for you at Banq")]
