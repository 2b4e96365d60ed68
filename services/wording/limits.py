"""The words of the brakes: why a withdrawal has to wait, and a member's own limits."""

from datetime import timedelta
from typing import assert_never

from services.limits import AddressTooNew, Braked, LinkTooFresh, Paused, TooManyToday, TooManyUnderWay
from services.wording.text import Markup, Words

NOTHING_SENT = "Nothing was sent, and your NFT stays where it is."


def braked(m: Markup, brake: Braked) -> Words:
    match brake:
        case Paused():
            return Words(
                "Withdrawals are paused",
                f"The team of this community has paused all withdrawals for now. {NOTHING_SENT} Try again later.",
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
                "You have set your limit to none",
                f"You decided that nothing may be withdrawn. {NOTHING_SENT} /limits shows and changes that.",
                "warning",
            )
        case TooManyToday(most, until):
            when = "" if until is None else f" The next is possible {m.time(until)}."
            return Words(
                "That is enough for one day",
                f"At most {_withdrawals(most)} may be made within 24 hours.{when} {NOTHING_SENT}",
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
