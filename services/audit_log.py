"""The audit log for the team, page by page, the newest lines first; and what nothing else writes into it."""

from dataclasses import dataclass
from datetime import datetime

from storage import audit
from storage.audit import Entry
from storage.database import Database

ON_A_PAGE = 10

Member = tuple[str, str]


@dataclass(frozen=True)
class Position:
    """Where a page begins: next to a line, so that lines that come meanwhile move nothing.

    Without such a line, as many lines after the newest as there are on the pages before.
    """

    page: int = 1
    older_than: int | None = None
    newer_than: int | None = None


@dataclass(frozen=True)
class AuditPage:
    """`newer` and `older` are where the pages next to it begin; None where there is none."""

    entries: tuple[Entry, ...]
    page: int
    newer: Position | None
    older: Position | None


class AuditLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def panel_posted(self, at: datetime, actor: str, channel_id: str) -> None:
        async with self._database.transaction() as tx:
            await audit.append(tx, at, actor, "panel posted", object_id=channel_id)

    async def page(self, at: Position, member: Member | None = None) -> AuditPage:
        """All lines, or those about this (platform, user id)."""
        read = self._database.read
        if at.page > 1 and at.newer_than is not None:
            newer = await audit.newer(read, member, at.newer_than, ON_A_PAGE)
            return _page(newer, at.page, has_older=True)
        if at.page > 1 and at.older_than is not None:
            found = await audit.older(read, member, at.older_than, ON_A_PAGE + 1)
        else:
            page = max(at.page, 1)
            found = await audit.newest(read, member, ON_A_PAGE + 1, skip=(page - 1) * ON_A_PAGE)
        return _page(found[:ON_A_PAGE], max(at.page, 1), has_older=len(found) > ON_A_PAGE)


def _page(entries: list[Entry], page: int, *, has_older: bool) -> AuditPage:
    if not entries:
        return AuditPage((), page, None if page == 1 else Position(), None)
    newer = Position(page - 1, newer_than=entries[0].id) if page > 1 else None
    older = Position(page + 1, older_than=entries[-1].id) if has_older else None
    return AuditPage(tuple(entries), page, newer, older)
