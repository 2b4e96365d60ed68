"""Notices to members, written in the transaction of what they tell, delivered afterwards."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.database import Connection, to_ms


@dataclass(frozen=True)
class Notice:
    id: int
    chat_platform: str
    recipient: str
    kind: str
    object_id: str
    attempts: int


async def insert(
    tx: Connection,
    member: tuple[str, str],
    kind: str,
    object_id: str,
    now: datetime,
    *,
    hold_back: timedelta = timedelta(0),
) -> None:
    """Add a notice for (platform, user id). The same notice about the same object is kept once.

    `hold_back`: so long, a message that the member already looks at may tell it instead.
    """
    await tx.execute(
        "INSERT INTO outbox (chat_platform, recipient, dedup_key, kind, object_id, next_try_at, created_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (dedup_key) DO NOTHING",
        *member,
        ":".join((object_id, kind, *member)),
        kind,
        object_id,
        to_ms(now + hold_back),
        to_ms(now),
    )


async def due(connection: Connection, now: datetime, limit: int) -> list[Notice]:
    rows = await connection.fetch_all(
        "SELECT * FROM outbox WHERE state = 'pending' AND next_try_at <= ?1 ORDER BY id LIMIT ?2",
        to_ms(now),
        limit,
    )
    return [_notice(row) for row in rows]


async def kept_for(connection: Connection, chat_platform: str, recipient: str) -> list[Notice]:
    """Notices that could not be sent as direct messages, oldest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM outbox WHERE chat_platform = ?1 AND recipient = ?2 AND state = 'kept' ORDER BY id",
        chat_platform,
        recipient,
    )
    return [_notice(row) for row in rows]


async def is_untold(connection: Connection, kind: str, object_id: str) -> bool:
    row = await connection.fetch_one(
        "SELECT 1 FROM outbox WHERE kind = ?1 AND object_id = ?2 AND state <> 'delivered'", kind, object_id
    )
    return row is not None


async def mark_told(tx: Connection, kind: str, object_id: str, now: datetime) -> None:
    """The member has read it elsewhere; idempotent."""
    await tx.execute(
        "UPDATE outbox SET state = 'delivered', delivered_at = ?3"
        " WHERE kind = ?1 AND object_id = ?2 AND state <> 'delivered'",
        kind,
        object_id,
        to_ms(now),
    )


async def mark_delivered(tx: Connection, notice_id: int, now: datetime) -> None:
    await tx.execute(
        "UPDATE outbox SET state = 'delivered', delivered_at = ?2 WHERE id = ?1 AND state <> 'delivered'",
        notice_id,
        to_ms(now),
    )


async def keep(tx: Connection, notice_id: int) -> None:
    """The member takes no direct messages: hold the notice for the next command."""
    await tx.execute("UPDATE outbox SET state = 'kept' WHERE id = ?1 AND state = 'pending'", notice_id)


async def mark_failed(tx: Connection, notice_id: int, next_try_at: datetime, *, keep: bool) -> None:
    await tx.execute(
        "UPDATE outbox SET attempts = attempts + 1, next_try_at = ?2, state = ?3"
        " WHERE id = ?1 AND state = 'pending'",
        notice_id,
        to_ms(next_try_at),
        "kept" if keep else "pending",
    )


async def count_by_state(connection: Connection) -> dict[str, int]:
    rows = await connection.fetch_all("SELECT state, count(*) FROM outbox GROUP BY state")
    return {str(row[0]): int(row[1]) for row in rows}


def _notice(row: sqlite3.Row) -> Notice:
    return Notice(
        row["id"],
        row["chat_platform"],
        row["recipient"],
        row["kind"],
        row["object_id"],
        row["attempts"],
    )
