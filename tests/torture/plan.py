"""Which withdrawals are made, how they go, and where the process dies meanwhile."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sandbox.banq.faults import Fault

# Deaths that come from outside, while Banq has the call.
BEFORE_BANQ_TAKES_IT = "while Banq is about to take the POST"
AFTER_BANQ_TOOK_IT = "after Banq took the POST, before its answer"
OUTSIDE = {BEFORE_BANQ_TAKES_IT, AFTER_BANQ_TOOK_IT}


@dataclass(frozen=True)
class Journey:
    """How a withdrawal goes if nobody dies; `ends` are the states that may be its last."""

    name: str
    ends: tuple[str, ...]
    fault: Fault | None = None
    owner: Literal["approves", "rejects", "leaves", "cancels"] = "approves"
    banq: Literal["completed", "failed"] = "completed"
    # Banq goes on at once, before the bot has heard of the approval.
    at_once: bool = False
    # What passes while the process is dead.
    meanwhile: Literal["nothing", "the review expires", "it is too late", "the NFT leaves", "Banq moves"] = (
        "nothing"
    )

    @property
    def is_told_by_name(self) -> bool:
        """What its owner reads in the end has no address in it, so only its NFT tells it from others."""
        return self.ends[0] == "refused" or self.meanwhile == "it is too late"


_NO = Fault(route="withdraw", status=400, times=1)
_LOST = Fault(route="withdraw", drop=True, after_acting=True, times=1)
_NEVER = Fault(route="withdraw", drop=True, times=1)

# Whoever dies while submitting does not know whether Banq was asked: `unknown` may be true for good.
APPROVED = Journey("approved", ("completed", "unknown"))
AT_ONCE = Journey("approved and sent at once", ("completed", "unknown"), at_once=True)
FAILED = Journey("failed at Banq", ("failed", "unknown"), banq="failed")
REJECTED = Journey("rejected", ("failed", "unknown"), owner="rejects")
LEFT = Journey("left at Banq", ("awaiting_owner", "unknown"), owner="leaves")
CANCELLED = Journey("cancelled", ("cancelled",), owner="cancels")
REFUSED = Journey("refused by Banq", ("refused", "unknown"), _NO)
LOST = Journey("answer lost", ("completed", "unknown"), _LOST)
LOST_AT_ONCE = Journey("answer lost, sent at once", ("completed", "unknown"), _LOST, at_once=True)
LOST_REJECTED = Journey("answer lost, rejected", ("failed", "unknown"), _LOST, owner="rejects")
LOST_FAILED = Journey("answer lost, failed at Banq", ("failed", "unknown"), _LOST, banq="failed")
NEVER = Journey("never reached Banq", ("unknown",), _NEVER)
EXPIRED = Journey("review expired", ("expired",), meanwhile="the review expires")
TOO_LATE = Journey("too late to send", ("cancelled",), meanwhile="it is too late")
GONE = Journey("NFT left unseen", ("completed",), _LOST, meanwhile="the NFT leaves")
MEANWHILE = Journey("approved while dead", ("completed", "unknown"), meanwhile="Banq moves")
UNDISTURBED = (APPROVED, AT_ONCE, FAILED, REJECTED, LEFT, CANCELLED)


@dataclass(frozen=True)
class Point:
    """Where the process dies; armed once the withdrawal is in the state `once`, or from the start."""

    what: str
    once: str | None = None


@dataclass(frozen=True)
class Life:
    """One withdrawal and its deaths, in order."""

    journey: Journey
    points: Sequence[Point] = ()

    @property
    def may_have_company(self) -> bool:
        """Not where another withdrawal could get the fault, or the death, that this one cannot do without."""
        needs_nothing = self.journey.fault is None and self.journey.meanwhile == "nothing"
        return needs_nothing and not any(point.what in OUTSIDE for point in self.points)


def _around(
    journey: Journey, whats: Iterable[str], once: str | None = None, first: tuple[Point, ...] = ()
) -> Iterator[Life]:
    for what in whats:
        for moment in ("before", "after"):
            yield Life(journey, (*first, Point(f"{moment} {what}", once)))


def _news(move: str) -> tuple[str, ...]:
    """What happens from Banq's webhook to the owner's message, which follows along."""
    return ("webhook stored", "GET transaction", move, "webhook marked", "show", "notice marked")


def _told(*moves: str) -> tuple[str, ...]:
    return (*moves, "send notice", "notice marked")


def every_life() -> list[Life]:
    confirmed = (Point("after draft->confirmed"),)
    submitting = (Point("after confirmed->submitting"),)
    asked = (Point("after POST withdraw"),)
    unknown = (Point("after submitting->unknown"),)
    answered = (Point("after submitting->awaiting_owner"),)
    sending = ("confirmed->submitting", "POST withdraw", "submitting->awaiting_owner")
    return [
        *_around(APPROVED, ("GET nfts", "->draft", "show")),
        *_around(APPROVED, ("GET nfts", "draft->confirmed", *sending, "show", "notice marked"), "draft"),
        *_around(APPROVED, _news("awaiting_owner->processing"), "awaiting_owner"),
        *_around(APPROVED, _news("processing->completed"), "processing"),
        *_around(AT_ONCE, _news("awaiting_owner->completed"), "awaiting_owner"),
        *_around(FAILED, _news("processing->failed"), "processing"),
        *_around(REJECTED, _news("awaiting_owner->failed"), "awaiting_owner"),
        *_around(LEFT, ("submitting->awaiting_owner", "show"), "draft"),
        *_around(CANCELLED, ("draft->cancelled", "show"), "draft"),
        *_around(REFUSED, ("POST withdraw", "submitting->refused", "show", "notice marked"), "draft"),
        *_around(LOST, ("POST withdraw", "submitting->unknown", "show"), "draft"),
        *_around(LOST, _news("unknown->processing"), "unknown"),
        *_around(LOST_AT_ONCE, _news("unknown->completed"), "unknown"),
        *_around(LOST_REJECTED, _news("unknown->failed"), "unknown"),
        *_around(LOST_FAILED, ("webhook stored", "processing->failed"), "processing"),
        *_around(NEVER, ("POST withdraw", "submitting->unknown", "show"), "draft"),
        *_around(NEVER, ("submitting->unknown",), first=submitting),
        # After a crash, direct messages tell it.
        *_around(APPROVED, ("send notice", "notice marked"), "processing", first=answered),
        *_around(REJECTED, ("send notice", "notice marked"), "failed", first=answered),
        # Recovery dies, too.
        *_around(APPROVED, _told(*sending), first=confirmed),
        *_around(REFUSED, _told("submitting->refused"), first=confirmed),
        *_around(LOST, _told("submitting->unknown"), first=confirmed),
        *_around(LEFT, _told("submitting->unknown"), first=submitting),
        *_around(MEANWHILE, _told("submitting->unknown", "unknown->processing"), first=asked),
        *_around(EXPIRED, ("draft->expired",), first=(Point("after ->draft"),)),
        *_around(TOO_LATE, _told("confirmed->cancelled"), first=confirmed),
        *_around(GONE, _told("unknown->completed"), first=unknown),
        Life(APPROVED, (*confirmed, *submitting, Point("after submitting->unknown"))),
        *(
            Life(journey, (Point(what), *more))
            for what in (BEFORE_BANQ_TAKES_IT, AFTER_BANQ_TOOK_IT)
            for journey in (APPROVED, REJECTED)
            for more in ((), (Point("before submitting->unknown"),), (Point("after submitting->unknown"),))
        ),
    ]
