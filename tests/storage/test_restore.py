import errno
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup import back_up
from storage.database import Database
from storage.restore import copied_beside, put_in_place
from storage.schema import APPLICATION_ID
from tests.storage.damaging import bytes_of, filled_file, is_whole, names_in, nothing_told, overwrite, refused
from tests.storage.rows import INBOX, put

COUNT = "SELECT count(*) FROM webhook_inbox"


def restore(file: Path, target: Path) -> bool:
    with copied_beside(file, target) as (copy, _):
        return put_in_place(copy, target, target.with_name("kept"))


async def webhooks_in(path: Path) -> int:
    async with Database(path) as database:
        return await database.read.count(COUNT)


def as_after_a_crash(path: Path, folder: Path) -> Path:
    """A copy of file and log, as a process leaves them that dies."""
    copy = folder / path.name
    folder.mkdir()
    for end in ("", "-wal"):
        copy.with_name(path.name + end).write_bytes(path.with_name(path.name + end).read_bytes())
    return copy


@pytest.fixture
async def backup(tmp_path: Path) -> Path:
    """It holds 300 webhooks."""
    source = await filled_file(tmp_path / "source")
    back_up(source, tmp_path / "backup", nothing_told)
    source.unlink()
    return tmp_path / "backup"


async def test_a_backup_takes_the_place_of_what_was_there_which_is_kept(backup: Path, tmp_path: Path) -> None:
    target = await filled_file(tmp_path / "bot" / "banqbot.sqlite3", rows=7)
    before = bytes_of(backup)

    assert restore(backup, target)

    assert names_in(tmp_path / "bot") == ["banqbot.sqlite3", "kept"]
    assert await webhooks_in(target) == 300
    assert await webhooks_in(tmp_path / "bot" / "kept") == 7
    assert bytes_of(backup) == before
    assert names_in(tmp_path) == ["backup", "bot"]


async def test_what_was_only_in_the_log_is_kept_and_does_not_get_into_the_restored(
    backup: Path, tmp_path: Path
) -> None:
    async with Database(tmp_path / "banqbot.sqlite3") as database:
        async with database.transaction() as tx:
            await put(tx, "webhook_inbox", INBOX)
        target = as_after_a_crash(tmp_path / "banqbot.sqlite3", tmp_path / "bot")

    restore(backup, target)

    assert names_in(tmp_path / "bot") == ["banqbot.sqlite3", "kept"]
    assert await webhooks_in(target) == 300
    assert await webhooks_in(tmp_path / "bot" / "kept") == 1


async def test_where_there_is_nothing_yet_it_is_put_there_for_the_folders_owner(
    backup: Path, tmp_path: Path
) -> None:
    target = tmp_path / "bot" / "banqbot.sqlite3"
    target.parent.mkdir()
    if os.getuid() == 0:
        os.chown(target.parent, 1234, 1234)
    folder = target.parent.stat()

    assert not restore(backup, target)
    assert await webhooks_in(target) == 300
    after = target.stat()
    assert after.st_mode & 0o777 == 0o600
    assert (after.st_uid, after.st_gid) == (folder.st_uid, folder.st_gid)


async def test_a_log_whose_file_is_gone_does_not_get_into_the_restored(backup: Path, tmp_path: Path) -> None:
    async with Database(tmp_path / "banqbot.sqlite3") as database:
        async with database.transaction() as tx:
            await put(tx, "webhook_inbox", INBOX, id=1000)
        target = as_after_a_crash(tmp_path / "banqbot.sqlite3", tmp_path / "bot")
    target.unlink()

    assert restore(backup, target)

    assert names_in(tmp_path / "bot") == ["banqbot.sqlite3", "kept-wal"]
    assert await webhooks_in(target) == 300


async def test_what_is_too_damaged_to_open_is_kept_as_it_is_with_its_log(
    backup: Path, tmp_path: Path
) -> None:
    target = await filled_file(tmp_path / "bot" / "banqbot.sqlite3")
    overwrite(target, 0, b"garbage" * 100)
    target.with_name("banqbot.sqlite3-wal").write_bytes(b"log")
    target.with_name("banqbot.sqlite3-shm").write_bytes(b"index")
    before = target.read_bytes()

    assert restore(backup, target)

    assert names_in(tmp_path / "bot") == ["banqbot.sqlite3", "kept", "kept-shm", "kept-wal"]
    assert (tmp_path / "bot" / "kept").read_bytes() == before
    assert (tmp_path / "bot" / "kept-wal").read_bytes() == b"log"
    assert await webhooks_in(target) == 300


async def test_the_restored_file_is_whose_the_old_one_was(backup: Path, tmp_path: Path) -> None:
    target = await filled_file(tmp_path / "banqbot.sqlite3")
    target.chmod(0o640)
    if os.getuid() == 0:
        os.chown(target, 1234, 1234)
    before = target.stat()
    restore(backup, target)

    after = target.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino


async def test_a_copy_with_its_log_beside_it_is_restored_with_it(tmp_path: Path) -> None:
    async with Database(tmp_path / "banqbot.sqlite3") as database:
        async with database.transaction() as tx:
            await put(tx, "webhook_inbox", INBOX)
        backup = as_after_a_crash(tmp_path / "banqbot.sqlite3", tmp_path / "copied")

    restore(backup, tmp_path / "restored")

    assert await webhooks_in(tmp_path / "restored") == 1


async def test_what_is_left_of_a_restore_that_was_cut_off_is_cleared_away(
    backup: Path, tmp_path: Path
) -> None:
    (tmp_path / "banqbot.sqlite3.restoring").write_text("half")
    (tmp_path / "banqbot.sqlite3.restoring-wal").write_text("half")
    restore(backup, tmp_path / "banqbot.sqlite3")

    assert names_in(tmp_path) == ["backup", "banqbot.sqlite3"]
    assert await webhooks_in(tmp_path / "banqbot.sqlite3") == 300


@pytest.mark.parametrize("end", ["", "-wal"])
async def test_what_is_named_like_our_own_copy_is_not_cleared_away(
    backup: Path, tmp_path: Path, end: str
) -> None:
    named, link = tmp_path / f"banqbot.sqlite3.restoring{end}", tmp_path / "link"
    os.rename(backup, named)  # noqa: PTH104
    link.symlink_to(named)
    before = bytes_of(named)
    for file in (named, link):
        with refused(rf"{file} has the name .* rename it and try again\. Nothing was changed\."):
            restore(file, tmp_path / "banqbot.sqlite3")

    assert bytes_of(named) == before
    assert names_in(tmp_path) == [named.name, "link"]


async def test_a_link_to_a_copy_is_restored_with_the_log_beside_that(tmp_path: Path) -> None:
    async with Database(tmp_path / "banqbot.sqlite3") as database:
        async with database.transaction() as tx:
            await put(tx, "webhook_inbox", INBOX)
        backup = as_after_a_crash(tmp_path / "banqbot.sqlite3", tmp_path / "copied")
    (tmp_path / "link").symlink_to(backup)

    restore(tmp_path / "link", tmp_path / "restored")

    assert await webhooks_in(tmp_path / "restored") == 1


async def test_what_is_in_the_log_of_the_copy_alone_is_restored_with_it(backup: Path, tmp_path: Path) -> None:
    """As where closing it could not take the log in, which SQLite does not tell."""
    target = tmp_path / "banqbot.sqlite3"
    async with Database(tmp_path / "source") as database:
        async with database.transaction() as tx:
            await put(tx, "webhook_inbox", INBOX)
        crashed = as_after_a_crash(tmp_path / "source", tmp_path / "crashed")
    with copied_beside(backup, target) as (copy, _):
        for end in ("", "-wal"):
            copy.with_name(copy.name + end).write_bytes(crashed.with_name(crashed.name + end).read_bytes())
        put_in_place(copy, target, tmp_path / "kept")

    assert await webhooks_in(target) == 1


async def test_a_copy_that_somebody_still_reads_takes_no_place(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written to it since would be left in its log, which goes."""
    monkeypatch.setattr("storage.verification.BUSY_TIMEOUT_S", 0)
    target = await filled_file(tmp_path / "bot" / "banqbot.sqlite3", rows=7)
    with (
        copied_beside(backup, target) as (copy, _),
        closing(sqlite3.connect(copy, isolation_level=None)) as reader,
    ):
        reader.execute("PRAGMA journal_mode = WAL")
        reader.execute("BEGIN")
        reader.execute(COUNT).fetchone()
        with closing(sqlite3.connect(copy, isolation_level=None)) as writer:
            writer.execute("UPDATE webhook_inbox SET lane = 'in the log'")
        with refused("database is locked.* nobody reads its new copy.* What is there now stays"):
            put_in_place(copy, target, tmp_path / "bot" / "kept")

    assert names_in(tmp_path / "bot") == ["banqbot.sqlite3"]
    assert await webhooks_in(target) == 7


def restored_without_second_names(folder: Path, error: int) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.storage.without_links", str(folder), str(error)],
        capture_output=True,
        text=True,
        check=True,
    )
    return ended.stdout


@pytest.mark.parametrize("error", [errno.EPERM, errno.EOPNOTSUPP])
async def test_where_a_file_has_but_one_name_what_was_there_is_kept_as_a_copy(
    backup: Path, tmp_path: Path, error: int
) -> None:
    target = await filled_file(tmp_path / "bot" / "banqbot.sqlite3", rows=7)
    target.chmod(0o640)

    assert restored_without_second_names(tmp_path, error) == "restored\n"

    kept = tmp_path / "bot" / "kept"
    assert names_in(tmp_path / "bot") == ["banqbot.sqlite3", "kept"]
    assert await webhooks_in(target) == 300
    assert await webhooks_in(kept) == 7
    assert kept.stat().st_mode & 0o777 == 0o640
    assert bytes_of(backup)


async def test_where_a_file_has_but_one_name_what_is_too_damaged_is_kept_with_its_log(
    backup: Path, tmp_path: Path
) -> None:
    target = await filled_file(tmp_path / "bot" / "banqbot.sqlite3")
    overwrite(target, 0, b"garbage" * 100)
    target.with_name("banqbot.sqlite3-wal").write_bytes(b"log")
    before = bytes_of(target)

    assert restored_without_second_names(tmp_path, errno.EPERM) == "restored\n"

    assert names_in(tmp_path / "bot") == ["banqbot.sqlite3", "kept", "kept-wal"]
    assert bytes_of(tmp_path / "bot" / "kept") == before
    assert (tmp_path / "bot" / "kept-wal").read_bytes() == b"log"
    assert bytes_of(backup)


async def test_what_fails_otherwise_changes_nothing(backup: Path, tmp_path: Path) -> None:
    target = await filled_file(tmp_path / "bot" / "banqbot.sqlite3", rows=7)

    said = restored_without_second_names(tmp_path, errno.EIO)

    assert "could not be replaced: Input/output error." in said
    assert said.endswith("What is there now stays.\n")
    assert names_in(tmp_path / "bot") == ["banqbot.sqlite3"]
    assert await webhooks_in(target) == 7
    assert bytes_of(backup)


def _missing(path: Path) -> None:
    path.unlink()


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _no_database(path: Path) -> None:
    path.write_text("Dear database, " * 100)


def _half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _damaged(path: Path) -> None:
    overwrite(path, path.stat().st_size // 2 // 4096 * 4096, bytes(4096))


def _changed(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)


def _newer(path: Path) -> None:
    _changed(path, "PRAGMA user_version = 99")


def _foreign(path: Path) -> None:
    _changed(path, "PRAGMA application_id = 7")


def _other_tables(path: Path) -> None:
    _changed(path, "ALTER TABLE links ADD COLUMN colour TEXT")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_missing, "There is no file .*backup. Backups are in the folder 'backups'"),
        (_folder, "is a folder. Name one of the backups in it."),
        (_no_database, "is no database, or its beginning is damaged. Choose a file that 'banqbot backup'"),
        (_half, r"is damaged, or only part of a file\. Choose another backup"),
        (_empty, "is empty. Choose another backup"),
        (_damaged, r"is damaged, or only part of a file\. Choose another backup"),
        (_newer, "was written by a newer banqbot .schema 99.* Update banqbot, or choose an older backup"),
        (_foreign, "is a database of another program. Choose a file that 'banqbot backup' has made"),
        (_other_tables, "has other tables than its version of banqbot makes.* Choose another backup"),
    ],
)
async def test_what_cannot_be_restored_is_a_sentence_and_changes_nothing(
    backup: Path, tmp_path: Path, spoil: object, sentence: str
) -> None:
    assert callable(spoil)
    target = await filled_file(tmp_path / "bot" / "banqbot.sqlite3", rows=7)
    before = target.read_bytes()
    spoil(backup)
    with refused(rf"{sentence}.*Nothing was changed\."):
        restore(backup, target)

    assert target.read_bytes() == before
    assert names_in(tmp_path / "bot") == ["banqbot.sqlite3"]


async def test_another_programs_database_is_not_replaced(backup: Path, tmp_path: Path) -> None:
    target = tmp_path / "bot" / "theirs"
    target.parent.mkdir()
    _changed(target, "CREATE TABLE theirs (x)")
    before = target.read_bytes()
    with refused("is a database of another program"):
        restore(backup, target)

    assert target.read_bytes() == before
    assert names_in(tmp_path / "bot") == ["theirs"]


async def test_what_another_process_has_open_is_not_replaced(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.verification.BUSY_TIMEOUT_S", 0)
    async with Database(tmp_path / "bot" / "banqbot.sqlite3") as database:
        with refused("Stop whatever uses it"):
            restore(backup, tmp_path / "bot" / "banqbot.sqlite3")
        assert await database.read.count(COUNT) == 0

    assert names_in(tmp_path / "bot") == ["banqbot.sqlite3"]


def test_a_marked_file_of_an_old_version_is_looked_at_by_that_versions_tables(tmp_path: Path) -> None:
    path = tmp_path / "old"
    _changed(path, f"PRAGMA application_id = {APPLICATION_ID}", "CREATE TABLE links (theirs)")
    with refused("has other tables than its version"):
        restore(path, tmp_path / "banqbot.sqlite3")


async def test_the_restored_file_is_whole(backup: Path, tmp_path: Path) -> None:
    restore(backup, tmp_path / "banqbot.sqlite3")
    assert is_whole(tmp_path / "banqbot.sqlite3")


async def test_a_second_one_under_the_same_name_changes_nothing(backup: Path, tmp_path: Path) -> None:
    target = await filled_file(tmp_path / "bot" / "banqbot.sqlite3", rows=7)
    restore(backup, target)
    overwrite(target, 0, b"garbage" * 100)
    target.with_name("banqbot.sqlite3-wal").write_bytes(b"log")

    with refused(r"Nothing was changed\. Try again\."):
        restore(backup, target)

    assert names_in(tmp_path / "bot") == ["banqbot.sqlite3", "banqbot.sqlite3-wal", "kept"]
    assert await webhooks_in(tmp_path / "bot" / "kept") == 7
