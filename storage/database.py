"""Opens the SQLite file, brings its schema up to date, and hands out transactions."""

import asyncio
import logging
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiosqlite

from storage import files, schema
from storage.refusals import DatabaseRefused, Refusal, Unfit

log = logging.getLogger(__name__)

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


class CannotWrite(sqlite3.OperationalError):
    """The disk is full or fails; nothing was written."""


class ImpossibleTime(sqlite3.DatabaseError):
    """The database holds a time that no calendar has."""


def is_damage(error: BaseException) -> bool:
    """Whether SQLite found the file itself broken, rather than out of its reach."""
    if isinstance(error, (ImpossibleTime, UnicodeDecodeError)):
        return True
    # Python's own finding, for which there is no code.
    if str(error).startswith("Could not decode to UTF-8"):
        return True
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def to_ms(time: datetime) -> int:
    return (time - EPOCH) // timedelta(milliseconds=1)


def from_ms(milliseconds: int) -> datetime:
    """Raises ImpossibleTime."""
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError as error:
        raise ImpossibleTime from error


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
            await asyncio.to_thread(_prepare, self._path)
            self._writer = await self._connect()
            self._reader = await self._connect()
            await self._reader.execute("PRAGMA query_only = ON")
        except (Unfit, *SQLITE_ERRORS, OSError) as error:
            await self._close()
            raise DatabaseRefused(Refusal.NOT_OPENED, self._path, cause=error) from error
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
                    # Queued at once, so that it precedes the next transaction even if this task is cancelled.
                    await self._writer.rollback()
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
            await self.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        except CannotWrite:
            return
        log.warning("the database can be written again; %s writes failed", self._failed_writes)
        self._failed_writes = 0

    async def _shorten_wal(self) -> None:
        """Commits checkpoint by themselves, but start the WAL anew only at a moment when nobody reads."""
        if self._writer is None:
            raise AssertionError("Database is used outside its 'async with'")
        wal = files.beside(files.real(self._path), "-wal")
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


def _prepare(path: Path) -> None:
    """Schema and journal mode.

    Damage is found here only where opening meets it. A look at every page would take three seconds for a
    gigabyte, and longer from a cold disk, at each start; `banqbot backup` takes that look.
    """
    with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_S)) as connection:
        schema.bring_up_to_date(connection)
        # Kept in the file; not before, since another program's file must stay as it is.
        connection.execute("PRAGMA journal_mode = WAL")


def _checkpoint(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_S)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
