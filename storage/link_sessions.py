"""Linking attempts: one row per `/link`, from the link in chat to the wallet on the chat user."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from storage.clock import CLOCK_WAS_WRONG
from storage.database import Connection, from_ms, to_ms

LIVE = "('issued', 'opened', 'proven', 'waiting', 'open', 'approved', 'matched')"
ENDED = frozenset({"linked", "expired", "cancelled", "wrong_browser", "unmatched", "conflict", "refused"})

Proof = Literal["sign_in", "code"]


@dataclass(frozen=True)
class LinkSession:
    id: str
    chat_platform: str
    chat_user_id: str
    chat_user_name: str
    chat_avatar_url: str | None
    state: str
    proof: Proof
    seen_at: datetime | None
    lane: str | None
    waiting_since: datetime | None
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
        " chat_avatar_url, state, proof, code_tries_left, created_at, expires_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        session.id,
        token_hash,
        session.chat_platform,
        session.chat_user_id,
        session.chat_user_name,
        session.chat_avatar_url,
        session.state,
        session.proof,
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
        f"SELECT * FROM link_sessions WHERE chat_platform = ?1 AND chat_user_id = ?2 AND state IN {LIVE}",  # noqa: S608
        chat_platform,
        chat_user_id,
    )
    return _session(row)


async def live(connection: Connection) -> list[LinkSession]:
    rows = await connection.fetch_all(
        f"SELECT * FROM link_sessions WHERE state IN {LIVE}"  # noqa: S608 - our own words
    )
    return [session for row in rows if (session := _session(row)) is not None]


async def count_live(connection: Connection) -> dict[str, int]:
    rows = await connection.fetch_all(
        f"SELECT state, count(*) FROM link_sessions WHERE state IN {LIVE} GROUP BY state"  # noqa: S608
    )
    return {str(row[0]): int(row[1]) for row in rows}


async def started_since(connection: Connection, member: tuple[str, str], since: datetime) -> list[datetime]:
    """When the member's attempts since then were started, the earliest first."""
    rows = await connection.fetch_all(
        "SELECT created_at FROM link_sessions WHERE chat_platform = ?1 AND chat_user_id = ?2"
        " AND created_at > ?3 ORDER BY created_at",
        *member,
        to_ms(since),
    )
    return [from_ms(row[0]) for row in rows]


async def move(tx: Connection, session_id: str, old: str, new: str) -> bool:
    """Compare-and-set of the state; the secrets of the old state are forgotten."""
    changed = await tx.execute(
        "UPDATE link_sessions SET state = ?3, finish_code = NULL, sign_in_hash = NULL"
        " WHERE id = ?1 AND state = ?2",
        session_id,
        old,
        new,
    )
    return changed == 1


async def bind_browser(tx: Connection, session_id: str, browser_hash: bytes, now: datetime) -> bool:
    """Issued -> opened, for the first browser that asks."""
    changed = await tx.execute(
        "UPDATE link_sessions SET state = 'opened', browser_hash = ?2, seen_at = ?3"
        " WHERE id = ?1 AND state = 'issued'",
        session_id,
        browser_hash,
        to_ms(now),
    )
    return changed == 1


async def ask_to_sign_in(tx: Connection, session_id: str, sign_in_hash: bytes) -> bool:
    """Remember what the browser must bring back from signing in; an earlier one counts no more."""
    changed = await tx.execute(
        "UPDATE link_sessions SET sign_in_hash = ?2 WHERE id = ?1 AND state = 'opened' AND proof = 'sign_in'",
        session_id,
        sign_in_hash,
    )
    return changed == 1


async def take_sign_in(tx: Connection, session_id: str, sign_in_hash: bytes) -> bool:
    """Use up what the browser brought back; False where it is another's, or was used before."""
    changed = await tx.execute(
        "UPDATE link_sessions SET sign_in_hash = NULL WHERE id = ?1 AND sign_in_hash = ?2",
        session_id,
        sign_in_hash,
    )
    return changed == 1


async def join_line(tx: Connection, session_id: str, now: datetime) -> bool:
    """Proven -> waiting, at the end of the line."""
    changed = await tx.execute(
        "UPDATE link_sessions SET state = 'waiting', waiting_since = ?2, seen_at = ?2"
        " WHERE id = ?1 AND state = 'proven'",
        session_id,
        to_ms(now),
    )
    return changed == 1


async def mark_seen(tx: Connection, session_id: str, now: datetime, waiting_until: datetime) -> None:
    """The page is still looked at; whoever waits keeps the place so long."""
    await tx.execute(
        "UPDATE link_sessions SET seen_at = max(seen_at, ?2),"
        " expires_at = CASE state WHEN 'waiting' THEN max(expires_at, ?3) ELSE expires_at END"
        " WHERE id = ?1 AND seen_at IS NOT NULL",
        session_id,
        to_ms(now),
        to_ms(waiting_until),
    )


async def open_widget(tx: Connection, session_id: str, lane: str, expires_at: datetime) -> bool:
    """Waiting -> open in a lane, with time enough for the turn."""
    changed = await tx.execute(
        "UPDATE link_sessions SET state = 'open', lane = ?2, expires_at = ?3"
        " WHERE id = ?1 AND state = 'waiting'",
        session_id,
        lane,
        to_ms(expires_at),
    )
    return changed == 1


async def first_in_line(connection: Connection, seen_since: datetime) -> LinkSession | None:
    """Whoever waits longest, of those whose page has been heard of since then."""
    row = await connection.fetch_one(
        "SELECT * FROM link_sessions WHERE state = 'waiting' AND seen_at >= ?1"
        " ORDER BY waiting_since, rowid LIMIT 1",
        to_ms(seen_since),
    )
    return _session(row)


async def anybody_waits(connection: Connection) -> bool:
    return await connection.count("SELECT EXISTS (SELECT 1 FROM link_sessions WHERE state = 'waiting')") > 0


async def in_line(connection: Connection) -> list[LinkSession]:
    """All who wait, whoever waits longest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM link_sessions WHERE state = 'waiting' ORDER BY waiting_since, rowid"
    )
    return [session for row in rows if (session := _session(row)) is not None]


async def match(
    tx: Connection,
    session_id: str,
    grant: tuple[str, str],
    nft_count: int,
    code: str | None,
    expires_at: datetime,
) -> bool:
    """Open or approved -> matched, with the (userGuid, userId) that approved, and the code, if any."""
    changed = await tx.execute(
        "UPDATE link_sessions SET state = 'matched', user_guid = ?2, banq_user_id = ?3, nft_count = ?4,"
        " finish_code = ?5, expires_at = ?6 WHERE id = ?1 AND state IN ('open', 'approved')",
        session_id,
        *grant,
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
        "SELECT * FROM link_sessions"  # noqa: S608 - our own words
        f" WHERE (expires_at <= ?1 OR expires_at > ?2) AND state IN {LIVE}",
        to_ms(now),
        to_ms(now + CLOCK_WAS_WRONG),
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
        proof=row["proof"],
        seen_at=None if row["seen_at"] is None else from_ms(row["seen_at"]),
        lane=row["lane"],
        waiting_since=None if row["waiting_since"] is None else from_ms(row["waiting_since"]),
        finish_code=row["finish_code"],
        code_tries_left=row["code_tries_left"],
        user_guid=row["user_guid"],
        banq_user_id=row["banq_user_id"],
        nft_count=row["nft_count"],
        created_at=from_ms(row["created_at"]),
        expires_at=from_ms(row["expires_at"]),
    )
