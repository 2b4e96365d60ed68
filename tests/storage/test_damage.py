"""Damaged files open whole, or are refused with a sentence; what opening does not meet, a full look finds."""

import os
import random
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.database_words import why_refused
from storage.database import Database, is_damage
from storage.refusals import DatabaseRefused, Unfit
from storage.verification import verified
from tests.storage.damaging import filled_file, is_whole, overwrite, refused
from tests.storage.rows import AUDIT, put

PAGE = 4096
ROUNDS = 60


async def opens(path: Path) -> bool:
    """Whether it does; where not, the sentence says what to do."""
    try:
        async with Database(path):
            return True
    except DatabaseRefused as error:
        said = why_refused(error)
        assert str(path) in said
        assert re.search("[Rr]estore (a|the) backup|[Nn]ame another file", said), said
        return False


def is_found(path: Path) -> bool:
    """Whether a look at all of it finds the damage."""
    try:
        verified(path)
    except Unfit:
        return True
    return False


def header(path: Path) -> None:
    overwrite(path, 0, b"SQLite format 4\0")


def schema_page(path: Path) -> None:
    overwrite(path, 100, bytes(PAGE - 100))


def page_size(path: Path) -> None:
    overwrite(path, 16, b"\x00\x07")


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("spoil", [header, schema_page, page_size, cut_off])
async def test_damage_that_opening_meets_is_refused_with_what_to_do(
    tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    path = await filled_file(tmp_path / "banqbot.sqlite3")
    spoil(path)
    before = path.read_bytes()

    assert not await opens(path)
    assert path.read_bytes() == before


async def test_a_page_that_opening_does_not_meet_is_damage_to_the_query_that_does(tmp_path: Path) -> None:
    path = await filled_file(tmp_path / "banqbot.sqlite3")
    overwrite(path, path.stat().st_size - 10 * PAGE, bytes(10 * PAGE))
    async with Database(path) as database:
        with pytest.raises(sqlite3.DatabaseError) as raised:
            await database.read.fetch_all(
                "SELECT * FROM webhook_inbox LEFT JOIN audit USING (id) LEFT JOIN outbox USING (id)"
            )

    assert is_damage(raised.value)
    assert is_found(path)


async def test_a_file_that_is_only_locked_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.BUSY_TIMEOUT_S", 0)
    path = tmp_path / "banqbot.sqlite3"
    async with Database(path) as database, database.transaction():
        with refused(r"cannot be opened: database is locked\.$"):
            async with Database(path):
                pass


async def test_whatever_byte_is_wrong_it_is_refused_or_found_or_harmless(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311
    whole = (await filled_file(tmp_path / "banqbot.sqlite3")).read_bytes()
    path, seen = tmp_path / "damaged", set()
    for _ in range(ROUNDS):
        at = chance.randrange(200) if chance.random() < 0.3 else chance.randrange(len(whole) - 16)
        path.write_bytes(whole)
        overwrite(path, at, chance.randbytes(chance.choice([1, 16])))
        if not await opens(path):
            seen.add("refused")
            continue
        found = is_found(path)
        seen.add("found" if found else "harmless")
        # What is harmless is so to SQLite's own look as well.
        assert found or is_whole(path), at
    assert seen == {"refused", "found", "harmless"}


async def with_log(folder: Path) -> tuple[bytes, bytes]:
    """File and log of a database that has 50 rows, all of them in the log alone."""
    path = folder / "source.sqlite3"
    async with Database(path) as database:
        for number in range(1, 51):
            async with database.transaction() as tx:
                await put(tx, "audit", AUDIT, id=number)
        return path.read_bytes(), (folder / "source.sqlite3-wal").read_bytes()


async def test_a_damaged_log_counts_up_to_its_damage(tmp_path: Path) -> None:
    """The file itself is whole, so it opens: with all that was committed before, and nothing in part."""
    chance = random.Random(7)  # noqa: S311
    file, log = await with_log(tmp_path)
    path, counts = tmp_path / "damaged", set()
    for round_ in range(ROUNDS // 2):
        at = chance.randrange(len(log))
        path.write_bytes(file)
        spoiled = log[:at] + (chance.randbytes(64) if round_ % 2 else b"") + log[at + 64 :]
        (tmp_path / "damaged-wal").write_bytes(spoiled)
        (tmp_path / "damaged-shm").unlink(missing_ok=True)
        async with Database(path) as database:
            ids = [row[0] for row in await database.read.fetch_all("SELECT id FROM audit ORDER BY id")]
        assert ids == list(range(1, len(ids) + 1))
        assert not is_found(path)
        counts.add(len(ids))
    assert len(counts) > 10


@pytest.mark.parametrize("log", [None, b"", b"garbage", bytes(100_000)])
async def test_without_its_log_a_file_is_as_of_its_last_checkpoint(tmp_path: Path, log: bytes | None) -> None:
    file, _ = await with_log(tmp_path)
    path = tmp_path / "damaged"
    path.write_bytes(file)
    if log is not None:
        (tmp_path / "damaged-wal").write_bytes(log)

    assert await opens(path)
    assert not is_found(path)
