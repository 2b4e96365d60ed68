"""Removes what is stored about a person, but for what proves what happened with property."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services import reasons
from services.identity import ChatUser
from services.links import Links, Unlinked
from services.sources import Sources
from storage import audit, links, personal_data, withdrawals
from storage.database import Connection, Database

# So long after its end, a withdrawal is kept as proof of what happened.
PROOF_FOR = timedelta(days=3 * 365)
# So long, attempts to link keep wallets from the wrong members: cool-downs, and approvals that come again.
ATTEMPTS_FOR = timedelta(days=1)


@dataclass(frozen=True)
class StillRunning:
    """Withdrawals are under way: what becomes of them must be followed and told first."""

    running: int


@dataclass(frozen=True)
class Forgotten:
    """`removed` rows of each table, and `blanked` attempts to link; `kept` is what still stands there after.

    `frozen`: the link was kept, since it is frozen. `unlinked`: there was one, and it ended.
    """

    removed: Mapping[str, int]
    blanked: int
    kept: Mapping[str, int]
    unlinked: bool
    frozen: bool

    @property
    def changed_something(self) -> bool:
        return self.unlinked or bool(self.removed or self.blanked)


class _OnlyLooking(Exception):
    """Takes back what was done."""


class Forgetting:
    def __init__(self, database: Database, links: Links, sources: Sources) -> None:
        self._database = database
        self._links = links
        self._sources = sources

    async def preview(self, user: ChatUser) -> Forgotten | StillRunning:
        """What forgetting this person would do now. It is done and taken back, so that it cannot differ."""
        outcome: Forgotten | StillRunning | None = None
        try:
            async with self._database.transaction() as tx:
                outcome = await self._forget(tx, user, audit.OPERATOR, "preview")
                raise _OnlyLooking  # noqa: TRY301 - the transaction must see it
        except _OnlyLooking:
            pass
        if outcome is None:
            raise AssertionError("only what was done is taken back")
        return outcome

    async def forget(self, user: ChatUser, actor: str, reason: str) -> Forgotten | StillRunning:
        """End the person's link, and remove or blank all that may go, in one transaction. Idempotent."""
        async with self._database.transaction() as tx:
            outcome = await self._forget(tx, user, actor, reason)
            if isinstance(outcome, Forgotten) and outcome.changed_something:
                now = self._sources.now()
                await audit.append(
                    tx, now, actor, "person forgotten", member=user.key, reason=reasons.kept(reason)
                )
        return outcome

    async def _forget(
        self, tx: Connection, user: ChatUser, actor: str, reason: str
    ) -> Forgotten | StillRunning:
        running = await withdrawals.count_running(tx, *user.key)
        if running:
            return StillRunning(running)
        now = self._sources.now()
        link = await links.of_chat_user(tx, *user.key)
        frozen = link is not None and link.state == "frozen"
        if frozen:
            # Forgetting would be the way around it; whoever may end a freeze can unlink.
            await self._links.end_attempt(tx, user, actor, now)
            unlinked = False
        else:
            ended = await self._links.unlink_in(tx, user, actor, reason)
            unlinked = isinstance(ended, Unlinked)
        await personal_data.overwrite_what_is_removed(tx)
        removed = await self._remove(tx, user, now)
        blanked = await personal_data.blank_sessions(tx, user.key)
        kept = await personal_data.counts(tx, user.key)
        return Forgotten(removed, blanked, kept, unlinked, frozen)

    async def _remove(self, tx: Connection, user: ChatUser, now: datetime) -> dict[str, int]:
        """In the order in which rows hold on to each other."""
        member = user.key
        attempts_before = now - ATTEMPTS_FOR
        removed = {
            "addresses": await personal_data.remove_book(tx, member),
            "member_languages": await personal_data.remove_language(tx, member),
            "withdrawals": await personal_data.remove_withdrawals(tx, member, now - PROOF_FOR),
            "outbox": await personal_data.remove_notices(tx, member),
            "grants": await personal_data.remove_grants(tx, member, attempts_before),
            "links": await personal_data.remove_links(tx, member),
            "turns": await personal_data.remove_turns(tx, member, attempts_before),
            "link_sessions": await personal_data.remove_sessions(tx, member, attempts_before),
        }
        return {table: number for table, number in removed.items() if number}
