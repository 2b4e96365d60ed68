"""Who did what to whom, when and why. Append-only, by triggers; never secrets, holdings or addresses."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection, from_ms, to_ms


@dataclass(frozen=True)
class Entry:
    at: datetime
    actor: str
    action: str
    reason: str | None


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
    """Add a line. `actor` is 'member', 'banq', 'bot', 'operator' or 'admin:<id>'.

    `member` is (platform, user id).
    """
    await tx.execute(
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


async def latest(connection: Connection, member: tuple[str, str], action: str) -> Entry | None:
    """The newest line about this (platform, user id) with this action."""
    row = await connection.fetch_one(
        "SELECT * FROM audit WHERE chat_platform = ?1 AND chat_user_id = ?2 AND action = ?3"
        " ORDER BY id DESC LIMIT 1",
        *member,
        action,
    )
    return None if row is None else _entry(row)


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


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(from_ms(row["at"]), row["actor"], row["action"], row["reason"])
