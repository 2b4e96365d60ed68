"""After a power cut at any moment the file opens whole, with all that was acknowledged and nothing in part.

What a cut leaves is put together from bytes: the log up to any length, its last part lost, zeroed or garbage,
since that was not on the disk yet; and the file with any of the pages that a checkpoint was writing.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.database import Database
from storage.intake import Intake, Received
from storage.verification import verified
from tests.conftest import Clock
from tests.storage.rows import NOTICE, put

PAGE = 4096
STEPS = 6
CUTS = 60


@dataclass(frozen=True)
class Moment:
    """What is on the disk once `webhooks` and `pairs` were acknowledged."""

    file: bytes
    log: bytes
    webhooks: int
    pairs: int


class Writer:
    """Stores webhooks through the intake, some at a time, and pairs of rows in transactions between them."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._webhooks = self._pairs = 0

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        async with Database(self._path) as self._database:
            self._intake = Intake(self._database)
            yield

    async def step(self) -> Moment:
        received = Received("main", self._clock.time, b"{}" * 500, "approval")
        await asyncio.gather(*(self._intake.store(received) for _ in range(5)))
        self._webhooks += 5
        async with self._database.transaction() as tx:
            await put(tx, "outbox", NOTICE, dedup_key=f"{self._pairs}-a")
            await put(tx, "outbox", NOTICE, dedup_key=f"{self._pairs}-b")
        self._pairs += 1
        return self._moment()

    async def checkpoint(self) -> Moment:
        """All of the log gets into the file, and the next step writes the log from its beginning on."""
        assert await self._database.read.count("PRAGMA wal_checkpoint(RESTART)") == 0
        return self._moment()

    def _moment(self) -> Moment:
        log = self._path.with_name(self._path.name + "-wal")
        return Moment(self._path.read_bytes(), log.read_bytes(), self._webhooks, self._pairs)


def put_on_disk(path: Path, file: bytes, log: bytes) -> None:
    path.write_bytes(file)
    path.with_name(path.name + "-wal").write_bytes(log)
    path.with_name(path.name + "-shm").unlink(missing_ok=True)


async def check(path: Path, file: bytes, log: bytes, before: Moment, after: Moment) -> None:
    """What was acknowledged before is there; what was being written meanwhile is there as a whole or not."""
    put_on_disk(path, file, log)
    async with Database(path) as database:
        webhooks = await database.read.count("SELECT count(*) FROM webhook_inbox")
        pairs = await database.read.fetch_all(
            "SELECT count(*) FROM outbox GROUP BY rtrim(dedup_key, 'ab') ORDER BY min(id)"
        )
    assert webhooks in {before.webhooks, after.webhooks}
    assert before.pairs <= len(pairs) <= after.pairs
    assert {pair[0] for pair in pairs} <= {2}
    assert verified(path).webhooks == webhooks


def torn(chance: random.Random, log: bytes, kept: int, beyond: bytes) -> bytes:
    """The log as far as `kept`, after which the last part was not on the disk: missing, old, or anything."""
    lost = min(chance.choice([0, 1, 100, PAGE, 10 * PAGE]), len(log) - kept)
    after = [b"", bytes(lost), chance.randbytes(lost), beyond[kept : kept + lost], beyond[kept:]]
    return log[:kept] + chance.choice(after)


@pytest.fixture
def chance() -> random.Random:
    return random.Random(7)  # noqa: S311 - the same cuts each time


async def test_a_cut_while_the_log_is_written(tmp_path: Path, clock: Clock, chance: random.Random) -> None:
    writer = Writer(tmp_path / "source", clock)
    async with writer.working():
        moments = [await writer.step() for _ in range(STEPS)]
    for _ in range(CUTS):
        number = chance.randrange(1, len(moments))
        before, after = moments[number - 1], moments[number]
        kept = chance.randint(len(before.log), len(after.log))
        await check(tmp_path / "cut", before.file, torn(chance, after.log, kept, b""), before, after)


async def test_a_cut_while_the_log_is_written_over(
    tmp_path: Path, clock: Clock, chance: random.Random
) -> None:
    """Behind what is new there are whole frames of before the checkpoint, which count no more."""
    writer = Writer(tmp_path / "source", clock)
    async with writer.working():
        for _ in range(STEPS):
            await writer.step()
        full = await writer.checkpoint()
        after = await writer.step()
    assert len(after.log) == len(full.log)
    for _ in range(CUTS):
        kept = chance.randint(0, len(after.log))
        log = torn(chance, after.log, kept, full.log) if kept < len(after.log) // 2 else after.log
        await check(tmp_path / "cut", full.file, log, full, after)


async def test_a_cut_while_a_checkpoint_writes_the_file(
    tmp_path: Path, clock: Clock, chance: random.Random
) -> None:
    """The log is on the disk before, and holds every page again that is only half in the file."""
    writer = Writer(tmp_path / "source", clock)
    async with writer.working():
        before = [await writer.step() for _ in range(STEPS)][-1]
        after = await writer.checkpoint()
    for _ in range(CUTS):
        pages = [
            chance.choice([before.file[at : at + PAGE], after.file[at : at + PAGE], None])
            for at in range(0, len(after.file), PAGE)
        ]
        file = b"".join(
            half_of(chance, before.file, after.file, number * PAGE) if page is None else page
            for number, page in enumerate(pages)
        )
        await check(tmp_path / "cut", file, before.log, before, before)


def half_of(chance: random.Random, old: bytes, new: bytes, at: int) -> bytes:
    """A page that is new up to some byte, and behind that as it was."""
    middle = at + chance.randrange(PAGE)
    return new[at:middle] + old[middle : at + PAGE]
