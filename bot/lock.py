"""A lock file, which holds for as long as its process lives, whichever link leads to what it guards."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bot.refusals import StartRefused
from storage import files


def take_lock(path: Path, taken: str) -> TextIO:
    """The file, locked until closed. Raises StartRefused(taken) where another process has it, or OSError."""
    lock = path.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise StartRefused(taken) from None
    return lock


@contextmanager
def only_one(database: Path) -> Iterator[None]:
    """A second bot on one database would take what the first is sending for interrupted.

    Raises StartRefused.
    """
    path = files.beside(files.real(database), ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = take_lock(
            path,
            f"Another banqbot is running on {database}. Stop it first; two would get in each other's way.",
        )
    except OSError as error:
        raise StartRefused(f"storage.path: {database} cannot be used: {error.strerror}.") from error
    with lock:
        yield


@contextmanager
def in_use(database: Path) -> Iterator[None]:
    """Commands work beside each other and the bot, not while the file is replaced. Raises StartRefused."""
    with _beside(database, fcntl.LOCK_SH, f"{database} is being restored. Try again once that is done."):
        yield


@contextmanager
def replacing(database: Path) -> Iterator[None]:
    """A command that opened the old file would leave its log beside the new one, and ruin it.

    Raises StartRefused.
    """
    taken = f"Another command is at work on {database}. Wait until it has ended, and try again."
    with only_one(database), _beside(database, fcntl.LOCK_EX, taken):
        yield


@contextmanager
def _beside(database: Path, kind: int, taken: str) -> Iterator[None]:
    with files.beside(files.real(database), ".in-use").open("w") as lock:
        try:
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartRefused(taken) from None
        yield


def is_running(database: Path) -> bool:
    """Whether a bot works on this database now."""
    try:
        lock = database.with_name(database.name + ".lock").open("r")
    except OSError:
        return False
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
