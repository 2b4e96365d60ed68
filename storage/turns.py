"""Turns at the widget: at most one live turn per lane, by a unique index."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection, from_ms, to_ms


@dataclass(frozen=True)
class Turn:
    id: int
    lane: str
    session_id: str
    opened_at: datetime
    expires_at: datetime
    approved_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None


async def begin(
    tx: Connection, lane: str, session_id: str, opened_at: datetime, expires_at: datetime
) -> None:
    """Take the lane's turn. Raises IntegrityError where somebody holds it."""
    await tx.execute(
        "INSERT INTO turns (lane, session_id, opened_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
        lane,
        session_id,
        to_ms(opened_at),
        to_ms(expires_at),
    )


async def live_of_lane(connection: Connection, lane: str) -> Turn | None:
    row = await connection.fetch_one("SELECT * FROM turns WHERE lane = ?1 AND ended_at IS NULL", lane)
    return _turn(row)


async def live_of_session(connection: Connection, session_id: str) -> Turn | None:
    row = await connection.fetch_one(
        "SELECT * FROM turns WHERE session_id = ?1 AND ended_at IS NULL", session_id
    )
    return _turn(row)


async def at(connection: Connection, lane: str, time: datetime) -> Turn | None:
    """The lane's turn that was live at that time, or else its last one before; it may have ended since."""
    row = await connection.fetch_one(
        "SELECT * FROM turns WHERE lane = ?1 AND opened_at <= ?2 ORDER BY id DESC LIMIT 1", lane, to_ms(time)
    )
    return _turn(row)


async def live(connection: Connection) -> list[Turn]:
    rows = await connection.fetch_all("SELECT * FROM turns WHERE ended_at IS NULL")
    return [turn for row in rows if (turn := _turn(row)) is not None]


async def ended_since(connection: Connection, lane: str, since: datetime) -> list[Turn]:
    rows = await connection.fetch_all(
        "SELECT * FROM turns WHERE lane = ?1 AND ended_at >= ?2", lane, to_ms(since)
    )
    return [turn for row in rows if (turn := _turn(row)) is not None]


async def mark_approved(tx: Connection, turn_id: int, now: datetime) -> bool:
    changed = await tx.execute(
        "UPDATE turns SET approved_at = ?2 WHERE id = ?1 AND ended_at IS NULL AND approved_at IS NULL",
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
        approved_at=None if row["approved_at"] is None else from_ms(row["approved_at"]),
        ended_at=None if row["ended_at"] is None else from_ms(row["ended_at"]),
        end_reason=row["end_reason"],
    )
