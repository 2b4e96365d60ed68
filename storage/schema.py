"""What tables the file must have, whose it is, and how it gets what it lacks."""

import logging
import re
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from storage.refusals import Problem, Unfit

log = logging.getLogger(__name__)

# "Banq" in ASCII: SQLite's own field for telling whose file this is.
APPLICATION_ID = 0x42616E71
MIGRATIONS = Path(__file__).parent / "migrations"
# What a migration itself got wrong, and neither the disk nor the file.
OWN_FAULT = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT}


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Apply what is missing, all in one transaction: a failed migration changes nothing. Raises Unfit."""
    connection.execute("BEGIN IMMEDIATE")
    refuse_if_not_ours(connection)
    there = version(connection)
    for number, script in sorted(_migrations(MIGRATIONS).items()):
        if number > there:
            _apply(number, script, connection)
    refuse_other_tables(connection, newest_version())
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {newest_version()}")
    connection.execute("COMMIT")


def _apply(number: int, script: str, connection: sqlite3.Connection) -> None:
    try:
        for statement in _statements(script):
            connection.execute(statement)
    except sqlite3.Error as error:
        if error.sqlite_errorcode & 0xFF not in OWN_FAULT:
            raise
        raise Unfit(Problem.NOT_MIGRATED, number, error) from error
    log.info("database: schema brought to version %s", number)


def refuse_if_not_ours(connection: sqlite3.Connection) -> None:
    """Raises Unfit."""
    if is_of_another_program(connection):
        raise Unfit(Problem.OF_ANOTHER_PROGRAM)
    if version(connection) > newest_version():
        raise Unfit(Problem.NEWER, version(connection), newest_version())


def refuse_other_tables(connection: sqlite3.Connection, of_version: int) -> None:
    """Raises Unfit."""
    if tables(connection) != expected_tables(of_version):
        raise Unfit(Problem.OTHER_TABLES)


def is_of_another_program(connection: sqlite3.Connection) -> bool:
    """An empty file without a mark is nobody's."""
    application_id = _pragma(connection, "application_id")
    return application_id != APPLICATION_ID and bool(application_id or tables(connection))


def version(connection: sqlite3.Connection) -> int:
    return _pragma(connection, "user_version")


def tables(connection: sqlite3.Connection) -> list[bytes]:
    """As bytes, which in a damaged file may be no text."""
    query = "SELECT CAST(sql AS BLOB) FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
    return [row[0] for row in connection.execute(query)]


def expected_tables(up_to: int) -> list[bytes]:
    """Before the first release, the first migration still changes; its number alone would not tell."""
    return _tables_made_by(MIGRATIONS, up_to)


@cache
def _tables_made_by(folder: Path, up_to: int) -> list[bytes]:
    with closing(sqlite3.connect(":memory:")) as fresh:
        for number, script in sorted(_migrations(folder).items()):
            if number <= up_to:
                fresh.executescript(script)
        return tables(fresh)


def newest_version() -> int:
    return max(_migrations(MIGRATIONS))


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _statements(script: str) -> list[str]:
    """Split a script: sqlite3's own executescript would commit the transaction around it."""
    statements: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    if pending.strip():
        raise AssertionError("a migration's last statement lacks its semicolon")
    return statements


@cache
def _migrations(folder: Path) -> dict[int, str]:
    return {
        int(found[1]): file.read_text(encoding="utf-8")
        for file in folder.iterdir()
        if (found := re.fullmatch(r"(\d{4})_\w+\.sql", file.name))
    }
