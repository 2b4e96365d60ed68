"""All that the bot says about saved addresses and limits, for the tests of its wording."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

from services.address_book import Added, Listed, Removed
from services.limits import (
    AddressTooNew,
    Limit,
    LimitRefused,
    LimitSet,
    LinkTooFresh,
    MemberLimits,
    Paused,
    TooManyToday,
    TooManyUnderWay,
)
from services.wording import address_book, limits
from services.wording.text import Markup, Words
from storage.address_book import SavedAddress
from storage.limits import LimitKind, MemberLimit, Rules

HOUR = timedelta(hours=1)


def of_the_book(m: Markup, entry: SavedAddress) -> Iterator[Words]:
    yield address_book.empty_book(m)
    yield address_book.label_refused(m)
    yield address_book.not_in_book(m)
    for held_until in (None, entry.added_at):
        for look_alike in (None, entry):
            yield address_book.added(m, Added(entry, held_until, look_alike))
        yield address_book.address_list(m, [Listed(entry, held_until)], 1, 2)
    yield address_book.label_taken(m, entry)
    yield address_book.address_saved(m, entry)
    yield address_book.book_full(m, 25)
    yield address_book.removed(m, Removed(entry, HOUR))
    yield address_book.removed(m, Removed(replace(entry, network="unheard of"), timedelta(0)))


def of_limits(m: Markup, now: datetime) -> Iterator[Words]:
    yield limits.braked(m, Paused())
    yield limits.braked(m, LinkTooFresh(now))
    for most in (0, 1, 2):
        yield limits.braked(m, TooManyToday(most, now))
        yield limits.braked(m, TooManyUnderWay(most))
    for until in (None, now):
        yield limits.braked(m, AddressTooNew(until, HOUR))
    for kind in get_args(LimitKind):
        for value in (0, 1, 3_600_000):
            outcomes: list[LimitSet | LimitRefused] = [
                LimitSet(kind, value, now, waits=False),
                LimitSet(kind, value, now, waits=True),
                LimitRefused(kind, value),
            ]
            for shown in each_of_members(now, value):
                yield limits.member_limits(m, shown, outcomes)


def each_of_members(now: datetime, value: int) -> Iterator[MemberLimits]:
    """With a limit of the member's own and one that waits, and without; with holds and without."""
    for hold, until in ((timedelta(0), None), (HOUR, None), (HOUR, now)):
        for own in (None, MemberLimit(value, now)):
            by_kind = {kind: Limit(7, own, own) for kind in get_args(LimitKind)}
            rules = Rules(hold, hold, 7, 7, hold)
            yield MemberLimits(rules, by_kind, 1, 1, until, is_paused=until is not None)
