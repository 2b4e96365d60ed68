"""Turns at the widget: at most one live turn per lane and per session, by unique indexes."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.database import Connection, from_ms, to_ms


@dataclass(frozen=True)
class Turn:
    id: int
    lane: str
    session_id: str
    opened_at: datetime
    expires_at: datetime
    reference: str | None
    approved_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None


async def begin(
    tx: Connection,
    lane: str,
    session_id: str,
    opened_at: datetime,
    expires_at: datetime,
    reference: str | None = None,
) -> None:
    """Take a turn: the lane's only one, or one of many that are told apart by a reference.

    Raises IntegrityError where somebody else holds the lane's.
    """
    await tx.execute(
        "INSERT INTO turns (lane, session_id, opened_at, expires_at, reference) VALUES (?1, ?2, ?3, ?4, ?5)",
        lane,
        session_id,
        to_ms(opened_at),
        to_ms(expires_at),
        reference,
    )


async def live_of_lane(connection: Connection, lane: str) -> Turn | None:
    """The turn that has the lane for itself."""
    row = await connection.fetch_one(
        "SELECT * FROM turns WHERE lane = ?1 AND ended_at IS NULL AND reference IS NULL", lane
    )
    return _turn(row)


async def live_of_session(connection: Connection, session_id: str) -> Turn | None:
    row = await connection.fetch_one(
        "SELECT * FROM turns WHERE session_id = ?1 AND ended_at IS NULL", session_id
    )
    return _turn(row)


async def latest_of_session(connection: Connection, session_id: str) -> Turn | None:
    row = await connection.fetch_one(
        "SELECT * FROM turns WHERE session_id = ?1 ORDER BY id DESC LIMIT 1", session_id
    )
    return _turn(row)


async def at(connection: Connection, lane: str, time: datetime) -> Turn | None:
    """The lane's turn that was live at that time, or else its last one before; it may have ended since."""
    row = await connection.fetch_one(
        "SELECT * FROM turns WHERE lane = ?1 AND opened_at <= ?2 AND reference IS NULL"
        " ORDER BY id DESC LIMIT 1",
        lane,
        to_ms(time),
    )
    return _turn(row)


async def by_reference(connection: Connection, lane: str, reference: str) -> Turn | None:
    row = await connection.fetch_one(
        "SELECT * FROM turns WHERE lane = ?1 AND reference = ?2", lane, reference
    )
    return _turn(row)


async def live(connection: Connection) -> list[Turn]:
    rows = await connection.fetch_all("SELECT * FROM turns WHERE ended_at IS NULL")
    return [turn for row in rows if (turn := _turn(row)) is not None]


async def ended_since(connection: Connection, since: datetime) -> list[Turn]:
    rows = await connection.fetch_all("SELECT * FROM turns WHERE ended_at >= ?1", to_ms(since))
    return [turn for row in rows if (turn := _turn(row)) is not None]


async def last_id(connection: Connection) -> int:
    """Turns with a higher one have begun later."""
    return await connection.count("SELECT coalesce(max(id), 0) FROM turns")


async def without_link_since(connection: Connection, member: tuple[str, str], since: datetime) -> list[Turn]:
    """The member's turns that ended since then and brought no link, the earliest end first."""
    rows = await connection.fetch_all(
        "SELECT turns.* FROM turns JOIN link_sessions ON link_sessions.id = turns.session_id"
        " WHERE link_sessions.chat_platform = ?1 AND link_sessions.chat_user_id = ?2"
        " AND turns.ended_at > ?3 AND turns.end_reason <> 'linked' ORDER BY turns.ended_at",
        *member,
        to_ms(since),
    )
    return [turn for row in rows if (turn := _turn(row)) is not None]


async def latest_lengths(connection: Connection, limit: int) -> list[timedelta]:
    """How long the latest turns took that brought a link."""
    rows = await connection.fetch_all(
        "SELECT ended_at - opened_at FROM turns WHERE end_reason = 'linked' ORDER BY id DESC LIMIT ?1", limit
    )
    return [timedelta(milliseconds=row[0]) for row in rows]


async def mark_approved(tx: Connection, turn_id: int, now: datetime) -> bool:
    """The first report counts, also after the turn's end: an approval may be on its way all the same."""
    changed = await tx.execute(
        "UPDATE turns SET approved_at = ?2 WHERE id = ?1 AND approved_at IS NULL",
        turn_id,
        to_ms(now),
    )
    return changed == 1


async def end(tx: Connection, session_id: str, reason: str, now: datetime) -> None:
    """End the session's turn, if it has one; what was granted in it and not matched is nobody's."""
    await tx.execute(
        "UPDATE grants SET state = 'unclaimed' WHERE state = 'pending' AND turn_id IN"
        " (SELECT id FROM turns WHERE session_id = ?1 AND ended_at IS NULL)",
        session_id,
    )
    await tx.execute(
        "UPDATE turns SET ended_at = ?2, end_reason = ?3 WHERE session_id = ?1 AND ended_at IS NULL",
        session_id,
        to_ms(now),
        reason,
    )


def _turn(row: sqlite3.Row | None) -> Turn | None:
    if row is None:
        return None
    return Turn(
        id=row["id"],
        lane=row["lane"],
        session_id=row["session_id"],
        opened_at=from_ms(row["opened_at"]),
        expires_at=from_ms(row["expires_at"]),
        reference=row["reference"],
        approved_at=None if row["approved_at"] is None else from_ms(row["approved_at"]),
        ended_at=None if row["ended_at"] is None else from_ms(row["ended_at"]),
        end_reason=row["end_reason"],
    )
