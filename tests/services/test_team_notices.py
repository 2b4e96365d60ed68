"""What the team is told: in its channel, or at its next /admin command; once, and only while it is true."""

import pytest

from sandbox.banq.faults import Fault
from services.messenger import DeliveryFailed, TeamChannelClosed
from storage import outbox
from storage.withdrawals import Withdrawal
from tests.conftest import Clock
from tests.services.messenger import Messenger, states
from tests.services.rig import ADA, Rig

STUCK = "A withdrawal needs you"


@pytest.fixture
async def stuck(linked: Rig) -> Withdrawal:
    """Sent to Banq, and no answer came; the team's notice is written, and the member's told."""
    linked.sandbox.faults.add(Fault(route="withdraw", times=1, drop=True, after_acting=True))
    withdrawal = await linked.confirm(ADA, await linked.draft(ADA, "quiet-hours-2"))
    assert withdrawal.state == "unknown"
    async with linked.database.transaction() as tx:
        await tx.execute("DELETE FROM outbox")
    await tell(linked, withdrawal)
    return withdrawal


async def tell(rig: Rig, withdrawal: Withdrawal) -> None:
    async with rig.database.transaction() as tx:
        await outbox.insert_for_team(tx, "discord", "team_stuck", withdrawal.id, rig.sources.now())


async def is_settled(rig: Rig) -> None:
    [transaction] = rig.sandbox.ledger.transactions
    rig.sandbox.ledger.approve_transfer(transaction.id)
    await rig.webhook({"action": "x", "resourceType": "NftTransaction", "resourceId": transaction.id})


async def kept(rig: Rig, messenger: Messenger) -> list[str]:
    found = await rig.outbox.kept_for_team("discord", messenger.plain)
    return ["past" if words is None else words.title for _, words in found]


async def test_the_team_is_told_once(linked: Rig, messenger: Messenger, stuck: Withdrawal) -> None:
    await linked.outbox.step()
    await tell(linked, stuck)
    await linked.outbox.step()

    assert messenger.sent == [("the team", STUCK)]
    assert await kept(linked, messenger) == []


async def test_the_team_is_told_whose_withdrawal_it_is_and_not_what(
    linked: Rig, messenger: Messenger, stuck: Withdrawal
) -> None:
    messenger.refusal = TeamChannelClosed()
    await linked.outbox.step()

    [(_, words)] = await linked.outbox.kept_for_team("discord", messenger.plain)
    assert words is not None
    assert f"member {ADA.id}" in words.text
    assert "/admin stuck" in words.text
    for private in (stuck.nft_name, stuck.address, stuck.address[-6:]):
        assert private.lower() not in words.text.lower()
    assert words.actions == ()


async def test_without_a_channel_the_team_is_told_at_its_next_command(
    linked: Rig, messenger: Messenger, stuck: Withdrawal
) -> None:
    messenger.refusal = TeamChannelClosed()
    for _ in range(2):
        await linked.outbox.step()
    assert messenger.tries == 1
    assert await kept(linked, messenger) == [STUCK]
    assert await linked.outbox.kept_for(ADA, messenger.plain) == [], "it is nothing for the member"

    [(notice_id, _)] = await linked.outbox.kept_for_team("discord", messenger.plain)
    await linked.outbox.mark_shown(notice_id)
    assert await kept(linked, messenger) == []
    await tell(linked, stuck)
    await linked.outbox.step()
    assert messenger.tries == 1


async def test_what_is_settled_needs_nobody(linked: Rig, messenger: Messenger, stuck: Withdrawal) -> None:
    messenger.refusal = TeamChannelClosed()
    await linked.outbox.step()
    await is_settled(linked)
    assert (await linked.stored(stuck)).state == "completed"
    assert await kept(linked, messenger) == ["past"]


@pytest.mark.usefixtures("stuck")
async def test_what_is_settled_before_it_was_told_is_not_told(
    linked: Rig, messenger: Messenger, clock: Clock
) -> None:
    messenger.refusal = DeliveryFailed("busy")
    await linked.outbox.step()
    await is_settled(linked)
    messenger.refusal = None
    clock.forward(seconds=5)

    await linked.outbox.step()

    assert messenger.sent == [(ADA.id, "Withdrawal completed")]
    assert await states(linked) == ["delivered", "delivered"]
