"""The brakes on withdrawals, at the draft and at its confirmation, and the limits of members' own."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from services import withdrawal_steps
from services.address_book import Added
from services.identity import ChatUser
from services.limits import (
    AddressTooNew,
    Braked,
    LimitRefused,
    LimitSet,
    LinkTooFresh,
    MemberLimits,
    TooManyToday,
    TooManyUnderWay,
)
from storage import limits
from storage.database import IntegrityError
from storage.limits import LimitKind
from storage.withdrawals import Withdrawal
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, GOOD_ADDRESS, ITS_END, NO_LIMITS, Rig, key_of

HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)
HOUR_MS = 3_600_000
FIRST, SECOND, THIRD = "quiet-hours-2", "quiet-hours-3", "quiet-hours-4"


async def set_rules(rig: Rig, **changes: Any) -> None:
    async with rig.database.transaction() as tx:
        await limits.set_rules(tx, replace(NO_LIMITS, **changes))


async def send(rig: Rig, slug: str, user: ChatUser = ADA) -> Withdrawal:
    return await rig.confirm(user, await rig.draft(user, slug))


async def drafted(rig: Rig, slug: str = THIRD, user: ChatUser = ADA) -> object:
    return await rig.withdrawals.draft(user, key_of(slug), GOOD_ADDRESS, 1)


async def braked_at_both(rig: Rig, brake: Braked, draft: Withdrawal) -> None:
    """Neither a new draft nor one from before the brake gets through, and Banq hears of nothing."""
    before = rig.sandbox.faults.received["withdraw"]
    assert await drafted(rig) == brake
    assert await rig.withdrawals.confirm(draft.id, ADA, ITS_END) == brake
    assert (await rig.stored(draft)).state == "draft"
    assert rig.sandbox.faults.received["withdraw"] == before


# -- the settings


async def test_a_new_link_waits_before_anything_is_withdrawn(linked: Rig, clock: Clock) -> None:
    draft = await linked.draft(ADA, FIRST)
    await set_rules(linked, link_hold=timedelta(minutes=5))

    await braked_at_both(linked, LinkTooFresh(clock.time + timedelta(minutes=5)), draft)

    clock.forward(minutes=5)
    assert (await linked.confirm(ADA, draft)).state == "awaiting_owner"


async def test_a_new_address_waits_before_anything_is_sent_there(linked: Rig, clock: Clock) -> None:
    draft = await linked.draft(ADA, FIRST)
    await set_rules(linked, address_hold=timedelta(minutes=5))

    await braked_at_both(linked, AddressTooNew(None, timedelta(minutes=5)), draft)
    assert isinstance(await linked.address_book.add(ADA, "Cold", GOOD_ADDRESS), Added)
    until = clock.time + timedelta(minutes=5)
    await braked_at_both(linked, AddressTooNew(until, timedelta(minutes=5)), draft)

    clock.forward(minutes=5)
    assert (await linked.confirm(ADA, draft)).state == "awaiting_owner"


async def test_so_many_a_day_and_no_more(linked: Rig, clock: Clock) -> None:
    first_at = clock.time
    await send(linked, FIRST)
    clock.forward(minutes=60)
    await send(linked, SECOND)
    draft = await linked.draft(ADA, THIRD)
    await set_rules(linked, per_day=2)
    await braked_at_both(linked, TooManyToday(2, first_at + A_DAY), draft)

    await set_rules(linked, per_day=1)
    await braked_at_both(linked, TooManyToday(1, clock.time + A_DAY), draft)
    await set_rules(linked, per_day=3)
    assert (await linked.confirm(ADA, draft)).state == "awaiting_owner"


async def test_a_day_is_24_hours_from_each(linked: Rig, clock: Clock) -> None:
    await set_rules(linked, per_day=1)
    await send(linked, FIRST)
    clock.forward(minutes=24 * 60 - 1)
    assert await drafted(linked) == TooManyToday(1, clock.time + timedelta(minutes=1))

    clock.forward(minutes=1)

    await send(linked, SECOND)


async def test_so_many_under_way_and_no_more(linked: Rig) -> None:
    running = await send(linked, FIRST)
    draft = await linked.draft(ADA, THIRD)
    await set_rules(linked, in_flight=1)

    await braked_at_both(linked, TooManyUnderWay(1), draft)

    linked.sandbox.ledger.approve_transfer(running.banq_transaction_id or "")
    await linked.reconciler.step()
    assert (await linked.confirm(ADA, draft)).state == "awaiting_owner"


async def test_what_was_never_sent_does_not_count(linked: Rig) -> None:
    await set_rules(linked, per_day=1, in_flight=1)
    linked.sandbox.faults.add(Fault(route="withdraw", times=1, status=400))
    assert (await send(linked, FIRST)).state == "refused"
    await linked.withdrawals.cancel((await linked.draft(ADA, FIRST)).id, ADA)
    unsent = await linked.draft(ADA, FIRST)
    async with linked.database.transaction() as tx:
        await withdrawal_steps.confirm(tx, unsent, linked.sources.now(), held=1, retyped=True)
    assert isinstance(await drafted(linked), TooManyToday)
    await linked.links.freeze(ADA, "member", "looks odd")
    await linked.links.unlink(ADA, "member", "by command")
    await linked.link(ADA, identities.ADA)

    assert (await linked.limits.of_member(ADA)).today == 0
    await send(linked, THIRD)


async def test_what_its_owner_rejected_counts_for_the_day(linked: Rig) -> None:
    await set_rules(linked, per_day=1, in_flight=1)
    sent = await send(linked, FIRST)

    linked.sandbox.ledger.reject_transfer(sent.banq_transaction_id or "")
    await linked.reconciler.step()

    assert (await linked.stored(sent)).state == "failed"
    assert isinstance(await drafted(linked), TooManyToday)


async def test_a_wallet_is_counted_whoever_has_it(linked: Rig, clock: Clock) -> None:
    await set_rules(linked, per_day=1)
    await send(linked, FIRST)
    await linked.links.unlink(ADA, "member", "by command")
    clock.forward(minutes=61)
    await linked.link(BEN, identities.ADA)

    assert isinstance(await drafted(linked, user=BEN), TooManyToday)
    assert (await linked.limits.of_member(BEN)).today == 1


async def test_a_member_is_counted_whichever_wallet_it_is(linked: Rig) -> None:
    await set_rules(linked, in_flight=1)
    await send(linked, FIRST)
    await linked.links.unlink(ADA, "member", "by command")
    await linked.link(ADA, identities.BEN)

    assert await drafted(linked, "quiet-hours-13") == TooManyUnderWay(1)
    assert (await linked.limits.of_member(ADA)).under_way == 1


# -- members' own


async def own(rig: Rig, kind: LimitKind) -> int | None:
    limit = (await rig.limits.of_member(ADA)).by_kind[kind].own
    return None if limit is None else limit.value


async def coming(rig: Rig, kind: LimitKind) -> tuple[int, datetime] | None:
    limit = (await rig.limits.of_member(ADA)).by_kind[kind].coming
    return None if limit is None else (limit.value, limit.in_force_at)


async def test_without_a_wallet_the_settings_are_all_that_holds(rig: Rig) -> None:
    shown = await rig.limits.of_member(ADA)

    assert isinstance(shown, MemberLimits)
    assert (shown.rules, shown.today, shown.under_way) == (NO_LIMITS, 0, 0)
    assert (shown.link_held_until, shown.is_paused) == (None, False)
    assert {kind: limit.setting for kind, limit in shown.by_kind.items()} == {
        "per_day": 1000,
        "in_flight": 1000,
        "address_hold_ms": 0,
    }
    assert all(limit.own is limit.coming is None for limit in shown.by_kind.values())


async def test_what_runs_is_shown(linked: Rig, clock: Clock) -> None:
    await send(linked, FIRST)
    await linked.kill_switch.pause("admin:1", "odd approvals")
    await set_rules(linked, link_hold=HOUR)

    shown = await linked.limits.of_member(ADA)

    assert (shown.today, shown.under_way, shown.is_paused) == (1, 1, True)
    assert shown.link_held_until == clock.time + HOUR
    clock.forward(minutes=60)
    assert (await linked.limits.of_member(ADA)).link_held_until is None


@pytest.mark.parametrize(
    ("kind", "strict", "brake"),
    [
        ("per_day", 0, TooManyToday(0, None)),
        ("in_flight", 0, TooManyUnderWay(0)),
        ("address_hold_ms", HOUR_MS, AddressTooNew(None, HOUR)),
    ],
)
async def test_a_stricter_limit_holds_at_once_and_a_looser_one_late(
    linked: Rig, clock: Clock, kind: LimitKind, strict: int, brake: Braked
) -> None:
    loose = 0 if kind == "address_hold_ms" else 5
    draft = await linked.draft(ADA, FIRST)
    assert await linked.limits.set_own(ADA, kind, strict) == LimitSet(kind, strict, clock.time, waits=False)
    await braked_at_both(linked, brake, draft)

    later = clock.time + A_DAY
    assert await linked.limits.set_own(ADA, kind, loose) == LimitSet(kind, loose, later, waits=True)
    assert (await own(linked, kind), await coming(linked, kind)) == (strict, (loose, later))
    await braked_at_both(linked, brake, draft)

    clock.time = later
    assert (await own(linked, kind), await coming(linked, kind)) == (loose, None)
    await send(linked, FIRST)


@pytest.mark.parametrize(
    ("kind", "strict", "brake"),
    [
        ("per_day", 0, TooManyToday(0, None)),
        ("in_flight", 0, TooManyUnderWay(0)),
        ("address_hold_ms", HOUR_MS, AddressTooNew(None, HOUR)),
    ],
)
async def test_a_clock_that_goes_back_loosens_nothing(
    linked: Rig, clock: Clock, kind: LimitKind, strict: int, brake: Braked
) -> None:
    loose = 0 if kind == "address_hold_ms" else 5
    clock.forward(minutes=60)
    draft = await linked.draft(ADA, FIRST)
    await linked.limits.set_own(ADA, kind, strict)

    clock.forward(seconds=-2)

    assert (await own(linked, kind), await coming(linked, kind)) == (strict, None)
    await braked_at_both(linked, brake, draft)
    again = await linked.limits.set_own(ADA, kind, strict)
    assert again == LimitSet(kind, strict, clock.time, waits=False)
    clock.forward(seconds=-2)
    later = clock.time + A_DAY
    assert await linked.limits.set_own(ADA, kind, loose) == LimitSet(kind, loose, later, waits=True)
    clock.forward(seconds=60)
    assert (await own(linked, kind), await coming(linked, kind)) == (strict, (loose, later))
    await braked_at_both(linked, brake, draft)


async def test_asking_again_for_what_waits_does_not_lengthen_the_wait(rig: Rig, clock: Clock) -> None:
    await rig.limits.set_own(ADA, "per_day", 1)
    waiting = await rig.limits.set_own(ADA, "per_day", 5)
    clock.forward(minutes=60)

    assert await rig.limits.set_own(ADA, "per_day", 5) == waiting


@pytest.mark.parametrize("instead", [1, 2])
async def test_what_waits_is_replaced_by_a_stricter_one(rig: Rig, clock: Clock, instead: int) -> None:
    await rig.limits.set_own(ADA, "per_day", 2)
    await rig.limits.set_own(ADA, "per_day", 9)
    clock.forward(minutes=60)

    assert await rig.limits.set_own(ADA, "per_day", instead) == LimitSet(
        "per_day", instead, clock.time, waits=False
    )

    assert await coming(rig, "per_day") is None
    clock.forward(minutes=48 * 60)
    assert await own(rig, "per_day") == instead


async def test_what_waits_is_replaced_by_one_that_waits_itself(linked: Rig, clock: Clock) -> None:
    """The first must not come into force in between."""
    await linked.limits.set_own(ADA, "per_day", 1)
    await linked.limits.set_own(ADA, "per_day", 9)
    clock.forward(minutes=60)
    replaced = await linked.limits.set_own(ADA, "per_day", 2)
    assert isinstance(replaced, LimitSet)

    clock.forward(minutes=24 * 60 - 60)
    assert (await own(linked, "per_day"), await coming(linked, "per_day")) == (1, (2, replaced.in_force_at))
    draft = await linked.draft(ADA, SECOND)
    await send(linked, FIRST)
    await braked_at_both(linked, TooManyToday(1, clock.time + A_DAY), draft)
    # The schema, without the service in front of it, says the same.
    with pytest.raises(IntegrityError, match="too many on one day"):
        async with linked.database.transaction() as tx:
            await withdrawal_steps.confirm(tx, draft, linked.sources.now(), held=1, retyped=True)

    clock.forward(minutes=60)
    assert await own(linked, "per_day") == 2


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("per_day", 4),
        ("per_day", -1),
        ("in_flight", 3),
        ("in_flight", -1),
        ("address_hold_ms", HOUR_MS - 1),
        ("address_hold_ms", 31 * 24 * HOUR_MS),
    ],
)
async def test_a_limit_is_never_looser_than_the_setting(rig: Rig, kind: LimitKind, value: int) -> None:
    await set_rules(rig, per_day=3, in_flight=2, address_hold=HOUR)
    setting = {"per_day": 3, "in_flight": 2, "address_hold_ms": HOUR_MS}[kind]

    assert await rig.limits.set_own(ADA, kind, value) == LimitRefused(kind, setting)

    assert await own(rig, kind) is None


async def test_a_setting_that_became_stricter_counts_over_the_members_own(linked: Rig, clock: Clock) -> None:
    await linked.limits.set_own(ADA, "per_day", 5)
    await linked.limits.set_own(ADA, "in_flight", 5)
    await linked.limits.set_own(ADA, "address_hold_ms", 1)
    await linked.address_book.add(ADA, "Cold", GOOD_ADDRESS)
    clock.forward(minutes=1)
    await send(linked, FIRST)
    draft = await linked.draft(ADA, SECOND)

    await set_rules(linked, address_hold=A_DAY)
    assert await linked.address_book.hold(ADA) == A_DAY
    await set_rules(linked, per_day=1)
    await braked_at_both(linked, TooManyToday(1, clock.time + A_DAY), draft)
    await set_rules(linked, in_flight=1)
    await braked_at_both(linked, TooManyUnderWay(1), draft)


async def test_limits_are_of_the_chat_user_alone(rig: Rig) -> None:
    await rig.limits.set_own(ADA, "per_day", 0)

    for other in (BEN, ChatUser("telegram", ADA.id, "Ada")):
        assert (await rig.limits.of_member(other)).by_kind["per_day"].own is None


async def test_who_set_a_limit_is_in_the_audit_log(rig: Rig) -> None:
    await rig.limits.set_own(ADA, "per_day", 2)

    assert await rig.column("SELECT action FROM audit") == ["limit: per_day 2"]
