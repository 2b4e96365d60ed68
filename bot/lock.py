"""A lock file, which holds for as long as its process lives, whichever link leads to what it guards."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bot.refusals import StartRefused
from storage import files


def take_lock(path: Path, taken: str, kind: int = fcntl.LOCK_EX) -> TextIO:
    """The file, locked until closed. Raises StartRefused(taken) where another process has it, or OSError."""
    lock = _opened(path)
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise StartRefused(taken) from None
    return lock


@contextmanager
def only_one(database: Path) -> Iterator[None]:
    """A second bot on one database would take what the first is sending for interrupted.

    Raises StartRefused, or PermissionError.
    """
    taken = f"Another banqbot is running on {database}. Stop it first; two would get in each other's way."
    with _beside(database, ".lock", fcntl.LOCK_EX, taken):
        yield


@contextmanager
def in_use(database: Path) -> Iterator[None]:
    """Commands work beside each other and the bot, not while the file is replaced.

    Raises StartRefused, or PermissionError.
    """
    taken = f"{database} is being restored. Try again once that is done."
    with _beside(database, ".in-use", fcntl.LOCK_SH, taken):
        yield


@contextmanager
def replacing(database: Path) -> Iterator[None]:
    """A command that opened the old file would leave its log beside the new one, and ruin it.

    Raises StartRefused, or PermissionError.
    """
    taken = f"Another command is at work on {database}. Wait until it has ended, and try again."
    with only_one(database), _beside(database, ".in-use", fcntl.LOCK_EX, taken):
        yield


@contextmanager
def _beside(database: Path, end: str, kind: int, taken: str) -> Iterator[None]:
    path = files.beside(files.real(database), end)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = take_lock(path, taken, kind)
    except PermissionError:
        # For which the command line has a sentence of its own.
        raise
    except OSError as error:
        raise StartRefused(
            f"storage.path: {database} cannot be used: {error.strerror} ({error.filename})."
        ) from error
    with lock:
        yield


def is_running(database: Path) -> bool:
    """Whether a bot works on this database now."""
    try:
        lock = files.beside(files.real(database), ".lock").open("r")
    except OSError:
        return False
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _opened(path: Path) -> TextIO:
    """Only to be read, so that a lock need not be writable; no link, which might lead to any file.

    Nobody else can open it: whoever could would keep the bot and its commands from working.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.fdopen(os.open(path, flags))
    files.give_to_owner_of(path.parent, path)
    return os.fdopen(descriptor)
