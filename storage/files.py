"""What SQLite keeps beside a database file, and getting files to the disk for good."""

import os
from pathlib import Path

SIDE_FILES = ("-wal", "-shm", "-journal")


def beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def create(path: Path) -> None:
    """An empty file that is its owner's alone. Raises FileExistsError."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def remove(path: Path) -> None:
    """The file and what is beside it, as far as they are there."""
    for end in ("", *SIDE_FILES):
        beside(path, end).unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, would survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
