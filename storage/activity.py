"""How much happened on each day, for charts: numbers alone."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from storage.database import EPOCH, Connection, to_ms

DAY = timedelta(days=1)


async def links_made(connection: Connection, since: datetime) -> Mapping[date, int]:
    """By day in UTC; days without any are not in it."""
    rows = await connection.fetch_all(
        "SELECT linked_at / 86400000 AS day, count(*) FROM links WHERE linked_at >= ?1 GROUP BY day",
        to_ms(since),
    )
    return {(EPOCH + row[0] * DAY).date(): row[1] for row in rows}


async def withdrawals_confirmed(connection: Connection, since: datetime) -> Mapping[date, int]:
    """By the day in UTC on which their owners confirmed them, whatever became of them."""
    rows = await connection.fetch_all(
        "SELECT confirmed_at / 86400000 AS day, count(*) FROM withdrawals"
        " WHERE confirmed_at >= ?1 GROUP BY day",
        to_ms(since),
    )
    return {(EPOCH + row[0] * DAY).date(): row[1] for row in rows}
