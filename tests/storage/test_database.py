import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest

from storage.database import Database
from storage.refusals import DatabaseRefused
from storage.schema import APPLICATION_ID, _statements
from tests.storage.damaging import refused

INSERT = (
    "INSERT INTO outbox (chat_platform, recipient, dedup_key, kind, object_id, next_try_at, created_at)"
    " VALUES ('discord', '1', ?1, 'linked', 'x', 0, 0)"
)
COUNT = "SELECT count(*) FROM outbox"


def plain(path: Path, *statements: str) -> bytes:
    """Write a file with SQLite alone; its bytes."""
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path.read_bytes()


def modes_in(folder: Path) -> dict[str, int]:
    """Who may read and write each file of the folder."""
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


async def open_and_close(path: Path) -> None:
    async with Database(path):
        pass


async def test_a_fresh_file_gets_schema_version_and_owner(tmp_path: Path) -> None:
    async with Database(tmp_path / "new.sqlite3") as database:
        assert await database.read.count("PRAGMA user_version") == 1
        assert await database.read.count("PRAGMA application_id") == APPLICATION_ID
        assert await database.read.count(COUNT) == 0


async def test_foreign_keys_hold_and_a_commit_reaches_the_disk(database: Database) -> None:
    async with database.transaction() as tx:
        assert await tx.count("PRAGMA foreign_keys") == 1
        assert await tx.count("PRAGMA synchronous") == 2


async def test_what_was_written_is_there_after_reopening(tmp_path: Path) -> None:
    for expected in range(3):
        async with Database(tmp_path / "kept.sqlite3") as database:
            assert await database.read.count(COUNT) == expected
            async with database.transaction() as tx:
                await tx.execute(INSERT, f"key-{expected}")


async def test_a_file_with_other_tables_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Such as one made before the first release, when the first migration still changed."""
    path = tmp_path / "banqbot.sqlite3"
    async with Database(path):
        pass
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE links ADD COLUMN colour TEXT")
    before = path.read_bytes()

    with refused("are not those of this version"):
        await open_and_close(path)

    assert path.read_bytes() == before


async def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "new.sqlite3"
    async with Database(path):
        assert path.is_file()


async def test_a_fresh_file_and_its_log_are_the_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        async with Database(tmp_path / "new.sqlite3") as database:
            async with database.transaction() as tx:
                await tx.execute(INSERT, "one")
            modes = modes_in(tmp_path)
    finally:
        os.umask(before)

    assert modes == {"new.sqlite3": 0o600, "new.sqlite3-wal": 0o600, "new.sqlite3-shm": 0o600}


async def test_a_file_that_is_there_keeps_the_mode_its_owner_gave_it(tmp_path: Path) -> None:
    path = tmp_path / "shared.sqlite3"
    path.touch()
    path.chmod(0o640)
    await open_and_close(path)

    assert path.stat().st_mode & 0o777 == 0o640


async def test_an_empty_file_is_a_fresh_one(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite3"
    path.touch()
    async with Database(path) as database:
        assert await database.read.count("PRAGMA user_version") == 1


@pytest.mark.parametrize(
    ("statements", "sentence"),
    [
        ([f"PRAGMA application_id = {APPLICATION_ID}", "PRAGMA user_version = 2"], "newer banqbot"),
        (["CREATE TABLE theirs (x)"], "another program"),
        (["CREATE TABLE theirs (x)", "PRAGMA user_version = 1"], "another program"),
        (["PRAGMA application_id = 7"], "another program"),
    ],
)
async def test_a_file_that_is_not_ours_is_refused_and_left_alone(
    tmp_path: Path, statements: list[str], sentence: str
) -> None:
    path = tmp_path / "other.sqlite3"
    before = plain(path, *statements)
    with refused(f"{path} .*{sentence}"):
        await open_and_close(path)

    assert path.read_bytes() == before
    assert not (tmp_path / "other.sqlite3-wal").exists()


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear database, " * 100)
    with refused(r"letter\.txt cannot be opened"):
        await open_and_close(path)

    assert path.read_text() == "Dear database, " * 100


async def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with refused("cannot be opened"):
        await open_and_close(tmp_path / "file" / "new.sqlite3")


async def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with refused("cannot be opened"):
        await open_and_close(tmp_path)


def test_a_process_that_is_refused_its_database_ends(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear database, " * 100)
    script = (
        "import asyncio, pathlib, storage.database as d, storage.refusals as r\n"
        "try: asyncio.run(d.Database(pathlib.Path('letter.txt')).__aenter__())\n"
        "except r.DatabaseRefused: print('refused')"
    )
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=10,
        check=True,
    )

    assert ended.stdout == "refused\n"


async def test_a_failing_migration_changes_nothing(tmp_path: Path) -> None:
    # Our own file by its mark, but a table that the migration wants to make is there already.
    path = tmp_path / "half.sqlite3"
    plain(path, f"PRAGMA application_id = {APPLICATION_ID}", "CREATE TABLE links (theirs)")
    with refused("already exists"):
        await open_and_close(path)

    connection = sqlite3.connect(path)
    assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("links",)]
    assert connection.execute("PRAGMA user_version").fetchone() == (0,)
    connection.close()


async def test_after_a_failure_the_file_opens_once_its_cause_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "half.sqlite3"
    plain(path, f"PRAGMA application_id = {APPLICATION_ID}", "CREATE TABLE links (theirs)")
    with pytest.raises(DatabaseRefused):
        await open_and_close(path)
    plain(path, "DROP TABLE links")

    async with Database(path) as database:
        assert await database.read.count("SELECT count(*) FROM links") == 0


@pytest.mark.parametrize(
    "script", ["CREATE TABLE a (x)", "CREATE TABLE a (x);\nCREATE TABLE b (y)\n", "-- only a comment"]
)
def test_a_script_whose_last_statement_is_unfinished_is_refused(script: str) -> None:
    with pytest.raises(AssertionError, match="lacks its semicolon"):
        _statements(script)


def test_a_script_is_split_at_the_ends_of_its_statements() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN\n  SELECT 1;\n  SELECT 2;\nEND;\n"

    assert _statements(f"CREATE TABLE a (\n  x\n);\n{trigger}\n") == ["CREATE TABLE a (\n  x\n);\n", trigger]


async def test_an_exception_rolls_all_of_it_back(database: Database) -> None:
    async def write() -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT, "one")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write()
    assert await database.read.count(COUNT) == 0

    async with database.transaction() as tx:
        await tx.execute(INSERT, "two")
    assert await database.read.count(COUNT) == 1


async def test_a_refused_statement_rolls_all_of_it_back(database: Database) -> None:
    async def write() -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT, "one")
            await tx.execute(INSERT, "one")

    with pytest.raises(sqlite3.IntegrityError):
        await write()
    assert await database.read.count(COUNT) == 0


async def test_a_cancellation_rolls_all_of_it_back(database: Database) -> None:
    written = asyncio.Event()

    async def write() -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT, "one")
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await written.wait()
    task.cancel()
    await asyncio.wait({task})

    assert task.cancelled()
    async with database.transaction() as tx:
        assert await tx.count(COUNT) == 0
        await tx.execute(INSERT, "two")
    assert await database.read.count(COUNT) == 1


async def test_a_cancellation_at_any_moment_leaves_the_next_transaction_alone(database: Database) -> None:
    async def write(name: str) -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT, f"{name}-a")
            await tx.execute(INSERT, f"{name}-b")

    async def take(turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)

    for turns, more in product(range(20), range(4)):
        task = asyncio.create_task(write(f"cancelled-{turns}-{more}-"))
        await take(turns)
        task.cancel()
        # Where it rolls back, that is cancelled as well.
        await take(more)
        task.cancel()
        await asyncio.wait({task})
        await write(f"whole-{turns}-{more}-")

    halves = await database.read.fetch_all(
        "SELECT rtrim(dedup_key, 'ab') AS name FROM outbox GROUP BY name HAVING count(*) <> 2"
    )
    assert [row["name"] for row in halves] == []
    assert await database.read.count(f"{COUNT} WHERE dedup_key LIKE 'whole-%'") == 160


async def test_two_tasks_transactions_never_mix(database: Database) -> None:
    first_wrote, second_waits = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with database.transaction() as tx:
            await tx.execute(INSERT, "first")
            first_wrote.set()
            await second_waits.wait()
            raise ZeroDivisionError

    async def second() -> None:
        await first_wrote.wait()
        second_waits.set()
        async with database.transaction() as tx:
            assert await tx.count(COUNT) == 0
            await tx.execute(INSERT, "second")

    outcomes = await asyncio.gather(first(), second(), return_exceptions=True)

    assert isinstance(outcomes[0], ZeroDivisionError)
    assert outcomes[1] is None
    rows = await database.read.fetch_all("SELECT dedup_key FROM outbox")
    assert [row["dedup_key"] for row in rows] == ["second"]


async def test_a_reader_sees_only_what_is_committed(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute(INSERT, "one")
        assert await tx.count(COUNT) == 1
        assert await database.read.count(COUNT) == 0
    assert await database.read.count(COUNT) == 1


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await database.read.execute(INSERT, "one")


async def test_a_second_process_waits_for_the_first(database: Database, tmp_path: Path) -> None:
    async with Database(tmp_path / "banqbot.sqlite3") as other:
        began = asyncio.Event()

        async def write_elsewhere() -> None:
            began.set()
            async with other.transaction() as tx:
                assert await tx.count(COUNT) == 1
                await tx.execute(INSERT, "two")

        async with database.transaction() as tx:
            task = asyncio.create_task(write_elsewhere())
            await began.wait()
            await tx.execute(INSERT, "one")
        await task
        assert await database.read.count(COUNT) == 2


async def test_insert_tells_the_new_id_and_execute_the_rows_changed(database: Database) -> None:
    async with database.transaction() as tx:
        assert [await tx.insert(INSERT, "one"), await tx.insert(INSERT, "two")] == [1, 2]
        assert await tx.execute("UPDATE outbox SET attempts = 1") == 2
        assert await tx.execute("UPDATE outbox SET attempts = 2 WHERE id = 99") == 0
