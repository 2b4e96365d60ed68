"""The clock was years ahead for a while, and is right again: nothing waits until the years have passed."""

from datetime import timedelta

import pytest

from sandbox.banq import identities
from services import withdrawal_steps
from services.linking import CoolingDown, LinkStarted
from services.messenger import DeliveryFailed
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
