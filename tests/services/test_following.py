"""Following a withdrawal to its end: webhooks are hints, Banq's answer is what counts."""

import asyncio
from typing import Any

import pytest

from sandbox.banq import identities
from sandbox.banq.catalogue import NFTS
from sandbox.banq.faults import Fault
from sandbox.banq.state import Transaction
from storage.withdrawals import Withdrawal
from tests.conftest import Clock
from tests.services.rig import ADA, GOOD_ADDRESS, ITS_END, Rig

PICTURE = "quiet-hours-2"


def moved(transaction_id: str, action: str) -> dict[str, Any]:
    """Banq's webhook about a withdrawal."""
    return {"action": action, "resourceType": "NftTransaction", "resourceId": transaction_id}


def only_transaction(rig: Rig) -> Transaction:
    [transaction] = rig.sandbox.ledger.transactions
    return transaction


def set_status(rig: Rig, transaction: Transaction, status: str) -> None:
    """What Banq would answer from now on, words that the emulator does not use included."""
    changed = transaction.model_copy(update={"status": status})
    rig.sandbox.store.state.transactions[transaction.id] = changed


async def sent(rig: Rig) -> tuple[Withdrawal, Transaction]:
    withdrawal = await rig.confirm(ADA, await rig.draft(ADA, PICTURE))
    assert withdrawal.state == "awaiting_owner"
    return withdrawal, only_transaction(rig)


async def notices(rig: Rig) -> list[object]:
    """What its owner has not seen yet."""
    return await rig.column("SELECT kind FROM outbox WHERE state <> 'delivered' ORDER BY id")


async def test_an_approved_withdrawal_completes(linked: Rig) -> None:
    withdrawal, transaction = await sent(linked)
    linked.sandbox.ledger.approve_transfer(transaction.id)

    await linked.webhook(moved(transaction.id, "completed"))

    stored = await linked.stored(withdrawal)
    assert stored.state == "completed"
    assert stored.transaction_hash == only_transaction(linked).transaction_hash
    assert await notices(linked) == ["withdrawal_completed"]


async def test_each_step_is_told_once(linked: Rig) -> None:
    withdrawal, transaction = await sent(linked)

    set_status(linked, transaction, "processing")
    for _ in range(3):
        await linked.webhook(moved(transaction.id, "processing"))
    set_status(linked, transaction, "completed")
    for _ in range(3):
        await linked.webhook(moved(transaction.id, "completed"))

    assert (await linked.stored(withdrawal)).state == "completed"
    assert await notices(linked) == ["withdrawal_processing", "withdrawal_completed"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("failed", None),
        ("rejected", "rejected_at_banq"),
        ("canceled", "cancelled_at_banq"),
        ("cancelled", "cancelled_at_banq"),
        ("expired", "expired_at_banq"),
    ],
)
async def test_a_withdrawal_that_fails_says_why(linked: Rig, status: str, reason: str | None) -> None:
    withdrawal, transaction = await sent(linked)
    set_status(linked, transaction, status)

    await linked.webhook(moved(transaction.id, status))

    stored = await linked.stored(withdrawal)
    assert (stored.state, stored.reason) == ("failed", reason)


async def test_a_late_webhook_takes_nothing_back(linked: Rig) -> None:
    withdrawal, transaction = await sent(linked)
    linked.sandbox.ledger.approve_transfer(transaction.id)
    await linked.webhook(moved(transaction.id, "completed"))

    for late in ("processing", "failed"):
        set_status(linked, transaction, late)
        await linked.webhook(moved(transaction.id, late))

    assert (await linked.stored(withdrawal)).state == "completed"


async def test_a_webhook_that_banq_does_not_confirm_changes_nothing(linked: Rig) -> None:
    withdrawal, transaction = await sent(linked)

    await linked.webhook(moved(transaction.id, "completed"))

    assert (await linked.stored(withdrawal)).state == "awaiting_owner"


@pytest.mark.parametrize("status", ["marinating", "", "Draft"])
async def test_words_that_nobody_knows_are_ignored(linked: Rig, status: str) -> None:
    withdrawal, transaction = await sent(linked)
    set_status(linked, transaction, status)

    await linked.webhook(moved(transaction.id, status))

    assert (await linked.stored(withdrawal)).state == "awaiting_owner"


async def test_webhooks_about_other_transactions_change_nothing(linked: Rig) -> None:
    withdrawal, _ = await sent(linked)
    nft = NFTS["quiet-hours-3"]
    other = linked.sandbox.ledger.withdraw(
        token_data_id=nft.token_data_id,
        source_banq=nft.source_banq,
        external_address=GOOD_ADDRESS,
        amount=1,
        platform_id=identities.PLATFORM_ID,
        user_id=identities.ADA.user_id,
    )
    linked.sandbox.ledger.approve_transfer(other.id)

    await linked.webhook(moved(other.id, "completed"))
    await linked.webhook(moved("made-up", "completed"))

    assert (await linked.stored(withdrawal)).state == "awaiting_owner"
    assert await linked.column("SELECT DISTINCT state FROM webhook_inbox") == ["processed"]


async def test_a_webhook_of_another_lane_changes_nothing(linked: Rig) -> None:
    withdrawal, transaction = await sent(linked)
    linked.sandbox.ledger.approve_transfer(transaction.id)

    await linked.webhook(moved(transaction.id, "completed"), lane="other")

    assert (await linked.stored(withdrawal)).state == "awaiting_owner"


async def test_a_webhook_before_our_own_answer_is_kept_for_later(linked: Rig, clock: Clock) -> None:
    draft = await linked.draft(ADA, PICTURE)
    linked.sandbox.faults.add(Fault(route="withdraw", times=1, hold=True, after_acting=True))
    confirming = asyncio.create_task(linked.withdrawals.confirm(draft.id, ADA, ITS_END))
    await linked.sandbox.store.until(lambda: linked.sandbox.faults.accepted["withdraw"] == 1)
    transaction = only_transaction(linked)
    linked.sandbox.ledger.approve_transfer(transaction.id)

    await linked.webhook(moved(transaction.id, "completed"))
    assert (await linked.stored(draft)).state == "submitting"
    linked.sandbox.faults.release()
    await confirming
    clock.forward(seconds=10)
    await linked.work_off()

    assert (await linked.stored(draft)).state == "completed"
    assert linked.sandbox.faults.received["withdraw"] == 1


async def test_a_webhook_while_banq_is_away_is_kept_for_later(linked: Rig, clock: Clock) -> None:
    withdrawal, transaction = await sent(linked)
    linked.sandbox.ledger.approve_transfer(transaction.id)
    linked.sandbox.faults.outage = "503"
    await linked.webhook(moved(transaction.id, "completed"))
    assert (await linked.stored(withdrawal)).state == "awaiting_owner"

    linked.sandbox.faults.clear()
    clock.forward(seconds=10)
    await linked.work_off()

    assert (await linked.stored(withdrawal)).state == "completed"


async def test_without_any_webhook_banq_is_asked_now_and_then(linked: Rig, clock: Clock) -> None:
    withdrawal, transaction = await sent(linked)
    await linked.reconciler.step()
    linked.sandbox.ledger.approve_transfer(transaction.id)

    await linked.reconciler.step()
    assert (await linked.stored(withdrawal)).state == "awaiting_owner"
    clock.forward(seconds=30)
    await linked.reconciler.step()

    assert (await linked.stored(withdrawal)).state == "completed"


async def test_what_has_moved_on_is_soon_asked_about_again(linked: Rig) -> None:
    withdrawal, transaction = await sent(linked)

    for status in ("processing", "completed"):
        set_status(linked, transaction, status)
        await linked.reconciler.step()

    assert (await linked.stored(withdrawal)).state == "completed"


async def test_banq_is_asked_less_and_less_often(linked: Rig, clock: Clock) -> None:
    await sent(linked)

    for _ in range(60):
        await linked.reconciler.step()
        clock.forward(minutes=1)

    assert linked.sandbox.faults.received["transaction"] == 8


@pytest.mark.parametrize(("stands", "state"), [(False, "awaiting_owner"), (True, "completed")])
async def test_where_banq_offers_no_look_a_setting_lets_the_webhook_stand(
    linked: Rig, stands: bool, state: str
) -> None:
    withdrawal, transaction = await sent(linked)
    linked.sandbox.api.offers_transactions = False

    async with linked.again(webhook_action_stands=stands) as other:
        await other.webhook(moved(transaction.id, "completed"))

    assert (await linked.stored(withdrawal)).state == state


async def test_a_webhook_that_stands_waits_for_the_id_of_what_is_being_sent(
    linked: Rig, clock: Clock
) -> None:
    draft = await linked.draft(ADA, PICTURE)
    linked.sandbox.api.offers_transactions = False
    linked.sandbox.faults.add(Fault(route="withdraw", times=1, hold=True, after_acting=True))
    async with linked.again(webhook_action_stands=True) as other:
        confirming = asyncio.create_task(other.withdrawals.confirm(draft.id, ADA, ITS_END))
        await linked.sandbox.store.until(lambda: linked.sandbox.faults.accepted["withdraw"] == 1)
        await other.webhook(moved(only_transaction(linked).id, "completed"))
        assert (await linked.stored(draft)).state == "submitting"

        linked.sandbox.faults.release()
        await confirming
        clock.forward(seconds=10)
        await other.work_off()

    assert (await linked.stored(draft)).state == "completed"


async def test_what_is_on_its_way_is_followed_after_unlinking(linked: Rig) -> None:
    withdrawal, transaction = await sent(linked)
    await linked.links.unlink(ADA, "member", "by command")
    linked.sandbox.ledger.approve_transfer(transaction.id)

    await linked.webhook(moved(transaction.id, "completed"))

    assert (await linked.stored(withdrawal)).state == "completed"
    assert await notices(linked) == ["withdrawal_completed"]
