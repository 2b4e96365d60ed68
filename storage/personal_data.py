"""All rows about one person, in whatever table: read to be handed out, or removed to be forgotten."""
# ruff: noqa: S608 - all that is put together here are our own words

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from storage.database import Connection, to_ms

Member = tuple[str, str]

_SESSIONS = "SELECT id FROM link_sessions WHERE chat_platform = ?1 AND chat_user_id = ?2"
_TURNS = f"SELECT id FROM turns WHERE session_id IN ({_SESSIONS})"
# What is known of a wallet that somebody else had as well says as much about them.
_WALLETS = (
    "SELECT user_guid FROM links AS own WHERE chat_platform = ?1 AND chat_user_id = ?2 AND NOT EXISTS"
    " (SELECT 1 FROM links AS other WHERE other.user_guid = own.user_guid"
    " AND (other.chat_platform, other.chat_user_id) <> (?1, ?2))"
)
_OVER = "state IN ('completed', 'cancelled', 'expired', 'refused', 'failed')"
_ENDED = "state IN ('linked', 'expired', 'cancelled', 'wrong_browser', 'unmatched', 'conflict', 'refused')"
_OF_THE_MEMBER = "chat_platform = ?1 AND chat_user_id = ?2"
# The team's members are named by their id alone, which is one of Discord's.
_BY_THE_MEMBER = "?1 = 'discord' AND actor = 'admin:' || ?2"

# What a person may see of it: never whom else something is about, nor whose wallet came into their turn.
_OWN_ROWS: Mapping[str, str] = {
    "links": f"SELECT * FROM links WHERE {_OF_THE_MEMBER} ORDER BY linked_at, rowid",
    "link_sessions": "SELECT id, chat_user_name, chat_avatar_url, state, proof, seen_at, lane, waiting_since,"
    " code_tries_left, nft_count, created_at, expires_at,"
    " iif(state = 'linked', user_guid, NULL) AS user_guid,"
    " iif(state = 'linked', banq_user_id, NULL) AS banq_user_id"
    f" FROM link_sessions WHERE {_OF_THE_MEMBER} ORDER BY created_at, rowid",
    "turns": f"SELECT * FROM turns WHERE id IN ({_TURNS}) ORDER BY id",
    "grants": "SELECT lane, received_at, state,"
    f" iif(user_guid IN ({_WALLETS}), user_guid, NULL) AS user_guid,"
    f" iif(user_guid IN ({_WALLETS}), banq_user_id, NULL) AS banq_user_id"
    f" FROM grants WHERE turn_id IN ({_TURNS}) OR user_guid IN ({_WALLETS}) ORDER BY id",
    "withdrawals": f"SELECT * FROM withdrawals WHERE {_OF_THE_MEMBER} ORDER BY created_at, rowid",
    "addresses": f"SELECT * FROM addresses WHERE {_OF_THE_MEMBER} ORDER BY added_at, rowid",
    "member_limits": f"SELECT * FROM member_limits WHERE {_OF_THE_MEMBER} ORDER BY id",
    "member_languages": f"SELECT * FROM member_languages WHERE {_OF_THE_MEMBER}",
    "outbox": "SELECT * FROM outbox WHERE chat_platform = ?1 AND recipient = ?2 ORDER BY id",
    "audit": "SELECT at, iif(actor LIKE 'admin:%', 'team', actor) AS actor, action, object_id,"
    " iif(action = 'linking: conflict', NULL, reason) AS reason"
    f" FROM audit WHERE {_OF_THE_MEMBER} ORDER BY id",
    "audit_by_them": f"SELECT at, action FROM audit WHERE {_BY_THE_MEMBER} ORDER BY id",
    "pauses": f"SELECT * FROM pauses WHERE {_BY_THE_MEMBER} ORDER BY id",
}


async def own_rows(connection: Connection, part: str, member: Member) -> Sequence[sqlite3.Row]:
    """The member's rows of a table; 'audit_by_them' is what they did as one of the team."""
    return await connection.fetch_all(_OWN_ROWS[part], *member)


async def counts(connection: Connection, member: Member) -> dict[str, int]:
    """How many rows of each table are about the member; tables without any are left out."""
    numbers = {
        part: await connection.count(f"SELECT count(*) FROM ({query})", *member)
        for part, query in _OWN_ROWS.items()
    }
    return {part: number for part, number in numbers.items() if number}


async def overwrite_what_is_removed(tx: Connection) -> None:
    """Have SQLite write zeros over it, instead of only marking its place as free."""
    await tx.fetch_all("PRAGMA secure_delete = ON")


async def blank_sessions(tx: Connection, member: Member) -> int:
    """Take names, pictures and what was counted out of the attempts that have ended."""
    # The schema wants the wallet of an attempt that came to a link.
    return await tx.execute(
        "UPDATE link_sessions SET chat_user_name = '', chat_avatar_url = NULL, nft_count = NULL,"
        " user_guid = iif(state = 'linked', user_guid, NULL),"
        " banq_user_id = iif(state = 'linked', banq_user_id, NULL)"
        f" WHERE {_OF_THE_MEMBER} AND {_ENDED} AND (chat_user_name <> '' OR chat_avatar_url IS NOT NULL"
        " OR nft_count IS NOT NULL OR (state <> 'linked' AND user_guid IS NOT NULL))",
        *member,
    )


async def remove_book(tx: Connection, member: Member) -> int:
    return await tx.execute(f"DELETE FROM addresses WHERE {_OF_THE_MEMBER}", *member)


async def remove_language(tx: Connection, member: Member) -> int:
    return await tx.execute(f"DELETE FROM member_languages WHERE {_OF_THE_MEMBER}", *member)


async def remove_withdrawals(tx: Connection, member: Member, before: datetime) -> int:
    """Those that are over since before then, and those that were never confirmed."""
    return await tx.execute(
        f"DELETE FROM withdrawals WHERE {_OF_THE_MEMBER} AND {_OVER}"
        " AND (confirmed_at IS NULL OR updated_at <= ?3)",
        *member,
        to_ms(before),
    )


async def remove_notices(tx: Connection, member: Member) -> int:
    """Those that are not on their way, and about no withdrawal that is kept."""
    return await tx.execute(
        "DELETE FROM outbox WHERE chat_platform = ?1 AND recipient = ?2 AND state <> 'pending'"
        " AND object_id NOT IN"
        f" (SELECT id FROM withdrawals WHERE {_OF_THE_MEMBER})",
        *member,
    )


async def remove_grants(tx: Connection, member: Member, before: datetime) -> int:
    return await tx.execute(
        f"DELETE FROM grants WHERE (turn_id IN ({_TURNS}) OR user_guid IN ({_WALLETS}))"
        " AND received_at <= ?3",
        *member,
        to_ms(before),
    )


async def remove_links(tx: Connection, member: Member) -> int:
    """Those that have ended, and that no withdrawal was made through which is kept."""
    return await tx.execute(
        f"DELETE FROM links WHERE {_OF_THE_MEMBER} AND state = 'unlinked'"
        " AND NOT EXISTS (SELECT 1 FROM withdrawals WHERE link_id = links.id)",
        *member,
    )


async def remove_turns(tx: Connection, member: Member, before: datetime) -> int:
    """Of attempts that were over before then and made no link that is kept."""
    return await tx.execute(
        f"DELETE FROM turns WHERE session_id IN ({_SESSIONS} AND {_ENDED} AND expires_at <= ?3)"
        " AND ended_at <= ?3"
        " AND NOT EXISTS (SELECT 1 FROM grants WHERE turn_id = turns.id)"
        " AND NOT EXISTS (SELECT 1 FROM links WHERE session_id = turns.session_id)",
        *member,
        to_ms(before),
    )


async def remove_sessions(tx: Connection, member: Member, before: datetime) -> int:
    """The same attempts, once their turns are gone."""
    return await tx.execute(
        f"DELETE FROM link_sessions WHERE {_OF_THE_MEMBER} AND {_ENDED} AND expires_at <= ?3"
        " AND NOT EXISTS (SELECT 1 FROM turns WHERE session_id = link_sessions.id)"
        " AND NOT EXISTS (SELECT 1 FROM links WHERE session_id = link_sessions.id)",
        *member,
        to_ms(before),
    )
