"""The line before the widget: one turn per lane, first come first served."""

import asyncio
import heapq
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from banq.models import PlatformId
from services.changes import Changes
from services.linking_rules import LinkingRules
from services.resting import Resting
from services.sources import Sources
from storage import audit, link_sessions, outbox, turns
from storage.clock import has_come, is_far_ahead
from storage.database import Connection
from storage.link_sessions import LinkSession

# Ends that the member did not bring about in chat, and is told of there.
TOLD_ENDS = {"wrong_browser", "unmatched", "conflict", "refused", "expired"}
# So long, the message in chat that follows along may tell it, before a direct message does.
HOLD_BACK = timedelta(seconds=5)
# How long a turn takes as long as nobody's is known.
USUAL_TURN = timedelta(seconds=60)
TURNS_LOOKED_AT = 20
# How old an estimate of the waiting time may be, as long as nothing has changed.
ESTIMATE_LASTS = timedelta(seconds=5)


@dataclass(frozen=True)
class Place:
    """A place in line, counted from 1, and about how long it is until its turn."""

    number: int
    wait: timedelta


@dataclass(frozen=True)
class _Places:
    by_session: Mapping[str, Place]
    at_count: int
    read_at: datetime


class Line:
    """Hands the turn of each lane from session to session. What takes `tx` joins that transaction."""

    def __init__(
        self, lanes: Mapping[str, PlatformId], rules: LinkingRules, sources: Sources, changes: Changes
    ) -> None:
        self._lanes = lanes
        self._rules = rules
        self._sources = sources
        self.changes = changes
        self._resting = Resting(lanes, rules, sources)
        self._places: _Places | None = None
        self._reading_places = asyncio.Lock()

    async def join(self, tx: Connection, session_id: str, now: datetime) -> None:
        """Put a proven session into the line, and give it a turn where one is free."""
        session = await link_sessions.get(tx, session_id)
        if session is None or await self.cools_down_until(tx, session.owner, now) is not None:
            return
        if await link_sessions.join_line(tx, session_id, now):
            await self.hand_over(tx, now)

    async def cools_down_until(
        self,
        connection: Connection,
        member: tuple[str, str],
        now: datetime,
        ending: LinkSession | None = None,
    ) -> datetime | None:
        """Until when a member who took turn after turn without a link must let others go first.

        `ending`: their attempt that is about to end without one.
        """
        rules = self._rules
        since = now - max(rules.cool_down, rules.cool_down_after_reports)
        without_link = await turns.without_link_since(connection, member, since)
        if ending is not None and (held := await turns.live_of_session(connection, ending.id)) is not None:
            without_link.append(replace(held, ended_at=now))
        # What lies far ahead says nothing, and must not hide what has ended since.
        ended = [(turn, at) for turn in without_link if (at := turn.ended_at) and not is_far_ahead(at, now)]
        ends = [at for _, at in ended]
        reported = [at for turn, at in ended if turn.approved_at]
        until = max(
            _room_again_at(ends, rules.turns_before_cool_down, rules.cool_down),
            _room_again_at(reported, rules.reported_turns_before_cool_down, rules.cool_down_after_reports),
        )
        return None if has_come(until, now) else until

    async def still_serves(self, connection: Connection, session: LinkSession) -> bool:
        """Whether the session's lane and turn, if it has any, are such as the settings now ask for."""
        turn = await turns.live_of_session(connection, session.id)
        is_of_this_kind = turn is None or (turn.reference is not None) == self._rules.echoes_reference
        return is_of_this_kind and (session.lane is None or session.lane in self._lanes)

    async def hand_over(self, tx: Connection, now: datetime) -> None:
        """Give each turn that is free and rested to the first in line. Idempotent."""
        if self._rules.echoes_reference:
            await self._open_to_all(tx, now)
            return
        for lane in self._lanes:
            if await turns.live_of_lane(tx, lane) is not None:
                continue
            session = await link_sessions.first_in_line(tx, self._heard_since(now))
            if session is None:
                return
            if await self._resting.rested_at(tx, lane, session, now) <= now:
                await self._open(tx, session, lane, now, None)

    async def _open(
        self, tx: Connection, session: LinkSession, lane: str, now: datetime, reference: str | None
    ) -> None:
        rules = self._rules
        # The session outlives its turn, and what may still come of it.
        lives = max(rules.link_lives, rules.turn_lives + rules.match_within)
        await link_sessions.open_widget(tx, session.id, lane, now + lives)
        await turns.begin(tx, lane, session.id, now, now + rules.turn_lives, reference)
        if session.waiting_since is not None and now - session.waiting_since > HOLD_BACK:
            # Whoever waited may look at neither the page nor the message in chat.
            await outbox.insert(tx, session.owner, "link_open", session.id, now, hold_back=HOLD_BACK)

    async def leave(self, tx: Connection, session: LinkSession, reason: str, now: datetime) -> None:
        """End the session's turn, if it has one, and hand it over."""
        await turns.end(tx, session.id, reason, now)
        await self.hand_over(tx, now)

    async def end(
        self,
        tx: Connection,
        session: LinkSession,
        state: str,
        now: datetime,
        actor: str = "bot",
        *,
        reason: str | None = None,
        tell: bool = True,
    ) -> bool:
        """Move a live session to an ended state and free its lane; False where it has ended before.

        `tell`: write to the member, unless what they just did in chat is answered with it. Whoever never got
        into the line is not told that time is up: they let it pass.
        """
        if session.state in link_sessions.ENDED:
            return False
        if not await link_sessions.move(tx, session.id, session.state, state):
            return False
        await audit.append(
            tx, now, actor, f"linking: {state}", member=session.owner, object_id=session.id, reason=reason
        )
        if tell and state in TOLD_ENDS and (state != "expired" or session.waiting_since is not None):
            await outbox.insert(tx, session.owner, f"link_{state}", session.id, now, hold_back=HOLD_BACK)
        await self.leave(tx, session, "linked" if state == "linked" else "given_up", now)
        return True

    def watch_clock(self) -> None:
        """Notice that the clock was put forward or back; to be called again and again."""
        self._resting.watch_clock()

    async def keep_moving(self, tx: Connection, now: datetime) -> None:
        """End the turns of pages that have closed while others wait, and hand over what is free."""
        if not await link_sessions.anybody_waits(tx):
            return
        for turn in await turns.live(tx):
            session = await link_sessions.get(tx, turn.session_id)
            vanished = session is not None and not self._is_heard(session, now)
            if session is not None and vanished and turn.reference is None and session.state == "open":
                await link_sessions.move(tx, session.id, "open", "proven")
                await turns.end(tx, session.id, "vanished", now)
        await self.hand_over(tx, now)

    async def place_of(self, connection: Connection, session_id: str, now: datetime) -> Place | None:
        """Where a session waits. Worked out once for all who look, since each change makes everybody look."""
        async with self._reading_places:
            known = self._places
            if known is None or session_id not in known.by_session or not self._is_fresh(known, now):
                count = self.changes.count
                known = _Places(await self._read_places(connection, now), count, now)
                self._places = known
        return known.by_session.get(session_id)

    def _is_fresh(self, places: _Places, now: datetime) -> bool:
        return places.at_count == self.changes.count and now - places.read_at < ESTIMATE_LASTS

    async def _read_places(self, connection: Connection, now: datetime) -> Mapping[str, Place]:
        lengths = await turns.latest_lengths(connection, TURNS_LOOKED_AT)
        usual = sum(lengths, timedelta()) / len(lengths) if lengths else USUAL_TURN
        free_at = [await self._free_at(connection, lane, usual, now) for lane in self._lanes]
        heapq.heapify(free_at)
        places: dict[str, Place] = {}
        number = 1
        for session in await link_sessions.in_line(connection):
            places[session.id] = Place(number, max(free_at[0] - now, timedelta()))
            # Whose page is closed will be passed over.
            if self._is_heard(session, now):
                number += 1
                heapq.heapreplace(free_at, free_at[0] + usual + self._rules.rest_after_link)
        return places

    async def _free_at(self, connection: Connection, lane: str, usual: timedelta, now: datetime) -> datetime:
        turn = await turns.live_of_lane(connection, lane)
        if turn is None:
            return await self._resting.rested_at(connection, lane, None, now)
        expected = turn.opened_at + usual
        # Who takes longer than most may take all the time there is.
        return (expected if expected > now else max(turn.expires_at, now)) + self._rules.rest_after_link

    async def _open_to_all(self, tx: Connection, now: datetime) -> None:
        """Banq names the turn in its webhook, so nobody has to wait for anybody."""
        while session := await link_sessions.first_in_line(tx, self._heard_since(now)):
            taken = [turn.lane for turn in await turns.live(tx)]
            lane = min(self._lanes, key=taken.count)
            await self._open(tx, session, lane, now, self._sources.new_token())

    def _is_heard(self, session: LinkSession, now: datetime) -> bool:
        return session.seen_at is not None and session.seen_at >= self._heard_since(now)

    def _heard_since(self, now: datetime) -> datetime:
        """Pages heard of since then count as open; shortly after a start, or a step of the clock, all do."""
        since = now - self._rules.heard_within
        return datetime.min.replace(tzinfo=now.tzinfo) if since < self._resting.steady_since else since


def _room_again_at(ends: list[datetime], at_most: int, within: timedelta) -> datetime:
    """When one more may come, if at most so many may end within that time; long ago where there is room."""
    return ends[-at_most] + within if len(ends) >= at_most else datetime.min.replace(tzinfo=UTC)
