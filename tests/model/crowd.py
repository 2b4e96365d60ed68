"""A whole community that links within one minute, on a clock of its own: hours of waiting take seconds."""

import heapq
import itertools
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sandbox.banq import identities
from sandbox.banq.identities import Customer
from services.identity import ChatUser
from services.linking import Linked, LinkStarted
from tests.conftest import Clock
from tests.services.rig import USUAL_RULES, Rig

# Open pages ask at least this often, so that they do not count as closed.
PAGES_ASK_EVERY_S = 50.0
AT_MOST = timedelta(hours=6)
TURNS = (
    "SELECT link_sessions.id, link_sessions.state FROM turns"
    " JOIN link_sessions ON link_sessions.id = turns.session_id WHERE ended_at IS NULL"
)


@dataclass
class Member:
    user: ChatUser
    customer: Customer
    session_id: str = ""
    browser: str = ""
    confirms: bool = False
    linked_at: datetime | None = None


@dataclass
class Crowd:
    """Honest members, in as little of a hurry as people are; webhooks come before or after the page's signal.

    `joined` and `turns` are the members' ids, in the order in which they got into the line, and to Banq.
    """

    rig: Rig
    clock: Clock
    lanes: Mapping[str, str]
    members: list[Member]
    joined: list[str] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(len(self.members))  # noqa: S311 - the same crowd each time
        self._numbers = itertools.count()
        self._next: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = []
        self._by_session: dict[str, Member] = {}

    async def link(self) -> timedelta:
        """Everybody uses /link within a minute; how long it takes until the last one is linked."""
        began = self.clock.time
        for member in self.members:
            self._after(0, 60, partial(self._use_link, member))
        self._after(PAGES_ASK_EVERY_S, PAGES_ASK_EVERY_S, self._pages_ask)
        while self._next:
            at, _, happens = heapq.heappop(self._next)
            assert at - began < AT_MOST, "somebody is never linked"
            # No two things happen at once: the database tells milliseconds apart.
            self.clock.time = max(self.clock.time + timedelta(milliseconds=1), at)
            await happens()
            await self._go_on()
        return max(member.linked_at for member in self.members if member.linked_at) - began

    def _after(self, least_s: float, most_s: float, happens: Callable[[], Awaitable[None]]) -> None:
        at = self.clock.time + timedelta(seconds=self._random.uniform(least_s, most_s))
        heapq.heappush(self._next, (at, next(self._numbers), happens))

    async def _go_on(self) -> None:
        """What the workers do, and what people do about it."""
        await self.rig.matching.keep_time()
        await self.rig.matching.settle()
        for session_id, state in await self.rig.database.read.fetch_all(TURNS):
            member = self._by_session[session_id]
            if member.user.id not in self.turns:
                self.turns.append(member.user.id)
                self._after(10, 20, partial(self._approve, member))
            elif state == "matched" and not member.confirms:
                member.confirms = True
                self._after(2, 5, partial(self._confirm, member))

    async def _use_link(self, member: Member) -> None:
        started = await self.rig.linking.start(member.user)
        assert isinstance(started, LinkStarted)
        member.session_id = started.session_id
        self._by_session[started.session_id] = member
        token = started.url.rsplit("/", maxsplit=1)[1]
        self._after(2, 8, partial(self._open, member, token))

    async def _open(self, member: Member, token: str) -> None:
        browser = await self.rig.page.begin(token)
        assert isinstance(browser, str)
        member.browser = browser
        self._after(3, 12, partial(self._sign_in, member))

    async def _sign_in(self, member: Member) -> None:
        await self.rig.sign_in(member.browser, member.user)
        self.joined.append(member.user.id)

    async def _approve(self, member: Member) -> None:
        turn = (await self.rig.progress(member.browser)).turn
        assert turn is not None
        grant = self.rig.sandbox.ledger.approve_platform(member.customer.email, turn.platform_id)
        lane = next(name for name, platform_id in self.lanes.items() if platform_id == turn.platform_id)
        self._after(0.1, 2, partial(self.rig.page.approved, member.browser))
        for _ in range(self._random.choice((1, 1, 2))):
            self._after(0.1, 2, partial(self.rig.granted, grant.user_guid, grant.user_id, lane))

    async def _confirm(self, member: Member) -> None:
        assert isinstance(await self.rig.linking.finish(member.session_id, member.user), Linked)
        member.linked_at = self.clock.time
        rest_s = USUAL_RULES.rest_after_link.total_seconds()
        self._after(rest_s, rest_s, self._nothing)

    async def _pages_ask(self) -> None:
        waiting = [member for member in self.members if member.linked_at is None]
        for member in waiting:
            if member.browser:
                await self.rig.page.progress(member.browser)
        if waiting:
            self._after(PAGES_ASK_EVERY_S, PAGES_ASK_EVERY_S, self._pages_ask)

    async def _nothing(self) -> None:
        """Only the clock moves."""


def crowd_of(count: int, rig: Rig, clock: Clock, lanes: Mapping[str, str]) -> Crowd:
    """For a rig whose emulator has as large a crowd of customers."""
    members = [
        Member(ChatUser("discord", str(1000 + number), customer.name), customer)
        for number, customer in enumerate(identities.crowd(count))
    ]
    return Crowd(rig, clock, lanes, members)
