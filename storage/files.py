"""What SQLite keeps beside a database file, and getting files to the disk for good."""

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

SIDE_FILES = ("-wal", "-shm", "-journal")
# How the names end that SQLite, restores, backups and locks give to files beside a database.
TAKEN_ENDS = (*SIDE_FILES, ".restoring", ".partial", ".lock", ".in-use")
# What is said where a file can have but one name. EPERM also where it is another user's.
NO_SECOND_NAME = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}


def beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def real(path: Path) -> Path:
    """Where a link leads; SQLite puts its files there. `Path.resolve` would fail where links go round."""
    return Path(os.path.realpath(path))


def create(path: Path) -> None:
    """An empty file that is its owner's alone. Raises FileExistsError."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def make_like(path: Path, other: Path) -> None:
    """Give a file the mode and, as far as this user may, the owner of another one."""
    shutil.copymode(other, path)
    give_to_owner_of(other, path)


def give_to_owner_of(other: Path, path: Path) -> None:
    """As far as this user may. Made by root, it must still be the bot's."""
    owner = other.stat()
    with suppress(PermissionError):
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def keep_as(path: Path, kept: Path) -> None:
    """Give a file a second name, or copy it where the file system has no such thing."""
    try:
        os.link(path, kept)
    except OSError as error:
        if error.errno not in NO_SECOND_NAME:
            raise
        _copy(path, kept)


def _copy(path: Path, kept: Path) -> None:
    create(kept)
    try:
        shutil.copyfile(path, kept)
        make_like(kept, path)
        sync(kept)
    except OSError:
        kept.unlink()
        raise


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
