"""What happened on each of the last days, in numbers."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from storage import activity
from storage.database import Connection

DAYS = 30


@dataclass(frozen=True)
class Activity:
    """Days in UTC, the oldest first; the last one is today and not over. Each number belongs to a day."""

    days: tuple[date, ...]
    links: tuple[int, ...]
    withdrawals: tuple[int, ...]

    @property
    def is_empty(self) -> bool:
        return not any(self.links) and not any(self.withdrawals)


async def of_last_days(connection: Connection, now: datetime) -> Activity:
    days = tuple(now.date() - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1))
    since = datetime.combine(days[0], time(), now.tzinfo)
    links = await activity.links_made(connection, since)
    withdrawals = await activity.withdrawals_confirmed(connection, since)
    return Activity(
        days,
        tuple(links.get(day, 0) for day in days),
        tuple(withdrawals.get(day, 0) for day in days),
    )
