"""Links after they are made: looking at one, ending it, losing access."""

import logging
from dataclasses import dataclass
from datetime import datetime

from services import reasons, withdrawal_steps
from services.identity import ChatUser
from services.line import Line
from services.linking import holder_in
from services.sources import Sources
from storage import audit, link_sessions, links, outbox, withdrawals
from storage.audit import Entry
from storage.database import Connection, Database
from storage.links import Link

log = logging.getLogger(__name__)

LINK_ACTIONS = (
    *("wallet linked", "wallet replaced", "wallet unlinked", "wallet frozen"),
    *("access revoked", "person forgotten"),
)


@dataclass(frozen=True)
class NotLinked:
    """The chat user has no wallet linked."""


@dataclass(frozen=True)
class LinkStale:
    """Banq no longer lets us see the wallet: its owner took the approval back."""


@dataclass(frozen=True)
class LinkFrozen:
    """Withdrawals of this link are stopped until the wallet is linked again."""


@dataclass(frozen=True)
class WalletOverview:
    """`chats`: the platforms of all chat users that this wallet is linked to.

    Of the running withdrawals, the unsent ones end with the link; the others go on.
    """

    state: str
    linked_at: datetime
    chats: tuple[str, ...]
    running_withdrawals: int
    unsent_withdrawals: int


@dataclass(frozen=True)
class Conflict:
    """A member tried to link a wallet that another member has; `holder` is that member's id in chat."""

    at: datetime
    holder: str


@dataclass(frozen=True)
class Frozen:
    """Withdrawals of the link are stopped; `cancelled` of them had been confirmed but not yet sent."""

    cancelled: int
    still_running: int


@dataclass(frozen=True)
class Unlinked:
    cancelled: int
    still_running: int


class Links:
    def __init__(self, database: Database, line: Line, sources: Sources) -> None:
        self._database = database
        self._line = line
        self._sources = sources

    async def of(self, user: ChatUser) -> Link | None:
        return await links.of_chat_user(self._database.read, *user.key)

    async def overview(self, user: ChatUser) -> WalletOverview | NotLinked:
        link = await self.of(user)
        if link is None:
            return NotLinked()
        running = await withdrawals.count_running(self._database.read, *user.key)
        same_wallet = await links.of_wallet(self._database.read, link.user_guid, link.banq_user_id)
        chats = tuple(sorted(other.chat_platform for other in same_wallet))
        unsent = await withdrawals.count_unsent(self._database.read, link.id)
        return WalletOverview(link.state, link.linked_at, chats, running, unsent)

    async def latest(self, state: str | None, limit: int) -> list[Link]:
        """The newest links of all members: in this state, or in whatever."""
        return await links.latest(self._database.read, state, limit)

    async def history(self, user: ChatUser) -> list[Entry]:
        """What was done with the user's links and why, the newest last."""
        return await audit.of_member(self._database.read, user.key, LINK_ACTIONS)

    async def latest_conflict(self, user: ChatUser) -> Conflict | None:
        """The user's latest attempt that failed since the wallet is linked to another; for the team only.

        None once the user has linked a wallet after it.
        """
        found = await audit.latest(self._database.read, user.key, "linking: conflict")
        link = await self.of(user)
        if found is None or (link is not None and link.linked_at >= found.at):
            return None
        return Conflict(found.at, holder_in(found.reason or ""))

    async def unlink(self, user: ChatUser, actor: str, reason: str) -> Unlinked | NotLinked:
        """End the user's link at once. What is not yet sent is cancelled; the rest is tracked to its end.

        An attempt to link that is under way ends too, so that it cannot undo this.
        """
        async with self._database.transaction() as tx:
            return await self.unlink_in(tx, user, actor, reason)

    async def unlink_in(
        self, tx: Connection, user: ChatUser, actor: str, reason: str
    ) -> Unlinked | NotLinked:
        """The same as part of a transaction that does more."""
        now = self._sources.now()
        await self._end_attempt_for(tx, user, actor, reason, now)
        link = await links.of_chat_user(tx, *user.key)
        if link is None:
            return NotLinked()
        await links.end(tx, link.id, now)
        cancelled = await withdrawal_steps.cancel_unsent(tx, link.id, actor, now)
        running = await withdrawals.count_running(tx, *user.key)
        kept = reasons.kept(reason)
        await audit.append(tx, now, actor, "wallet unlinked", member=user.key, object_id=link.id, reason=kept)
        if actor != "member":
            await outbox.insert(tx, user.key, "unlinked_by_admin", link.id, now)
        return Unlinked(cancelled, running)

    async def freeze(self, user: ChatUser, actor: str, reason: str) -> Frozen | NotLinked:
        """Stop all withdrawals of the user's link at once; only linking again thaws it. Idempotent.

        An attempt to link that is under way ends too, so that it cannot undo this.
        """
        now = self._sources.now()
        async with self._database.transaction() as tx:
            await self._end_attempt_for(tx, user, actor, reason, now)
            link = await links.of_chat_user(tx, *user.key)
            if link is None:
                return NotLinked()
            cancelled = await withdrawal_steps.cancel_unsent(tx, link.id, actor, now)
            running = await withdrawals.count_running(tx, *user.key)
            if await links.move(tx, link.id, link.state, "frozen") and link.state != "frozen":
                kept = reasons.kept(reason)
                await audit.append(
                    tx, now, actor, "wallet frozen", member=user.key, object_id=link.id, reason=kept
                )
                if actor != "member":
                    await outbox.insert(tx, user.key, "frozen_by_admin", link.id, now)
        return Frozen(cancelled, running)

    async def _end_attempt_for(
        self, tx: Connection, user: ChatUser, actor: str, reason: str, now: datetime
    ) -> None:
        """What the team ends is told with its reason, also of a member who has no wallet linked."""
        if await self.end_attempt(tx, user, actor, now) and actor != "member":
            kept = reasons.kept(reason)
            await audit.append(tx, now, actor, "link attempt ended", member=user.key, reason=kept)

    async def end_attempt(self, tx: Connection, user: ChatUser, actor: str, now: datetime) -> bool:
        """End the user's attempt to link that is under way; whether there was one."""
        session = await link_sessions.live_of(tx, *user.key)
        if session is None:
            return False
        await self._line.end(tx, session, "cancelled", now, actor)
        self._line.changes.announce()
        return True

    async def access_lost(self, link_id: str) -> None:
        """Banq answered 403 or 404: the link becomes stale and its owner is told. Idempotent."""
        now = self._sources.now()
        async with self._database.transaction() as tx:
            link = await links.get(tx, link_id)
            if link is None or not await links.move(tx, link_id, "active", "stale"):
                return
            member = (link.chat_platform, link.chat_user_id)
            await audit.append(tx, now, "banq", "access revoked", member=member, object_id=link.id)
            await outbox.insert(tx, member, "link_stale", link.id, now)
        log.info("link %s is stale: Banq gives no access", link_id)
