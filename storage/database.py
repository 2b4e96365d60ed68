"""Opens the SQLite file, brings its schema up to date, and hands out transactions."""

import asyncio
import logging
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiosqlite

log = logging.getLogger(__name__)

# "Banq" in ASCII: SQLite's own field for telling whose file this is.
APPLICATION_ID = 0x42616E71
BUSY_TIMEOUT_S = 10.0
# The intake alone has one for each number of webhooks that may wait.
CACHED_STATEMENTS = 500
# Once started anew, the WAL gives back what it takes beyond this.
WAL_KEPT_BYTES = 8 * 1024 * 1024
WAL_TOO_LONG_BYTES = 32 * 1024 * 1024
INSIST_MS = 250
ROOM_BYTES = 1024 * 1024
DISK_FAILS = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

IntegrityError = sqlite3.IntegrityError
# Where text in the file is damaged, so is what SQLite says about it.
SQLITE_ERRORS = (sqlite3.Error, UnicodeDecodeError)


class DatabaseRefused(Exception):
    """The file cannot be used; the message says why and what to do."""


class CannotWrite(sqlite3.OperationalError):
    """The disk is full or fails; nothing was written."""


def is_damage(error: BaseException) -> bool:
    """Whether SQLite found the file itself broken, rather than out of its reach."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB} or isinstance(error, UnicodeDecodeError)


def to_ms(time: datetime) -> int:
    return (time - EPOCH) // timedelta(milliseconds=1)


def from_ms(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


class Connection:
    """Plain SQL with numbered placeholders (`?1`). Statements run one at a time, in order."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def execute(self, sql: str, *values: Any) -> int:
        """Run one statement; the number of rows it changed."""
        async with self._connection.execute(sql, values) as cursor:
            return cursor.rowcount

    async def insert(self, sql: str, *values: Any) -> int:
        """Run one INSERT; the new row's integer id."""
        async with self._connection.execute(sql, values) as cursor:
            return cursor.lastrowid or 0

    async def fetch_one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        rows = await self.fetch_all(sql, *values)
        return rows[0] if rows else None

    async def fetch_all(self, sql: str, *values: Any) -> Sequence[sqlite3.Row]:
        return list(await self._connection.execute_fetchall(sql, values))

    async def count(self, sql: str, *values: Any) -> int:
        """Run a query for one number."""
        row = await self.fetch_one(sql, *values)
        return int(row[0]) if row is not None and row[0] is not None else 0


class Database:
    """One SQLite file. One connection writes, under a lock; another reads what is committed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = asyncio.Lock()
        self._writer: aiosqlite.Connection | None = None
        self._reader: aiosqlite.Connection | None = None
        self._failed_writes = 0
        self._said_too_long = False

    async def __aenter__(self) -> Self:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Who holds which wallet is nobody else's business; the WAL takes the file's mode.
            self._path.touch(mode=0o600)
            await asyncio.to_thread(_migrate, self._path)
            self._writer = await self._connect()
            self._reader = await self._connect()
            await self._reader.execute("PRAGMA query_only = ON")
        except (*SQLITE_ERRORS, OSError) as error:
            await self._close()
            raise DatabaseRefused(_why_not_opened(self._path, error)) from error
        except BaseException:
            await self._close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    @property
    def read(self) -> Connection:
        """For single queries outside a transaction: each sees what is committed at that moment."""
        if self._reader is None:
            raise AssertionError("Database is used outside its 'async with'")
        return Connection(self._reader)

    async def execute(self, sql: str, *values: Any) -> None:
        """Run one statement as a transaction of its own.

        One trip to the database's thread, where `transaction` takes three.
        """
        if self._writer is None:
            raise AssertionError("Database is used outside its 'async with'")
        async with self._lock:
            with self._noticing():
                await self._writer.execute_fetchall(sql, values)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """All or nothing: commits at the end, rolls back on any exception, cancellation included.

        Keep it short, and never call another service inside it: every other writer waits.
        """
        if self._writer is None:
            raise AssertionError("Database is used outside its 'async with'")
        async with self._lock:
            with self._noticing():
                try:
                    await self._writer.execute("BEGIN IMMEDIATE")
                    yield Connection(self._writer)
                    # Unlike `commit`, this fails where a full disk has rolled back already.
                    await self._writer.execute("COMMIT")
                except BaseException:
                    # Shielded: a cancelled task must not leave its transaction to the next one.
                    await asyncio.shield(self._writer.rollback())
                    raise

    @property
    def cannot_write(self) -> bool:
        """Whether a write failed for the disk's sake, and none was seen to succeed since."""
        return self._failed_writes > 0

    async def look_after(self) -> None:
        """To be called every few seconds: see whether writing works again, and keep the WAL short."""
        if self.cannot_write:
            await self._try_to_write()
        await self._shorten_wal()

    async def _try_to_write(self) -> None:
        # The little that is written here may fit where a batch of webhooks does not.
        if shutil.disk_usage(self._path.parent).free < ROOM_BYTES:
            return
        try:
            # Writes what stands there already. Others may succeed without having written anything.
            await self.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        except CannotWrite:
            return
        log.warning("the database can be written again; %s writes failed", self._failed_writes)
        self._failed_writes = 0

    async def _shorten_wal(self) -> None:
        """Commits checkpoint by themselves, but start the WAL anew only at a moment when nobody reads."""
        if self._writer is None:
            raise AssertionError("Database is used outside its 'async with'")
        wal = self._path.with_name(self._path.name + "-wal")
        if not wal.exists() or wal.stat().st_size <= WAL_TOO_LONG_BYTES:
            self._said_too_long = False
            return
        with self._noticing():
            # Most of it without keeping anybody from writing.
            await asyncio.to_thread(_checkpoint, self._path)
        async with self._lock:
            with self._noticing():
                # A reader may be a backup that takes hours, and webhooks wait meanwhile.
                await self._writer.execute(f"PRAGMA busy_timeout = {INSIST_MS}")
                try:
                    [(busy, _, _)] = await self._writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
                finally:
                    await self._writer.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT_S * 1000)}")
        if busy and not self._said_too_long:
            log.warning("the file %s grows: somebody has been reading the database for long", wal)
            self._said_too_long = True

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """Remember that the disk fails, and say it once."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in DISK_FAILS:
                raise
            if not self.cannot_write:
                log.error("the database cannot be written: %s; free space, or repair the disk", error)  # noqa: TRY400 - the traceback tells nothing more
            self._failed_writes += 1
            raise CannotWrite(str(error)) from error

    async def _connect(self) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(
            self._path, isolation_level=None, timeout=BUSY_TIMEOUT_S, cached_statements=CACHED_STATEMENTS
        )
        try:
            connection.row_factory = sqlite3.Row
            await connection.execute("PRAGMA foreign_keys = ON")
            await connection.execute("PRAGMA synchronous = FULL")
            await connection.execute(f"PRAGMA journal_size_limit = {WAL_KEPT_BYTES}")
        except BaseException:
            # Its thread would keep the process alive for ever.
            await connection.close()
            raise
        return connection

    async def _close(self) -> None:
        for connection in (self._reader, self._writer):
            if connection is not None:
                await connection.close()
        self._reader = self._writer = None


def _checkpoint(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_S)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


@cache
def _migrations() -> dict[int, str]:
    folder = resources.files("storage") / "migrations"
    return {
        int(found[1]): file.read_text(encoding="utf-8")
        for file in folder.iterdir()
        if (found := re.fullmatch(r"(\d{4})_\w+\.sql", file.name))
    }


def _why_not_opened(path: Path, error: Exception) -> str:
    why = f"The database {path} cannot be opened: {error}."
    if is_damage(error):
        return (
            f"{why} It is damaged, or no database at all. Restore a backup with 'banqbot restore FILE', "
            "which keeps this one aside; or name another file under [storage] path."
        )
    # What a damaged header makes of a file that may well be written.
    if getattr(error, "sqlite_errorcode", 0) in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_ERROR}:
        return f"{why} If the bot may write it, restore a backup with 'banqbot restore FILE'."
    return why


def _migrate(path: Path) -> None:
    """Apply what is missing, all in one transaction: a failed migration changes nothing.

    Damage is found here only where opening meets it. A look at every page would take three seconds for a
    gigabyte, and longer from a cold disk, at each start; `banqbot backup` takes that look.
    """
    migrations = _migrations()
    newest = newest_version()
    with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_S)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        version = pragma(connection, "user_version")
        _refuse_if_not_ours(path, connection, version, newest)
        for number in sorted(number for number in migrations if number > version):
            for statement in _statements(migrations[number]):
                connection.execute(statement)
            log.info("database: schema brought to version %s", number)
        if tables(connection) != expected_tables(newest):
            raise DatabaseRefused(
                f"The tables of {path} are not those of this version; an unreleased banqbot made it, or "
                "somebody changed it. Restore a backup, or move the file away to start afresh; for the demo, "
                "remove the folder .demo."
            )
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {newest}")
        connection.execute("COMMIT")
        # Kept in the file; not before, since another program's file must stay as it is.
        connection.execute("PRAGMA journal_mode = WAL")


def _refuse_if_not_ours(path: Path, connection: sqlite3.Connection, version: int, newest: int) -> None:
    if is_of_another_program(connection):
        raise DatabaseRefused(
            f"{path} is a database of another program. Name another file under [storage] path."
        )
    if version > newest:
        raise DatabaseRefused(
            f"{path} was written by a newer banqbot (schema {version}, this one knows {newest}). "
            "Update banqbot, or restore the backup made before the update."
        )


def is_of_another_program(connection: sqlite3.Connection) -> bool:
    """An empty file without a mark is nobody's."""
    application_id = pragma(connection, "application_id")
    return application_id != APPLICATION_ID and bool(application_id or tables(connection))


def newest_version() -> int:
    return max(_migrations())


def tables(connection: sqlite3.Connection) -> list[bytes]:
    """As bytes, which in a damaged file may be no text."""
    query = "SELECT CAST(sql AS BLOB) FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
    return [row[0] for row in connection.execute(query)]


@cache
def expected_tables(version: int) -> list[bytes]:
    """Before the first release, the first migration still changes; its number alone would not tell."""
    with closing(sqlite3.connect(":memory:")) as fresh:
        for number, script in sorted(_migrations().items()):
            if number <= version:
                fresh.executescript(script)
        return tables(fresh)


def pragma(connection: sqlite3.Connection, name: str) -> int:
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
