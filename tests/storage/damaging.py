"""Files to back up, to restore and to break."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.database_words import why_refused
from storage.database import Database
from storage.refusals import DatabaseRefused
from tests.storage.rows import AUDIT, INBOX, NOTICE, put


async def filled_file(path: Path, rows: int = 300, body: int = 400) -> Path:
    """A closed database of some dozen pages, with nothing beside it."""
    async with Database(path) as database, database.transaction() as tx:
        for number in range(1, rows + 1):
            await put(tx, "webhook_inbox", INBOX, id=number, body=bytes(body))
            await put(tx, "outbox", NOTICE, dedup_key=f"n-{number}")
            await put(tx, "audit", AUDIT, id=number)
    return path


def overwrite(path: Path, offset: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def bytes_of(path: Path) -> bytes:
    return path.read_bytes()


def is_whole(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        checked: list[tuple[str]] = connection.execute("PRAGMA integrity_check").fetchall()
    return checked == [("ok",)]


@contextmanager
def refused(sentence: str) -> Iterator[None]:
    """The block is, and the command line says so."""
    with pytest.raises(DatabaseRefused) as raised:
        yield
    assert re.search(sentence, why_refused(raised.value))


def nothing_told(_done: int, _all: int) -> None:
    """For copies that nobody watches."""
