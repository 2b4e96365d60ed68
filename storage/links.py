"""Links: which wallet belongs to which chat user. The schema allows one of each per chat platform."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection, from_ms, to_ms


@dataclass(frozen=True)
class Link:
    id: str
    chat_platform: str
    chat_user_id: str
    lane: str
    user_guid: str
    banq_user_id: str
    state: str
    session_id: str
    linked_at: datetime
    ended_at: datetime | None = None


async def insert(tx: Connection, link: Link) -> None:
    """Raises IntegrityError where the chat user or the wallet is linked already."""
    await tx.execute(
        "INSERT INTO links (id, chat_platform, chat_user_id, lane, user_guid, banq_user_id, state,"
        " session_id, linked_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        link.id,
        link.chat_platform,
        link.chat_user_id,
        link.lane,
        link.user_guid,
        link.banq_user_id,
        link.state,
        link.session_id,
        to_ms(link.linked_at),
    )


async def of_chat_user(connection: Connection, chat_platform: str, chat_user_id: str) -> Link | None:
    """The chat user's link that has not ended: active, stale or frozen."""
    row = await connection.fetch_one(
        "SELECT * FROM links WHERE chat_platform = ?1 AND chat_user_id = ?2 AND state <> 'unlinked'",
        chat_platform,
        chat_user_id,
    )
    return _link(row)


async def get(connection: Connection, link_id: str) -> Link | None:
    return _link(await connection.fetch_one("SELECT * FROM links WHERE id = ?1", link_id))


async def of_approval(connection: Connection, user_guid: str) -> list[Link]:
    """All links that rest on this approval and have not ended, one per chat platform at most."""
    rows = await connection.fetch_all(
        "SELECT * FROM links WHERE user_guid = ?1 AND state <> 'unlinked'", user_guid
    )
    return [link for row in rows if (link := _link(row)) is not None]


async def of_wallet(connection: Connection, user_guid: str, banq_user_id: str) -> list[Link]:
    """All links of a wallet that have not ended, one per chat platform at most.

    A wallet has another userGuid in each lane, and one userId.
    """
    rows = await connection.fetch_all(
        "SELECT * FROM links WHERE (user_guid = ?1 OR banq_user_id = ?2) AND state <> 'unlinked'",
        user_guid,
        banq_user_id,
    )
    return [link for row in rows if (link := _link(row)) is not None]


async def latest(connection: Connection, state: str | None, limit: int) -> list[Link]:
    """Of all members the newest first, in this state or in whatever."""
    rows = await connection.fetch_all(
        "SELECT * FROM links WHERE ?1 IS NULL OR state = ?1 ORDER BY linked_at DESC, rowid DESC LIMIT ?2",
        state,
        limit,
    )
    return [link for row in rows if (link := _link(row)) is not None]


async def move(tx: Connection, link_id: str, old: str, new: str) -> bool:
    """Compare-and-set of the state, for states other than 'unlinked'."""
    changed = await tx.execute("UPDATE links SET state = ?3 WHERE id = ?1 AND state = ?2", link_id, old, new)
    return changed == 1


async def end(tx: Connection, link_id: str, now: datetime) -> bool:
    changed = await tx.execute(
        "UPDATE links SET state = 'unlinked', ended_at = ?2 WHERE id = ?1 AND state <> 'unlinked'",
        link_id,
        to_ms(now),
    )
    return changed == 1


async def lanes_in_use(connection: Connection) -> list[str]:
    rows = await connection.fetch_all("SELECT DISTINCT lane FROM links WHERE state <> 'unlinked'")
    return [str(row[0]) for row in rows]


async def count_by_state(connection: Connection) -> dict[str, int]:
    rows = await connection.fetch_all("SELECT state, count(*) FROM links GROUP BY state")
    return {str(row[0]): int(row[1]) for row in rows}


def _link(row: sqlite3.Row | None) -> Link | None:
    if row is None:
        return None
    return Link(
        id=row["id"],
        chat_platform=row["chat_platform"],
        chat_user_id=row["chat_user_id"],
        lane=row["lane"],
        user_guid=row["user_guid"],
        banq_user_id=row["banq_user_id"],
        state=row["state"],
        session_id=row["session_id"],
        linked_at=from_ms(row["linked_at"]),
        ended_at=None if row["ended_at"] is None else from_ms(row["ended_at"]),
    )
