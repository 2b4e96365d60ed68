"""Whether the process can do its work, and what keeps it from that. Nothing here tells of members."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.worker import Worker
from storage.database import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. Only what `failed` keeps the process from being ready."""

    name: str
    state: Literal["ok", "degraded", "failed"]
    sentence: str
    last_good_at: datetime | None = None


@dataclass(frozen=True)
class Readiness:
    checks: tuple[Check, ...]

    @property
    def status(self) -> Literal["ready", "degraded", "not ready"]:
        states = {check.state for check in self.checks}
        if "failed" in states:
            return "not ready"
        return "degraded" if "degraded" in states else "ready"

    @property
    def is_ready(self) -> bool:
        return self.status != "not ready"


class HealthCheck:
    """`checks`: what counts beside the database."""

    def __init__(self, database: Database, checks: Sequence[Callable[[], Check]] = ()) -> None:
        self._database = database
        self._checks = checks

    async def trouble(self) -> str | None:
        """What keeps even a process that was just started from its work, if anything."""
        try:
            await self._database.read.fetch_one("SELECT 1 FROM links LIMIT 1")
        except sqlite3.Error:
            log.exception("the database does not answer")
            return "the database does not answer"
        return "the database cannot be written" if self._database.cannot_write else None

    async def readiness(self) -> Readiness:
        trouble = await self.trouble()
        if trouble is None:
            database = Check("database", "ok", "It can be read and written.")
        else:
            database = Check("database", "failed", f"{trouble.capitalize()}.")
        return Readiness((database, *(check() for check in self._checks)))


def gateway_check(is_connected: Callable[[], bool]) -> Check:
    if is_connected():
        return Check("gateway", "ok", "Discord's gateway is connected.")
    return Check("gateway", "failed", "Discord's gateway is not connected: no command arrives.")


def workers_check(workers: Sequence[Worker]) -> Check:
    troubles = [f"{worker.name} {trouble}" for worker in workers if (trouble := worker.trouble())]
    if troubles:
        return Check("workers", "failed", f"{'; '.join(troubles)}.")
    return Check("workers", "ok", "Each has made its round.")
