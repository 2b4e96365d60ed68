"""The one call to Banq: sent at most once, whatever happens to it, and never again after a doubt."""

import asyncio
from contextlib import suppress

import pytest

from sandbox.banq import identities
from sandbox.banq.catalogue import NFTS
from sandbox.banq.faults import Fault
from services import withdrawal_steps
from storage.database import to_ms
from storage.withdrawals import Withdrawal
from tests.conftest import Clock
from tests.services.rig import ADA, GOOD_ADDRESS, ITS_END, Rig

PICTURE = "quiet-hours-2"


def asked(rig: Rig) -> int:
    return rig.sandbox.faults.received["withdraw"]


def accepted(rig: Rig) -> int:
    return rig.sandbox.faults.accepted["withdraw"]


async def notices(rig: Rig) -> list[object]:
    """What its owner has not seen yet."""
    return await rig.column("SELECT kind FROM outbox WHERE state <> 'delivered' ORDER BY id")


async def due(rig: Rig, clock: Clock) -> list[object]:
    """What a direct message tells now."""
    return await rig.column(f"SELECT kind FROM outbox WHERE next_try_at <= {to_ms(clock.time)}")  # noqa: S608


async def confirmed_only(rig: Rig, slug: str = PICTURE) -> Withdrawal:
    """As a crash leaves it between the member's confirmation and the call."""
    draft = await rig.draft(ADA, slug)
    async with rig.database.transaction() as tx:
        await withdrawal_steps.confirm(tx, draft, rig.sources.now(), held=draft.amount, retyped=True)
    return draft


async def killed_while_asking(rig: Rig, draft: Withdrawal, fault: Fault) -> None:
    """The process dies while Banq holds the call, before or after acting on it."""
    rig.sandbox.faults.add(fault)
    counter = rig.sandbox.faults.accepted if fault.after_acting else rig.sandbox.faults.received
    confirming = asyncio.create_task(rig.withdrawals.confirm(draft.id, ADA, ITS_END))
    await rig.sandbox.store.until(lambda: counter["withdraw"] == 1)
    confirming.cancel()
    with suppress(asyncio.CancelledError):
        await confirming


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "banq_said_no"),
        (403, "banq_said_no"),
        (404, "banq_said_no"),
        (409, "banq_said_no"),
        (422, "banq_said_no"),
        (429, "banq_busy"),
    ],
)
async def test_a_refusal_ends_it(linked: Rig, status: int, reason: str) -> None:
    draft = await linked.draft(ADA, PICTURE)
    linked.sandbox.faults.add(Fault(route="withdraw", times=1, status=status))

    withdrawal = await linked.confirm(ADA, draft)

    assert (withdrawal.state, withdrawal.reason) == ("refused", reason)
    assert (asked(linked), accepted(linked)) == (1, 0)
    assert (await linked.confirm(ADA, draft)).state == "refused"
    assert asked(linked) == 1


async def test_banqs_own_words_for_a_refusal_are_kept(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)
    nft = NFTS[PICTURE]
    linked.sandbox.ledger.withdraw(
        token_data_id=nft.token_data_id,
        source_banq=nft.source_banq,
        external_address=GOOD_ADDRESS,
        amount=1,
        platform_id=identities.PLATFORM_ID,
        user_id=identities.ADA.user_id,
    )

    withdrawal = await linked.confirm(ADA, draft)

    assert (withdrawal.state, withdrawal.reason) == ("refused", "banq_said_no")
    assert withdrawal.banq_message == "A transfer of this NFT is already open."


async def test_after_a_refusal_a_new_draft_may_be_sent(linked: Rig) -> None:
    linked.sandbox.faults.add(Fault(route="withdraw", times=1, status=400))
    await linked.confirm(ADA, await linked.draft(ADA, PICTURE))

    withdrawal = await linked.confirm(ADA, await linked.draft(ADA, PICTURE))

    assert withdrawal.state == "awaiting_owner"


async def test_a_token_that_expires_midway_is_renewed(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)
    linked.sandbox.tokens.expire_all()

    assert (await linked.confirm(ADA, draft)).state == "awaiting_owner"

    assert (asked(linked), accepted(linked)) == (2, 1)


async def test_credentials_that_banq_no_longer_takes_send_nothing(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)
    linked.sandbox.faults.add(Fault(route="withdraw", status=401))

    withdrawal = await linked.confirm(ADA, draft)

    assert (withdrawal.state, withdrawal.reason) == ("refused", "bot_not_signed_in")
    assert accepted(linked) == 0


@pytest.mark.parametrize(
    ("fault", "acted"),
    [
        (Fault(route="withdraw", status=500), 0),
        (Fault(route="withdraw", status=500, after_acting=True), 1),
        (Fault(route="withdraw", status=502, after_acting=True), 1),
        (Fault(route="withdraw", status=503), 0),
        (Fault(route="withdraw", status=504, after_acting=True), 1),
        (Fault(route="withdraw", status=408), 0),
        (Fault(route="withdraw", drop=True), 0),
        (Fault(route="withdraw", drop=True, after_acting=True), 1),
        (Fault(route="withdraw", body="not-json"), 1),
        (Fault(route="withdraw", body="wrong-shape"), 1),
        (Fault(route="withdraw", body="empty"), 1),
    ],
    ids=lambda value: (
        "-".join(f"{name}={each}" for name, each in value.model_dump(exclude_defaults=True).items())
        if isinstance(value, Fault)
        else None
    ),
)
async def test_a_doubt_makes_it_unknown_and_it_is_never_sent_again(
    linked: Rig, clock: Clock, fault: Fault, acted: int
) -> None:
    draft = await linked.draft(ADA, PICTURE)
    linked.sandbox.faults.add(fault)

    assert (await linked.confirm(ADA, draft)).state == "unknown"
    assert (asked(linked), accepted(linked)) == (1, acted)

    linked.sandbox.faults.clear()
    await linked.confirm(ADA, draft)
    async with linked.again() as restarted:
        await restarted.reconciler.recover()
    clock.forward(minutes=20)
    await linked.reconciler.step()
    assert asked(linked) == 1


async def test_an_answer_that_takes_too_long_makes_it_unknown(linked: Rig) -> None:
    withdrawal = await confirmed_only(linked)
    linked.sandbox.faults.add(Fault(route="withdraw", hold=True))

    async with linked.again(timeout_s=0.5) as impatient:
        await impatient.submitter.submit(withdrawal.id)

    assert (await linked.stored(withdrawal)).state == "unknown"
    assert asked(linked) == 1


async def test_a_restart_sends_what_was_only_confirmed_and_tells_its_owner(linked: Rig) -> None:
    withdrawal = await confirmed_only(linked)

    async with linked.again() as restarted:
        await restarted.reconciler.recover()
        await restarted.reconciler.recover()

    assert (await linked.stored(withdrawal)).state == "awaiting_owner"
    assert (asked(linked), accepted(linked)) == (1, 1)
    assert await notices(linked) == ["withdrawal_awaiting_owner"]


async def test_a_restart_sends_beside_each_other_what_was_only_confirmed(linked: Rig) -> None:
    """In turn, a Banq that hangs would keep the round for as long as there are withdrawals."""
    both = [await confirmed_only(linked, slug) for slug in (PICTURE, "glaze-garden-8")]
    linked.sandbox.faults.add(Fault(route="withdraw", hold=True, times=2))

    async with linked.again(timeout_s=60) as restarted:
        recovering = asyncio.create_task(restarted.reconciler.recover())
        await linked.sandbox.store.until(lambda: linked.sandbox.faults.held == 2)
        linked.sandbox.faults.release()
        await recovering

    assert [(await linked.stored(each)).state for each in both] == ["awaiting_owner"] * 2


async def test_two_processes_submitting_at_once_send_it_once(linked: Rig) -> None:
    withdrawal = await confirmed_only(linked)

    async with linked.again() as other:
        await asyncio.gather(
            *(each.submitter.submit(withdrawal.id) for each in (linked, other, linked, other))
        )

    assert (asked(linked), accepted(linked)) == (1, 1)
    assert (await linked.stored(withdrawal)).state == "awaiting_owner"


async def test_a_restart_while_banq_cannot_be_reached_sends_nothing(linked: Rig) -> None:
    withdrawal = await confirmed_only(linked)
    await linked.sandbox.close()

    async with linked.again() as restarted:
        await restarted.reconciler.recover()

    stored = await linked.stored(withdrawal)
    assert (stored.state, stored.reason) == ("refused", "banq_unreachable")
    assert asked(linked) == 0
    assert await notices(linked) == ["withdrawal_refused"]


@pytest.mark.parametrize("status", [500, 503])
async def test_a_token_that_cannot_be_had_is_no_doubt(linked: Rig, status: int) -> None:
    withdrawal = await confirmed_only(linked)
    linked.sandbox.faults.add(Fault(route="token", status=status))

    async with linked.again() as restarted:
        await restarted.reconciler.recover()

    stored = await linked.stored(withdrawal)
    assert (stored.state, stored.reason) == ("refused", "banq_unreachable")
    assert asked(linked) == 0


@pytest.mark.parametrize("after_acting", [False, True])
async def test_a_process_killed_while_asking_leaves_an_unknown(linked: Rig, after_acting: bool) -> None:
    draft = await linked.draft(ADA, PICTURE)
    await killed_while_asking(linked, draft, Fault(route="withdraw", hold=True, after_acting=after_acting))
    assert (await linked.stored(draft)).state == "submitting"

    async with linked.again() as restarted:
        await restarted.reconciler.recover()
        await restarted.reconciler.recover()

    assert (await linked.stored(draft)).state == "unknown"
    assert asked(linked) == 1
    assert await notices(linked) == ["withdrawal_unknown"]


async def test_an_answer_that_the_member_has_seen_is_not_told_again(linked: Rig) -> None:
    await linked.confirm(ADA, await linked.draft(ADA, PICTURE))

    assert await notices(linked) == []


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (None, "withdrawal_awaiting_owner"),
        (Fault(route="withdraw", status=400), "withdrawal_refused"),
        (Fault(route="withdraw", drop=True), "withdrawal_unknown"),
    ],
)
async def test_an_answer_that_nobody_lived_to_show_is_told_a_little_later(
    linked: Rig, clock: Clock, fault: Fault | None, kind: str
) -> None:
    draft = await linked.draft(ADA, PICTURE)
    if fault is not None:
        linked.sandbox.faults.add(fault)
    await linked.withdrawals.confirm(draft.id, ADA, ITS_END)

    assert await due(linked, clock) == []
    clock.forward(seconds=5)
    assert await due(linked, clock) == [kind]


async def test_what_was_unlinked_before_it_was_sent_stays_unsent(linked: Rig) -> None:
    withdrawal = await confirmed_only(linked)
    await linked.links.unlink(ADA, "member", "by command")

    submitted = await linked.submitter.submit(withdrawal.id)
    await linked.reconciler.recover()

    assert submitted.state == "cancelled"
    assert asked(linked) == 0


@pytest.mark.parametrize(("seconds", "state"), [(600, "awaiting_owner"), (601, "cancelled")])
async def test_what_was_confirmed_long_ago_is_not_sent_unasked(
    linked: Rig, clock: Clock, seconds: int, state: str
) -> None:
    withdrawal = await confirmed_only(linked)
    clock.forward(seconds=seconds)

    async with linked.again() as restarted:
        await restarted.reconciler.recover()

    stored = await linked.stored(withdrawal)
    late = state == "cancelled"
    assert (stored.state, stored.reason) == (state, "too_late" if late else None)
    assert asked(linked) == (0 if late else 1)
    assert await notices(linked) == [f"withdrawal_{state}"]


async def test_what_was_confirmed_by_a_link_that_is_stale_now_is_not_sent(linked: Rig) -> None:
    withdrawal = await confirmed_only(linked)
    link = await linked.links.of(ADA)
    assert link is not None
    await linked.links.access_lost(link.id)

    await linked.reconciler.recover()

    assert (await linked.stored(withdrawal)).state == "cancelled"
    assert asked(linked) == 0


async def test_a_lost_answer_becomes_unknown_without_a_restart(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)
    await killed_while_asking(linked, draft, Fault(route="withdraw", hold=True, after_acting=True))

    await linked.reconciler.step()

    assert (await linked.stored(draft)).state == "unknown"
    assert asked(linked) == 1
    assert await notices(linked) == ["withdrawal_unknown"]
    audit = "SELECT actor FROM audit WHERE action = 'withdrawal: unknown'"
    assert await linked.column(audit) == ["bot"]


async def test_what_is_being_sent_is_left_alone_and_waited_for(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)
    linked.sandbox.faults.add(Fault(route="withdraw", hold=True))
    confirming = asyncio.create_task(linked.withdrawals.confirm(draft.id, ADA, ITS_END))
    await linked.sandbox.store.until(lambda: asked(linked) == 1)

    await linked.reconciler.step()
    assert (await linked.stored(draft)).state == "submitting"
    again = asyncio.create_task(linked.submitter.submit(draft.id))
    linked.sandbox.faults.release()

    assert (await again).state == "awaiting_owner"
    await confirming
    assert asked(linked) == 1


@pytest.mark.parametrize(("status", "state"), [(None, "awaiting_owner"), (400, "refused")])
async def test_an_answer_that_another_process_took_for_lost_still_counts(
    linked: Rig, status: int | None, state: str
) -> None:
    draft = await linked.draft(ADA, PICTURE)
    linked.sandbox.faults.add(Fault(route="withdraw", times=1, hold=True, status=status))
    confirming = asyncio.create_task(linked.withdrawals.confirm(draft.id, ADA, ITS_END))
    await linked.sandbox.store.until(lambda: asked(linked) == 1)
    async with linked.again() as other:
        await other.reconciler.recover()
    assert (await linked.stored(draft)).state == "unknown"

    linked.sandbox.faults.release()
    await confirming

    assert (await linked.stored(draft)).state == state
    assert asked(linked) == 1


async def test_what_is_confirmed_while_the_bot_stops_is_left_to_the_next_start(linked: Rig) -> None:
    withdrawal = await confirmed_only(linked)
    await linked.submitter.drain(patience_s=60)

    assert (await linked.submitter.submit(withdrawal.id)).state == "confirmed"
    assert asked(linked) == 0

    async with linked.again() as restarted:
        await restarted.reconciler.recover()
    assert (await linked.stored(withdrawal)).state == "awaiting_owner"
    assert accepted(linked) == 1
