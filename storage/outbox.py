"""Notices to members and to the team, written in the transaction of what they tell, delivered afterwards."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.clock import CLOCK_WAS_WRONG
from storage.database import Connection, from_ms, to_ms

Recipient = tuple[str, str]
# In place of a user id, for what the people who run the community must be told.
TEAM = "team"
# What the team and the operator did, each as it stands in the audit log; only Discord has such a channel.
AUDIT = "audit"
AUDIT_CHANNEL: Recipient = ("discord", AUDIT)
AUDIT_LINE = "audit_line"


@dataclass(frozen=True)
class Notice:
    id: int
    chat_platform: str
    recipient: str
    kind: str
    object_id: str
    attempts: int
    created_at: datetime

    @property
    def owner(self) -> Recipient:
        return (self.chat_platform, self.recipient)


async def insert(
    tx: Connection,
    member: Recipient,
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


async def insert_for_team(
    tx: Connection, chat_platform: str, kind: str, object_id: str, now: datetime
) -> None:
    """Add a notice for the team on this platform; the same about the same object is kept once."""
    await insert(tx, (chat_platform, TEAM), kind, object_id, now)


async def due_recipients(
    connection: Connection, chat_platform: str, now: datetime, limit: int
) -> list[Recipient]:
    """For whom something is due, whoever has waited longest first."""
    rows = await connection.fetch_all(
        # By itself, SQLite would look through all that was ever delivered.
        "SELECT recipient FROM outbox INDEXED BY pending_notices"
        " WHERE state = 'pending' AND (next_try_at <= ?2 OR next_try_at > ?3) AND chat_platform = ?1"
        " GROUP BY recipient ORDER BY min(id) LIMIT ?4",
        chat_platform,
        to_ms(now),
        to_ms(now + CLOCK_WAS_WRONG),
        limit,
    )
    return [(chat_platform, row["recipient"]) for row in rows]


async def first_due(connection: Connection, recipient: Recipient, now: datetime) -> Notice | None:
    row = await connection.fetch_one(
        "SELECT * FROM outbox WHERE chat_platform = ?1 AND recipient = ?2 AND state = 'pending'"
        " AND (next_try_at <= ?3 OR next_try_at > ?4) ORDER BY id LIMIT 1",
        *recipient,
        to_ms(now),
        to_ms(now + CLOCK_WAS_WRONG),
    )
    return None if row is None else _notice(row)


async def kept_for(connection: Connection, recipient: Recipient) -> list[Notice]:
    """Notices that are not tried (any more), and are for the recipient's next command; oldest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM outbox WHERE chat_platform = ?1 AND recipient = ?2 AND state IN ('kept', 'dead')"
        " ORDER BY id",
        *recipient,
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
    """The recipient cannot be written to: hold the notice for the next command."""
    await tx.execute("UPDATE outbox SET state = 'kept' WHERE id = ?1 AND state = 'pending'", notice_id)


async def drop(tx: Connection, notice_id: int) -> None:
    """Nobody is there to be told, and nobody will ask for it."""
    await tx.execute("DELETE FROM outbox WHERE id = ?1", notice_id)


async def try_later(tx: Connection, notice_id: int, next_try_at: datetime) -> None:
    await tx.execute(
        "UPDATE outbox SET attempts = attempts + 1, next_try_at = ?2 WHERE id = ?1 AND state = 'pending'",
        notice_id,
        to_ms(next_try_at),
    )


async def hold_back(tx: Connection, recipient: Recipient, until: datetime) -> None:
    """Nothing to this recipient before then, so that what follows does not overtake what failed."""
    await tx.execute(
        "UPDATE outbox SET next_try_at = ?3 WHERE chat_platform = ?1 AND recipient = ?2"
        " AND state = 'pending' AND (next_try_at <= ?3 OR next_try_at > ?4)",
        *recipient,
        to_ms(until),
        to_ms(until + CLOCK_WAS_WRONG),
    )


async def give_up(tx: Connection, notice_id: int) -> None:
    """That was the last try: nothing but the recipient's next command shows the notice now."""
    await tx.execute(
        "UPDATE outbox SET attempts = attempts + 1, state = 'dead' WHERE id = ?1 AND state = 'pending'",
        notice_id,
    )


async def dead_for_members(connection: Connection) -> tuple[int, datetime | None]:
    """How many notices were given up, and when the oldest of them was written."""
    row = await connection.fetch_one(
        "SELECT count(*) AS number, min(created_at) AS oldest FROM outbox"
        " WHERE state = 'dead' AND recipient <> ?1",
        TEAM,
    )
    if row is None or row["oldest"] is None:
        return 0, None
    return row["number"], from_ms(row["oldest"])


async def waiting(connection: Connection) -> tuple[int, datetime | None]:
    """How many are still to be delivered to members and to the team, and when the oldest was written.

    Lines of the audit log wait for as long as their channel is closed, which keeps no message from anybody.
    """
    row = await connection.fetch_one(
        "SELECT count(*) AS number, min(created_at) AS oldest FROM outbox"
        " WHERE state = 'pending' AND recipient <> ?1",
        AUDIT,
    )
    if row is None or row["oldest"] is None:
        return 0, None
    return row["number"], from_ms(row["oldest"])


async def dead_count(connection: Connection) -> int:
    """How many were given up, for members and for the team."""
    return await connection.count("SELECT count(*) FROM outbox WHERE state = 'dead'")


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
        from_ms(row["created_at"]),
    )
