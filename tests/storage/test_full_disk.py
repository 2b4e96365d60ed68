"""A full disk: what is not stored is refused, nothing is half written, and it heals without a restart."""

import asyncio
import json
import logging
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.health import HealthCheck
from storage import database as database_module
from storage.database import CannotWrite, Connection, Database
from storage.intake import Intake, NotStored, Received

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LARGE = Received("main", NOW, b"x" * 60_000, "approval")
NOTICE = (
    "INSERT INTO outbox (chat_platform, recipient, dedup_key, kind, object_id, next_try_at, created_at)"
    " VALUES ('discord', '1', ?1, 'linked', ?2, 0, 0)"
)


async def allow_pages(database: Database, number: int) -> None:
    """How large the file may get; SQLite answers as it does where the disk is full."""
    assert database._writer is not None
    await database._writer.execute(f"PRAGMA max_page_count = {number}")


@asynccontextmanager
async def full(database: Database) -> AsyncIterator[None]:
    await allow_pages(database, 1)
    yield
    await allow_pages(database, 1_000_000)


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    """To SQLite, what the system then says is a disk that fails."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


async def count(database: Database, table: str = "webhook_inbox") -> int:
    return await database.read.count(f"SELECT count(*) FROM {table}")  # noqa: S608 - of this file


def test_what_was_answered_is_kept_on_a_disk_that_was_full(tmp_path: Path) -> None:
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    run = subprocess.run(
        [*unshare, sys.executable, "-m", "tests.storage.small_disk", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, (
        "A small disk could not be mounted, or worse. Run the tests as root, or allow user namespaces.\n"
        + run.stderr
    )
    told = json.loads(run.stdout)

    assert len(told["taken"]) > 100
    assert len(told["refused"]) >= 10
    assert told["full"] == {"stored": told["taken"], "cannot_write": True}
    assert told["again"] == [*told["refused"][-20:], "afterwards"]
    assert told["still_refused"] == []
    assert not told["cannot_write"]
    assert told["left"] == sorted([*told["taken"], *told["again"], "later"])
    assert told["integrity"] == "ok"
    assert len(run.stderr.splitlines()) == 4, run.stderr


async def test_a_transaction_that_meets_a_full_disk_leaves_nothing(database: Database) -> None:
    async def write(tx: Connection) -> None:
        await tx.execute(NOTICE, "one", "x")
        await tx.execute(NOTICE, "two", "x" * 100_000)

    async with full(database):
        with pytest.raises(CannotWrite, match="full"):
            async with database.transaction() as tx:
                await write(tx)
        assert await count(database, "outbox") == 0

    async with database.transaction() as tx:
        await write(tx)
    assert await count(database, "outbox") == 2


async def test_who_swallows_the_failure_does_not_commit_the_rest(database: Database) -> None:
    async def write_some() -> None:
        async with database.transaction() as tx:
            await tx.execute(NOTICE, "one", "x")
            with suppress(sqlite3.OperationalError):
                await tx.execute(NOTICE, "two", "x" * 100_000)

    async with full(database):
        with pytest.raises(sqlite3.OperationalError):
            await write_some()

    assert await count(database, "outbox") == 0


async def test_writing_is_tried_until_it_works_again(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    health = HealthCheck(database)
    async with full(database):
        for _ in range(3):
            with pytest.raises(CannotWrite):
                await database.execute(NOTICE, "one", "x" * 100_000)
        # It writes nothing, and so tells nothing.
        async with database.transaction():
            pass
        assert await health.trouble() == "the database cannot be written"

    await database.look_after()

    assert await health.trouble() is None
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "3 writes failed" in caplog.messages[-1]


async def test_a_disk_that_fails_is_treated_like_a_full_one(database: Database, tmp_path: Path) -> None:
    health = HealthCheck(database)
    await database.execute(NOTICE, "one", "x")
    with no_file_grows_beyond((tmp_path / "banqbot.sqlite3-wal").stat().st_size):
        with pytest.raises(CannotWrite, match="disk I/O error"):
            await database.execute(NOTICE, "two", "x")
        assert await health.trouble() == "the database cannot be written"

    await database.look_after()

    assert await health.trouble() is None
    assert await count(database, "outbox") == 1


async def test_a_broken_rule_is_no_full_disk(database: Database) -> None:
    await database.execute(NOTICE, "one", "x")
    for statement in ("INSERT INTO nowhere VALUES (1)", "INSERT INTO links DEFAULT VALUES"):
        with pytest.raises(sqlite3.Error):
            await database.execute(statement)

    assert not database.cannot_write


def said_by_intake(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "storage.intake"]


async def test_refused_webhooks_are_told_of_once_and_counted(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    intake = Intake(database)
    async with full(database):
        for _ in range(5):
            with pytest.raises(NotStored):
                await intake.store(LARGE)
    assert await count(database) == 0

    await intake.store(LARGE)
    assert len(said_by_intake(caplog)) == 1
    await database.look_after()
    await intake.store(LARGE)

    assert await count(database) == 2
    assert said_by_intake(caplog)[1:] == ["webhooks are stored again; 5 were refused"]


async def test_a_wal_that_readers_keep_long_is_shortened_once_they_are_gone(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(database_module, "WAL_TOO_LONG_BYTES", 100_000)
    monkeypatch.setattr(database_module, "INSIST_MS", 1)
    wal = tmp_path / "banqbot.sqlite3-wal"
    reader = sqlite3.connect(tmp_path / "banqbot.sqlite3", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM outbox").fetchone()
    for number in range(3):
        await database.execute(NOTICE, str(number), "x" * 100_000)

    # A writer waits for ten seconds, and all who write wait for this one.
    async with asyncio.timeout(5):
        for _ in range(2):
            await database.look_after()
    assert wal.stat().st_size > 100_000
    assert len([line for line in caplog.messages if "has been reading" in line]) == 1
    reader.close()
    await database.look_after()

    assert wal.stat().st_size == 0
    assert await count(database, "outbox") == 3
    async with database.transaction() as tx:
        assert await tx.count("PRAGMA busy_timeout") == 10_000


async def test_a_wal_is_found_where_a_link_leads_to_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "WAL_TOO_LONG_BYTES", 100_000)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere" / "banqbot.sqlite3")
    async with Database(tmp_path / "link") as database:
        await database.execute(NOTICE, "one", "x" * 200_000)
        await database.look_after()

        assert (tmp_path / "elsewhere" / "banqbot.sqlite3-wal").stat().st_size == 0


async def test_a_wal_that_starts_anew_gives_back_what_it_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "WAL_KEPT_BYTES", 50_000)
    wal = tmp_path / "banqbot.sqlite3-wal"
    async with Database(tmp_path / "banqbot.sqlite3") as database:
        await database.execute(NOTICE, "one", "x" * 200_000)
        assert wal.stat().st_size > 200_000
        assert await database.read.count("PRAGMA wal_checkpoint(RESTART)") == 0
        await database.execute(NOTICE, "two", "x")

        assert wal.stat().st_size <= 50_000
