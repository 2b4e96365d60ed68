"""Fixtures that every part of the suite uses: a clock that tests move, and a real database file."""

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.sources import Sources
from storage.database import Database


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", metavar="FOLDER", help="keep the browser tests' pictures there")


START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = START
        self._stepped = timedelta()

    def __call__(self) -> datetime:
        return self.time

    def forward(self, *, seconds: float = 0, minutes: float = 0) -> None:
        self.time += timedelta(seconds=seconds, minutes=minutes)

    def put(self, ahead: timedelta) -> None:
        """Somebody puts the clock forward, or back; no time passes."""
        self.time += ahead
        self._stepped += ahead

    def monotonic(self) -> float:
        return (self.time - START - self._stepped).total_seconds()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sources(clock: Clock) -> Sources:
    """Ids, tokens and codes that count up, so that tests can name them."""
    ids, tokens, codes = itertools.count(1), itertools.count(1), itertools.count(100_001)
    return Sources(
        now=clock,
        monotonic=clock.monotonic,
        new_id=lambda: f"{next(ids):016x}",
        new_token=lambda: f"token-{next(tokens):037}",
        new_code=lambda: str(next(codes)),
    )


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database(tmp_path / "banqbot.sqlite3") as opened:
        yield opened
