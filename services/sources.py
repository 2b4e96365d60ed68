"""Time and chance, handed to the services so that tests can hand in their own."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return secrets.token_hex(8)


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def _new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06}"


@dataclass(frozen=True)
class Sources:
    """`monotonic`: seconds that have passed, since whenever, whatever is done to the clock.

    `new_id` names rows and may be seen; `new_token` is a secret of 32 random bytes.
    """

    now: Callable[[], datetime] = _utc_now
    monotonic: Callable[[], float] = time.monotonic
    new_id: Callable[[], str] = _new_id
    new_token: Callable[[], str] = _new_token
    new_code: Callable[[], str] = _new_code
