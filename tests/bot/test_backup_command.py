"""Backing up and restoring as an operator does it: at the command line, beside a bot or without one."""

import asyncio
import os
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from bot.lock import in_use, is_running, only_one, replacing
from bot.refusals import StartRefused
from storage.backup import back_up
from storage.database import Database
from tests.bot.settings import complete, write
from tests.storage.damaging import bytes_of, filled_file, names_in, nothing_told, overwrite
from tests.storage.rows import LINK, MATCHED, put, withdrawal_in

ROOT = Path(__file__).parents[2]
ANOTHER_USER = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") if os.getuid() == 0 else ()
UNSHARE = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--mount")


async def banqbot(
    config: Path, *arguments: str, typed: str = "", before: tuple[str, ...] = ()
) -> tuple[int, str]:
    """(exit code, all that was said); `before` is a command that runs the command."""
    process = await asyncio.create_subprocess_exec(
        *(*before, sys.executable, "-m", "bot", "--config", str(config), *arguments),
        cwd=ROOT,
        stdin=PIPE,
        stdout=PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate(typed.encode())
    assert process.returncode is not None
    assert b"Traceback" not in out, out.decode()
    return process.returncode, out.decode()


@pytest.fixture
async def config(tmp_path: Path) -> Path:
    """A bot whose database holds a link and a confirmed withdrawal."""
    path = tmp_path / "data" / "banqbot.sqlite3"
    async with Database(path) as database, database.transaction() as tx:
        await put(tx, "link_sessions", MATCHED)
        await put(tx, "links", LINK)
        await put(tx, "withdrawals", withdrawal_in("confirmed"))
    return write(tmp_path, {**complete(), "storage": {"path": str(path)}})


def for_another_user(tmp_path: Path, *files: Path, owned: tuple[Path, ...] = ()) -> None:
    """Let ANOTHER_USER read what pytest and the tests have made for root alone."""
    if os.getuid() != 0:
        return
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith(("test_", "popen-", "pytest-")):
            folder.chmod(0o755)
    for file in files:
        file.chmod(0o644)
    for path in owned:
        os.chown(path, 65534, 65534)


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


async def test_a_backup_beside_the_bot_is_told_with_what_it_holds_and_its_size(
    config: Path, tmp_path: Path
) -> None:
    with only_one(tmp_path / "data" / "banqbot.sqlite3"):
        code, said = await banqbot(config, "backup")

    [backup] = (tmp_path / "data" / "backups").glob("banqbot-????????-??????.sqlite3")
    assert code == 0
    assert said.startswith(f"{backup} is whole, and has ")
    assert said.endswith("kB. It holds 1 link, 1 withdrawal and 0 webhooks.\n")
    assert names_in(backup.parent) == [backup.name]


async def test_what_root_makes_in_the_bots_folder_is_the_bots(config: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    for_another_user(tmp_path, config, owned=(data, data / "banqbot.sqlite3"))
    before = os.umask(0o077)
    try:
        by_root = await banqbot(config, "backup")
    finally:
        os.umask(before)

    by_the_bot = await banqbot(config, "backup", str(data / "backups" / "second"), before=ANOTHER_USER)

    assert (by_root[0], by_the_bot[0]) == (0, 0), by_the_bot[1]


async def test_a_lock_that_this_user_may_only_read_holds_all_the_same(config: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "banqbot.sqlite3.in-use").touch(mode=0o444)
    for_another_user(tmp_path, config, owned=(data, data / "banqbot.sqlite3"))
    with replacing(data / "banqbot.sqlite3"):
        code, said = await banqbot(config, "pause", "many odd approvals", before=ANOTHER_USER)

    assert (code, said) == (1, f"{data}/banqbot.sqlite3 is being restored. Try again once that is done.\n")


@pytest.mark.parametrize(("lock", "end"), [(only_one, ".lock"), (in_use, ".in-use"), (replacing, ".in-use")])
def test_a_link_in_a_locks_place_is_not_followed(
    tmp_path: Path, lock: Callable[[Path], AbstractContextManager[None]], end: str
) -> None:
    (tmp_path / "precious").write_text("for root alone")
    (tmp_path / f"banqbot.sqlite3{end}").symlink_to(tmp_path / "precious")
    path = tmp_path / "banqbot.sqlite3"
    with pytest.raises(StartRefused, match=rf"{path} cannot be used: .*\({path}{end}\)"), lock(path):
        pass

    assert (tmp_path / "precious").read_text() == "for root alone"


@pytest.mark.parametrize(("lock", "end"), [(only_one, ".lock"), (in_use, ".in-use")])
def test_a_lock_is_the_owners_alone_lest_others_hold_it(
    tmp_path: Path, lock: Callable[[Path], AbstractContextManager[None]], end: str
) -> None:
    with lock(tmp_path / "banqbot.sqlite3"):
        assert (tmp_path / f"banqbot.sqlite3{end}").stat().st_mode & 0o777 == 0o600


async def test_where_nothing_can_be_written_all_is_done_that_needs_no_writing(
    config: Path, tmp_path: Path
) -> None:
    snapshot, settings = tmp_path / "snapshot", tmp_path / "settings"
    snapshot.mkdir()
    settings.mkdir()
    path = snapshot / "banqbot.sqlite3"
    back_up(tmp_path / "data" / "banqbot.sqlite3", tmp_path / "backup", nothing_told)
    of_snapshot = write(settings, {**complete(), "storage": {"path": str(path)}})

    async def beside_a_snapshot_with(lock: str, config: Path, *command: str) -> tuple[int, str]:
        mounted = (
            f"mount -t tmpfs tmpfs {snapshot} && cp {tmp_path}/backup {path} && "
            f'touch {snapshot}/{lock} && mount -o remount,ro {snapshot} && "$@"'
        )
        return await banqbot(config, *command, before=(*UNSHARE, "sh", "-c", mounted, "sh"))

    restored, copied, paused = await asyncio.gather(
        beside_a_snapshot_with("banqbot.sqlite3.lock", config, "restore", str(path), "--yes"),
        beside_a_snapshot_with("banqbot.sqlite3.in-use", of_snapshot, "backup", str(tmp_path / "one")),
        beside_a_snapshot_with("none", of_snapshot, "pause", "many odd approvals"),
    )

    assert restored[0] == copied[0] == 0, restored[1] + copied[1]
    assert paused == (
        1,
        f"storage.path: {path} cannot be used: Read-only file system ({path}.in-use).\n",
    )


async def test_a_backup_that_cannot_be_made_is_exit_code_1_and_a_sentence(
    config: Path, tmp_path: Path
) -> None:
    (tmp_path / "taken").touch()
    taken, nowhere, no_folder, no_file, nothing = await asyncio.gather(
        banqbot(config, "backup", str(tmp_path / "taken")),
        banqbot(config, "backup", str(tmp_path / "not-mounted" / "one")),
        banqbot(config, "backup", f"{tmp_path}/no-folder/"),
        banqbot(config, "backup", "-"),
        banqbot(
            write(tmp_path / "data", {**complete(), "storage": {"path": str(tmp_path / "none")}}), "backup"
        ),
    )

    assert taken == (1, f"There is a file {tmp_path}/taken already. Name another one.\n")
    assert nowhere == (
        1,
        f"There is no folder {tmp_path}/not-mounted. Make it first, or name another file.\n",
    )
    assert no_folder == (1, f"There is no folder {tmp_path}/no-folder. Make it first, or name another one.\n")
    assert no_file == (
        1,
        "A backup is looked at before it counts, so it has to be a file. Name one instead of -.\n",
    )
    assert nothing == (
        1,
        f"storage.path: there is no database {tmp_path}/none yet. Start the bot first.\n",
    )
    assert not (tmp_path / "none").exists()


async def test_a_restore_keeps_what_was_there_sends_nothing_and_pauses(config: Path, tmp_path: Path) -> None:
    path, backup = tmp_path / "data" / "banqbot.sqlite3", tmp_path / "backup"
    back_up(path, backup, nothing_told)
    async with Database(path) as database, database.transaction() as tx:
        await tx.execute("UPDATE withdrawals SET state = 'submitting'")

    code, said = await banqbot(config, "restore", str(backup), "--yes")

    assert code == 0, said
    assert "Withdrawals sent since may show as not sent" in said
    assert "Webhooks that came since are gone" in said
    assert "may have been sent: 1." in said
    assert "banqbot resume REASON" in said
    assert rows(path, "SELECT state FROM withdrawals") == [("unknown",)]
    assert rows(path, "SELECT reason FROM pauses WHERE resumed_at IS NULL") == [("restored from a backup",)]
    [kept] = path.parent.glob("banqbot.sqlite3.before-restore-????????-??????")
    assert str(kept) in said
    assert rows(kept, "SELECT state FROM withdrawals") == [("submitting",)]
    names = ["banqbot.sqlite3", kept.name, "banqbot.sqlite3.in-use", "banqbot.sqlite3.lock"]
    assert names_in(path.parent) == names


def test_a_bot_is_seen_to_run_through_a_link_to_its_database(tmp_path: Path) -> None:
    path, link = tmp_path / "data" / "banqbot.sqlite3", tmp_path / "link"
    link.symlink_to(path)

    with only_one(path):
        assert is_running(link)
    assert not is_running(link)


async def test_a_link_to_the_database_stays_and_what_it_leads_to_is_replaced(
    config: Path, tmp_path: Path
) -> None:
    path, link, backup = tmp_path / "data" / "banqbot.sqlite3", tmp_path / "link", tmp_path / "backup"
    back_up(path, backup, nothing_told)
    link.symlink_to(path)
    write(tmp_path, {**complete(), "storage": {"path": str(link)}})
    with only_one(path), pytest.raises(StartRefused, match="Another banqbot is running"), only_one(link):
        pass

    code, said = await banqbot(config, "restore", str(backup), "--yes")

    assert code == 0, said
    assert link.readlink() == path
    assert rows(link, "SELECT state FROM withdrawals") == [("unknown",)]
    [kept] = path.parent.glob("banqbot.sqlite3.before-restore-????????-??????")
    assert rows(kept, "SELECT state FROM withdrawals") == [("confirmed",)]
    assert names_in(tmp_path) == ["backup", "config.toml", "data", "link"]


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 1), ("", 1)])
async def test_a_restore_asks_before_it_changes_anything(
    config: Path, tmp_path: Path, typed: str, code: int
) -> None:
    path, backup = tmp_path / "data" / "banqbot.sqlite3", tmp_path / "backup"
    back_up(path, backup, nothing_told)
    before = bytes_of(path)

    ended, said = await banqbot(config, "restore", str(backup), typed=typed)

    assert ended == code
    assert f"Put it in the place of {path}?" in said
    assert ("Nothing was changed." in said) == bool(code)
    assert (bytes_of(path) == before) == bool(code)


async def test_a_restore_is_refused_where_it_cannot_be_meant(config: Path, tmp_path: Path) -> None:
    path, other = tmp_path / "data" / "banqbot.sqlite3", tmp_path / "other" / "banqbot.sqlite3"
    await filled_file(other)
    with only_one(path), only_one(other):
        running, in_use, itself = await asyncio.gather(
            banqbot(config, "restore", str(tmp_path / "backup"), "--yes"),
            banqbot(config, "restore", str(other), "--yes"),
            banqbot(config, "restore", str(path), "--yes"),
        )

    assert running[0] == in_use[0] == itself[0] == 1
    assert f"Another banqbot is running on {path}" in running[1]
    assert f"Another banqbot is running on {other}" in in_use[1]
    assert "is the database itself" in itself[1]


async def test_a_restore_on_a_nearly_full_disk_is_a_sentence(config: Path, tmp_path: Path) -> None:
    path, backup, small = tmp_path / "data" / "banqbot.sqlite3", tmp_path / "backup", tmp_path / "small"
    back_up(path, backup, nothing_told)
    small.mkdir()
    write(tmp_path, {**complete(), "storage": {"path": str(small / "banqbot.sqlite3")}})

    async def with_room_beside_the_copy(pages: int) -> tuple[int, str]:
        size = backup.stat().st_size + pages * 4096
        mounted = f'mount -t tmpfs -o size={size} tmpfs {small} && "$@"; ended=$?; ls {small}; exit $ended'
        return await banqbot(
            config, "restore", str(backup), "--yes", before=(*UNSHARE, "sh", "-c", mounted, "sh")
        )

    for pages, problem in (
        (
            2,
            "disk I/O error. Nothing was changed. Free space on its disk, or close whatever reads that file,",
        ),
        (8, "database or disk is full. Nothing was changed. Free space on its disk,"),
    ):
        code, said = await with_room_beside_the_copy(pages)

        assert code == 1
        assert said.endswith(f"{problem} and try again.\nbanqbot.sqlite3.in-use\nbanqbot.sqlite3.lock\n"), (
            said
        )


async def test_a_folder_that_the_user_may_not_enter_is_a_sentence(config: Path, tmp_path: Path) -> None:
    data, backup = tmp_path / "data", tmp_path / "backup"
    back_up(data / "banqbot.sqlite3", backup, nothing_told)
    # Root may enter it whatever its mode: only another user's command finds it closed.
    for_another_user(tmp_path, config, backup)
    data.chmod(0o700 if os.getuid() == 0 else 0)

    told = await asyncio.gather(
        *(
            banqbot(config, *command, before=ANOTHER_USER)
            for command in (("resume", "all is well"), ("backup",), ("restore", str(backup), "--yes"))
        )
    )
    data.chmod(0o700)

    for code, said in told:
        assert code == 1
        assert said == (
            f"This user may not use {data}/banqbot.sqlite3. Nothing was changed. "
            "Run the command as the bot's user.\n"
        )


async def test_a_command_and_a_restore_keep_out_of_each_others_way(config: Path, tmp_path: Path) -> None:
    path, backup = tmp_path / "data" / "banqbot.sqlite3", tmp_path / "backup"
    back_up(path, backup, nothing_told)

    with in_use(path):
        restored = await banqbot(config, "restore", str(backup), "--yes")
    with replacing(path):
        commands = await asyncio.gather(banqbot(config, "resume", "all is well"), banqbot(config, "backup"))

    at_work = f"Another command is at work on {path}. Wait until it has ended, and try again.\n"
    assert restored == (1, at_work)
    assert list(commands) == [(1, f"{path} is being restored. Try again once that is done.\n")] * 2


async def test_damage_that_a_command_meets_is_a_sentence(tmp_path: Path) -> None:
    path = await filled_file(tmp_path / "banqbot.sqlite3")
    for [root] in rows(path, "SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'pauses'"):
        assert isinstance(root, int)
        overwrite(path, (root - 1) * 4096, b"\xff" * 4096)
    config = write(tmp_path, {**complete(), "storage": {"path": str(path)}})

    code, said = await banqbot(config, "resume", "all is well")

    assert code == 1
    assert said == (
        "The database is damaged. Stop the bot, and restore a backup: banqbot restore FILE "
        "(SQLite says: database disk image is malformed)\n"
    )
