"""Withdrawals whose answer was lost: never sent again, and settled only by what Banq itself says."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.banq import catalogue, identities
from sandbox.banq.catalogue import NFTS
from sandbox.banq.faults import Fault
from sandbox.banq.state import Transaction
from storage.withdrawals import Withdrawal
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, Rig

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


@pytest.mark.parametrize(("left", "state"), [(4, "unknown"), (3, "completed"), (0, "completed")])
async def test_a_part_of_an_edition_is_settled_when_so_many_fewer_are_there(
    linked: Rig, clock: Clock, left: int, state: str
) -> None:
    draft = await linked.draft(ADA, EDITION, amount=2)
    linked.sandbox.faults.add(Fault(route="withdraw", times=1, drop=True))
    withdrawal = await linked.confirm(ADA, draft)
    linked.sandbox.store.state.holdings[identities.ADA.email][EDITION] = left

    clock.forward(minutes=25)
    await linked.reconciler.step()

    assert (await linked.stored(withdrawal)).state == state


async def test_an_empty_list_is_believed_after_an_hour(linked: Rig, clock: Clock) -> None:
    withdrawal = await unknown(linked, acted=False)
    linked.sandbox.store.state.holdings[identities.ADA.email].clear()

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
async def test_no_look_into_the_wallet_settles_nothing(linked: Rig, fault: Fault) -> None:
    withdrawal = await unknown(linked, acted=False)
    linked.sandbox.faults.add(fault)

    await linked.reconciler.step()

    assert (await linked.stored(withdrawal)).state == "unknown"


async def test_a_wallet_that_cannot_all_be_read_settles_nothing(
    linked: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    withdrawal = await unknown(linked, acted=False)
    without_id = replace(NFTS[PICTURE], omitted=frozenset({"tokenDataId"}))
    monkeypatch.setitem(catalogue.NFTS, PICTURE, without_id)

    await linked.reconciler.step()

    assert (await linked.stored(withdrawal)).state == "unknown"


async def test_even_then_only_a_transaction_of_ours_is_believed(linked: Rig) -> None:
    withdrawal = await unknown(linked, acted=False)
    linked.sandbox.api.offers_transactions = False

    async with linked.again(webhook_action_stands=True) as other:
        await other.webhook(moved("made-up", "completed"))

    assert (await linked.stored(withdrawal)).state == "unknown"
