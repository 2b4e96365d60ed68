"""A lock file, which holds for as long as its process lives."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from bot.refusals import StartRefused


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
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock = take_lock(
            database.with_name(database.name + ".lock"),
            f"Another banqbot is running on {database}. Stop it first; two would get in each other's way.",
        )
    except OSError as error:
        raise StartRefused(f"storage.path: {database} cannot be used: {error.strerror}.") from error
    with lock:
        yield
