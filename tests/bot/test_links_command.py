"""`banqbot links`: what the operator sees of members' links, and does with them."""

import json
from pathlib import Path

import pytest

from bot import config, links
from bot.chat_users import chat_user
from services.identity import ChatUser
from storage.database import Database
from tests.bot.settings import complete, write
from tests.bot.typed import typed
from tests.storage.rows import AUDIT, BOUND, LINK, put, withdrawal_in

MEMBER = ChatUser("discord", "1", "")
STRANGER = ChatUser("discord", "2", "")
CONFLICT = {**AUDIT, "id": 2, "action": "linking: conflict", "chat_platform": "discord"}


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A configuration whose database holds a link of member 1, with a withdrawal that is not sent yet."""
    database_path = tmp_path / "banqbot.sqlite3"
    async with Database(database_path) as database, database.transaction() as tx:
        await put(tx, "link_sessions", BOUND, state="matched", proof="sign_in")
        await put(tx, "links", LINK, state="active")
        await put(tx, "withdrawals", withdrawal_in("confirmed"))
        await put(
            tx, "audit", CONFLICT, chat_user_id="2", reason="the wallet is linked to discord user 1\x1b[8m"
        )
    return write(tmp_path, {**complete(), "storage": {"path": str(database_path)}})


async def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    async with Database(path.parent / "banqbot.sqlite3") as database:
        return [tuple(row) for row in await database.read.fetch_all(sql)]


@pytest.mark.parametrize("typed", ["80351110224678912", "discord:80351110224678912", " 80351110224678912 "])
def test_a_user_is_named_by_the_id(typed: str) -> None:
    assert chat_user(typed) == ChatUser("discord", "80351110224678912", "")


@pytest.mark.parametrize(
    "typed", ["", "ada", "<@1>", "0", "-1", "telegram:7", "discord:", "\u0661", "1" * 21]
)
def test_anything_else_is_no_user(typed: str) -> None:
    assert chat_user(typed) is None


async def test_links_are_listed_without_the_wallet(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await links.show_all(config.load(path), None, 20, as_json=False)
    await links.show_all(config.load(path), "frozen", 20, as_json=False)

    assert capsys.readouterr().out == (
        "discord:1  active, linked 1970-01-01 00:00:00 UTC, lane main, link l-1\nNo link is frozen.\n"
    )


async def test_links_are_listed_for_programs(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await links.show_all(config.load(path), "active", 20, as_json=True)

    assert json.loads(capsys.readouterr().out) == [
        {
            "user": "discord:1",
            "link": "l-1",
            "state": "active",
            "lane": "main",
            "linked_at": "1970-01-01T00:00:00+00:00",
            "ended_at": None,
        }
    ]


async def test_a_member_is_shown_with_what_runs_and_what_was_done(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await links.freeze(config.load(path), MEMBER, "stolen account") == 0
    frozen = capsys.readouterr().out
    assert await links.show(config.load(path), MEMBER, as_json=False) == 0
    shown = capsys.readouterr().out
    assert await links.show(config.load(path), MEMBER, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)

    assert frozen == (
        "The wallet of discord:1 is frozen until it is linked again, and the member is told. "
        "Withdrawals cancelled: 1; still under way: 0.\n"
    )
    assert shown.startswith(
        "discord:1  frozen (withdrawals from it are frozen), linked 1970-01-01 00:00:00 UTC"
    )
    assert shown.endswith("UTC  wallet frozen, by operator: stolen account\n")
    assert (told["state"], told["running_withdrawals"], told["refused"]) == ("frozen", 0, None)
    assert [line["reason"] for line in told["history"]] == ["stolen account"]
    assert "guid-1" not in shown + json.dumps(told)


async def test_who_was_refused_is_shown_with_who_has_the_wallet(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await links.show(config.load(path), STRANGER, as_json=False) == 1

    assert capsys.readouterr().out == (
        "discord:2 has no wallet linked.\n"
        "Refused 1970-01-01 00:00:00 UTC: the wallet is linked to the account 1[8m.\n"
    )


async def test_an_unlinked_member_is_told_by_the_running_bot(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await links.unlink(config.load(path), MEMBER, "asked by mail") == 0
    assert await links.unlink(config.load(path), MEMBER, "once more") == 1

    assert "is unlinked, and the member is told. Withdrawals cancelled: 1;" in capsys.readouterr().out
    assert await rows(path, "SELECT state FROM links") == [("unlinked",)]
    assert await rows(path, "SELECT kind, state FROM outbox WHERE recipient = '1' ORDER BY id") == [
        ("withdrawal_cancelled", "pending"),
        ("unlinked_by_admin", "pending"),
    ]
    assert await rows(path, "SELECT actor, action, reason FROM audit ORDER BY id DESC LIMIT 1") == [
        ("operator", "wallet unlinked", "asked by mail")
    ]


async def test_links_as_they_are_typed(path: Path) -> None:
    named = await typed(path, "links", "freeze", "ada", "--reason", "stolen account")
    listed = await typed(path, "links", "list", "--state", "active", "--json")
    no_reason = await typed(path, "links", "unlink", "1", "--reason", "x")

    assert (named.code, named.out) == (2, "")
    assert named.err.startswith("USER must be a Discord user id, such as 80351110224678912")
    assert listed.code == 0
    assert [link["user"] for link in json.loads(listed.out)] == ["discord:1"]
    assert (no_reason.code, no_reason.out) == (2, "")
    assert await rows(path, "SELECT state FROM links") == [("active",)]
