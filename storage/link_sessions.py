"""Linking attempts: one row per `/link`, from the link in chat to the wallet on the chat user."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection, from_ms, to_ms

ENDED = frozenset({"linked", "expired", "cancelled", "wrong_browser", "unmatched", "conflict", "refused"})


@dataclass(frozen=True)
class LinkSession:
    id: str
    chat_platform: str
    chat_user_id: str
    chat_user_name: str
    chat_avatar_url: str | None
    state: str
    lane: str | None
    finish_code: str | None
    code_tries_left: int
    user_guid: str | None
    banq_user_id: str | None
    nft_count: int | None
    created_at: datetime
    expires_at: datetime

    @property
    def owner(self) -> tuple[str, str]:
        return (self.chat_platform, self.chat_user_id)


async def insert(tx: Connection, session: LinkSession, token_hash: bytes) -> None:
    await tx.execute(
        "INSERT INTO link_sessions (id, token_hash, chat_platform, chat_user_id, chat_user_name,"
        " chat_avatar_url, state, code_tries_left, created_at, expires_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        session.id,
        token_hash,
        session.chat_platform,
        session.chat_user_id,
        session.chat_user_name,
        session.chat_avatar_url,
        session.state,
        session.code_tries_left,
        to_ms(session.created_at),
        to_ms(session.expires_at),
    )


async def get(connection: Connection, session_id: str) -> LinkSession | None:
    return _session(await connection.fetch_one("SELECT * FROM link_sessions WHERE id = ?1", session_id))


async def by_token(connection: Connection, token_hash: bytes) -> LinkSession | None:
    row = await connection.fetch_one("SELECT * FROM link_sessions WHERE token_hash = ?1", token_hash)
    return _session(row)


async def by_browser(connection: Connection, browser_hash: bytes) -> LinkSession | None:
    row = await connection.fetch_one("SELECT * FROM link_sessions WHERE browser_hash = ?1", browser_hash)
    return _session(row)


async def live_of(connection: Connection, chat_platform: str, chat_user_id: str) -> LinkSession | None:
    row = await connection.fetch_one(
        "SELECT * FROM link_sessions WHERE chat_platform = ?1 AND chat_user_id = ?2"
        " AND state IN ('issued', 'proven', 'waiting', 'open', 'approved', 'matched')",
        chat_platform,
        chat_user_id,
    )
    return _session(row)


async def move(tx: Connection, session_id: str, old: str, new: str) -> bool:
    """Compare-and-set of the state; leaving 'matched' also forgets the finish code."""
    changed = await tx.execute(
        "UPDATE link_sessions SET state = ?3, finish_code = NULL WHERE id = ?1 AND state = ?2",
        session_id,
        old,
        new,
    )
    return changed == 1


async def bind_browser(tx: Connection, session_id: str, browser_hash: bytes) -> bool:
    """Issued -> proven, for the first browser that asks."""
    changed = await tx.execute(
        "UPDATE link_sessions SET state = 'proven', browser_hash = ?2 WHERE id = ?1 AND state = 'issued'",
        session_id,
        browser_hash,
    )
    return changed == 1


async def join_line(tx: Connection, session_id: str, lane: str, now: datetime) -> bool:
    """Proven -> waiting, at the end of the lane's line."""
    changed = await tx.execute(
        "UPDATE link_sessions SET state = 'waiting', lane = ?2, waiting_since = ?3"
        " WHERE id = ?1 AND state = 'proven'",
        session_id,
        lane,
        to_ms(now),
    )
    return changed == 1


async def extend_waiting(tx: Connection, session_id: str, expires_at: datetime) -> None:
    await tx.execute(
        "UPDATE link_sessions SET expires_at = ?2 WHERE id = ?1 AND state = 'waiting'",
        session_id,
        to_ms(expires_at),
    )


async def open_widget(tx: Connection, session_id: str, expires_at: datetime) -> bool:
    """Waiting -> open, with time enough for the turn."""
    changed = await tx.execute(
        "UPDATE link_sessions SET state = 'open', expires_at = ?2 WHERE id = ?1 AND state = 'waiting'",
        session_id,
        to_ms(expires_at),
    )
    return changed == 1


async def first_in_line(connection: Connection, lane: str) -> LinkSession | None:
    row = await connection.fetch_one(
        "SELECT * FROM link_sessions WHERE lane = ?1 AND state = 'waiting'"
        " ORDER BY waiting_since, rowid LIMIT 1",
        lane,
    )
    return _session(row)


async def waiting_lanes(connection: Connection) -> list[str]:
    rows = await connection.fetch_all("SELECT DISTINCT lane FROM link_sessions WHERE state = 'waiting'")
    return [str(row[0]) for row in rows]


async def place_in_line(connection: Connection, session: LinkSession) -> int:
    """How many are at or before this session in its lane's line; 1 is next."""
    return await connection.count(
        "SELECT count(*) FROM link_sessions AS other JOIN link_sessions AS mine ON mine.id = ?1"
        " WHERE other.state = 'waiting' AND other.lane = mine.lane"
        " AND (other.waiting_since, other.rowid) <= (mine.waiting_since, mine.rowid)",
        session.id,
    )


async def busy_by_lane(connection: Connection) -> dict[str, int]:
    """How many sessions each lane has in line or at the widget."""
    rows = await connection.fetch_all(
        "SELECT lane, count(*) FROM link_sessions WHERE state IN ('waiting', 'open', 'approved')"
        " GROUP BY lane"
    )
    return {str(row[0]): int(row[1]) for row in rows}


async def match(
    tx: Connection, session_id: str, grant: tuple[str, str], nft_count: int, code: str, expires_at: datetime
) -> bool:
    """Approved -> matched, with the (userGuid, userId) that approved and the code that finishes it."""
    changed = await tx.execute(
        "UPDATE link_sessions SET state = 'matched', user_guid = ?2, banq_user_id = ?3, nft_count = ?4,"
        " finish_code = ?5, expires_at = ?6 WHERE id = ?1 AND state = 'approved'",
        session_id,
        grant[0],
        grant[1],
        nft_count,
        code,
        to_ms(expires_at),
    )
    return changed == 1


async def use_code_try(tx: Connection, session_id: str) -> bool:
    """Take one of the tries; False when none was left."""
    changed = await tx.execute(
        "UPDATE link_sessions SET code_tries_left = code_tries_left - 1"
        " WHERE id = ?1 AND state = 'matched' AND code_tries_left > 0",
        session_id,
    )
    return changed == 1


async def overdue(connection: Connection, now: datetime) -> list[LinkSession]:
    rows = await connection.fetch_all(
        "SELECT * FROM link_sessions WHERE expires_at <= ?1"
        " AND state IN ('issued', 'proven', 'waiting', 'open', 'approved', 'matched')",
        to_ms(now),
    )
    return [session for row in rows if (session := _session(row)) is not None]


def _session(row: sqlite3.Row | None) -> LinkSession | None:
    if row is None:
        return None
    return LinkSession(
        id=row["id"],
        chat_platform=row["chat_platform"],
        chat_user_id=row["chat_user_id"],
        chat_user_name=row["chat_user_name"],
        chat_avatar_url=row["chat_avatar_url"],
        state=row["state"],
        lane=row["lane"],
        finish_code=row["finish_code"],
        code_tries_left=row["code_tries_left"],
        user_guid=row["user_guid"],
        banq_user_id=row["banq_user_id"],
        nft_count=row["nft_count"],
        created_at=from_ms(row["created_at"]),
        expires_at=from_ms(row["expires_at"]),
    )
