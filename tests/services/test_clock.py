"""The clock was years ahead for a while, and is right again: nothing waits until the years have passed."""

from datetime import timedelta

import pytest

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from services import withdrawal_steps
from services.linking import CoolingDown, LinkStarted
from services.messenger import DeliveryFailed
from services.settling import Settled
from services.wallet import Wallet
from tests.conftest import Clock
from tests.services.messenger import Messenger, notice
from tests.services.rig import ADA, BEN, CLEO, Rig

AHEAD = timedelta(days=20 * 365)
REST_MINUTES = 10

PICTURE = "quiet-hours-2"
UNMATCHED = "The approval could not be matched"
UNLINKED = "Your wallet was unlinked"


async def test_a_turn_ends_and_its_lane_is_free(rig: Rig, clock: Clock) -> None:
    clock.put(AHEAD)
    _, ended = await rig.start(CLEO)
    await rig.page.closed(ended)
    clock.forward(minutes=REST_MINUTES)
    _, open_still = await rig.start(ADA)
    await rig.page.approved(open_still)
    assert await rig.state_of(open_still) == "approved"

    clock.put(-AHEAD)
    await rig.time_passes()
    assert await rig.state_of(open_still) == "expired"
    clock.forward(minutes=REST_MINUTES)
    _, next_one = await rig.start(BEN)

    assert await rig.state_of(next_one) == "open"


async def test_whoever_let_turns_pass_may_have_another(rig: Rig, clock: Clock) -> None:
    clock.put(AHEAD)
    _, browser = await rig.start(ADA)
    for _ in range(3):
        await rig.page.join_again(browser)
        await rig.page.closed(browser)
    assert isinstance(await rig.linking.start(ADA), CoolingDown)

    clock.put(-AHEAD)

    assert isinstance(await rig.linking.start(ADA), LinkStarted)


async def test_whoever_started_too_often_may_start_again(rig: Rig, clock: Clock) -> None:
    clock.put(AHEAD)
    for _ in range(10):
        await rig.linking.start(ADA)
    assert isinstance(await rig.linking.start(ADA), CoolingDown)

    clock.put(-AHEAD)

    assert isinstance(await rig.linking.start(ADA), LinkStarted)


async def test_a_wallet_that_was_approved_then_may_be_linked(rig: Rig, clock: Clock) -> None:
    clock.put(AHEAD)
    await rig.granted(*await rig.approve(identities.ADA))
    assert await rig.column("SELECT state FROM grants") == ["unclaimed"]

    clock.put(-AHEAD)

    await rig.link(ADA, identities.ADA)


@pytest.mark.parametrize("fails_again", [False, True])
async def test_notices_go_out_in_order(
    rig: Rig, messenger: Messenger, clock: Clock, fails_again: bool
) -> None:
    clock.put(AHEAD)
    await notice(rig, "unlinked_by_admin", "link-1")
    await notice(rig, "link_unmatched", "link-2")
    messenger.refusal = DeliveryFailed("busy")
    await rig.outbox.step()

    clock.put(-AHEAD)
    if fails_again:
        await rig.outbox.step()
        assert messenger.tries == 2
        clock.forward(seconds=10)
    messenger.refusal = None
    await rig.outbox.step()

    assert messenger.sent == [(ADA.id, UNLINKED), (ADA.id, UNMATCHED)]


@pytest.mark.parametrize("behind", [timedelta(minutes=1), timedelta(days=1)])
async def test_what_was_confirmed_before_the_clock_went_back_is_not_sent(
    linked: Rig, clock: Clock, behind: timedelta
) -> None:
    """Nobody knows how long ago that was."""
    draft = await linked.draft(ADA, PICTURE)
    async with linked.database.transaction() as tx:
        await withdrawal_steps.confirm(tx, draft, clock(), held=1, retyped=True)

    clock.put(-behind)
    async with linked.again() as restarted:
        await restarted.reconciler.recover()

    stored = await linked.stored(draft)
    assert (stored.state, stored.reason) == ("cancelled", "too_late")
    assert linked.sandbox.faults.received["withdraw"] == 0


@pytest.mark.parametrize("fresh", [True, False])
async def test_a_wallet_that_was_read_before_the_clock_went_back_is_read_anew(
    linked: Rig, clock: Clock, fresh: bool
) -> None:
    earlier = await linked.nfts.of(ADA)
    assert isinstance(earlier, Wallet)
    clock.put(timedelta(hours=-2))
    clock.forward(minutes=30)

    wallet = await linked.nfts.of(ADA, fresh=fresh)

    assert isinstance(wallet, Wallet)
    assert wallet.fetched_at == clock()


async def test_one_without_an_answer_is_listed_told_and_settled(linked: Rig, clock: Clock) -> None:
    clock.put(AHEAD)
    linked.sandbox.faults.add(Fault(route="withdraw", times=1, drop=True))
    draft = await linked.draft(ADA, PICTURE)
    assert (await linked.confirm(ADA, draft)).state == "unknown"

    clock.put(-AHEAD)
    await linked.reconciler.step()

    assert [each.id for each in await linked.settling.stuck()] == [draft.id]
    assert await linked.column("SELECT kind FROM outbox WHERE recipient = 'team'") == ["team_stuck"]
    assert isinstance(await linked.settling.settle(draft.id, "not_sent", "admin:1", "asked Banq"), Settled)


async def test_one_that_banq_is_silent_about_is_told_to_its_owner_and_the_team(
    linked: Rig, clock: Clock
) -> None:
    clock.put(AHEAD)
    await linked.confirm(ADA, await linked.draft(ADA, PICTURE))

    clock.put(-AHEAD)
    linked.sandbox.faults.add(Fault(route="transaction", status=503))
    await linked.reconciler.step()

    kinds = await linked.column("SELECT kind FROM outbox")
    assert {"withdrawal_reminder", "team_stuck"} <= set(kinds)


async def test_one_whose_nft_was_seen_to_be_gone_is_settled_by_the_time_since(
    linked: Rig, clock: Clock
) -> None:
    linked.sandbox.faults.add(Fault(route="withdraw", times=1, drop=True))
    draft = await linked.draft(ADA, PICTURE)
    await linked.confirm(ADA, draft)
    linked.sandbox.ledger.move_away(identities.ADA.email, PICTURE, 1)
    clock.put(AHEAD)
    await linked.reconciler.step()
    clock.put(-AHEAD)
    await linked.reconciler.step()
    clock.forward(minutes=11)
    await linked.reconciler.step()

    assert (await linked.stored(draft)).state == "completed"


async def test_a_draft_expires(linked: Rig, clock: Clock) -> None:
    clock.put(AHEAD)
    draft = await linked.draft(ADA, PICTURE)

    clock.put(-AHEAD)
    await linked.withdrawals.expire_drafts()

    assert (await linked.stored(draft)).state == "expired"


async def test_turns_of_then_hide_none_of_now_from_the_cool_down(rig: Rig, clock: Clock) -> None:
    async def throws_turns_away() -> None:
        _, browser = await rig.start(ADA)
        for _ in range(3):
            await rig.page.join_again(browser)
            await rig.page.closed(browser)
        assert isinstance(await rig.linking.start(ADA), CoolingDown)

    clock.put(AHEAD)
    await throws_turns_away()
    clock.put(-AHEAD)
    await rig.time_passes()
    clock.forward(minutes=REST_MINUTES)

    await throws_turns_away()


async def test_starts_of_then_hide_none_of_now_from_the_cool_down(rig: Rig, clock: Clock) -> None:
    clock.put(AHEAD)
    for _ in range(10):
        await rig.linking.start(ADA)
    clock.put(-AHEAD)
    for _ in range(10):
        assert isinstance(await rig.linking.start(ADA), LinkStarted)

    assert isinstance(await rig.linking.start(ADA), CoolingDown)


async def test_pages_that_closed_give_their_turn_away_after_a_start_by_a_clock_that_was_ahead(
    rig: Rig, clock: Clock
) -> None:
    clock.put(AHEAD)
    async with rig.again() as restarted:
        clock.put(-AHEAD)
        await restarted.matching.keep_time()
        await restarted.start(ADA)
        _, waiting = await restarted.start(BEN)
        restarted.open_pages[:] = [waiting]
        clock.forward(seconds=61)
        await restarted.time_passes()

        assert await restarted.column("SELECT end_reason FROM turns") == ["vanished"]
