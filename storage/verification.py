"""Looks at every page and row of a database file, and says what it holds or what is wrong with it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage import schema
from storage.database import BUSY_TIMEOUT_S, SQLITE_ERRORS, ImpossibleTime, from_ms, is_damage
from storage.refusals import Problem, Unfit


@dataclass(frozen=True)
class Contents:
    """`newest` is when the last thing happened that the file knows of."""

    links: int
    withdrawals: int
    webhooks: int
    newest: datetime | None


def existing(path: Path) -> sqlite3.Connection:
    """A connection to a file that must be there already. Raises sqlite3.Error."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_S
    )


def verified(path: Path) -> Contents:
    """What the file holds. Raises Unfit, or sqlite3.Error where it cannot be got at."""
    try:
        with closing(existing(path)) as connection:
            connection.execute("PRAGMA query_only = ON")
            schema.refuse_if_not_ours(connection)
            if not schema.tables(connection):
                raise Unfit(Problem.EMPTY)
            if schema.tables(connection) != schema.expected_tables(schema.version(connection)):
                raise Unfit(Problem.OTHER_TABLES)
            _check_pages(connection)
            return _contents(connection)
    except SQLITE_ERRORS as error:
        if not is_damage(error):
            raise
        raise damage(error) from error


def damage(error: Exception) -> Unfit:
    """What SQLite met, where `is_damage` says that it is damage."""
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
        return Unfit(Problem.NO_DATABASE)
    if isinstance(error, ImpossibleTime):
        return Unfit(Problem.IMPOSSIBLE_TIME)
    return Unfit(Problem.DAMAGED, str(error))


def _check_pages(connection: sqlite3.Connection) -> None:
    [first] = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if first != "ok":
        # Below a heading.
        raise Unfit(Problem.DAMAGED, str(first).splitlines()[-1])
    reference = connection.execute("PRAGMA foreign_key_check").fetchone()
    if reference is not None:
        raise Unfit(Problem.STRAY_ROW, reference[0], reference[2])


def _contents(connection: sqlite3.Connection) -> Contents:
    row = connection.execute(
        "SELECT (SELECT count(*) FROM links WHERE state <> 'unlinked'), (SELECT count(*) FROM withdrawals),"
        " (SELECT count(*) FROM webhook_inbox), (SELECT max(at) FROM (SELECT max(at) AS at FROM audit"
        " UNION ALL SELECT max(received_at) FROM webhook_inbox))"
    ).fetchone()
    return Contents(row[0], row[1], row[2], None if row[3] is None else from_ms(row[3]))
