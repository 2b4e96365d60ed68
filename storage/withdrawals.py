"""Withdrawals, from draft to their end. What is sent where never changes after the draft."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.clock import CLOCK_WAS_WRONG
from storage.database import Connection, from_ms, to_ms

LONGEST_PAUSE = timedelta(hours=2)


@dataclass(frozen=True)
class Withdrawal:
    id: str
    link_id: str
    chat_platform: str
    chat_user_id: str
    lane: str
    user_guid: str
    banq_user_id: str
    token_data_id: str
    source_banq: str
    nft_name: str
    nft_image_url: str | None
    chain: str | None
    amount: int
    network: str
    address: str
    state: str
    created_at: datetime
    expires_at: datetime
    updated_at: datetime
    banq_transaction_id: str | None = None
    transaction_hash: str | None = None
    reason: str | None = None
    banq_message: str | None = None
    checks: int = 0
    nft_details: str = ""
    confirmed_at: datetime | None = None
    held_when_confirmed: int | None = None
    heard_at: datetime | None = None
    gone_since: datetime | None = None

    @property
    def owner(self) -> tuple[str, str]:
        return (self.chat_platform, self.chat_user_id)


async def insert(tx: Connection, withdrawal: Withdrawal) -> None:
    await tx.execute(
        "INSERT INTO withdrawals (id, link_id, chat_platform, chat_user_id, lane, user_guid, banq_user_id,"
        " token_data_id, source_banq, nft_name, nft_image_url, chain, amount, address, state,"
        " created_at, expires_at, updated_at, nft_details, network, heard_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,"
        " ?16)",
        withdrawal.id,
        withdrawal.link_id,
        withdrawal.chat_platform,
        withdrawal.chat_user_id,
        withdrawal.lane,
        withdrawal.user_guid,
        withdrawal.banq_user_id,
        withdrawal.token_data_id,
        withdrawal.source_banq,
        withdrawal.nft_name,
        withdrawal.nft_image_url,
        withdrawal.chain,
        withdrawal.amount,
        withdrawal.address,
        withdrawal.state,
        to_ms(withdrawal.created_at),
        to_ms(withdrawal.expires_at),
        to_ms(withdrawal.updated_at),
        withdrawal.nft_details,
        withdrawal.network,
    )


async def get(connection: Connection, withdrawal_id: str) -> Withdrawal | None:
    return _withdrawal(await connection.fetch_one("SELECT * FROM withdrawals WHERE id = ?1", withdrawal_id))


async def by_transaction(connection: Connection, lane: str, transaction_id: str) -> Withdrawal | None:
    row = await connection.fetch_one(
        "SELECT * FROM withdrawals WHERE lane = ?1 AND banq_transaction_id = ?2", lane, transaction_id
    )
    return _withdrawal(row)


async def confirm(tx: Connection, withdrawal_id: str, now: datetime, *, held: int, retyped: bool) -> bool:
    """Draft -> confirmed, by compare-and-set.

    Raises IntegrityError where a limit forbids it, or where another withdrawal of the NFT is live.
    """
    changed = await tx.execute(
        "UPDATE withdrawals SET state = 'confirmed', confirmed_at = ?2, updated_at = ?2,"
        " held_when_confirmed = ?3, retyped = ?4 WHERE id = ?1 AND state = 'draft'",
        withdrawal_id,
        to_ms(now),
        held,
        int(retyped),
    )
    return changed == 1


async def move(
    tx: Connection,
    withdrawal_id: str,
    old: str,
    new: str,
    now: datetime,
    *,
    transaction_id: str | None = None,
    transaction_hash: str | None = None,
    reason: str | None = None,
    banq_message: str | None = None,
) -> bool:
    """Compare-and-set of the state. Raises IntegrityError where the schema forbids the step."""
    changed = await tx.execute(
        "UPDATE withdrawals SET state = ?3, updated_at = ?4, heard_at = ?4, checks = 0, next_check_at = ?4,"
        " banq_transaction_id = coalesce(banq_transaction_id, ?5),"
        " transaction_hash = coalesce(?6, transaction_hash), reason = coalesce(?7, reason),"
        " banq_message = coalesce(?8, banq_message)"
        " WHERE id = ?1 AND state = ?2",
        withdrawal_id,
        old,
        new,
        to_ms(now),
        transaction_id,
        transaction_hash,
        reason,
        banq_message,
    )
    return changed == 1


async def postpone_check(tx: Connection, withdrawal_id: str, next_check_at: datetime) -> None:
    """Count a check that brought no news, and say when the next is due."""
    await tx.execute(
        "UPDATE withdrawals SET checks = checks + 1, next_check_at = ?2 WHERE id = ?1",
        withdrawal_id,
        to_ms(next_check_at),
    )


async def mark_heard(tx: Connection, withdrawal_id: str, now: datetime) -> None:
    """Banq has said how it stands, be it nothing new."""
    await tx.execute("UPDATE withdrawals SET heard_at = ?2 WHERE id = ?1", withdrawal_id, to_ms(now))


async def mark_gone(tx: Connection, withdrawal_id: str, gone_since: datetime | None) -> None:
    """Its NFT is seen to be gone from the wallet since then, or (None) to be there."""
    since = None if gone_since is None else to_ms(gone_since)
    await tx.execute("UPDATE withdrawals SET gone_since = ?2 WHERE id = ?1", withdrawal_id, since)


async def in_state(connection: Connection, *states: str) -> list[Withdrawal]:
    return _withdrawals(
        await connection.fetch_all(
            "SELECT * FROM withdrawals WHERE state IN (SELECT value FROM json_each(?1)) ORDER BY created_at",
            json.dumps(states),
        )
    )


async def due_for_check(connection: Connection, now: datetime) -> list[Withdrawal]:
    """Withdrawals on their way whose state should be asked of Banq again."""
    rows = await connection.fetch_all(
        "SELECT * FROM withdrawals WHERE state IN ('awaiting_owner', 'processing', 'unknown')"
        # Far ahead is what a clock has written that was wrong then.
        " AND (next_check_at <= ?1 OR next_check_at > ?2) ORDER BY next_check_at LIMIT 50",
        to_ms(now),
        to_ms(now + LONGEST_PAUSE),
    )
    return _withdrawals(rows)


async def unanswered(
    connection: Connection,
    now: datetime,
    silent_for: timedelta,
    *,
    unknown_for: timedelta = timedelta(0),
    untold_as: str = "",
) -> list[Withdrawal]:
    """Those unknown for so long, and those of which Banq has said nothing for so long, the oldest first.

    `untold_as`: only those without a notice of this kind.
    """
    rows = await connection.fetch_all(
        "SELECT * FROM withdrawals WHERE ((state = 'unknown' AND (updated_at <= ?1 OR updated_at > ?3))"
        " OR (state IN ('awaiting_owner', 'processing') AND (heard_at <= ?2 OR heard_at > ?3)))"
        " AND NOT EXISTS (SELECT 1 FROM outbox WHERE object_id = withdrawals.id AND kind = ?4)"
        " ORDER BY updated_at, rowid",
        to_ms(now - unknown_for),
        to_ms(now - silent_for),
        to_ms(now + CLOCK_WAS_WRONG),
        untold_as,
    )
    return _withdrawals(rows)


async def without_transaction(connection: Connection, lane: str) -> list[Withdrawal]:
    """Those of a lane that may be at Banq, without Banq's id: not answered, refused, or settled otherwise."""
    rows = await connection.fetch_all(
        "SELECT * FROM withdrawals WHERE lane = ?1 AND banq_transaction_id IS NULL"
        " AND state IN ('submitting', 'unknown', 'refused', 'completed', 'failed') ORDER BY updated_at DESC",
        lane,
    )
    return _withdrawals(rows)


async def without_notice(
    connection: Connection, state: str, now: datetime, standing_for: timedelta, kind: str
) -> list[Withdrawal]:
    """Of those that have been in this state for so long, the ones without such a notice."""
    rows = await connection.fetch_all(
        "SELECT * FROM withdrawals WHERE state = ?1 AND (updated_at <= ?2 OR updated_at > ?3) AND NOT EXISTS"
        " (SELECT 1 FROM outbox WHERE object_id = withdrawals.id AND kind = ?4) ORDER BY updated_at LIMIT 50",
        state,
        to_ms(now - standing_for),
        to_ms(now + CLOCK_WAS_WRONG),
        kind,
    )
    return _withdrawals(rows)


async def overdue_drafts(connection: Connection, now: datetime) -> list[Withdrawal]:
    rows = await connection.fetch_all(
        "SELECT * FROM withdrawals WHERE state = 'draft' AND (expires_at <= ?1 OR expires_at > ?2)",
        to_ms(now),
        to_ms(now + CLOCK_WAS_WRONG),
    )
    return _withdrawals(rows)


async def of_chat_user(
    connection: Connection, chat_platform: str, chat_user_id: str, *, offset: int, limit: int
) -> list[Withdrawal]:
    """A member's withdrawals that were confirmed, newest first."""
    rows = await connection.fetch_all(
        "SELECT * FROM withdrawals WHERE chat_platform = ?1 AND chat_user_id = ?2"
        " AND confirmed_at IS NOT NULL ORDER BY confirmed_at DESC, rowid DESC LIMIT ?4 OFFSET ?3",
        chat_platform,
        chat_user_id,
        offset,
        limit,
    )
    return _withdrawals(rows)


async def latest(connection: Connection, state: str | None, limit: int) -> list[Withdrawal]:
    """Of all members the newest first, in this state or in whatever."""
    rows = await connection.fetch_all(
        "SELECT * FROM withdrawals WHERE ?1 IS NULL OR state = ?1"
        " ORDER BY created_at DESC, rowid DESC LIMIT ?2",
        state,
        limit,
    )
    return _withdrawals(rows)


async def count_of_chat_user(connection: Connection, chat_platform: str, chat_user_id: str) -> int:
    return await connection.count(
        "SELECT count(*) FROM withdrawals WHERE chat_platform = ?1 AND chat_user_id = ?2"
        " AND confirmed_at IS NOT NULL",
        chat_platform,
        chat_user_id,
    )


async def unsent_of_link(connection: Connection, link_id: str) -> list[Withdrawal]:
    rows = await connection.fetch_all(
        "SELECT * FROM withdrawals WHERE link_id = ?1 AND state IN ('draft', 'confirmed')", link_id
    )
    return _withdrawals(rows)


async def count_running(connection: Connection, chat_platform: str, chat_user_id: str) -> int:
    """A member's withdrawals on their way, of this link or an earlier one."""
    return await connection.count(
        "SELECT count(*) FROM withdrawals WHERE chat_platform = ?1 AND chat_user_id = ?2"
        " AND state IN ('confirmed', 'submitting', 'awaiting_owner', 'processing', 'unknown')",
        chat_platform,
        chat_user_id,
    )


async def count_unsent(connection: Connection, link_id: str) -> int:
    """A link's withdrawals that were confirmed and that Banq has not been asked for yet."""
    return await connection.count(
        "SELECT count(*) FROM withdrawals WHERE link_id = ?1 AND state = 'confirmed'", link_id
    )


async def live_of_nft(connection: Connection, banq_user_id: str, token_data_id: str) -> Withdrawal | None:
    row = await connection.fetch_one(
        "SELECT * FROM withdrawals WHERE trim(banq_user_id, '\"') = trim(?1, '\"')"
        " AND trim(token_data_id, '\"') = trim(?2, '\"') AND state IN"
        " ('confirmed', 'submitting', 'awaiting_owner', 'processing', 'unknown')",
        banq_user_id,
        token_data_id,
    )
    return _withdrawal(row)


async def count_by_state(connection: Connection) -> dict[str, int]:
    """What failed is counted by its reason where it has one: an owner's own no is no failure."""
    rows = await connection.fetch_all(
        "SELECT iif(state = 'failed', coalesce(reason, state), state) AS counted_as, count(*)"
        " FROM withdrawals GROUP BY counted_as"
    )
    return {str(row[0]): int(row[1]) for row in rows}


async def count_live(connection: Connection) -> dict[str, int]:
    """How many there are in each state that is not an end."""
    rows = await connection.fetch_all(
        "SELECT state, count(*) FROM withdrawals WHERE state IN"
        " ('draft', 'confirmed', 'submitting', 'awaiting_owner', 'processing', 'unknown') GROUP BY state"
    )
    return {str(row[0]): int(row[1]) for row in rows}


async def oldest_unknown_since(connection: Connection) -> datetime | None:
    # Without the index's own condition, word for word, the whole table would be searched.
    row = await connection.fetch_one(
        "SELECT min(updated_at) FROM withdrawals WHERE state = 'unknown' AND state IN"
        " ('draft', 'confirmed', 'submitting', 'awaiting_owner', 'processing', 'unknown')"
    )
    return None if row is None or row[0] is None else from_ms(row[0])


def _withdrawals(rows: Sequence[sqlite3.Row]) -> list[Withdrawal]:
    return [withdrawal for row in rows if (withdrawal := _withdrawal(row)) is not None]


def _withdrawal(row: sqlite3.Row | None) -> Withdrawal | None:
    if row is None:
        return None
    return Withdrawal(
        id=row["id"],
        link_id=row["link_id"],
        chat_platform=row["chat_platform"],
        chat_user_id=row["chat_user_id"],
        lane=row["lane"],
        user_guid=row["user_guid"],
        banq_user_id=row["banq_user_id"],
        token_data_id=row["token_data_id"],
        source_banq=row["source_banq"],
        nft_name=row["nft_name"],
        nft_image_url=row["nft_image_url"],
        chain=row["chain"],
        amount=row["amount"],
        address=row["address"],
        state=row["state"],
        created_at=from_ms(row["created_at"]),
        expires_at=from_ms(row["expires_at"]),
        updated_at=from_ms(row["updated_at"]),
        banq_transaction_id=row["banq_transaction_id"],
        transaction_hash=row["transaction_hash"],
        reason=row["reason"],
        banq_message=row["banq_message"],
        checks=row["checks"],
        nft_details=row["nft_details"],
        network=row["network"],
        confirmed_at=None if row["confirmed_at"] is None else from_ms(row["confirmed_at"]),
        held_when_confirmed=row["held_when_confirmed"],
        heard_at=from_ms(row["heard_at"]),
        gone_since=None if row["gone_since"] is None else from_ms(row["gone_since"]),
    )
