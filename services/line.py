"""The line before the widget: one turn per lane, first come first served."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from banq.models import PlatformId
from storage import audit, link_sessions, turns
from storage.database import Connection
from storage.link_sessions import LinkSession


@dataclass(frozen=True)
class LinkingRules:
    """How long each part of linking may take, and how often a code may be wrong."""

    link_lives: timedelta = timedelta(minutes=10)
    turn_lives: timedelta = timedelta(minutes=5)
    match_within: timedelta = timedelta(minutes=2)
    repeats_within: timedelta = timedelta(minutes=10)
    code_lives: timedelta = timedelta(minutes=10)
    code_tries: int = 5


class Line:
    """Hands the turn of each lane from session to session. Every method joins the caller's transaction."""

    def __init__(self, lanes: Mapping[str, PlatformId], rules: LinkingRules) -> None:
        self._lanes = lanes
        self._rules = rules

    async def join(self, tx: Connection, session_id: str, now: datetime) -> None:
        """Put a proven session into the shortest line, and give it the turn where that is free."""
        busy = await link_sessions.busy_by_lane(tx)
        lane = min(self._lanes, key=lambda name: busy.get(name, 0))
        if await link_sessions.join_line(tx, session_id, lane, now):
            await self.hand_over(tx, lane, now)

    async def hand_over(self, tx: Connection, lane: str, now: datetime) -> None:
        """Give the lane's turn, if it is free and rested, to the first in line. Idempotent."""
        if await turns.live_of_lane(tx, lane) is not None:
            return
        session = await link_sessions.first_in_line(tx, lane)
        if session is None:
            return
        # After a turn that ended without a word from Banq, its approval may still be on the way. It must
        # not fall into somebody else's turn.
        awaited = await turns.ended_without_grant(tx, lane, now - self._rules.match_within)
        if awaited not in {None, (session.chat_platform, session.chat_user_id)}:
            return
        await link_sessions.open_widget(tx, session.id, now + self._rules.link_lives)
        await turns.begin(tx, lane, session.id, now, now + self._rules.turn_lives)

    async def leave(self, tx: Connection, session: LinkSession, reason: str, now: datetime) -> None:
        """End the session's turn, if it has one, and hand it over."""
        await turns.end(tx, session.id, reason, now)
        if session.lane is not None:
            await self.hand_over(tx, session.lane, now)

    async def end(self, tx: Connection, session: LinkSession, state: str, now: datetime) -> bool:
        """Move a live session to an ended state and free its lane; False where it has ended before."""
        if session.state in link_sessions.ENDED:
            return False
        if not await link_sessions.move(tx, session.id, session.state, state):
            return False
        member = (session.chat_platform, session.chat_user_id)
        await audit.append(tx, now, "bot", f"linking: {state}", member=member, object_id=session.id)
        await self.leave(tx, session, "linked" if state == "linked" else "given_up", now)
        return True
