"""What the command line says about a database that is refused, full or damaged."""

import sqlite3
from pathlib import Path

from services.foreign_text import clean
from storage.database import ImpossibleTime, is_damage
from storage.refusals import DatabaseRefused, Problem, Refusal, Unfit

LONGEST_SAID = 100
NOT_OPENED = {
    Problem.OF_ANOTHER_PROGRAM: (
        "{path} is a database of another program. Name another file under [storage] path."
    ),
    Problem.NEWER: (
        "{path} was written by a newer banqbot (schema {0}, this one knows {1}). Update banqbot, or restore "
        "the backup made before the update."
    ),
    Problem.OTHER_TABLES: (
        "The tables of {path} are not those of this version; an unreleased banqbot made it, or somebody "
        "changed it. Restore a backup, or move the file away to start afresh; for the demo, remove the "
        "folder .demo."
    ),
    Problem.NOT_MIGRATED: (
        "{path} could not be brought to schema {0}: {1}. Nothing was changed. Run the banqbot that ran "
        "before, and tell its makers what this says."
    ),
}
# What completes a sentence that begins with the file, and what to do where it was to be restored.
UNFIT = {
    Problem.NO_DATABASE: (
        "is no database, or its beginning is damaged",
        "Choose a file that 'banqbot backup' has made.",
    ),
    Problem.DAMAGED: ("is damaged, or only part of a file", "Choose another backup."),
    Problem.STRAY_ROW: (
        "is damaged, or only part of a file (a row of {0} belongs to one of {1} that is not there)",
        "Choose another backup.",
    ),
    Problem.IMPOSSIBLE_TIME: (
        "is damaged, or only part of a file (it holds a time that cannot be)",
        "Choose another backup.",
    ),
    Problem.OF_ANOTHER_PROGRAM: (
        "is a database of another program",
        "Choose a file that 'banqbot backup' has made.",
    ),
    Problem.EMPTY: ("is empty", "Choose another backup."),
    Problem.NEWER: (
        "was written by a newer banqbot (schema {0}, this one knows {1})",
        "Update banqbot, or choose an older backup.",
    ),
    Problem.OTHER_TABLES: (
        "has other tables than its version of banqbot makes",
        "An unreleased banqbot made it, or somebody changed it. Choose another backup.",
    ),
}
REFUSED = {
    Refusal.BACKUP_EXISTS: "There is a file {path} already. Name another one.",
    Refusal.BACKUP_NAMED_LIKE_OURS: (
        "{path} would be taken for a file that belongs to a database beside it, and be removed in time. Name "
        "another one."
    ),
    Refusal.BACKUP_UNDER_WAY: (
        "There is a file {path}: another backup to {other} is being made, or one was cut off. If none is "
        "running, remove that file and try again."
    ),
    Refusal.BACKUP_NOT_MADE: (
        "The backup {path} could not be made: {why}. Make room there, or name another file. Nothing was left "
        "behind."
    ),
    Refusal.NOT_WORTH_A_BACKUP: (
        "The database {path} {problem}. No backup was made of it. Check [storage] path; if that is right, "
        "restore the newest backup that is whole, with 'banqbot restore FILE'."
    ),
    Refusal.NO_FILE: (
        "There is no file {path}. Backups are in the folder 'backups' beside the database, unless they were "
        "put elsewhere. Nothing was changed."
    ),
    Refusal.IS_A_FOLDER: "{path} is a folder. Name one of the backups in it. Nothing was changed.",
    Refusal.IS_IN_THE_WAY: (
        "{path} has the name that a restore gives to its own copy, and may be half of one. If it is a "
        "backup, rename it and try again. Nothing was changed."
    ),
    Refusal.NOT_WORTH_RESTORING: "{path} {problem}. {remedy} Nothing was changed.",
    Refusal.NOT_COPIED: (
        "{path} could not be copied to {other}: {why}. Check that the file can be read and that there is "
        "room for it. Nothing was changed."
    ),
    Refusal.KEPT_ALREADY: (
        "Another restore has just kept what was there as {path}. Nothing was changed. Try again."
    ),
    Refusal.REPLACES_ANOTHERS: (
        "{path} is a database of another program. Name another file under [storage] path. Nothing was "
        "changed."
    ),
    Refusal.NOT_SET_ASIDE: (
        "{path} cannot be set aside: {why}. Stop whatever uses it, and try again. Nothing was changed."
    ),
    Refusal.NOT_REPLACED: (
        "{path} could not be replaced: {why}. Check that there is room for it and that nobody reads its new "
        "copy, and try again. What is there now stays."
    ),
}


def why_refused(refused: DatabaseRefused) -> str:
    if isinstance(refused.cause, Unfit):
        return _why_unfit(refused, refused.cause)
    if refused.refusal is Refusal.NOT_OPENED:
        return _why_not_opened(refused.path, refused.cause)
    return REFUSED[refused.refusal].format(path=refused.path, other=refused.other, why=_reason(refused.cause))


def why_not_written(error: BaseException) -> str:
    return (
        f"The database cannot be written: {error}. Nothing was changed. Free space on its disk, and try "
        "again."
    )


def why_damaged(error: BaseException) -> str:
    sentence = "The database is damaged. Stop the bot, and restore a backup: banqbot restore FILE"
    if isinstance(error, ImpossibleTime):
        return f"{sentence} (it holds a time that cannot be)"
    return sentence + _as_sqlite_says(error)


def _why_unfit(refused: DatabaseRefused, unfit: Unfit) -> str:
    if refused.refusal is Refusal.NOT_OPENED:
        return NOT_OPENED[unfit.problem].format(*unfit.facts, path=refused.path)
    problem, remedy = UNFIT[unfit.problem]
    sentence = REFUSED[refused.refusal].format(
        path=refused.path, problem=problem.format(*unfit.facts), remedy=remedy
    )
    return sentence + (_as_sqlite_says(unfit.facts[0]) if unfit.problem is Problem.DAMAGED else "")


def _why_not_opened(path: Path, error: Exception | None) -> str:
    if error is not None and is_damage(error):
        return (
            f"The database {path} cannot be opened: it is damaged, or no database at all. Restore a backup "
            "with 'banqbot restore FILE', which keeps this one aside; or name another file under [storage] "
            "path." + _as_sqlite_says(error)
        )
    sentence = f"The database {path} cannot be opened: {error}."
    # What a damaged header makes of a file that may well be written.
    if getattr(error, "sqlite_errorcode", 0) in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_ERROR}:
        return f"{sentence} If the bot may write it, restore a backup with 'banqbot restore FILE'."
    return sentence


def _reason(error: Exception | None) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _as_sqlite_says(said: object) -> str:
    """For whoever repairs it. It may quote what is damaged."""
    return f" (SQLite says: {clean(str(said), LONGEST_SAID)})"
