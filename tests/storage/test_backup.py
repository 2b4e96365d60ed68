import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup import PAGES_AT_ONCE, back_up
from storage.database import Database
from storage.intake import Intake, Received
from storage.refusals import Problem, Unfit
from storage.schema import APPLICATION_ID
from storage.verification import verified
from tests.conftest import Clock
from tests.storage.damaging import bytes_of, filled_file, is_whole, names_in, nothing_told, overwrite, refused
from tests.storage.rows import AUDIT, INBOX, NOTICE, put

ROOT = Path(__file__).parents[2]
COUNT = "SELECT count(*) FROM webhook_inbox"


def count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(COUNT).fetchone()[0])


async def test_a_backup_is_one_whole_file_that_is_its_owners_alone(
    database: Database, tmp_path: Path, clock: Clock
) -> None:
    await Intake(database).store(Received("main", clock.time, b"{}", "approval"))
    folder = tmp_path / "backups"
    folder.mkdir()
    before = os.umask(0)
    try:
        contents = back_up(tmp_path / "banqbot.sqlite3", folder / "one", nothing_told)
    finally:
        os.umask(before)

    assert (contents.webhooks, contents.newest) == (1, clock.time)
    assert names_in(folder) == ["one"]
    assert (folder / "one").stat().st_mode & 0o777 == 0o600
    assert is_whole(folder / "one")
    assert names_in(folder) == ["one"]


async def test_a_backup_can_be_read_where_nothing_can_be_written_beside_it(
    database: Database, tmp_path: Path
) -> None:
    """What SQLite writes into the header of a file that needs no log."""
    assert await database.read.count(COUNT) == 0
    back_up(tmp_path / "banqbot.sqlite3", tmp_path / "one", nothing_told)

    assert bytes_of(tmp_path / "banqbot.sqlite3")[18:20] == b"\2\2"
    assert bytes_of(tmp_path / "one")[18:20] == b"\1\1"


async def test_a_backup_opens_as_a_database(database: Database, tmp_path: Path) -> None:
    async with database.transaction() as tx:
        await put(tx, "outbox", NOTICE)
    back_up(tmp_path / "banqbot.sqlite3", tmp_path / "one", nothing_told)

    async with Database(tmp_path / "one") as opened:
        assert await opened.read.count("SELECT count(*) FROM outbox") == 1


async def test_what_is_written_meanwhile_neither_waits_nor_gets_in_nor_delays_it(tmp_path: Path) -> None:
    """Each step is followed by a commit, which would send a copy without a snapshot back to its start."""
    path = await filled_file(tmp_path / "banqbot.sqlite3", rows=10, body=250 * PAGES_AT_ONCE * 8)
    steps: list[int] = []
    with closing(sqlite3.connect(path, timeout=0)) as writer:

        def write(done: int, _all: int) -> None:
            writer.execute(
                "INSERT INTO webhook_inbox (lane, received_at, body, kind)"
                " VALUES ('main', 0, X'7B7D', 'approval')"
            )
            writer.commit()
            steps.append(done)
            assert len(steps) < 100

        contents = back_up(path, tmp_path / "one", write)

    assert len(steps) > 3
    assert steps == sorted(set(steps))
    assert contents.webhooks == count(tmp_path / "one") == 10
    assert count(path) == 10 + len(steps)
    assert is_whole(tmp_path / "one")


async def test_all_that_is_committed_before_is_in_it_and_no_half_transaction(
    database: Database, tmp_path: Path
) -> None:
    async with database.transaction() as tx:
        await put(tx, "webhook_inbox", INBOX, id=1)
    async with database.transaction() as tx:
        await put(tx, "webhook_inbox", INBOX, id=2)
        contents = back_up(tmp_path / "banqbot.sqlite3", tmp_path / "one", nothing_told)

    assert contents.webhooks == 1
    assert await database.read.count(COUNT) == 2


async def test_the_database_is_not_touched(tmp_path: Path) -> None:
    path = await filled_file(tmp_path / "banqbot.sqlite3")
    before = bytes_of(path)
    back_up(path, tmp_path / "one", nothing_told)

    assert bytes_of(path) == before
    assert names_in(tmp_path) == ["banqbot.sqlite3", "one"]


@pytest.mark.parametrize("taken", ["one", "one.partial"])
async def test_nothing_is_overwritten(database: Database, tmp_path: Path, taken: str) -> None:
    assert await database.read.count(COUNT) == 0
    (tmp_path / taken).write_text("precious")
    with refused(f"There is a file .*{taken}"):
        back_up(tmp_path / "banqbot.sqlite3", tmp_path / "one", nothing_told)

    assert (tmp_path / taken).read_text() == "precious"


@pytest.mark.parametrize(
    "end", ["-wal", "-shm", "-journal", ".restoring", ".restoring-wal", ".partial", ".lock", ".in-use"]
)
async def test_a_name_that_a_file_beside_the_database_may_have_is_refused(tmp_path: Path, end: str) -> None:
    """Opening the database would throw away what is no log of its own, whole backup or not."""
    path = await filled_file(tmp_path / "banqbot.sqlite3", rows=1)
    with refused(f"banqbot.sqlite3{end} would be taken for a file .* Name another one"):
        back_up(path, tmp_path / f"banqbot.sqlite3{end}", nothing_told)

    assert names_in(tmp_path) == ["banqbot.sqlite3"]


async def test_what_appears_while_the_copy_is_made_is_not_overwritten(tmp_path: Path) -> None:
    path = await filled_file(tmp_path / "banqbot.sqlite3")
    with refused("already"):
        back_up(path, tmp_path / "one", lambda _done, _all: (tmp_path / "one").touch())

    assert (tmp_path / "one").stat().st_size == 0
    assert not (tmp_path / "one.partial").exists()


async def test_a_folder_that_takes_no_files_is_a_sentence(database: Database, tmp_path: Path) -> None:
    assert await database.read.count(COUNT) == 0
    (tmp_path / "file").touch()
    with refused("could not be made: Not a directory"):
        back_up(tmp_path / "banqbot.sqlite3", tmp_path / "file" / "one", nothing_told)


def backed_up_on_a_full_disk(folder: Path) -> str:
    """What is said; a limit on the size of files stands in for the disk."""
    script = (
        "import resource, pathlib, bot.database_words as w, storage.backup as b, storage.refusals as r\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: b.back_up(pathlib.Path('banqbot.sqlite3'), pathlib.Path('one'), lambda *_: None)\n"
        "except r.DatabaseRefused as refused: print(w.why_refused(refused))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )

    return ended.stdout


async def test_a_full_disk_is_a_sentence_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = await filled_file(tmp_path / "banqbot.sqlite3")
    assert path.stat().st_size > 100_000
    said = backed_up_on_a_full_disk(tmp_path)

    assert said.startswith("The backup one could not be made: ")
    assert "Make room there" in said
    assert names_in(tmp_path) == ["banqbot.sqlite3"]


async def test_an_interrupted_copy_leaves_nothing_behind(tmp_path: Path) -> None:
    path = await filled_file(tmp_path / "banqbot.sqlite3")

    def interrupt(_done: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(path, tmp_path / "one", interrupt)

    assert names_in(tmp_path) == ["banqbot.sqlite3"]


async def test_a_damaged_database_makes_no_backup(tmp_path: Path) -> None:
    path = await filled_file(tmp_path / "banqbot.sqlite3")
    overwrite(path, path.stat().st_size // 2 // 4096 * 4096, bytes(4096))
    with refused(
        r"is damaged, or only part of a file\. No backup was made.*'banqbot restore FILE'\. "
        r"\(SQLite says: [^*\n]+\)$"
    ):
        back_up(path, tmp_path / "one", nothing_told)

    assert names_in(tmp_path) == ["banqbot.sqlite3"]


def test_another_programs_database_makes_no_backup(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "theirs")) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    with refused(r"another program.*Check \[storage\] path"):
        back_up(tmp_path / "theirs", tmp_path / "one", nothing_told)


async def test_a_row_that_belongs_to_none_is_damage(tmp_path: Path) -> None:
    path = await filled_file(tmp_path / "banqbot.sqlite3")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO turns (lane, session_id, opened_at, expires_at) VALUES ('main', 'none', 0, 0)"
        )
        connection.commit()
    with refused("a row of turns belongs to one of link_sessions"):
        back_up(path, tmp_path / "one", nothing_told)


async def test_a_time_that_no_calendar_has_is_damage(tmp_path: Path) -> None:
    path = await filled_file(tmp_path / "banqbot.sqlite3")
    async with Database(path) as database, database.transaction() as tx:
        await put(tx, "audit", AUDIT, id=1000, at=2**62)
    with refused(r"is damaged, or only part of a file \(it holds a time that cannot be\)\. No backup"):
        back_up(path, tmp_path / "one", nothing_told)


def test_an_empty_mark_of_ours_is_no_backup(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "marked")) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    with pytest.raises(Unfit) as raised:
        verified(tmp_path / "marked")

    assert raised.value.problem is Problem.EMPTY
