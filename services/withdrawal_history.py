"""Looks back at a member's withdrawals: all of them by the page, and each as a story."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services import withdrawal_steps
from services.changes import Changes
from services.identity import ChatUser
from services.sources import Sources
from services.withdrawals import NotYourWithdrawal
from storage import address_book as saved_addresses
from storage import audit, outbox, withdrawals
from storage.address_book import SavedAddress
from storage.audit import Entry
from storage.database import Database
from storage.withdrawals import Withdrawal

ON_A_PAGE = 5


@dataclass(frozen=True)
class Story:
    """How a withdrawal stands, and since when it has been in each of its states."""

    withdrawal: Withdrawal
    times: Mapping[str, datetime]
    saved: SavedAddress | None


@dataclass(frozen=True)
class History:
    """One page of a member's withdrawals, newest first; `page` counts from 1."""

    items: list[Withdrawal]
    page: int
    pages: int
    count: int


@dataclass(frozen=True)
class Record:
    """A withdrawal and all lines about it in the audit log, oldest first."""

    withdrawal: Withdrawal
    lines: list[Entry]


class WithdrawalHistory:
    """`changes` are announced whenever a withdrawal of this process moves."""

    def __init__(self, database: Database, changes: Changes, sources: Sources) -> None:
        self._database = database
        self.changes = changes
        self._sources = sources

    async def of(self, user: ChatUser, page: int = 1) -> History:
        """The member's withdrawals, newest first; drafts that were never confirmed are left out."""
        read = self._database.read
        count = await withdrawals.count_of_chat_user(read, *user.key)
        pages = max(1, -(-count // ON_A_PAGE))
        page = min(max(page, 1), pages)
        offset = (page - 1) * ON_A_PAGE
        items = await withdrawals.of_chat_user(read, *user.key, offset=offset, limit=ON_A_PAGE)
        return History(items, page, pages, count)

    async def story(self, withdrawal_id: str, user: ChatUser) -> Story | NotYourWithdrawal:
        read = self._database.read
        withdrawal = await withdrawals.get(read, withdrawal_id)
        if withdrawal is None or withdrawal.owner != user.key:
            return NotYourWithdrawal()
        times = await withdrawal_steps.times(read, withdrawal_id)
        saved = await saved_addresses.find(read, user.key, withdrawal.network, withdrawal.address)
        return Story(withdrawal, times, saved)

    async def latest(self, state: str | None, limit: int) -> list[Withdrawal]:
        """For the operator: the newest of all members, in this state or in whatever."""
        return await withdrawals.latest(self._database.read, state, limit)

    async def record(self, withdrawal_id: str) -> Record | None:
        """For the operator: a withdrawal of whomever, with all that was written down about it."""
        withdrawal = await withdrawals.get(self._database.read, withdrawal_id)
        if withdrawal is None:
            return None
        return Record(withdrawal, await audit.of_object(self._database.read, withdrawal_id))

    async def mark_told(self, withdrawal: Withdrawal) -> None:
        """Its owner has seen in chat how it stands, so no direct message needs to tell it. Idempotent."""
        async with self._database.transaction() as tx:
            kind = f"withdrawal_{withdrawal.state}"
            await outbox.mark_told(tx, kind, withdrawal.id, self._sources.now())
