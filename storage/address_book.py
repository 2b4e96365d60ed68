"""The addresses that members have saved. An entry never changes: it is added, and perhaps removed."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection, from_ms, to_ms


@dataclass(frozen=True)
class SavedAddress:
    id: str
    chat_platform: str
    chat_user_id: str
    label: str
    network: str
    address: str
    added_at: datetime


async def insert(tx: Connection, entry: SavedAddress) -> None:
    """Raises IntegrityError where the member has this label or this address already."""
    await tx.execute(
        "INSERT INTO addresses (id, chat_platform, chat_user_id, label, network, address, added_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        entry.id,
        entry.chat_platform,
        entry.chat_user_id,
        entry.label,
        entry.network,
        entry.address,
        to_ms(entry.added_at),
    )


async def remove(tx: Connection, entry_id: str, now: datetime) -> bool:
    # The clock may have gone back since it was added.
    changed = await tx.execute(
        "UPDATE addresses SET removed_at = max(?2, added_at) WHERE id = ?1 AND removed_at IS NULL",
        entry_id,
        to_ms(now),
    )
    return changed == 1


async def of_member(connection: Connection, member: tuple[str, str]) -> list[SavedAddress]:
    """The entries of (platform, user id) that were not removed, by label."""
    rows = await connection.fetch_all(
        "SELECT * FROM addresses WHERE chat_platform = ?1 AND chat_user_id = ?2 AND removed_at IS NULL"
        " ORDER BY label COLLATE NOCASE",
        *member,
    )
    return [_saved(row) for row in rows]


async def find(
    connection: Connection, member: tuple[str, str], network: str, address: str
) -> SavedAddress | None:
    row = await connection.fetch_one(
        "SELECT * FROM addresses WHERE chat_platform = ?1 AND chat_user_id = ?2 AND network = ?3"
        " AND address = ?4 AND removed_at IS NULL",
        *member,
        network,
        address,
    )
    return None if row is None else _saved(row)


def _saved(row: sqlite3.Row) -> SavedAddress:
    return SavedAddress(
        row["id"],
        row["chat_platform"],
        row["chat_user_id"],
        row["label"],
        row["network"],
        row["address"],
        from_ms(row["added_at"]),
    )
