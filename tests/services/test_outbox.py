"""Notices to members: delivered at least once, kept where messages are closed, never twice the same."""

import pytest

from sandbox.banq import identities
from services.messenger import DeliveryFailed, DirectMessagesClosed
from tests.conftest import Clock
from tests.services.messenger import Messenger, notice, states
from tests.services.rig import ADA, BEN, ITS_END, Rig

STALE = "Banq no longer gives access"
UNMATCHED = "The approval could not be matched"


async def lose_access(rig: Rig) -> None:
    """The simplest thing that a member must be told."""
    link = await rig.links.of(ADA)
    assert link is not None
    await rig.links.access_lost(link.id)


async def test_a_notice_is_delivered_once(linked: Rig, messenger: Messenger) -> None:
    await lose_access(linked)

    await linked.outbox.step()
    await linked.outbox.step()

    assert messenger.sent == [(ADA.id, STALE)]
    assert await states(linked) == ["delivered"]


async def test_the_same_notice_is_kept_once(rig: Rig, messenger: Messenger) -> None:
    for _ in range(3):
        await notice(rig, "link_unmatched", "link-1")
    await notice(rig, "link_unmatched", "link-2")
    await notice(rig, "link_unmatched", "link-1", recipient=BEN.id)

    await rig.outbox.step()

    assert sorted(messenger.sent) == [(ADA.id, UNMATCHED), (ADA.id, UNMATCHED), (BEN.id, UNMATCHED)]


async def test_a_withdrawal_is_told_as_it_stands(linked: Rig, messenger: Messenger, clock: Clock) -> None:
    draft = await linked.draft(ADA, "quiet-hours-2")
    await linked.confirm(ADA, draft)
    [transaction] = linked.sandbox.ledger.transactions
    linked.sandbox.ledger.approve_transfer(transaction.id)
    await linked.webhook({"action": "x", "resourceType": "NftTransaction", "resourceId": transaction.id})

    await linked.outbox.step()
    assert messenger.sent == [], "a message that follows along may tell it first"
    clock.forward(seconds=5)
    await linked.outbox.step()

    assert messenger.sent == [(ADA.id, "Withdrawal completed")]


async def test_what_a_message_in_chat_has_told_is_not_told_again(
    linked: Rig, messenger: Messenger, clock: Clock
) -> None:
    withdrawal = await linked.confirm(ADA, await linked.draft(ADA, "quiet-hours-2"))
    linked.sandbox.ledger.reject_transfer(str(withdrawal.banq_transaction_id))
    await linked.reconciler.step()
    await linked.history.mark_told(await linked.stored(withdrawal))

    clock.forward(seconds=5)
    await linked.outbox.step()

    assert messenger.sent == []


@pytest.mark.parametrize("approves", [False, True])
async def test_an_owner_is_reminded_while_it_still_waits(
    linked: Rig, messenger: Messenger, clock: Clock, approves: bool
) -> None:
    withdrawal = await linked.confirm(ADA, await linked.draft(ADA, "quiet-hours-2"))
    clock.forward(minutes=60)
    await linked.reconciler.step()
    if approves:
        linked.sandbox.ledger.approve_transfer(str(withdrawal.banq_transaction_id))
        clock.forward(minutes=15)
        await linked.reconciler.step()
        clock.forward(seconds=5)

    await linked.outbox.step()

    told = "Withdrawal completed" if approves else "Still waiting for you at Banq"
    assert messenger.sent == [(ADA.id, told)]


async def test_a_notice_that_is_out_of_date_is_not_sent(linked: Rig, messenger: Messenger) -> None:
    draft = await linked.draft(ADA, "quiet-hours-2")
    await notice(linked, "withdrawal_unknown", draft.id)
    await notice(linked, "withdrawal_unknown", "made up")

    await linked.outbox.step()

    assert messenger.tries == 0
    assert await states(linked) == ["delivered", "delivered"]


async def test_closed_direct_messages_keep_the_notice_for_the_next_command(
    linked: Rig, messenger: Messenger
) -> None:
    messenger.refusal = DirectMessagesClosed()
    await lose_access(linked)
    await linked.outbox.step()
    await linked.outbox.step()
    assert messenger.tries == 1

    [(notice_id, words)] = await linked.outbox.kept_for(ADA, messenger.plain)
    assert words is not None
    assert words.title == STALE
    assert await linked.outbox.kept_for(BEN, messenger.plain) == []

    await linked.outbox.mark_shown(notice_id)
    assert await linked.outbox.kept_for(ADA, messenger.plain) == []


async def test_a_kept_notice_may_become_out_of_date(linked: Rig, messenger: Messenger, clock: Clock) -> None:
    messenger.refusal = DirectMessagesClosed()
    draft = await linked.draft(ADA, "quiet-hours-2")
    await linked.withdrawals.confirm(draft.id, ADA, ITS_END)
    withdrawal = await linked.stored(draft)
    clock.forward(seconds=5)
    await linked.outbox.step()
    linked.sandbox.ledger.reject_transfer(str(withdrawal.banq_transaction_id))
    await linked.reconciler.step()

    [(_, words)] = await linked.outbox.kept_for(ADA, messenger.plain)

    assert words is None


async def test_a_failed_delivery_is_tried_again_later(
    linked: Rig, messenger: Messenger, clock: Clock
) -> None:
    messenger.refusal = DeliveryFailed("busy")
    await lose_access(linked)
    await linked.outbox.step()
    await linked.outbox.step()
    assert messenger.tries == 1

    clock.forward(seconds=5)
    await linked.outbox.step()
    assert messenger.tries == 2
    clock.forward(seconds=5)
    await linked.outbox.step()
    assert messenger.tries == 2

    messenger.refusal = None
    clock.forward(seconds=5)
    await linked.outbox.step()
    assert messenger.sent == [(ADA.id, STALE)]


async def test_after_twelve_tries_a_notice_is_given_up_and_waits_for_the_next_command(
    linked: Rig, messenger: Messenger, clock: Clock
) -> None:
    messenger.refusal = DeliveryFailed("busy")
    await lose_access(linked)

    for _ in range(20):
        await linked.outbox.step()
        clock.forward(minutes=60)

    assert messenger.tries == 12
    assert await states(linked) == ["dead"]
    [(notice_id, words)] = await linked.outbox.kept_for(ADA, messenger.plain)
    assert words is not None
    assert words.title == STALE
    await linked.outbox.mark_shown(notice_id)
    assert await linked.outbox.kept_for(ADA, messenger.plain) == []


async def test_one_members_trouble_is_not_anothers(rig: Rig, messenger: Messenger) -> None:
    await notice(rig, "link_unmatched", "link-1")
    await notice(rig, "link_unmatched", "link-2", recipient=BEN.id)
    messenger.refusal = DirectMessagesClosed()
    await rig.outbox.step()
    await notice(rig, "link_unmatched", "link-3", recipient=BEN.id)
    messenger.refusal = None

    await rig.outbox.step()

    assert messenger.sent == [(BEN.id, UNMATCHED)]
    assert await states(rig) == ["kept", "kept", "delivered"]


async def test_a_notice_that_cannot_be_put_into_words_does_not_hold_up_the_next(
    rig: Rig, messenger: Messenger, clock: Clock
) -> None:
    await notice(rig, "a kind of another version", "link-1")
    await notice(rig, "link_unmatched", "link-2", recipient=BEN.id)

    for _ in range(12):
        await rig.outbox.step()
        clock.forward(minutes=60)

    assert messenger.sent == [(BEN.id, UNMATCHED)]
    assert await states(rig) == ["dead", "delivered"]
    kept = await rig.outbox.kept_for(ADA, messenger.plain)
    assert [words for _, words in kept if words is not None] == []


async def test_notices_wait_for_a_platform_that_is_not_there_yet(rig: Rig) -> None:
    await notice(rig, "link_unmatched", "link-1")
    await rig.outbox.step()
    assert await states(rig) == ["pending"]

    messenger = Messenger()
    rig.outbox.serve("discord", messenger)
    await rig.outbox.step()

    assert messenger.sent == [(ADA.id, UNMATCHED)]


async def test_notices_come_in_the_order_they_were_written(rig: Rig, messenger: Messenger) -> None:
    await notice(rig, "unlinked_by_admin", "link-1")
    await notice(rig, "link_unmatched", "link-2")

    await rig.outbox.step()

    assert [title for _, title in messenger.sent] == ["Your wallet was unlinked", UNMATCHED]


async def test_a_notice_written_before_a_restart_is_delivered_after_it(linked: Rig) -> None:
    await lose_access(linked)
    messenger = Messenger()

    async with linked.again() as restarted:
        restarted.outbox.serve("discord", messenger)
        await restarted.outbox.step()
    await linked.outbox.step()

    assert messenger.sent == [(ADA.id, STALE)]


async def test_an_admins_unlinking_is_told_and_a_members_own_is_not(
    linked: Rig, messenger: Messenger
) -> None:
    await linked.links.unlink(ADA, "member", "by command")
    await linked.link(ADA, identities.ADA)
    await linked.links.unlink(ADA, "admin:9", "asked by mail")

    await linked.outbox.step()

    assert messenger.sent == [(ADA.id, "Your wallet was unlinked")]


@pytest.mark.parametrize("kind", ["link_stale", "frozen_by_admin", "link_unmatched", "unlinked_by_admin"])
async def test_what_a_new_link_has_made_untrue_is_not_told(
    linked: Rig, messenger: Messenger, kind: str
) -> None:
    await notice(linked, kind, "earlier")
    await linked.outbox.step()

    assert messenger.tries == 0
    assert await states(linked) == ["delivered"]


async def test_the_turn_is_told_while_it_lasts(rig: Rig, messenger: Messenger) -> None:
    session_id, browser = await rig.start(ADA)
    await notice(rig, "link_open", session_id)
    await rig.outbox.step()
    assert messenger.sent == [(ADA.id, "It is your turn")]

    await rig.page.closed(browser)
    await notice(rig, "link_open", session_id, recipient=BEN.id)
    await rig.outbox.step()
    assert len(messenger.sent) == 1
