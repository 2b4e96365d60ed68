"""Whether the process can do its work."""

import logging
import sqlite3

from storage.database import Database

log = logging.getLogger(__name__)


class HealthCheck:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def trouble(self) -> str | None:
        """What keeps the process from its work, if anything."""
        try:
            await self._database.read.fetch_one("SELECT 1 FROM links LIMIT 1")
        except sqlite3.Error:
            log.exception("the database does not answer")
            return "the database does not answer"
        return "the database cannot be written" if self._database.cannot_write else None
