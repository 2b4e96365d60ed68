"""A lock file, which holds for as long as its process lives."""

import fcntl
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
