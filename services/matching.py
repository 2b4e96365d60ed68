"""Finds out whose approval a webhook announces: the session that holds the lane's turn, or nobody's.

The widget passes no reference, so a grant counts only in a turn, alone in it, close to the page's own signal,
and after Banq itself shows us the wallet. Anything else links nobody.
"""

import asyncio
import logging
from datetime import datetime, timedelta

from banq.client import BanqClient
from banq.errors import BanqError, Forbidden, NotFound
from banq.models import UserGuid
from banq.webhook import AccessGranted
from services.line import Line
from services.linking import holder_of, linked_to
from services.linking_rules import LinkingRules
from services.sources import Sources
from storage import audit, grants, link_sessions, outbox, turns
from storage.database import Connection, Database
from storage.grants import Grant
from storage.link_sessions import LinkSession
from storage.turns import Turn
from storage.webhook_inbox import Delivery

log = logging.getLogger(__name__)

# Whoever has not answered the message in chat by then is asked by direct message: phones forget the former.
TIME_TO_CONFIRM = timedelta(minutes=1)


class Matching:
    def __init__(
        self, database: Database, banq: BanqClient, line: Line, rules: LinkingRules, sources: Sources
    ) -> None:
        self._database = database
        self._banq = banq
        self._line = line
        self.changes = line.changes
        self._rules = rules
        self._sources = sources

    async def record_grant(self, tx: Connection, delivery: Delivery, granted: AccessGranted) -> None:
        """Keep an approval with the turn it came in. A second wallet in one turn voids the turn."""
        turn = await self._turn_of(tx, delivery, granted)
        session = None if turn is None else await link_sessions.get(tx, turn.session_id)
        named = turn is not None and turn.reference is not None
        if (
            session is not None
            and not named
            and await self._repeats(tx, granted, session, delivery.received_at)
        ):
            log.warning("lane %s: a repeated approval came in another member's turn", delivery.lane)
            turn = None
        # A wallet of another member can be approved by anybody who holds it; it must not spoil this turn.
        holder = None if session is None else await holder_of(tx, session, granted.user_guid, granted.user_id)
        counts = turn is not None and turn.ended_at is None and holder is None
        new = await grants.record(
            tx,
            delivery.id,
            delivery.lane,
            granted.user_guid,
            granted.user_id,
            delivery.received_at,
            None if turn is None else turn.id,
            "pending" if counts else "unclaimed",
        )
        if not new:
            return
        if session is not None and named and holder is not None:
            await self._line.end(tx, session, "conflict", self._sources.now(), reason=linked_to(holder))
            return
        if turn is None or not counts:
            log.warning("lane %s: an approval came that is nobody's; it links nobody", delivery.lane)
            return
        wallets = {grant.user_guid for grant in await grants.of_turn(tx, turn.id) if grant.counts}
        if session is not None and len(wallets) > 1:
            log.warning("lane %s: two wallets approved in one turn; neither is linked", delivery.lane)
            await self._line.end(tx, session, "unmatched", self._sources.now())

    async def keep_time(self) -> None:
        """Let time pass: end what is overdue, and hand turns over. Asks nothing of Banq."""
        self._line.watch_clock()
        now = self._sources.now()
        await self._expire(now)
        if await link_sessions.anybody_waits(self._database.read):
            async with self._database.transaction() as tx:
                before = await turns.live(tx)
                await self._line.keep_moving(tx, now)
                moved = await turns.live(tx) != before
            if moved:
                self.changes.announce()

    async def settle(self, lane: str | None = None) -> None:
        """Settle each turn whose page reported an approval, once Banq confirms it; of this lane, or of all.

        Each lane is settled by itself: a call to Banq that takes long holds up no other.
        """
        async with asyncio.TaskGroup() as under_way:
            for turn in await turns.live(self._database.read):
                if lane in {None, turn.lane}:
                    under_way.create_task(self._settle(turn))

    async def _turn_of(self, tx: Connection, delivery: Delivery, granted: AccessGranted) -> Turn | None:
        """The turn that an approval was given in: the one it names, or else the lane's at that time."""
        if self._rules.echoes_reference:
            if granted.reference is None:
                return None
            return await turns.by_reference(tx, delivery.lane, granted.reference)
        turn = await turns.at(tx, delivery.lane, delivery.received_at)
        return turn if turn is not None and self._belongs(turn, delivery.received_at) else None

    def _belongs(self, turn: Turn, received_at: datetime) -> bool:
        """Too late for a turn, an approval still belongs to it: it must not count for anybody else."""
        return turn.ended_at is None or received_at <= turn.ended_at + self._rules.late_approvals_within

    async def _repeats(
        self, tx: Connection, granted: AccessGranted, session: LinkSession, received_at: datetime
    ) -> bool:
        """Banq repeats webhooks; one that came in another member's turn first must not count in this one."""
        since = received_at - self._rules.repeats_within
        strayed_since = received_at - self._rules.strays_within
        return await grants.came_elsewhere(tx, granted.user_guid, session, since, strayed_since)

    async def _expire(self, now: datetime) -> None:
        for session in await link_sessions.overdue(self._database.read, now):
            async with self._database.transaction() as tx:
                await self._line.end(tx, session, "expired", now)
            self.changes.announce()
        for turn in await turns.live(self._database.read):
            if turn.expires_at <= now and await self._end_turn(turn, now):
                self.changes.announce()

    async def _end_turn(self, turn: Turn, now: datetime) -> bool:
        """False where the turn is held beyond its time."""
        async with self._database.transaction() as tx:
            session = await link_sessions.get(tx, turn.session_id)
            if session is None:
                return False
            match session.state:
                case "open":
                    await link_sessions.move(tx, session.id, "open", "proven")
                    await self._line.leave(tx, session, "expired", now)
                case "approved" if self._still_awaited(turn, now):
                    # Held for the webhook: freed now, the approval could fall into the next turn.
                    return False
                case "approved":
                    await self._line.end(tx, session, "unmatched", now)
                case _:
                    await self._line.leave(tx, session, "expired", now)
        return True

    def _still_awaited(self, turn: Turn, now: datetime) -> bool:
        return turn.approved_at is not None and now - turn.approved_at <= self._rules.match_within

    async def _settle(self, turn: Turn) -> None:
        session = await link_sessions.get(self._database.read, turn.session_id)
        if session is None or not self._awaits_match(turn, session):
            return
        grant = await self._only_grant(turn)
        now = self._sources.now()
        if grant is None:
            if turn.approved_at is not None and not self._still_awaited(turn, now):
                await self._give_up_unmatched(turn, session)
            return
        if turn.approved_at is not None and turn.reference is None:
            apart = abs(grant.received_at - turn.approved_at)
            if apart > self._rules.match_within:
                await self._give_up(session.id, "unmatched")
                return
        try:
            wallet = await self._banq.platform_nfts(UserGuid(grant.user_guid))
        except Forbidden:
            await self._give_up(session.id, "refused")
            return
        except NotFound:
            # Banq may announce an approval before it can be read.
            if now - (turn.approved_at or grant.received_at) > self._rules.match_within:
                await self._give_up(session.id, "refused")
            return
        except BanqError:
            # The turn is held meanwhile; its end is the limit of our patience.
            log.warning("session %s: Banq does not confirm the approval yet", session.id)
            return
        await self._match(turn, session.id, len(wallet.items) + wallet.unreadable)

    def _awaits_match(self, turn: Turn, session: LinkSession) -> bool:
        """An approval counts once the page has reported one, or where the webhook itself names the turn."""
        return session.state == "approved" or (session.state == "open" and turn.reference is not None)

    async def _give_up_unmatched(self, turn: Turn, session: LinkSession) -> None:
        """No approval came that counts; perhaps because the wallet is another member's."""
        for grant in await grants.of_turn(self._database.read, turn.id):
            holder = await holder_of(self._database.read, session, grant.user_guid, grant.banq_user_id)
            if holder is not None:
                await self._give_up(session.id, "conflict", linked_to(holder))
                return
        await self._give_up(session.id, "unmatched")

    async def _match(self, turn: Turn, session_id: str, nft_count: int) -> None:
        now = self._sources.now()
        async with self._database.transaction() as tx:
            session = await link_sessions.get(tx, session_id)
            grant = await self._only_grant(turn, tx)
            held = await turns.live_of_session(tx, session_id)
            if session is None or grant is None or held is None or not self._awaits_match(held, session):
                return
            holder = await holder_of(tx, session, grant.user_guid, grant.banq_user_id)
            if holder is not None:
                await self._line.end(tx, session, "conflict", now, reason=linked_to(holder))
                return
            signed_in = session.proof == "sign_in"
            await link_sessions.match(
                tx,
                session_id,
                (grant.user_guid, grant.banq_user_id),
                nft_count,
                None if signed_in else self._sources.new_code(),
                now + self._rules.code_lives,
            )
            await grants.mark_matched(tx, turn.id)
            if signed_in:
                await outbox.insert(
                    tx, session.owner, "link_confirm", session_id, now, hold_back=TIME_TO_CONFIRM
                )
            await audit.append(
                tx, now, "banq", "linking: matched", member=session.owner, object_id=session_id
            )
        self.changes.announce()

    async def _only_grant(self, turn: Turn, connection: Connection | None = None) -> Grant | None:
        """The first grant of the turn that counts, if all that count are for the same wallet."""
        all_of_them = await grants.of_turn(connection or self._database.read, turn.id)
        found = [grant for grant in all_of_them if grant.counts]
        return found[0] if len({grant.user_guid for grant in found}) == 1 else None

    async def _give_up(self, session_id: str, state: str, reason: str | None = None) -> None:
        async with self._database.transaction() as tx:
            session = await link_sessions.get(tx, session_id)
            if session is not None and session.state in {"open", "approved"}:
                await self._line.end(tx, session, state, self._sources.now(), reason=reason)
        self.changes.announce()
