"""Puts a copy of a backup in the database's place, with all that was there before kept aside."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from storage import files
from storage.database import SQLITE_ERRORS, is_damage
from storage.refusals import DatabaseRefused, Refusal, Unfit
from storage.schema import is_of_another_program
from storage.verification import Contents, existing, verified


@contextmanager
def copied_beside(file: Path, target: Path) -> Iterator[tuple[Path, Contents]]:
    """A verified copy of a backup in the target's folder, and what it holds; gone afterwards if still there.

    For whoever holds the bot's lock. `target` is no link. Raises DatabaseRefused.
    """
    copy = files.beside(target, ".restoring")
    _refuse_what_is_no_backup(file, copy)
    # Whoever left one behind did not hold the lock to the end.
    files.remove(copy)
    try:
        try:
            _copy(file, copy, target)
            contents = verified(copy)
        except Unfit as unfit:
            raise DatabaseRefused(Refusal.NOT_WORTH_RESTORING, file, cause=unfit) from unfit
        except (OSError, sqlite3.Error) as error:
            raise DatabaseRefused(Refusal.NOT_COPIED, file, other=target.parent, cause=error) from error
        yield copy, contents
    finally:
        files.remove(copy)


def put_in_place(copy: Path, target: Path, kept: Path) -> bool:
    """Let the copy take the target's place at once; whether there was anything to keep under the name `kept`.

    For whoever holds the bot's lock. `target` is no link. Raises DatabaseRefused.
    """
    if any(files.beside(kept, end).exists() for end in ("", *files.SIDE_FILES)):
        # A log put beside a file that is kept already would ruin that one.
        raise DatabaseRefused(Refusal.KEPT_ALREADY, kept)
    try:
        with closing(existing(copy)) as connection:
            # Takes all of the log in, or fails where somebody still reads the copy.
            connection.execute("PRAGMA journal_mode = DELETE")
        files.sync(copy)
        there = _keep_aside(target, kept)
        files.sync(target.parent)
        copy.rename(target)
        files.sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseRefused(Refusal.NOT_REPLACED, target, cause=error) from error
    return there


def _keep_aside(target: Path, kept: Path) -> bool:
    """Keep what is there under a second name, so that there is a database at the first one at any moment."""
    logs = [end for end in files.SIDE_FILES if files.beside(target, end).exists()]
    for end in logs:
        # First, since SQLite throws away a log that makes no sense to it.
        files.keep_as(files.beside(target, end), files.beside(kept, end))
    if not target.exists():
        _remove(target, logs)
        return bool(logs)
    try:
        is_folded = _fold_in_log(target)
    except DatabaseRefused:
        _remove(kept, logs)
        raise
    if is_folded:
        _remove(kept, logs)
    files.keep_as(target, kept)
    _remove(target, logs)
    return True


def _remove(path: Path, ends: list[str]) -> None:
    """A log that is left beside another file would be taken for its own, and ruin it."""
    for end in ends:
        files.beside(path, end).unlink(missing_ok=True)


def _refuse_what_is_no_backup(file: Path, copy: Path) -> None:
    if file.is_dir():
        raise DatabaseRefused(Refusal.IS_A_FOLDER, file)
    if not file.exists():
        raise DatabaseRefused(Refusal.NO_FILE, file)
    ours = [path for end in ("", *files.SIDE_FILES) if (path := files.beside(copy, end)).exists()]
    if any(file.samefile(path) for path in ours):
        raise DatabaseRefused(Refusal.IS_IN_THE_WAY, file)


def _copy(file: Path, copy: Path, target: Path) -> None:
    """Bytes, so that the backup stays as it is, also where it cannot be written to."""
    files.create(copy)
    shutil.copyfile(file, copy)
    log = files.beside(files.real(file), "-wal")
    if log.exists():
        shutil.copyfile(log, files.beside(copy, "-wal"))
    if target.exists():
        files.make_like(copy, target)
    else:
        files.give_to_owner_of(target.parent, copy)


def _fold_in_log(path: Path) -> bool:
    """Bring what is only in the log into the file; False for a file that is too damaged for that."""
    try:
        with closing(existing(path)) as connection:
            if is_of_another_program(connection):
                raise DatabaseRefused(Refusal.REPLACES_ANOTHERS, path)
            # Takes all of the log in, and leaves no files beside.
            connection.execute("PRAGMA journal_mode = DELETE")
    except SQLITE_ERRORS as error:
        if is_damage(error):
            return False
        raise DatabaseRefused(Refusal.NOT_SET_ASIDE, path, cause=error) from error
    return True
