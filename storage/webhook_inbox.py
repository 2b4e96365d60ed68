"""Webhooks as they came, stored before they are answered and worked off afterwards."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.clock import CLOCK_WAS_WRONG
from storage.database import Connection, from_ms, to_ms


@dataclass(frozen=True)
class Delivery:
    id: int
    lane: str
    received_at: datetime
    body: bytes
    kind: str
    attempts: int
    subject: str | None
    state: str
    error: str | None


@dataclass(frozen=True)
class Kept:
    id: int
    state: str
    received_at: datetime


async def due(connection: Connection, now: datetime, limit: int) -> list[Delivery]:
    """What is due and no hint, oldest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM webhook_inbox"
        " WHERE state = 'pending' AND subject IS NULL AND (next_try_at <= ?1 OR next_try_at > ?2)"
        " ORDER BY id LIMIT ?3",
        to_ms(now),
        to_ms(now + CLOCK_WAS_WRONG),
        limit,
    )
    return [_delivery(row) for row in rows]


async def due_subjects(connection: Connection, now: datetime, limit: int) -> list[tuple[str, str]]:
    """(lane, subject) whose first pending hint is due: while that one has to wait, all later ones do."""
    rows = await connection.fetch_all(
        "SELECT lane, subject FROM webhook_inbox AS first"
        " WHERE state = 'pending' AND subject IS NOT NULL AND (next_try_at <= ?1 OR next_try_at > ?2)"
        " AND NOT EXISTS (SELECT 1 FROM webhook_inbox AS earlier WHERE earlier.state = 'pending'"
        " AND earlier.lane = first.lane AND earlier.subject = first.subject AND earlier.id < first.id)"
        " ORDER BY next_try_at, id LIMIT ?3",
        to_ms(now),
        to_ms(now + CLOCK_WAS_WRONG),
        limit,
    )
    return [(row["lane"], row["subject"]) for row in rows]


async def pending_hints(connection: Connection, lane: str, subject: str, limit: int) -> list[Delivery]:
    """The oldest hints about one subject, in the order they came."""
    rows = await connection.fetch_all(
        "SELECT * FROM webhook_inbox"
        " WHERE state = 'pending' AND lane = ?1 AND subject = ?2 ORDER BY id LIMIT ?3",
        lane,
        subject,
        limit,
    )
    return [_delivery(row) for row in rows]


async def mark_processed(tx: Connection, deliveries: Sequence[Delivery], now: datetime) -> None:
    await tx.execute(
        "UPDATE webhook_inbox SET state = 'processed', processed_at = ?2"
        " WHERE id IN (SELECT value FROM json_each(?1)) AND state = 'pending'",
        json.dumps([delivery.id for delivery in deliveries]),
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


async def parked_ids(connection: Connection) -> list[int]:
    rows = await connection.fetch_all("SELECT id FROM webhook_inbox WHERE state = 'parked' ORDER BY id")
    return [int(row["id"]) for row in rows]


async def replay(tx: Connection, ids: Sequence[int]) -> int:
    """Those of them that are parked are tried again, as often as new ones; how many that were."""
    return await tx.execute(
        "UPDATE webhook_inbox SET state = 'pending', attempts = 0, next_try_at = 0"
        " WHERE id IN (SELECT value FROM json_each(?1)) AND state = 'parked'",
        json.dumps(list(ids)),
    )


async def failing(connection: Connection, limit: int) -> list[Delivery]:
    """Parked, or tried without success so far; the newest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM webhook_inbox WHERE id IN ("
        "SELECT id FROM webhook_inbox WHERE state = 'parked'"
        " UNION ALL SELECT id FROM webhook_inbox WHERE state = 'pending' AND subject IS NULL AND attempts > 0"
        " UNION ALL SELECT id FROM webhook_inbox"
        " WHERE state = 'pending' AND subject IS NOT NULL AND attempts > 0) ORDER BY id DESC LIMIT ?1",
        limit,
    )
    return [_delivery(row) for row in rows]


async def latest(connection: Connection, limit: int) -> list[Delivery]:
    rows = await connection.fetch_all("SELECT * FROM webhook_inbox ORDER BY id DESC LIMIT ?1", limit)
    return [_delivery(row) for row in rows]


async def kept_after(connection: Connection, inbox_id: int, limit: int) -> list[Kept]:
    """The next ones in the order they came, all but the newest: that one stays for ever."""
    rows = await connection.fetch_all(
        "SELECT id, state, received_at FROM webhook_inbox"
        " WHERE id > ?1 AND id < (SELECT max(id) FROM webhook_inbox) ORDER BY id LIMIT ?2",
        inbox_id,
        limit,
    )
    return [Kept(row["id"], row["state"], from_ms(row["received_at"])) for row in rows]


async def parked_up_to(connection: Connection, inbox_id: int) -> int:
    return await connection.count(
        "SELECT count(*) FROM webhook_inbox WHERE state = 'parked' AND id <= ?1", inbox_id
    )


async def delete(tx: Connection, ids: Sequence[int]) -> None:
    """Those that are processed, and not the newest; others are refused. What was counted stays counted."""
    await tx.execute(
        "DELETE FROM webhook_inbox WHERE id IN (SELECT value FROM json_each(?1))", json.dumps(ids)
    )


async def last_received_at(connection: Connection) -> datetime | None:
    row = await connection.fetch_one("SELECT received_at FROM webhook_inbox ORDER BY id DESC LIMIT 1")
    return None if row is None else from_ms(row["received_at"])


async def pending_count(connection: Connection) -> int:
    return await connection.count(
        "SELECT (SELECT count(*) FROM webhook_inbox WHERE state = 'pending' AND subject IS NULL)"
        " + (SELECT count(*) FROM webhook_inbox WHERE state = 'pending' AND subject IS NOT NULL)"
    )


async def parked_count(connection: Connection) -> int:
    return await connection.count("SELECT count(*) FROM webhook_inbox WHERE state = 'parked'")


async def newest_id(connection: Connection) -> int:
    """How many were ever stored: ids are given out without gaps, and the newest row stays."""
    return await connection.count("SELECT max(id) FROM webhook_inbox")


async def parked_reasons(connection: Connection) -> dict[str, int]:
    """Why webhooks are parked, and how many for each reason."""
    rows = await connection.fetch_all(
        "SELECT error, count(*) FROM webhook_inbox WHERE state = 'parked' GROUP BY error ORDER BY 2 DESC"
    )
    return {str(row[0]): int(row[1]) for row in rows}


async def totals(connection: Connection) -> dict[str, int]:
    """How many of each kind were ever worked off."""
    rows = await connection.fetch_all("SELECT kind, sum(number) FROM webhook_totals GROUP BY kind")
    return {str(row[0]): int(row[1]) for row in rows}


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        id=row["id"],
        lane=row["lane"],
        received_at=from_ms(row["received_at"]),
        body=bytes(row["body"]),
        kind=row["kind"],
        attempts=row["attempts"],
        subject=row["subject"],
        state=row["state"],
        error=row["error"],
    )
