"""The line before the widget: one turn per lane, first come first served."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from banq.models import PlatformId
from storage import audit, link_sessions, turns
from storage.database import Connection
from storage.link_sessions import LinkSession
from storage.turns import Turn


@dataclass(frozen=True)
class LinkingRules:
    """How long each part of linking may take, and how often a code may be wrong.

    `late_approvals_within`: how late Banq's webhook may come after a page has reported an approval.
    """

    link_lives: timedelta = timedelta(minutes=10)
    turn_lives: timedelta = timedelta(minutes=5)
    match_within: timedelta = timedelta(minutes=2)
    late_approvals_within: timedelta = timedelta(minutes=10)
    rest_after_link: timedelta = timedelta(seconds=10)
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
        if await self._is_awaited(tx, lane, session, now):
            return
        await link_sessions.open_widget(tx, session.id, now + self._rules.link_lives)
        await turns.begin(tx, lane, session.id, now, now + self._rules.turn_lives)

    async def _is_awaited(self, tx: Connection, lane: str, session: LinkSession, now: datetime) -> bool:
        """Whether an approval of somebody else may still be on the way to this lane.

        It must not fall into another member's turn, so the lane rests: shortly after a turn that linked,
        longer after any other, longest where a page had reported an approval: what came in that turn may have
        been somebody else's.
        """
        since = now - max(self._rules.late_approvals_within, self._rules.match_within)
        for turn in await turns.ended_since(tx, lane, since):
            holder = await link_sessions.get(tx, turn.session_id)
            same = holder is not None and holder.owner == session.owner
            if not same and turn.ended_at is not None and now < turn.ended_at + self._rest_after(turn):
                return True
        return False

    def _rest_after(self, turn: Turn) -> timedelta:
        if turn.end_reason == "linked":
            return self._rules.rest_after_link
        if turn.approved_at is not None:
            return self._rules.late_approvals_within
        return self._rules.match_within

    async def leave(self, tx: Connection, session: LinkSession, reason: str, now: datetime) -> None:
        """End the session's turn, if it has one, and hand it over."""
        await turns.end(tx, session.id, reason, now)
        if session.lane is not None:
            await self.hand_over(tx, session.lane, now)

    async def end(
        self, tx: Connection, session: LinkSession, state: str, now: datetime, actor: str = "bot"
    ) -> bool:
        """Move a live session to an ended state and free its lane; False where it has ended before."""
        if session.state in link_sessions.ENDED:
            return False
        if not await link_sessions.move(tx, session.id, session.state, state):
            return False
        await audit.append(tx, now, actor, f"linking: {state}", member=session.owner, object_id=session.id)
        await self.leave(tx, session, "linked" if state == "linked" else "given_up", now)
        return True
