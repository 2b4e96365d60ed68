"""What a clock that was wrong has put off: it may have been far ahead, and been put right since."""

from datetime import datetime, timedelta

# By a clock that is right, nothing is put off for so long.
CLOCK_WAS_WRONG = timedelta(days=1)


def is_far_ahead(time: datetime, now: datetime) -> bool:
    return time > now + CLOCK_WAS_WRONG


def has_come(time: datetime, now: datetime) -> bool:
    """Whether it is so late. What lies far ahead counts as come, lest it be waited for for years."""
    return time <= now or is_far_ahead(time, now)
