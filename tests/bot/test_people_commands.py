"""`banqbot export` and `forget`: what the operator owes a person."""

import json
from pathlib import Path

import pytest

from bot import config, people
from bot.refusals import StartRefused
from services.identity import ChatUser
from storage.database import Database
from tests.bot.settings import complete, write
from tests.bot.typed import typed
from tests.storage.rows import BOUND, LINK, put, withdrawal_in

MEMBER = ChatUser("discord", "1", "")
STRANGER = ChatUser("discord", "2", "")


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A configuration whose database holds a link of member 1, and a withdrawal that was refused."""
    database_path = tmp_path / "banqbot.sqlite3"
    async with Database(database_path) as database, database.transaction() as tx:
        await put(tx, "link_sessions", BOUND, state="matched", proof="sign_in", chat_user_name="Ada")
        await put(tx, "links", LINK)
        await tx.execute("UPDATE link_sessions SET state = 'linked'")
        await put(tx, "withdrawals", withdrawal_in("refused"), updated_at=9_000_000_000_000)
    return write(tmp_path, {**complete(), "storage": {"path": str(database_path)}})


async def column(path: Path, sql: str) -> list[object]:
    async with Database(path.parent / "banqbot.sqlite3") as database:
        return [row[0] for row in await database.read.fetch_all(sql)]


async def test_an_export_is_one_private_file(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = path.parent / "ada.json"

    assert await people.export(config.load(path), MEMBER, target) == 0

    data = json.loads(target.read_text(encoding="utf-8"))
    assert data["stored"]["links"]["rows"][0]["user_guid"] == "guid-1"
    assert target.stat().st_mode & 0o777 == 0o600
    assert capsys.readouterr().out.startswith(f"Wrote {target}.\nIt is private: ")


async def test_an_export_overwrites_nothing(path: Path) -> None:
    target = path.parent / "ada.json"
    target.write_text("mine", encoding="utf-8")

    with pytest.raises(StartRefused, match="already\\. Name another one"):
        await people.export(config.load(path), MEMBER, target)
    with pytest.raises(StartRefused, match="cannot be written: No such file or directory"):
        await people.export(config.load(path), MEMBER, path.parent / "none" / "ada.json")

    assert target.read_text(encoding="utf-8") == "mine"


async def test_of_a_stranger_no_file_is_written(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await people.export(config.load(path), STRANGER, path.parent / "none.json") == 1

    assert capsys.readouterr().out == "Nothing is stored about discord:2. No file was written.\n"
    assert not (path.parent / "none.json").exists()


async def test_forgetting_says_first_what_goes_and_what_stays(
    path: Path,
) -> None:
    nobody = await typed(path, "forget", "--user", "1", "--reason", "asked by mail")
    unsure = await typed(path, "forget", "--user", "1", "--reason", "asked by mail", answer="n\n")

    said = nobody.out
    assert (nobody.code, unsure.code) == (1, 1)
    assert said.startswith(
        "discord:1\nThe wallet is unlinked, and the member is told.\nRemoved for good:\n"
        "- name and picture in 1 attempts to link\nKept:\n- 1: links: "
    )
    assert "- 1: withdrawals: they prove what happened with property, and go 1095 days after" in said
    assert said.endswith("Without a terminal, say --yes.\nNothing was changed.\n")
    assert await column(path, "SELECT chat_user_name FROM link_sessions") == ["Ada"]
    assert await column(path, "SELECT state FROM links") == ["active"]


async def test_forgetting_is_done_once(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await people.forget(config.load(path), MEMBER, "asked by mail", is_sure=True) == 0
    assert "Forgotten.\nBackups of before still hold all of it" in capsys.readouterr().out

    assert await people.forget(config.load(path), MEMBER, "asked by mail", is_sure=True) == 0

    assert capsys.readouterr().out.startswith("Nothing is stored about discord:1 that may go.\nKept:\n")
    assert await column(path, "SELECT count(*) FROM audit WHERE action = 'person forgotten'") == [1]


async def test_a_running_withdrawal_is_in_the_way(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with Database(path.parent / "banqbot.sqlite3") as database, database.transaction() as tx:
        await put(tx, "withdrawals", withdrawal_in("unknown"), id="w-2")

    assert await people.forget(config.load(path), MEMBER, "asked by mail", is_sure=True) == 1

    assert capsys.readouterr().out.startswith("Withdrawals are under way: 1.")


async def test_people_as_they_are_typed(path: Path) -> None:
    target = path.parent / "ada.json"

    exported = await typed(path, "export", "--user", "discord:1", str(target))
    forgotten = await typed(path, "forget", "--user", "1", "--reason", "asked by mail", "--yes")

    assert (exported.code, target.exists()) == (0, True)
    assert (forgotten.code, forgotten.err) == (0, "")
    assert await column(path, "SELECT chat_user_name FROM link_sessions") == [""]
