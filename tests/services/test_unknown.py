"""Withdrawals whose answer was lost: never sent again, and settled only by what Banq itself says."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.banq import catalogue, identities
from sandbox.banq.catalogue import NFTS
from sandbox.banq.faults import Fault
from sandbox.banq.state import Transaction
from services.withdrawals import AlreadyRunning
from storage.withdrawals import Withdrawal
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, GOOD_ADDRESS, Rig, key_of

PICTURE = "quiet-hours-2"
EDITION = "glaze-garden-8"  # of which Ada holds 5


def moved(transaction_id: str, action: str) -> dict[str, Any]:
    """Banq's webhook about a withdrawal."""
    return {"action": action, "resourceType": "NftTransaction", "resourceId": transaction_id}


def only_transaction(rig: Rig) -> Transaction:
    [transaction] = rig.sandbox.ledger.transactions
    return transaction


async def unknown(rig: Rig, *, acted: bool) -> Withdrawal:
    """A withdrawal whose answer was lost; Banq took it, or did not."""
    draft = await rig.draft(ADA, PICTURE)
    rig.sandbox.faults.add(Fault(route="withdraw", times=1, drop=True, after_acting=acted))
    withdrawal = await rig.confirm(ADA, draft)
    assert withdrawal.state == "unknown"
    return withdrawal


async def notices(rig: Rig) -> list[object]:
    """What its owner has not seen yet."""
    return await rig.column("SELECT kind FROM outbox WHERE state <> 'delivered' ORDER BY id")


async def two_unknown_of_one_edition(rig: Rig, clock: Clock, bens_amount: int) -> list[Withdrawal]:
    """Ada's and Ben's, of the same edition, to the same address (of an exchange, say)."""
    rig.sandbox.store.state.holdings[identities.BEN.email]["glaze-garden-8"] = 2
    rig.sandbox.faults.add(Fault(route="withdraw", times=2, drop=True, after_acting=True))
    both = []
    for user, customer, amount in ((ADA, identities.ADA, 1), (BEN, identities.BEN, bens_amount)):
        await rig.link(user, customer)
        clock.forward(seconds=10)
        draft = await rig.draft(user, "glaze-garden-8", amount)
        clock.forward(seconds=1)
        both.append(await rig.confirm(user, draft))
    return both


async def test_an_unknown_one_is_settled_by_a_webhook(linked: Rig) -> None:
    withdrawal = await unknown(linked, acted=True)
    transaction = only_transaction(linked)
    linked.sandbox.ledger.approve_transfer(transaction.id)

    await linked.webhook(moved(transaction.id, "completed"))

    stored = await linked.stored(withdrawal)
    assert stored.state == "completed"
    assert stored.banq_transaction_id == transaction.id


async def test_an_unknown_one_learns_that_it_waits_for_its_owner(linked: Rig) -> None:
    withdrawal = await unknown(linked, acted=True)

    await linked.webhook(moved(only_transaction(linked).id, "created"))

    assert (await linked.stored(withdrawal)).state == "awaiting_owner"


async def test_an_unknown_one_is_not_settled_by_a_transfer_elsewhere(linked: Rig) -> None:
    withdrawal = await unknown(linked, acted=False)
    nft = NFTS[PICTURE]
    other = linked.sandbox.ledger.withdraw(
        token_data_id=nft.token_data_id,
        source_banq=nft.source_banq,
        external_address="0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        amount=1,
        platform_id=identities.PLATFORM_ID,
        user_id=identities.ADA.user_id,
    )

    await linked.webhook(moved(other.id, "created"))

    assert (await linked.stored(withdrawal)).state == "unknown"


@pytest.mark.parametrize(("bens_amount", "state"), [(2, "completed"), (1, "unknown")])
async def test_of_two_alike_none_is_settled_by_a_guess(
    rig: Rig, clock: Clock, bens_amount: int, state: str
) -> None:
    adas, bens = await two_unknown_of_one_edition(rig, clock, bens_amount)
    [transaction] = [each for each in rig.sandbox.ledger.transactions if each.email == identities.BEN.email]
    rig.sandbox.ledger.approve_transfer(transaction.id)

    await rig.webhook(moved(transaction.id, "completed"))

    assert (await rig.stored(adas)).state == "unknown"
    assert (await rig.stored(bens)).state == state


async def test_an_unknown_one_is_settled_when_its_nft_has_left(linked: Rig, clock: Clock) -> None:
    withdrawal = await unknown(linked, acted=True)
    await linked.reconciler.step()
    assert (await linked.stored(withdrawal)).state == "unknown"

    linked.sandbox.ledger.approve_transfer(only_transaction(linked).id)
    clock.forward(minutes=9)
    await linked.reconciler.step()
    assert (await linked.stored(withdrawal)).state == "unknown"
    clock.forward(minutes=15)
    await linked.reconciler.step()

    stored = await linked.stored(withdrawal)
    assert (stored.state, stored.reason) == ("completed", "left_the_wallet")
    assert await notices(linked) == ["withdrawal_completed"]


# A single one that is left may also be an amount that Banq did not tell.
@pytest.mark.parametrize(
    ("left", "state"), [(4, "unknown"), (3, "completed"), (2, "completed"), (1, "unknown"), (0, "completed")]
)
async def test_a_part_of_an_edition_is_settled_when_so_many_fewer_are_there(
    linked: Rig, clock: Clock, left: int, state: str
) -> None:
    draft = await linked.draft(ADA, EDITION, amount=2)
    linked.sandbox.faults.add(Fault(route="withdraw", times=1, drop=True))
    withdrawal = await linked.confirm(ADA, draft)
    linked.sandbox.store.state.holdings[identities.ADA.email][EDITION] = left

    for _ in range(2):
        clock.forward(minutes=25)
        await linked.reconciler.step()

    assert (await linked.stored(withdrawal)).state == state


async def test_one_list_that_lacks_it_settles_nothing(linked: Rig, clock: Clock) -> None:
    withdrawal = await unknown(linked, acted=False)
    held = linked.sandbox.store.state.holdings[identities.ADA.email]

    for amount in (0, 1, 0):
        held[PICTURE] = amount
        clock.forward(minutes=25)
        await linked.reconciler.step()

    assert (await linked.stored(withdrawal)).state == "unknown"


async def test_an_id_that_banq_writes_otherwise_is_the_same_id(
    linked: Rig, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdrawal = await unknown(linked, acted=False)
    as_text = replace(NFTS[PICTURE], token_data_id=str(NFTS[PICTURE].token_data_id))
    monkeypatch.setitem(catalogue.NFTS, PICTURE, as_text)
    monkeypatch.setitem(NFTS, PICTURE, as_text)

    for _ in range(2):
        clock.forward(minutes=25)
        await linked.reconciler.step()
    assert (await linked.stored(withdrawal)).state == "unknown", "it is still in the wallet"
    outcome = await linked.withdrawals.draft(ADA, key_of(PICTURE), GOOD_ADDRESS, 1)
    assert isinstance(outcome, AlreadyRunning)


async def test_what_banq_says_of_another_transfer_is_not_believed(linked: Rig) -> None:
    mine = await linked.confirm(ADA, await linked.draft(ADA, PICTURE))
    other = await linked.confirm(ADA, await linked.draft(ADA, "quiet-hours-3"))
    transactions = linked.sandbox.store.state.transactions
    linked.sandbox.ledger.approve_transfer(str(other.banq_transaction_id))
    transactions[str(mine.banq_transaction_id)] = transactions[str(other.banq_transaction_id)]

    await linked.webhook(moved(str(mine.banq_transaction_id), "completed"))

    assert (await linked.stored(mine)).state == "awaiting_owner"


async def settled_as_not_sent(rig: Rig, clock: Clock) -> tuple[Withdrawal, Transaction]:
    """Without an answer, and settled as not sent by a person who was wrong."""
    withdrawal = await unknown(rig, acted=True)
    transaction = only_transaction(rig)
    clock.forward(minutes=61)
    await rig.settling.settle(withdrawal.id, "not_sent", "admin:1", "mistaken")
    return withdrawal, transaction


async def test_where_banq_says_otherwise_later_owner_and_team_are_told(linked: Rig, clock: Clock) -> None:
    withdrawal, transaction = await settled_as_not_sent(linked, clock)

    for _ in range(2):
        await linked.webhook(moved(transaction.id, "created"))
    linked.sandbox.ledger.approve_transfer(transaction.id)
    await linked.webhook(moved(transaction.id, "completed"))

    assert (await linked.stored(withdrawal)).state == "failed"
    assert (await notices(linked))[-2:] == ["withdrawal_contradicted", "team_contradicted"]


async def test_a_refusal_that_banq_did_not_mean_is_contradicted(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)
    linked.sandbox.faults.add(Fault(route="withdraw", times=1, status=400, after_acting=True))
    assert (await linked.confirm(ADA, draft)).state == "refused"

    await linked.webhook(moved(only_transaction(linked).id, "created"))

    assert await notices(linked) == ["withdrawal_contradicted", "team_contradicted"]


async def test_what_banq_says_in_agreement_is_no_news(linked: Rig, clock: Clock) -> None:
    withdrawal = await unknown(linked, acted=True)
    transaction = only_transaction(linked)
    clock.forward(minutes=61)
    await linked.settling.settle(withdrawal.id, "sent", "admin:1", "seen at Banq")
    linked.sandbox.ledger.approve_transfer(transaction.id)

    await linked.webhook(moved(transaction.id, "completed"))

    assert "withdrawal_contradicted" not in await notices(linked)


async def test_a_late_webhook_of_a_settled_one_does_not_end_the_next(linked: Rig, clock: Clock) -> None:
    _, transaction = await settled_as_not_sent(linked, clock)
    linked.sandbox.ledger.reject_transfer(transaction.id)
    following = await unknown(linked, acted=True)

    await linked.webhook(moved(transaction.id, "rejected"))

    assert (await linked.stored(following)).state == "unknown"


async def test_an_empty_list_is_believed_after_an_hour(linked: Rig, clock: Clock) -> None:
    withdrawal = await unknown(linked, acted=False)
    linked.sandbox.store.state.holdings[identities.ADA.email].clear()

    await linked.reconciler.step()
    clock.forward(minutes=59)
    await linked.reconciler.step()
    assert (await linked.stored(withdrawal)).state == "unknown"
    clock.forward(minutes=15)
    await linked.reconciler.step()

    assert (await linked.stored(withdrawal)).state == "completed"


async def test_an_unknown_one_stays_unknown_while_its_nft_is_there(linked: Rig, clock: Clock) -> None:
    withdrawal = await unknown(linked, acted=False)

    for _ in range(5):
        await linked.reconciler.step()
        clock.forward(minutes=15)

    assert (await linked.stored(withdrawal)).state == "unknown"
    assert linked.sandbox.faults.received["withdraw"] == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(route="nfts", status=503),
        Fault(route="nfts", status=403),
        Fault(route="nfts", body="wrong-shape"),
    ],
)
async def test_no_look_into_the_wallet_settles_nothing(linked: Rig, clock: Clock, fault: Fault) -> None:
    withdrawal = await unknown(linked, acted=True)
    linked.sandbox.ledger.approve_transfer(only_transaction(linked).id)
    linked.sandbox.faults.add(fault)

    for _ in range(3):
        clock.forward(minutes=25)
        await linked.reconciler.step()

    assert (await linked.stored(withdrawal)).state == "unknown"


async def test_a_wallet_that_cannot_all_be_read_settles_nothing(
    linked: Rig, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdrawal = await unknown(linked, acted=False)
    without_id = replace(NFTS[PICTURE], omitted=frozenset({"tokenDataId"}))
    monkeypatch.setitem(catalogue.NFTS, PICTURE, without_id)

    for _ in range(3):
        clock.forward(minutes=25)
        await linked.reconciler.step()

    assert (await linked.stored(withdrawal)).state == "unknown"


async def test_even_then_only_a_transaction_of_ours_is_believed(linked: Rig) -> None:
    withdrawal = await unknown(linked, acted=False)
    linked.sandbox.api.offers_transactions = False

    async with linked.again(webhook_action_stands=True) as other:
        await other.webhook(moved("made-up", "completed"))

    assert (await linked.stored(withdrawal)).state == "unknown"
