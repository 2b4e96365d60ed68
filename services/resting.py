"""How long a lane rests before somebody else has it, by a clock that may be wrong.

An approval that is late must not fall into another member's turn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from banq.models import PlatformId
from services.linking_rules import LinkingRules
from services.sources import Sources
from storage import audit, link_sessions, turns
from storage.database import Connection
from storage.link_sessions import LinkSession
from storage.turns import Turn

# The time of day and the time that has passed differ by less, unless the clock was put right, or wrong.
STEP = timedelta(seconds=3)
# Banq tries five times to deliver a webhook, and is taken to have given up by then.
RETRIED_FOR = timedelta(days=1)


@dataclass(frozen=True)
class _Before:
    """What there was before `until`. `restored`: also turns of which nothing is known any more."""

    until: datetime
    last_turn: int
    restored: bool


class Resting:
    """Each start, and each step of the clock, begins anew, as if turns without a link had ended just then.

    While the process was down no approval could come in; and what a clock has written that was put forward
    or back since says little.
    """

    def __init__(self, lanes: Mapping[str, PlatformId], rules: LinkingRules, sources: Sources) -> None:
        self._lanes = lanes
        self._rules = rules
        self._sources = sources
        self.steady_since = sources.now()
        self._counts_since = self.steady_since - RETRIED_FOR
        self._counted_from = self._when_count_began()
        self._known_before: _Before | None = None

    def watch_clock(self) -> None:
        """Notice that the clock was put forward or back; to be called again and again."""
        now, counted_from = self._sources.now(), self._when_count_began()
        step = counted_from - self._counted_from
        self._counted_from = counted_from
        if abs(step) > STEP:
            self.steady_since = now
            self._counts_since = min(now, now - step) - RETRIED_FOR

    async def rested_at(
        self, connection: Connection, lane: str, session: LinkSession | None, now: datetime
    ) -> datetime:
        """When this session may have the lane: no approval of somebody else is still on the way to it.

        It must not fall into another's turn, so the lane rests: shortly after a turn that linked, longer
        after any other, longest where a page had reported an approval: what came in that turn may have been
        somebody else's.
        """
        before = await self._before(connection)
        rested_at = max(now, self._rested_anew_at(before)) if before.restored else now
        for turn in await turns.ended_since(connection, self._looks_back_to(before, now)):
            # A lane that is no more may go on under another name.
            if turn.ended_at is None or (turn.lane != lane and turn.lane in self._lanes):
                continue
            rests_until = self._rests_until(turn, turn.ended_at, before, now)
            if rests_until > rested_at:
                holder = await link_sessions.get(connection, turn.session_id)
                rested_at = rested_at if _is_same_person(holder, session) else rests_until
        return rested_at

    async def _before(self, connection: Connection) -> _Before:
        self.watch_clock()
        known, until = self._known_before, self.steady_since
        if known is None or known.until != until:
            restored = await audit.restored_since(connection, self._counts_since)
            known = self._known_before = _Before(until, await turns.last_id(connection), restored)
        return known

    def _looks_back_to(self, before: _Before, now: datetime) -> datetime:
        if now < self._rested_anew_at(before):
            return self._counts_since
        return now - max(self._rules.late_approvals_within, self._rules.match_within)

    def _rested_anew_at(self, before: _Before) -> datetime:
        return before.until + self._rules.late_approvals_within

    def _rests_until(self, turn: Turn, ended_at: datetime, before: _Before, now: datetime) -> datetime:
        rests_until = (ended_at if ended_at <= now else before.until) + self._rest_after(turn)
        if turn.id > before.last_turn or turn.end_reason == "linked":
            return rests_until
        return max(rests_until, self._rested_anew_at(before))

    def _rest_after(self, turn: Turn) -> timedelta:
        if turn.end_reason == "linked":
            return self._rules.rest_after_link
        if turn.approved_at is not None:
            return self._rules.late_approvals_within
        return self._rules.match_within

    def _when_count_began(self) -> datetime:
        """By the clock of now; it moves whenever that is put forward or back."""
        return self._sources.now() - timedelta(seconds=self._sources.monotonic())


def _is_same_person(earlier: LinkSession | None, session: LinkSession | None) -> bool:
    """Whether the same person sits before both pages.

    Where no sign-in was the proof, a member's earlier link may have been opened by somebody else, unless it
    came to a link.
    """
    if earlier is None or session is None:
        return False
    is_members = earlier.proof == "sign_in" or earlier.state == "linked"
    return earlier.id == session.id or (earlier.owner == session.owner and is_members)
