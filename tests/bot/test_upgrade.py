"""An update of the program over a database in use: its data stay and a copy is kept, or nothing changes."""

import asyncio
import shutil
import signal
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot import app, config, upgrade
from bot.config import Config
from bot.database_words import why_refused
from bot.existing_database import existing_database
from bot.lock import in_use, only_one
from bot.refusals import StartRefused, unwrap
from services.sources import Sources
from storage import schema
from storage.database import Database
from storage.refusals import DatabaseRefused
from tests.bot.settings import complete, write
from tests.storage.damaging import bytes_of, filled_file, is_whole, names_in
from tests.storage.rows import LINK, MATCHED, put, withdrawal_in

Release = Callable[[str], None]

ADDS = """\
ALTER TABLE links ADD COLUMN colour TEXT NOT NULL DEFAULT 'green';
CREATE TABLE colours (name TEXT PRIMARY KEY) STRICT;
INSERT INTO colours SELECT DISTINCT colour FROM links;
"""
# The second time, the column is there already.
FAILS = ADDS * 2
KEPT = "banqbot.sqlite3.before-schema-2-20260301-120000"


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A closed database of the first release, with a member's link and withdrawal, and webhooks."""
    path = await filled_file(tmp_path / "data" / "banqbot.sqlite3")
    async with Database(path) as database, database.transaction() as tx:
        await put(tx, "link_sessions", MATCHED)
        await put(tx, "links", LINK)
        await put(tx, "withdrawals", withdrawal_in("confirmed"))
    return path


@pytest.fixture
def settings(tmp_path: Path, path: Path) -> Config:
    return config.load(write(tmp_path, {**complete(), "storage": {"path": str(path)}}))


@pytest.fixture
def release(tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:  # noqa: ARG001 - made before
    """The program is now one that has this second migration as well."""
    folder = Path(shutil.copytree(schema.MIGRATIONS, tmp_path / "migrations"))

    def released(script: str) -> None:
        (folder / "0002_colours.sql").write_text(script, encoding="utf-8")
        monkeypatch.setattr(schema, "MIGRATIONS", folder)

    return released


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that is in the file, by table."""
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for [name] in tables}  # noqa: S608


def version_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return schema.version(connection)


def test_a_migration_keeps_the_data_and_a_copy_from_before(
    path: Path, settings: Config, sources: Sources, release: Release, capsys: pytest.CaptureFixture[str]
) -> None:
    before = rows_of(path)
    release(ADDS)

    upgrade.migrate(settings, sources)

    kept = path.with_name(KEPT)
    said = capsys.readouterr().out
    assert f"{path} was brought from schema 1 to 2." in said
    assert f"it is kept as {kept}." in said
    assert (version_of(path), version_of(kept)) == (2, 1)
    assert rows_of(kept) == before
    assert is_whole(path)
    after = rows_of(path)
    assert after.pop("colours") == [("green",)]
    assert [row[-1] for row in after["links"]] == ["green"]
    assert after | {"links": [row[:-1] for row in after["links"]]} == before


def test_nothing_to_do_is_a_sentence(
    path: Path, settings: Config, sources: Sources, capsys: pytest.CaptureFixture[str]
) -> None:
    upgrade.migrate(settings, sources)

    assert capsys.readouterr().out == f"{path} has schema 1, the newest. There is nothing to do.\n"
    assert not list(path.parent.glob("*.before-schema-*"))


def test_a_migration_that_fails_in_its_middle_changes_nothing(
    path: Path, settings: Config, sources: Sources, release: Release
) -> None:
    before = bytes_of(path)
    release(FAILS)

    with pytest.raises(DatabaseRefused) as refused:
        upgrade.migrate(settings, sources)

    said = why_refused(refused.value)
    assert said.startswith(f"{path} could not be brought to schema 2: duplicate column name")
    assert "Nothing was changed." in said
    assert bytes_of(path) == before
    assert version_of(path) == 1
    assert names_in(path.parent) == [
        "banqbot.sqlite3",
        "banqbot.sqlite3.in-use",
        "banqbot.sqlite3.lock",
    ]


def test_what_cannot_be_kept_is_not_migrated(
    path: Path, settings: Config, sources: Sources, release: Release
) -> None:
    before = bytes_of(path)
    release(ADDS)
    path.with_name(KEPT).write_text("something else", encoding="utf-8")

    with pytest.raises(DatabaseRefused) as refused:
        upgrade.migrate(settings, sources)

    assert why_refused(refused.value) == f"There is a file {path.with_name(KEPT)} already. Name another one."
    assert bytes_of(path) == before


def test_the_bot_must_be_stopped_and_commands_must_have_ended(
    path: Path, settings: Config, sources: Sources, release: Release
) -> None:
    before = bytes_of(path)
    release(ADDS)

    with only_one(path), pytest.raises(StartRefused, match="Stop it first"):
        upgrade.migrate(settings, sources)
    with in_use(path), pytest.raises(StartRefused, match="Wait until it has ended"):
        upgrade.migrate(settings, sources)

    assert bytes_of(path) == before


def test_no_database_is_a_sentence_and_stays_none(tmp_path: Path, sources: Sources) -> None:
    nowhere = tmp_path / "none.sqlite3"
    settings = config.load(write(tmp_path, {**complete(), "storage": {"path": str(nowhere)}}))

    with pytest.raises(StartRefused, match="there is no database"):
        upgrade.migrate(settings, sources)

    assert not nowhere.exists()


async def test_a_command_beside_a_bot_of_the_old_version_changes_no_schema(
    path: Path, settings: Config, release: Release
) -> None:
    before = bytes_of(path)
    release(ADDS)

    with pytest.raises(StartRefused, match=r"has schema 1, and this banqbot needs 2\. Stop the bot, then"):
        async with existing_database(settings):
            pass

    assert bytes_of(path) == before


async def test_a_bot_that_starts_keeps_a_copy_before_it_migrates(
    path: Path, tmp_path: Path, release: Release
) -> None:
    before = rows_of(path)
    release(ADDS)
    sections = {**complete(), "storage": {"path": str(path)}}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        # So that it goes no further than to its database.
        sections["web"] |= {"port": taken.getsockname()[1]}
        try:
            with pytest.raises(StartRefused, match="cannot listen"):
                await app.run(config.load(write(tmp_path, sections)))
        finally:
            for signal_number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().remove_signal_handler(signal_number)

    [kept] = path.parent.glob("banqbot.sqlite3.before-schema-2-*")
    assert rows_of(kept) == before
    assert version_of(path) == 2


async def test_a_bot_whose_migration_fails_does_not_start_and_changes_nothing(
    path: Path, settings: Config, release: Release
) -> None:
    before = bytes_of(path)
    release(FAILS)
    try:
        with pytest.raises((DatabaseRefused, BaseExceptionGroup)) as refused:
            await app.run(settings)
    finally:
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().remove_signal_handler(signal_number)

    error = refused.value
    assert isinstance(unwrap(error) if isinstance(error, BaseExceptionGroup) else error, DatabaseRefused)
    assert bytes_of(path) == before
