"""Copies the database while the bot works, to one file that is whole or is not there at all."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from storage import files
from storage.database import SQLITE_ERRORS, is_damage
from storage.refusals import DatabaseRefused, Refusal, Unfit
from storage.verification import Contents, damage, existing, verified

PAGES_AT_ONCE = 500

Progress = Callable[[int, int], None]


def back_up(source: Path, target: Path, progress: Progress) -> Contents:
    """What the new file holds: all that was committed when this began. `progress` gets pages done and all.

    Raises DatabaseRefused, and leaves nothing behind then.
    """
    partial = files.beside(target, ".partial")
    if target.name.endswith(files.TAKEN_ENDS):
        # Whoever opens the database beside it would throw it away.
        raise DatabaseRefused(Refusal.BACKUP_NAMED_LIKE_OURS, target)
    _refuse_to_overwrite(target)
    try:
        files.create(partial)
    except FileExistsError:
        raise DatabaseRefused(Refusal.BACKUP_UNDER_WAY, partial, other=target) from None
    except OSError as error:
        raise DatabaseRefused(Refusal.BACKUP_NOT_MADE, target, cause=error) from error
    try:
        _copy(source, partial, progress)
        contents = verified(partial)
        files.sync(partial)
        _refuse_to_overwrite(target)
        partial.rename(target)
        files.sync(target.parent)
    except Unfit as unfit:
        raise DatabaseRefused(Refusal.NOT_WORTH_A_BACKUP, source, cause=unfit) from unfit
    except (*SQLITE_ERRORS, OSError) as error:
        if is_damage(error):
            raise DatabaseRefused(Refusal.NOT_WORTH_A_BACKUP, source, cause=damage(error)) from error
        raise DatabaseRefused(Refusal.BACKUP_NOT_MADE, target, cause=error) from error
    finally:
        files.remove(partial)
    return contents


def _copy(source: Path, partial: Path, progress: Progress) -> None:
    with closing(existing(source)) as original, closing(existing(partial)) as copy:
        # What is cut off is thrown away, so it needs no journal; the whole is synced at its end.
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        # Without a snapshot held over all steps, each commit of the bot would send the copy back to its
        # start. A reader keeps no writer from writing; only the log cannot be shortened meanwhile.
        original.execute("BEGIN")
        original.execute("SELECT 1 FROM sqlite_schema").fetchone()
        original.backup(
            copy, pages=PAGES_AT_ONCE, progress=lambda _, left, total: progress(total - left, total)
        )
        original.execute("ROLLBACK")
    with closing(existing(partial)) as copy:
        # The mode is copied with the rest, and would put files beside this one whenever it is opened.
        copy.execute("PRAGMA journal_mode = DELETE")


def _refuse_to_overwrite(target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise DatabaseRefused(Refusal.BACKUP_EXISTS, target)
