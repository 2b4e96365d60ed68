"""Looks at every page and row of a database file, and says what it holds or what is wrong with it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.database import BUSY_TIMEOUT_S, SQLITE_ERRORS, from_ms, is_damage
from storage.schema import expected_tables, is_of_another_program, newest_version, pragma, tables


class Unfit(Exception):
    """`problem` completes a sentence that begins with the file's name; `remedy` is a sentence of its own."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}. {remedy}")
        self.problem = problem
        self.remedy = remedy


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
            _check_owner(connection)
            _check_tables(connection)
            _check_pages(connection)
            return _contents(connection)
    except SQLITE_ERRORS as error:
        if not is_damage(error):
            raise
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
            raise Unfit(
                "is no database, or its beginning is damaged", "Choose a file that 'banqbot backup' has made."
            ) from error
        raise _damaged(str(error)) from error


def _check_owner(connection: sqlite3.Connection) -> None:
    if is_of_another_program(connection):
        raise Unfit("is a database of another program", "Choose a file that 'banqbot backup' has made.")
    if not tables(connection):
        raise Unfit("is empty", "Choose another backup.")
    version = pragma(connection, "user_version")
    if version > newest_version():
        raise Unfit(
            f"was written by a newer banqbot (schema {version}, this one knows {newest_version()})",
            "Update banqbot, or choose an older backup.",
        )


def _check_tables(connection: sqlite3.Connection) -> None:
    if tables(connection) != expected_tables(pragma(connection, "user_version")):
        raise Unfit(
            "has other tables than its version of banqbot makes",
            "An unreleased banqbot made it, or somebody changed it. Choose another backup.",
        )


def _check_pages(connection: sqlite3.Connection) -> None:
    [first] = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if first != "ok":
        raise _damaged(str(first).removeprefix("*** in database main ***\n"))
    reference = connection.execute("PRAGMA foreign_key_check").fetchone()
    if reference is not None:
        raise _damaged(f"a row of {reference[0]} belongs to one of {reference[2]} that is not there")


def _contents(connection: sqlite3.Connection) -> Contents:
    row = connection.execute(
        "SELECT (SELECT count(*) FROM links WHERE state <> 'unlinked'), (SELECT count(*) FROM withdrawals),"
        " (SELECT count(*) FROM webhook_inbox), (SELECT max(at) FROM (SELECT max(at) AS at FROM audit"
        " UNION ALL SELECT max(received_at) FROM webhook_inbox))"
    ).fetchone()
    try:
        newest = None if row[3] is None else from_ms(row[3])
    except OverflowError:
        raise _damaged("it holds a time that cannot be") from None
    return Contents(row[0], row[1], row[2], newest)


def _damaged(what: str) -> Unfit:
    return Unfit(f"is damaged, or only part of a file ({what})", "Choose another backup.")
