"""Who did what to whom, when and why. Append-only, by triggers; never secrets, holdings or addresses."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import outbox
from storage.database import Connection, from_ms, to_ms

OPERATOR = "operator"
ADMIN = "admin:"
# What follows from something else, which has a line of its own.
STEPS = ("withdrawal: ", "linking: ")


@dataclass(frozen=True)
class Entry:
    """`member` is whom it is about, as (platform, user id)."""

    id: int
    at: datetime
    actor: str
    action: str
    member: tuple[str, str] | None
    reason: str | None

    @property
    def is_by_team(self) -> bool:
        return is_of_team(self.actor)


def is_of_team(actor: str) -> bool:
    return actor == OPERATOR or actor.startswith(ADMIN)


async def append(
    tx: Connection,
    at: datetime,
    actor: str,
    action: str,
    *,
    member: tuple[str, str] | None = None,
    object_id: str | None = None,
    reason: str | None = None,
) -> None:
    """Add a line; what the team and the operator do is told in the channel for that as well.

    `actor` is 'member', 'banq', 'bot', 'operator' or 'admin:<id>'; `member` is (platform, user id).
    """
    entry_id = await tx.insert(
        "INSERT INTO audit (at, actor, action, chat_platform, chat_user_id, object_id, reason)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        to_ms(at),
        actor,
        action,
        member[0] if member else None,
        member[1] if member else None,
        object_id,
        reason,
    )
    if is_of_team(actor) and not action.startswith(STEPS):
        await outbox.insert(tx, outbox.AUDIT_CHANNEL, outbox.AUDIT_LINE, str(entry_id), at)


async def latest(connection: Connection, member: tuple[str, str], action: str) -> Entry | None:
    """The newest line about this (platform, user id) with this action."""
    row = await connection.fetch_one(
        "SELECT * FROM audit WHERE chat_platform = ?1 AND chat_user_id = ?2 AND action = ?3"
        " ORDER BY id DESC LIMIT 1",
        *member,
        action,
    )
    return None if row is None else _entry(row)


async def restored_since(connection: Connection, since: datetime) -> bool:
    """Whether a backup has been put in the place of what there was, since then."""
    # Without the index's own condition, word for word, the whole table would be searched.
    sql = "SELECT EXISTS (SELECT 1 FROM audit WHERE action = 'database restored' AND at >= ?1)"
    return await connection.count(sql, to_ms(since)) > 0


async def of_member(connection: Connection, member: tuple[str, str], actions: Sequence[str]) -> list[Entry]:
    """All lines about this (platform, user id) with one of these actions, oldest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM audit WHERE chat_platform = ?1 AND chat_user_id = ?2"
        " AND action IN (SELECT value FROM json_each(?3)) ORDER BY id",
        *member,
        json.dumps(actions),
    )
    return [_entry(row) for row in rows]


async def of_object(connection: Connection, object_id: str) -> list[Entry]:
    """All lines about this object, oldest first."""
    rows = await connection.fetch_all("SELECT * FROM audit WHERE object_id = ?1 ORDER BY id", object_id)
    return [_entry(row) for row in rows]


async def get(connection: Connection, entry_id: int) -> Entry | None:
    row = await connection.fetch_one("SELECT * FROM audit WHERE id = ?1", entry_id)
    return None if row is None else _entry(row)


async def newest(
    connection: Connection, member: tuple[str, str] | None, limit: int, *, skip: int = 0
) -> list[Entry]:
    """Newest first, after `skip` of them; all lines, or those about this member."""
    return await _listed(connection, member, "TRUE ORDER BY id DESC LIMIT ?1 OFFSET ?2", limit, skip)


async def older(connection: Connection, member: tuple[str, str] | None, than: int, limit: int) -> list[Entry]:
    """Those next to the line `than`, newest first."""
    return await _listed(connection, member, "id < ?2 ORDER BY id DESC LIMIT ?1", limit, than)


async def newer(connection: Connection, member: tuple[str, str] | None, than: int, limit: int) -> list[Entry]:
    """Those next to the line `than`, newest first."""
    return (await _listed(connection, member, "id > ?2 ORDER BY id LIMIT ?1", limit, than))[::-1]


async def _listed(
    connection: Connection, member: tuple[str, str] | None, which: str, limit: int, number: int
) -> list[Entry]:
    about, values = ("", ()) if member is None else ("chat_platform = ?3 AND chat_user_id = ?4 AND ", member)
    rows: Sequence[sqlite3.Row] = await connection.fetch_all(
        f"SELECT * FROM audit WHERE {about}{which}",  # noqa: S608 - of two texts that stand here
        limit,
        number,
        *values,
    )
    return [_entry(row) for row in rows]


def _entry(row: sqlite3.Row) -> Entry:
    member = None if row["chat_user_id"] is None else (row["chat_platform"], row["chat_user_id"])
    return Entry(row["id"], from_ms(row["at"]), row["actor"], row["action"], member, row["reason"])
