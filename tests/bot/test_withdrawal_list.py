"""`banqbot withdrawals list` and `show`: what the operator sees of withdrawals, and never of holdings."""

import json
from pathlib import Path

import pytest

from bot import config, withdrawal_list
from storage.database import Database
from tests.bot.settings import complete, write
from tests.bot.typed import typed
from tests.storage.rows import AUDIT, BOUND, LINK, put, withdrawal_in

ADDRESS = "0x52908400098527886E0F7030069857D2E4169EE7"
STEP = {**AUDIT, "chat_platform": "discord", "chat_user_id": "1", "object_id": "w-1"}


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A configuration whose database holds two withdrawals, one of them without Banq's answer."""
    database_path = tmp_path / "banqbot.sqlite3"
    async with Database(database_path) as database, database.transaction() as tx:
        await put(tx, "link_sessions", BOUND, state="matched", proof="sign_in")
        await put(tx, "links", LINK)
        await put(tx, "withdrawals", withdrawal_in("unknown"), address=ADDRESS)
        await put(
            tx, "withdrawals", withdrawal_in("refused"), id="w-2", created_at=1000, reason="no\x1b[8m room"
        )
        await put(tx, "audit", STEP, actor="member", action="withdrawal: confirmed")
        await put(tx, "audit", STEP, id=2, at=60_000, action="withdrawal: unknown")
    return write(tmp_path, {**complete(), "storage": {"path": str(database_path)}})


async def test_all_are_listed_the_newest_first(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await withdrawal_list.show_all(config.load(path), None, 20, as_json=False)

    assert capsys.readouterr().out == (
        "w-2  refused (no[8m room) since 1970-01-01 00:00:00 UTC, member discord:1, lane main, to 0x1\n"
        "w-1  unknown since 1970-01-01 00:00:00 UTC, member discord:1, lane main, to 0x5290…9EE7\n"
    )


async def test_one_is_shown_with_each_of_its_steps(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await withdrawal_list.show(config.load(path), "w-1", as_json=False) == 0
    shown = capsys.readouterr().out
    assert await withdrawal_list.show(config.load(path), "w-1", as_json=True) == 0
    told = json.loads(capsys.readouterr().out)

    assert shown.endswith(
        "    1970-01-01 00:00:00 UTC  draft\n"
        "    1970-01-01 00:00:00 UTC  confirmed, by member\n"
        "    1970-01-01 00:01:00 UTC  unknown, by bot\n"
    )
    assert [(step["at"], step["action"]) for step in told["steps"]] == [
        ("1970-01-01T00:00:00+00:00", "confirmed"),
        ("1970-01-01T00:01:00+00:00", "unknown"),
    ]
    assert told["to"] == "0x5290…9EE7"
    for kept in (ADDRESS, "Moth", "guid-1"):
        assert kept not in shown + json.dumps(told)


async def test_what_is_not_there_is_exit_code_1(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await withdrawal_list.show(config.load(path), "w-9", as_json=False) == 1
    assert await withdrawal_list.show(config.load(path), "w-9", as_json=True) == 1
    assert capsys.readouterr().out == (
        "There is no withdrawal with this id. See: banqbot withdrawals list --all\nnull\n"
    )


async def test_withdrawals_as_they_are_typed(path: Path) -> None:
    stuck = await typed(path, "withdrawals", "list", "--json")
    in_state = await typed(path, "withdrawals", "list", "--state", "refused")
    every = await typed(path, "withdrawals", "list", "--all", "--limit", "1", "--json")
    one = await typed(path, "withdrawals", "show", "w-2")

    [without_answer] = json.loads(stuck.out)
    assert (without_answer["withdrawal"], without_answer["token_data_id"]) == ("w-1", '"t-1"')
    assert in_state.out.startswith("w-2  refused")
    [newest] = json.loads(every.out)
    assert newest["withdrawal"] == "w-2"
    assert "token_data_id" not in newest
    assert (one.code, one.err) == (0, "")
