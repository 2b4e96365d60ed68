"""Rows of each table that the schema accepts, for tests that change one thing about them."""

import sqlite3
from typing import Any

import pytest

from storage.database import Connection, Database

HASH = b"\x01" * 32

INBOX = {"id": 1, "lane": "main", "received_at": 0, "body": b"{}", "kind": "approval"}
SESSION = {
    "id": "s-1",
    "token_hash": HASH,
    "chat_platform": "discord",
    "chat_user_id": "1",
    "chat_user_name": "Ada",
    "state": "issued",
    "proof": "code",
    "created_at": 0,
    "expires_at": 1000,
}
# A session as far as it can get, so that every earlier state is legal with the same columns.
BOUND = {
    **SESSION,
    "browser_hash": HASH,
    "seen_at": 0,
    "waiting_since": 0,
    "lane": "main",
    "user_guid": "guid-1",
    "banq_user_id": '"u-1"',
}
MATCHED = {**BOUND, "state": "matched", "finish_code": "123456"}
TURN = {"id": 1, "lane": "main", "session_id": "s-1", "opened_at": 0, "expires_at": 1000}
GRANT = {
    "inbox_id": 1,
    "lane": "main",
    "user_guid": "guid-1",
    "banq_user_id": '"u-1"',
    "received_at": 0,
    "turn_id": 1,
    "state": "pending",
}
LINK = {
    "id": "l-1",
    "chat_platform": "discord",
    "chat_user_id": "1",
    "lane": "main",
    "user_guid": "guid-1",
    "banq_user_id": '"u-1"',
    "state": "active",
    "session_id": "s-1",
    "linked_at": 0,
}
WITHDRAWAL = {
    "id": "w-1",
    "link_id": "l-1",
    "chat_platform": "discord",
    "chat_user_id": "1",
    "lane": "main",
    "user_guid": "guid-1",
    "banq_user_id": '"u-1"',
    "token_data_id": '"t-1"',
    "source_banq": '"b-1"',
    "nft_name": "Moth",
    "nft_details": "Moths, polygon",
    "amount": 1,
    "network": "evm",
    "address": "0x1",
    "state": "draft",
    "created_at": 0,
    "expires_at": 1000,
    "updated_at": 0,
    "heard_at": 0,
}
NOTICE = {
    "chat_platform": "discord",
    "recipient": "1",
    "dedup_key": "n-1",
    "kind": "linked",
    "object_id": "l-1",
    "next_try_at": 0,
    "created_at": 0,
}
AUDIT = {"id": 1, "at": 0, "actor": "bot", "action": "linked"}


def withdrawal_in(state: str, **changes: Any) -> dict[str, Any]:
    """A withdrawal in this state, with all that it needs for it."""
    row: dict[str, Any] = {**WITHDRAWAL, "state": state}
    if state not in {"draft", "cancelled", "expired"}:
        row |= {"confirmed_at": 0, "held_when_confirmed": 1, "retyped": 1}
    return row | changes


async def put(tx: Connection, table: str, row: dict[str, Any], **changes: Any) -> None:
    values = row | changes
    columns, places = ", ".join(values), ", ".join(f"?{number}" for number in range(1, len(values) + 1))
    await tx.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", *values.values())  # noqa: S608 - our own names


async def put_alone(database: Database, table: str, row: dict[str, Any], **changes: Any) -> None:
    """The row in a transaction of its own."""
    async with database.transaction() as tx:
        await put(tx, table, row, **changes)


async def run_alone(database: Database, sql: str) -> int:
    """One statement in a transaction of its own; the number of rows it changed."""
    async with database.transaction() as tx:
        return await tx.execute(sql)


async def refused(database: Database, table: str, row: dict[str, Any], **changes: Any) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await put_alone(database, table, row, **changes)


async def refused_by(rule: str, database: Database, table: str, row: dict[str, Any], **changes: Any) -> None:
    """For a row that more than one rule could refuse; `rule` is a pattern of what SQLite says."""
    with pytest.raises(sqlite3.IntegrityError, match=rule):
        await put_alone(database, table, row, **changes)


async def refused_to_run(database: Database, sql: str, *, match: str | None = None) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=match):
        await run_alone(database, sql)
