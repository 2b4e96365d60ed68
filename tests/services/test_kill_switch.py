"""The kill switch: nothing that Banq has not been asked for leaves any more, from any process."""

import asyncio

import pytest

from sandbox.banq.faults import Fault
from services import withdrawal_steps
from services.kill_switch import AlreadyPaused, NotPaused, PausedNow
from services.limits import Paused
from storage.database import IntegrityError
from storage.limits import Pause
from storage.withdrawals import Withdrawal
from tests.conftest import Clock
from tests.services.rig import ADA, GOOD_ADDRESS, ITS_END, Rig, key_of

PICTURE = "quiet-hours-2"
ADMIN = "admin:1"


def asked(rig: Rig) -> int:
    return rig.sandbox.faults.received["withdraw"]


async def confirmed_only(rig: Rig) -> Withdrawal:
    draft = await rig.draft(ADA, PICTURE)
    async with rig.database.transaction() as tx:
        await withdrawal_steps.confirm(tx, draft, rig.sources.now(), held=1, retyped=True)
    return draft


async def test_while_paused_nothing_is_drafted_or_confirmed(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)
    assert await linked.kill_switch.pause(ADMIN, "odd approvals") == PausedNow(cancelled=0)

    assert await linked.withdrawals.draft(ADA, key_of(PICTURE), GOOD_ADDRESS, 1) == Paused()
    assert await linked.withdrawals.confirm(draft.id, ADA, ITS_END) == Paused()
    async with linked.again() as other:
        assert await other.withdrawals.confirm(draft.id, ADA, ITS_END) == Paused()
    assert asked(linked) == 0

    assert isinstance(await linked.kill_switch.resume(ADMIN, "all is well"), Pause)
    assert (await linked.confirm(ADA, draft)).state == "awaiting_owner"


async def test_a_pause_cancels_what_is_not_sent_and_tells_its_owner(linked: Rig) -> None:
    withdrawal = await confirmed_only(linked)

    assert await linked.kill_switch.pause(ADMIN, "odd approvals") == PausedNow(cancelled=1)
    await linked.reconciler.recover()

    stored = await linked.stored(withdrawal)
    assert (stored.state, stored.reason) == ("cancelled", "paused")
    assert asked(linked) == 0
    assert await linked.column("SELECT kind FROM outbox WHERE recipient <> 'audit'") == [
        "withdrawal_cancelled"
    ]


async def test_a_pause_leaves_what_is_at_banq_to_its_owner(linked: Rig) -> None:
    withdrawal = await linked.confirm(ADA, await linked.draft(ADA, PICTURE))

    assert await linked.kill_switch.pause(ADMIN, "odd approvals") == PausedNow(cancelled=0)
    linked.sandbox.ledger.approve_transfer(str(withdrawal.banq_transaction_id))
    await linked.reconciler.step()

    assert (await linked.stored(withdrawal)).state == "completed"


async def test_a_pause_between_the_confirmation_and_the_call_stops_the_call(linked: Rig) -> None:
    """As if another process had committed it just then: the rows alone decide."""
    withdrawal = await confirmed_only(linked)
    async with linked.database.transaction() as tx:
        await tx.execute("INSERT INTO pauses (paused_at, actor, reason) VALUES (0, 'operator', 'x')")

    submitted = await linked.submitter.submit(withdrawal.id)

    assert (submitted.state, submitted.reason) == ("cancelled", "paused")
    assert asked(linked) == 0


async def test_a_pause_ends_though_the_clock_went_back(rig: Rig, clock: Clock) -> None:
    await rig.kill_switch.pause(ADMIN, "odd approvals")
    paused = Pause(clock(), ADMIN, "odd approvals")
    clock.forward(seconds=-2)

    assert await rig.kill_switch.resume(ADMIN, "all is well") == paused

    assert await rig.kill_switch.current_pause() is None


async def test_what_was_paused_is_paused_and_what_goes_on_goes_on(linked: Rig, clock: Clock) -> None:
    assert await linked.kill_switch.resume(ADMIN, "no pause") == NotPaused()
    await linked.kill_switch.pause(ADMIN, "odd approvals")

    assert await linked.kill_switch.pause("operator", "again") == AlreadyPaused(
        Pause(clock(), ADMIN, "odd approvals")
    )
    await linked.kill_switch.resume(ADMIN, "all is well")
    assert await linked.kill_switch.pause("operator", "again") == PausedNow(cancelled=0)

    audit = "SELECT action || ': ' || reason FROM audit WHERE action LIKE 'withdrawals %'"
    assert await linked.column(audit) == [
        "withdrawals paused: odd approvals",
        "withdrawals resumed: all is well",
        "withdrawals paused: again",
    ]


async def test_two_who_pause_at_once_pause_once(linked: Rig) -> None:
    async with linked.again() as other:
        outcomes = await asyncio.gather(
            *(each.kill_switch.pause(ADMIN, "odd approvals") for each in (linked, other))
        )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyPaused", "PausedNow"]
    assert await linked.column("SELECT count(*) FROM pauses") == [1]


async def test_the_schema_itself_keeps_a_paused_withdrawal_from_being_sent(linked: Rig) -> None:
    withdrawal = await confirmed_only(linked)
    async with linked.database.transaction() as tx:
        await tx.execute("INSERT INTO pauses (paused_at, actor, reason) VALUES (0, 'operator', 'x')")

    with pytest.raises(IntegrityError, match="paused"):
        async with linked.database.transaction() as tx:
            await tx.execute("UPDATE withdrawals SET state = 'submitting' WHERE id = ?1", withdrawal.id)


async def test_a_pause_while_banq_is_being_asked_leaves_the_answer_its_place(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)
    linked.sandbox.faults.add(Fault(route="withdraw", hold=True))
    confirming = asyncio.create_task(linked.withdrawals.confirm(draft.id, ADA, ITS_END))
    await linked.sandbox.store.until(lambda: asked(linked) == 1)

    assert await linked.kill_switch.pause(ADMIN, "odd approvals") == PausedNow(cancelled=0)
    linked.sandbox.faults.release()
    await confirming

    assert (await linked.stored(draft)).state == "awaiting_owner"
