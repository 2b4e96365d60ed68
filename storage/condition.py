"""What state a database file is in, looked at without changing anything about it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage import schema
from storage.database import SQLITE_ERRORS, from_ms
from storage.refusals import DatabaseRefused, Refusal, Unfit
from storage.verification import existing

PATIENCE_MS = 2000


@dataclass(frozen=True)
class Condition:
    """`version` is that of the file's schema, and `newest` the one that this program needs."""

    version: int
    newest: int

    @property
    def is_behind(self) -> bool:
        return self.version < self.newest


def condition(path: Path) -> Condition | None:
    """None for an empty file, which gets its tables at the first start. Raises DatabaseRefused."""
    try:
        with closing(existing(path)) as connection:
            schema.refuse_if_not_ours(connection)
            if not schema.tables(connection):
                return None
            version = schema.version(connection)
            schema.refuse_other_tables(connection, version)
            _refuse_if_read_only(connection)
            return Condition(version, schema.newest_version())
    except (Unfit, *SQLITE_ERRORS) as error:
        raise DatabaseRefused(Refusal.NOT_OPENED, path, cause=error) from error


def last_webhook_at(path: Path) -> datetime | None:
    """For a file of the newest schema. Raises DatabaseRefused."""
    return _latest(path, "SELECT max(received_at) FROM webhook_inbox")


def paused_since(path: Path) -> datetime | None:
    """None while members may withdraw. For a file of the newest schema. Raises DatabaseRefused."""
    return _latest(path, "SELECT max(paused_at) FROM pauses WHERE resumed_at IS NULL")


def _latest(path: Path, sql: str) -> datetime | None:
    try:
        with closing(existing(path)) as connection:
            [at_ms] = connection.execute(sql).fetchone()
            return None if at_ms is None else from_ms(at_ms)
    except SQLITE_ERRORS as error:
        raise DatabaseRefused(Refusal.NOT_OPENED, path, cause=error) from error


def _refuse_if_read_only(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
    try:
        connection.execute("BEGIN IMMEDIATE")
        # Until something is written, a file that can only be read takes part in anything.
        connection.execute(f"PRAGMA user_version = {schema.version(connection)}")
    except sqlite3.OperationalError as error:
        # Whoever writes just now may go on; it is not this that was asked.
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
