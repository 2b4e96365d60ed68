"""`banqbot events`, as it is typed."""

import asyncio
import json
from pathlib import Path

from storage.database import Database
from tests.bot.test_command_line import banqbot, with_database
from tests.bot.typed import typed

BODY = '{"resourceType": "NftTransaction", "action": "completed"}'
PARKED = (
    "INSERT INTO webhook_inbox (lane, received_at, body, kind, subject, state, attempts, error) VALUES"  # noqa: S608
    f" ('main', 0, CAST('{BODY}' AS BLOB), 'transaction', 'secret-id', 'parked', 5,"
    " 'Banq refused the call (403)')"
)


async def test_what_was_set_aside_is_listed_and_tried_again(tmp_path: Path) -> None:
    config, path = await with_database(tmp_path, PARKED)

    listed, unknown = await asyncio.gather(
        banqbot(config, "events", "list"), banqbot(config, "events", "replay", "7")
    )
    replayed = await banqbot(config, "events", "replay")
    again = await banqbot(config, "events", "replay")

    assert listed.out.startswith(
        "1  1970-01-01 00:00:00 UTC, lane main, NftTransaction completed: set aside after 5 tries, "
        "the last failed: Banq refused the call (403)\n"
    )
    assert listed.out.endswith("banqbot events replay [ID …]\n")
    assert "secret-id" not in listed.out
    assert (unknown.code, unknown.out) == (
        1,
        "Webhook 7 is not set aside. See: banqbot events list --all\n",
    )
    assert (replayed.code, replayed.out) == (0, "Tried again from now on: 1. See: banqbot events list\n")
    assert (again.code, again.out) == (0, "No webhook is set aside.\n")
    async with Database(path) as database:
        assert await database.read.count("SELECT count(*) FROM webhook_inbox WHERE state = 'pending'") == 1


async def test_what_is_of_no_use_is_not_called_worked_off(tmp_path: Path) -> None:
    config, _ = await with_database(
        tmp_path,
        "INSERT INTO webhook_inbox (lane, received_at, body, kind, state, processed_at)"
        " VALUES ('main', 0, CAST('{}' AS BLOB), 'unknown', 'processed', 0)",
    )

    listed = await banqbot(config, "events", "list", "--all")

    assert (
        listed.out
        == "1  1970-01-01 00:00:00 UTC, lane main, (of no kind): of a kind that is of no use here\n"
    )


async def test_nothing_that_is_listed_steers_a_terminal(tmp_path: Path) -> None:
    config, _ = await with_database(
        tmp_path,
        "INSERT INTO webhook_inbox (lane, received_at, body, kind, state, attempts, error) VALUES"
        " ('odd\x1b[2J\u202e', 0, X'7B7D', 'approval', 'parked', 1, 'no\x1b[8m [bold]way')",
    )

    listed = await banqbot(config, "events", "list")

    assert listed.out.startswith(
        "1  1970-01-01 00:00:00 UTC, lane odd[2J, (of no kind): set aside after 1 try, "
        "the last failed: no[8m [bold]way\n"
    )


async def test_what_no_webhook_can_have_is_damage(tmp_path: Path) -> None:
    said = []
    for number, (lane, received_at) in enumerate((("'main'", 2**62), ("CAST(X'FF' AS TEXT)", 0))):
        (tmp_path / str(number)).mkdir()
        config, _ = await with_database(
            tmp_path / str(number),
            "INSERT INTO webhook_inbox (lane, received_at, body, kind)"  # noqa: S608 - of this test
            f" VALUES ({lane}, {received_at}, X'7B7D', 'approval')",
        )
        ended = await banqbot(config, "events", "list", "--all")
        assert (ended.code, ended.out) == (1, "")
        said.append(ended.err)

    sentence = "The database is damaged. Stop the bot, and restore a backup: banqbot restore FILE"
    assert said[0] == f"{sentence} (it holds a time that cannot be)\n"
    assert said[1].startswith(f"{sentence} (SQLite says: Could not decode to UTF-8 column 'lane'")


async def test_webhooks_are_listed_for_programs_without_what_is_in_them(tmp_path: Path) -> None:
    config, _ = await with_database(tmp_path, PARKED)

    listed = await typed(config, "events", "list", "--json")

    assert (listed.code, listed.err) == (0, "")
    assert json.loads(listed.out) == [
        {
            "webhook": 1,
            "lane": "main",
            "received_at": "1970-01-01T00:00:00+00:00",
            "kind": "transaction",
            "resource_type": "NftTransaction",
            "action": "completed",
            "state": "parked",
            "attempts": 5,
            "error": "Banq refused the call (403)",
        }
    ]
