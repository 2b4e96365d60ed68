"""Webhooks as they came, stored before they are answered and worked off afterwards."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection, from_ms, to_ms


@dataclass(frozen=True)
class Delivery:
    id: int
    lane: str
    received_at: datetime
    body: bytes
    attempts: int


async def insert(tx: Connection, lane: str, received_at: datetime, body: bytes, event_id: str | None) -> bool:
    """Store a delivery; False when an event of this id is stored already. Without an id, always stored."""
    changed = await tx.execute(
        "INSERT INTO webhook_inbox (lane, received_at, body, event_id) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (lane, event_id) WHERE event_id IS NOT NULL DO NOTHING",
        lane,
        to_ms(received_at),
        body,
        event_id,
    )
    return changed == 1


async def pending(connection: Connection, now: datetime, limit: int) -> list[Delivery]:
    """Deliveries that are due, oldest first."""
    rows = await connection.fetch_all(
        "SELECT id, lane, received_at, body, attempts FROM webhook_inbox"
        " WHERE state = 'pending' AND next_try_at <= ?1 ORDER BY id LIMIT ?2",
        to_ms(now),
        limit,
    )
    return [_delivery(row) for row in rows]


async def mark_processed(tx: Connection, delivery_id: int, now: datetime) -> None:
    await tx.execute(
        "UPDATE webhook_inbox SET state = 'processed', processed_at = ?2 WHERE id = ?1 AND state = 'pending'",
        delivery_id,
        to_ms(now),
    )


async def mark_failed(
    tx: Connection, delivery_id: int, error: str, next_try_at: datetime, *, park: bool
) -> None:
    """Count a failed try; a parked delivery waits for the operator."""
    await tx.execute(
        "UPDATE webhook_inbox SET attempts = attempts + 1, error = ?2, next_try_at = ?3, state = ?4"
        " WHERE id = ?1 AND state = 'pending'",
        delivery_id,
        error,
        to_ms(next_try_at),
        "parked" if park else "pending",
    )


async def last_received_at(connection: Connection) -> datetime | None:
    row = await connection.fetch_one("SELECT received_at FROM webhook_inbox ORDER BY id DESC LIMIT 1")
    return None if row is None else from_ms(row["received_at"])


async def count_by_state(connection: Connection) -> dict[str, int]:
    rows = await connection.fetch_all("SELECT state, count(*) FROM webhook_inbox GROUP BY state")
    return {str(row[0]): int(row[1]) for row in rows}


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(row["id"], row["lane"], from_ms(row["received_at"]), bytes(row["body"]), row["attempts"])
