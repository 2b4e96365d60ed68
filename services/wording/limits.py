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


def braked(m: Markup, brake: Braked) -> Words:
    match brake:
        case Paused():
            return _not_now(
                m, m.say("Withdrawals are paused"), _all_paused(m), then=m.say("Try again later.")
            )
        case LinkTooFresh(until):
            why = m.say(
                "For your safety, a newly linked wallet has to wait before anything can be withdrawn from it here. You can "
                "withdraw {time}.",
                time=m.time(until),
            )
            return _not_now(m, m.say("Your link is still new"), why)
        case AddressTooNew(None, hold):
            why = m.say(
                "For your safety, an address has to be saved for a while before anything can be sent there. Save it with "
                "/addresses add; {wait} later you can use it.",
                wait=duration(m, hold),
            )
            return _not_now(m, m.say("This address is new"), why)
        case AddressTooNew(until):
            why = m.say(
                "For your safety, a newly saved address has to wait before anything can be sent there."
            )
            if until is not None:
                why += " " + m.say("You can use it {time}.", time=m.time(until))
            return _not_now(m, m.say("This address is still new"), why)
        case TooManyToday(0) | TooManyUnderWay(0):
            return _not_now(
                m,
                m.say("Your own limit is zero"),
                m.say("You decided that nothing may be withdrawn."),
                then=m.say("/limits shows and changes that."),
            )
        case TooManyToday(most, until):
            why = m.count(
                most,
                "At most 1 withdrawal may be made within 24 hours, and what you rejected at Banq counts as well; /limits "
                "tells whether that limit is your own.",
                "At most {number} withdrawals may be made within 24 hours, and what you rejected at Banq counts as well; "
                "/limits tells whether that limit is your own.",
            )
            if until is not None:
                why += " " + m.say("The next is possible {time}.", time=m.time(until))
            return _not_now(m, m.say("The limit for 24 hours is reached"), why)
        case TooManyUnderWay(most):
            why = m.count(
                most,
                "At most 1 withdrawal may be under way at a time. Finish that one first: /withdrawals shows what it waits "
                "for.",
                "At most {number} withdrawals may be under way at a time. Finish one of them first: /withdrawals shows "
                "what each waits for.",
            )
            return _not_now(m, m.say("Others are still under way"), why)
        case never:
            assert_never(never)


def _not_now(m: Markup, title: str, why: str, *, then: str = "") -> Words:
    sentences = (why, m.say("Nothing was sent, and your NFT stays where it is."), then)
    return Words(title, " ".join(filter(None, sentences)), "warning")


def _all_paused(m: Markup) -> str:
    return m.say("The team of this community has paused all withdrawals for now.")


def member_limits(m: Markup, shown: MemberLimits, outcomes: Sequence[LimitSet | LimitRefused] = ()) -> Words:
    """What became of the limits that the member has just set, and all that holds now."""
    told = [_set(m, each) if isinstance(each, LimitSet) else _refused(m, each) for each in outcomes]
    per_day, in_flight = shown.by_kind["per_day"], shown.by_kind["in_flight"]
    lines = [
        *([_all_paused(m)] if shown.is_paused else []),
        _link_hold(m, shown),
        _address_hold(m, shown.by_kind["address_hold_ms"]),
        m.bold(m.say("Within 24 hours:")) + " " + _at_most(m, per_day, shown.today),
        m.bold(m.say("Under way at a time:")) + " " + _at_most(m, in_flight, shown.under_way),
        _how_to_set(m, shown.rules.loosening),
    ]
    tone: Tone = "plain"
    if outcomes:
        tone = "warning" if any(isinstance(each, LimitRefused) for each in outcomes) else "good"
    return Words(m.say("What holds for your withdrawals"), "\n\n".join((*told, *lines)), tone)


def running_holds(m: Markup, shown: MemberLimits, book: Sequence[Listed]) -> list[str]:
    """What keeps the member from withdrawing now, a line each."""
    lines = [_all_paused(m)] if shown.is_paused else []
    if shown.link_held_until is not None:
        time = m.time(shown.link_held_until)
        lines.append(m.say("The link is still new: you can withdraw {time}.", time=time))
    held = [each.held_until for each in book if each.held_until is not None]
    if held:
        lines.append(
            m.count(
                len(held),
                "1 saved address is still new; it can be used {time}.",
                "{number} saved addresses are still new; the first can be used {time}.",
                time=m.time(min(held)),
            )
        )
    return lines


def _how_to_set(m: Markup, loosening: timedelta) -> str:
    if not loosening:
        return m.say(
            "With the options of /limits you can set stricter limits of your own. They hold at once, and looser ones too."
        )
    return m.say(
        "With the options of /limits you can set stricter limits of your own. Stricter ones hold at once, looser ones only "
        "{wait} after you set them.",
        wait=duration(m, loosening),
    )


def _link_hold(m: Markup, shown: MemberLimits) -> str:
    wallet, hold = m.bold(m.say("A newly linked wallet")), shown.rules.link_hold
    if not hold and shown.link_held_until is None:
        return m.say("{wallet} need not wait.", wallet=wallet)
    text = m.say("{wallet} has to wait {wait}.", wallet=wallet, wait=duration(m, hold))
    if shown.link_held_until is not None:
        time = m.time(shown.link_held_until)
        text += " " + m.say("From yours you can withdraw {time}.", time=time)
    return text


def _address_hold(m: Markup, limit: Limit) -> str:
    hold = limit.setting if limit.own is None else max(limit.own.value, limit.setting)
    sentences = [_hold_of(m, m.bold(m.say("A newly saved address")), hold)]
    if hold > limit.setting:
        sentences.append(
            m.say("You wanted that; in this community it has to wait {wait}.", wait=_wait(m, limit.setting))
            if limit.setting
            else m.say("You wanted that; in this community it can be used at once.")
        )
    if limit.coming is not None:
        coming, time = max(limit.coming.value, limit.setting), m.time(limit.coming.in_force_at)
        sentences.append(
            m.say("That changes {time}: then it has to wait {wait}.", time=time, wait=_wait(m, coming))
            if coming
            else m.say("That changes {time}: then it can be used at once.", time=time)
        )
    return " ".join(sentences)


def _hold_of(m: Markup, address: str, hold_ms: int) -> str:
    if hold_ms == 0:
        return m.say("{address} can be used at once.", address=address)
    return m.say("{address} has to wait {wait}.", address=address, wait=_wait(m, hold_ms))


def _at_most(m: Markup, limit: Limit, count: int) -> str:
    most = limit.setting if limit.own is None else min(limit.own.value, limit.setting)
    sentences = [
        m.count(
            most,
            "at most 1 withdrawal; {so_far} so far.",
            "at most {number} withdrawals; {so_far} so far.",
            so_far=count,
        )
        if most
        else m.say("no withdrawals; {so_far} so far.", so_far=count)
    ]
    if most < limit.setting:
        sentences.append(m.say("You wanted that; this community allows {most}.", most=limit.setting))
    if limit.coming is not None:
        coming, time = min(limit.coming.value, limit.setting), m.time(limit.coming.in_force_at)
        sentences.append(m.say("That changes {time}: then {most}.", time=time, most=coming))
    return " ".join(sentences)


def _set(m: Markup, outcome: LimitSet) -> str:
    limit = limit_in_words(m, outcome.kind, outcome.value)
    if not outcome.waits:
        return "✅ " + m.say("{limit}, from now on.", limit=limit)
    return "⏳ " + m.say(
        "{limit}: that is looser, so it starts {time}. Until then all stays as it is, so that whoever gets into your "
        "account cannot loosen your limits at once.",
        limit=limit,
        time=m.time(outcome.in_force_at),
    )


def _refused(m: Markup, outcome: LimitRefused) -> str:
    limit = limit_in_words(m, outcome.kind, outcome.setting)
    text = m.say("Not changed. The limit of this community: {limit}.", limit=limit)
    if outcome.kind == "address_hold_ms":
        longest = duration(m, LONGEST_OWN_HOLD)
        more = m.say("You can make it wait longer, up to {longest}.", longest=longest)
    else:
        more = m.say("Your own can only be stricter.")
    return f"⚠️ {text} {more}"


def limit_in_words(m: Markup, kind: str, value: int) -> str:
    """A limit in a few words, for a sentence to go on from."""
    if kind == "address_hold_ms":
        if value == 0:
            return m.say("A newly saved address can be used at once")
        return m.say("A newly saved address has to wait {wait}", wait=_wait(m, value))
    if value == 0:
        return m.say("No withdrawals at all")
    if kind == "per_day":
        return m.count(
            value, "At most 1 withdrawal within 24 hours", "At most {number} withdrawals within 24 hours"
        )
    return m.count(
        value,
        "At most 1 withdrawal under way at a time",
        "At most {number} withdrawals under way at a time",
    )


def _wait(m: Markup, milliseconds: int) -> str:
    return duration(m, timedelta(milliseconds=milliseconds))


def duration(m: Markup, length: timedelta) -> str:
    """In the largest unit that fits without a remainder: 90 minutes, 24 hours, 3 days."""
    minutes = max(1, -(-length // timedelta(minutes=1)))
    if minutes % (24 * 60) == 0 and minutes > 24 * 60:
        return m.count(minutes // (24 * 60), "1 day", "{number} days")
    if minutes % 60 == 0:
        return m.count(minutes // 60, "1 hour", "{number} hours")
    return m.count(minutes, "1 minute", "{number} minutes")
