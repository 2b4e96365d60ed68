"""Approvals that Banq announced: each belongs to the turn that was live when it came, or to nobody."""

from dataclasses import dataclass
from datetime import datetime

from storage.clock import CLOCK_WAS_WRONG
from storage.database import Connection, from_ms, to_ms
from storage.link_sessions import LinkSession


@dataclass(frozen=True)
class Grant:
    id: int
    user_guid: str
    banq_user_id: str
    received_at: datetime
    counts: bool


async def record(
    tx: Connection,
    inbox_id: int,
    lane: str,
    user_guid: str,
    banq_user_id: str,
    received_at: datetime,
    turn_id: int | None,
    state: str,
) -> bool:
    """Keep an approval; False when this delivery was kept before."""
    changed = await tx.execute(
        "INSERT INTO grants (inbox_id, lane, user_guid, banq_user_id, received_at, turn_id, state)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (inbox_id) DO NOTHING",
        inbox_id,
        lane,
        user_guid,
        banq_user_id,
        to_ms(received_at),
        turn_id,
        state,
    )
    return changed == 1


async def came_elsewhere(
    connection: Connection, user_guid: str, session: LinkSession, since: datetime, strayed_since: datetime
) -> bool:
    """Whether this wallet's approval came lately in another's turn, or in none: this one repeats it.

    The member's own earlier turns count as another's, unless their browser was the member's for sure. What
    came in nobody's turn does not count where the wallet was this member's before: nobody else can be meant.
    `strayed_since`: the same for what came in another member's turn beside another wallet, and spoiled it.
    """
    return (
        await connection.count(
            "SELECT count(*) FROM grants LEFT JOIN turns ON turns.id = grants.turn_id"
            " LEFT JOIN link_sessions AS earlier ON earlier.id = turns.session_id"
            " WHERE grants.user_guid = ?1 AND grants.received_at BETWEEN ?6 AND ?7 AND CASE"
            " WHEN (earlier.chat_platform, earlier.chat_user_id) IS NOT (?4, ?5) AND earlier.id IS NOT NULL"
            " THEN grants.received_at >= ?2 OR (grants.state = 'unclaimed' AND EXISTS (SELECT 1"
            " FROM grants AS other WHERE other.turn_id = grants.turn_id AND other.user_guid <> ?1))"
            " WHEN grants.received_at < ?2 THEN FALSE"
            " WHEN earlier.id IS NULL THEN NOT EXISTS (SELECT 1 FROM links"
            " WHERE user_guid = ?1 AND chat_platform = ?4 AND chat_user_id = ?5)"
            " WHEN earlier.id = ?3 THEN FALSE"
            " ELSE earlier.proof <> 'sign_in' AND earlier.state <> 'linked' END",
            user_guid,
            to_ms(since),
            session.id,
            *session.owner,
            to_ms(strayed_since),
            to_ms(since + CLOCK_WAS_WRONG),
        )
        > 0
    )


async def of_turn(connection: Connection, turn_id: int) -> list[Grant]:
    """All approvals that came in a turn, first one first."""
    rows = await connection.fetch_all("SELECT * FROM grants WHERE turn_id = ?1 ORDER BY id", turn_id)
    return [
        Grant(
            id=row["id"],
            user_guid=row["user_guid"],
            banq_user_id=row["banq_user_id"],
            received_at=from_ms(row["received_at"]),
            counts=row["state"] != "unclaimed",
        )
        for row in rows
    ]


async def mark_matched(tx: Connection, turn_id: int) -> None:
    await tx.execute("UPDATE grants SET state = 'matched' WHERE turn_id = ?1 AND state = 'pending'", turn_id)


async def unclaimed_since(connection: Connection, since: datetime) -> int:
    return await connection.count(
        "SELECT count(*) FROM grants WHERE state = 'unclaimed' AND received_at >= ?1", to_ms(since)
    )
