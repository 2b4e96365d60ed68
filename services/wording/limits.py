"""The words of the brakes: why a withdrawal has to wait, and a member's own limits."""

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from services.address_book import Listed
from services.limits import (
    LONGEST_OWN_HOLD,
    AddressTooNew,
    Braked,
    Limit,
    LimitRefused,
    LimitSet,
    LinkTooFresh,
    MemberLimits,
    Paused,
    TooManyToday,
    TooManyUnderWay,
)
from services.wording.text import Markup, Tone, Words
from storage.limits import LimitKind

NOTHING_SENT = "Nothing was sent, and your NFT stays where it is."
PAUSED = "The team of this community has paused all withdrawals for now."


def braked(m: Markup, brake: Braked) -> Words:
    match brake:
        case Paused():
            return Words(
                "Withdrawals are paused",
                f"{PAUSED} {NOTHING_SENT} Try again later.",
                "warning",
            )
        case LinkTooFresh(until):
            return Words(
                "Your link is still new",
                "For your safety, a newly linked wallet has to wait before anything can be withdrawn from it here. "
                f"You can withdraw {m.time(until)}. {NOTHING_SENT}",
                "warning",
            )
        case AddressTooNew(None, hold):
            return Words(
                "This address is new",
                "For your safety, an address has to be saved for a while before anything can be sent there. Save it with "
                f"/addresses add; {duration(hold)} later you can use it. {NOTHING_SENT}",
                "warning",
            )
        case AddressTooNew(until):
            when = "" if until is None else f" You can use it {m.time(until)}."
            return Words(
                "This address is still new",
                "For your safety, a newly saved address has to wait before anything can be sent there."
                f"{when} {NOTHING_SENT}",
                "warning",
            )
        case TooManyToday(0):
            return Words(
                "Your own limit is zero",
                f"You decided that nothing may be withdrawn. {NOTHING_SENT} /limits shows and changes that.",
                "warning",
            )
        case TooManyToday(most, until):
            when = "" if until is None else f" The next is possible {m.time(until)}."
            return Words(
                "That is enough for one day",
                f"At most {_withdrawals(most)} may be made within 24 hours, and what you rejected at Banq counts as well; "
                f"/limits tells whether that limit is your own.{when} {NOTHING_SENT}",
                "warning",
            )
        case TooManyUnderWay(0):
            return braked(m, TooManyToday(0, None))
        case TooManyUnderWay(most):
            return Words(
                "Others are still under way",
                f"At most {_withdrawals(most)} may be under way at a time. Finish one of them first: /withdrawals shows "
                f"what each waits for. {NOTHING_SENT}",
                "warning",
            )
        case never:
            assert_never(never)


def member_limits(m: Markup, shown: MemberLimits, outcomes: Sequence[LimitSet | LimitRefused] = ()) -> Words:
    """What became of the limits that the member has just set, and all that holds now."""
    told = [_set(m, each) if isinstance(each, LimitSet) else _refused(each) for each in outcomes]
    per_day, in_flight = shown.by_kind["per_day"], shown.by_kind["in_flight"]
    lines = [
        f"{m.bold('A newly linked wallet')} {_link_hold(m, shown)}",
        f"{m.bold('A newly saved address')} {_address_hold(m, shown.by_kind['address_hold_ms'])}",
        f"{m.bold('Within 24 hours:')} {_at_most(m, per_day, shown.today)}",
        f"{m.bold('Under way at a time:')} {_at_most(m, in_flight, shown.under_way)}",
    ]
    if shown.is_paused:
        lines.insert(0, PAUSED)
    wait = shown.rules.loosening
    later = f"only {duration(wait)} after you set them" if wait else "too"
    lines.append(
        "With the options of /limits you can set stricter limits of your own. Stricter ones hold at once, looser ones "
        f"{later}."
    )
    tone: Tone = "plain"
    if outcomes:
        tone = "warning" if any(isinstance(each, LimitRefused) for each in outcomes) else "good"
    return Words("What holds for your withdrawals", "\n\n".join((*told, *lines)), tone)


def running_holds(m: Markup, shown: MemberLimits, book: Sequence[Listed]) -> list[str]:
    """What keeps the member from withdrawing now, a line each."""
    lines = [PAUSED] if shown.is_paused else []
    if shown.link_held_until is not None:
        lines.append(f"The link is still new: you can withdraw {m.time(shown.link_held_until)}.")
    held = [each.held_until for each in book if each.held_until is not None]
    if held:
        addresses = "1 saved address is" if len(held) == 1 else f"{len(held)} saved addresses are"
        lines.append(f"{addresses} still new; the first can be used {m.time(min(held))}.")
    return lines


def _link_hold(m: Markup, shown: MemberLimits) -> str:
    if shown.link_held_until is not None:
        return f"has to wait {duration(shown.rules.link_hold)}. From yours you can withdraw {m.time(shown.link_held_until)}."
    return f"has to wait {duration(shown.rules.link_hold)}." if shown.rules.link_hold else "need not wait."


def _address_hold(m: Markup, limit: Limit) -> str:
    hold = limit.setting if limit.own is None else max(limit.own.value, limit.setting)
    text = f"{_waits(hold)}."
    if hold > limit.setting:
        text += f" You wanted that; in this community it {_waits(limit.setting)}."
    if limit.coming is not None:
        coming = max(limit.coming.value, limit.setting)
        text += f" That changes {m.time(limit.coming.in_force_at)}: then it {_waits(coming)}."
    return text


def _at_most(m: Markup, limit: Limit, count: int) -> str:
    most = limit.setting if limit.own is None else min(limit.own.value, limit.setting)
    text = f"at most {_withdrawals(most)}; {count} so far." if most else f"no withdrawals; {count} so far."
    if most < limit.setting:
        text += f" You wanted that; this community allows {limit.setting}."
    if limit.coming is not None:
        coming = min(limit.coming.value, limit.setting)
        text += f" That changes {m.time(limit.coming.in_force_at)}: then {coming}."
    return text


def _waits(hold_ms: int) -> str:
    if hold_ms == 0:
        return "can be used at once"
    return f"has to wait {duration(timedelta(milliseconds=hold_ms))}"


def _set(m: Markup, outcome: LimitSet) -> str:
    what = _what(outcome.kind, outcome.value)
    if not outcome.waits:
        return f"✅ {what}, from now on."
    return (
        f"⏳ {what}: that is looser, so it starts {m.time(outcome.in_force_at)}. Until then all stays as it is, so that "
        "whoever gets into your account cannot loosen your limits at once."
    )


def _refused(outcome: LimitRefused) -> str:
    if outcome.kind == "address_hold_ms":
        return (
            f"⚠️ Not changed: in this community a newly saved address {_waits(outcome.setting)}. You can make it wait "
            f"longer, up to {duration(LONGEST_OWN_HOLD)}."
        )
    return (
        f"⚠️ Not changed: {_what(outcome.kind, outcome.setting).lower()} is what this community allows. Your own limit "
        "can only be stricter."
    )


def _what(kind: LimitKind, value: int) -> str:
    match kind:
        case "per_day":
            return f"At most {_withdrawals(value)} within 24 hours" if value else "No withdrawals at all"
        case "in_flight":
            return f"At most {_withdrawals(value)} under way at a time" if value else "No withdrawals at all"
        case "address_hold_ms":
            return f"A newly saved address {_waits(value)}"
        case never:
            assert_never(never)


def duration(length: timedelta) -> str:
    """In the largest unit that fits without a remainder: 90 minutes, 24 hours, 3 days."""
    minutes = max(1, -(-length // timedelta(minutes=1)))
    for unit, size in (("day", 24 * 60), ("hour", 60)):
        if minutes % size == 0 and minutes >= 2 * size:
            return f"{minutes // size} {unit}s"
    if minutes % 60 == 0:
        return "1 hour" if minutes == 60 else f"{minutes // 60} hours"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def _withdrawals(count: int) -> str:
    return "1 withdrawal" if count == 1 else f"{count} withdrawals"
