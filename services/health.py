"""Whether the process can do its work."""

import logging
import sqlite3

from storage.database import Database

log = logging.getLogger(__name__)


class HealthCheck:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def database_answers(self) -> bool:
        try:
            await self._database.read.fetch_one("SELECT 1 FROM links LIMIT 1")
        except sqlite3.Error:
            log.exception("the database does not answer")
            return False
        return True
