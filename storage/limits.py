"""What withdrawals are held to: the settings, a pause of all, and members' own limits.

The schema enforces all of it when a withdrawal is confirmed; these queries tell why.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from storage.database import Connection, from_ms, to_ms

LimitKind = Literal["per_day", "in_flight", "address_hold_ms"]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rules:
    """`loosening`: so long a member waits until a looser limit of their own is in force."""

    link_hold: timedelta
    address_hold: timedelta
    per_day: int
    in_flight: int
    loosening: timedelta


@dataclass(frozen=True)
class Pause:
    paused_at: datetime
    actor: str
    reason: str


@dataclass(frozen=True)
class MemberLimit:
    value: int
    in_force_at: datetime


async def set_rules(tx: Connection, rules: Rules) -> None:
    await tx.execute(
        "UPDATE withdrawal_rules SET link_hold_ms = ?1, address_hold_ms = ?2, per_day = ?3, in_flight = ?4,"
        " loosening_ms = ?5",
        _ms(rules.link_hold),
        _ms(rules.address_hold),
        rules.per_day,
        rules.in_flight,
        _ms(rules.loosening),
    )


async def rules(connection: Connection) -> Rules:
    row = await connection.fetch_one("SELECT * FROM withdrawal_rules")
    if row is None:
        raise AssertionError("the first migration writes the rules")
    return Rules(
        timedelta(milliseconds=row["link_hold_ms"]),
        timedelta(milliseconds=row["address_hold_ms"]),
        row["per_day"],
        row["in_flight"],
        timedelta(milliseconds=row["loosening_ms"]),
    )


async def pause(tx: Connection, now: datetime, actor: str, reason: str) -> bool:
    """False where there is a pause already."""
    changed = await tx.execute(
        "INSERT INTO pauses (paused_at, actor, reason) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        to_ms(now),
        actor,
        reason,
    )
    return changed == 1


async def resume(tx: Connection, now: datetime) -> bool:
    """False where there is no pause."""
    # A pause that could not end because the clock went back would last until the clock has caught up.
    changed = await tx.execute(
        "UPDATE pauses SET resumed_at = max(?1, paused_at) WHERE resumed_at IS NULL", to_ms(now)
    )
    return changed == 1


async def current_pause(connection: Connection) -> Pause | None:
    row = await connection.fetch_one("SELECT * FROM pauses WHERE resumed_at IS NULL")
    return None if row is None else Pause(from_ms(row["paused_at"]), row["actor"], row["reason"])


async def set_member_limit(
    tx: Connection, member: tuple[str, str], kind: LimitKind, value: int, now: datetime, in_force_at: datetime
) -> None:
    """Raises IntegrityError where a looser limit does not wait."""
    await tx.execute(
        "INSERT INTO member_limits (chat_platform, chat_user_id, kind, value, set_at, in_force_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        *member,
        kind,
        value,
        to_ms(now),
        to_ms(in_force_at),
    )


async def member_limit(
    connection: Connection, member: tuple[str, str], kind: LimitKind, now: datetime
) -> MemberLimit | None:
    """The member's own limit that is in force now."""
    row = await connection.fetch_one(
        "SELECT * FROM limits_that_stand WHERE chat_platform = ?1 AND chat_user_id = ?2 AND kind = ?3"
        " AND holds_from <= ?4 ORDER BY id DESC LIMIT 1",
        *member,
        kind,
        to_ms(now),
    )
    return None if row is None else MemberLimit(row["value"], from_ms(row["in_force_at"]))


async def coming_limit(
    connection: Connection, member: tuple[str, str], kind: LimitKind, now: datetime
) -> MemberLimit | None:
    """The member's own limit that was set last and is not in force yet."""
    row = await connection.fetch_one(
        "SELECT * FROM limits_that_stand WHERE chat_platform = ?1 AND chat_user_id = ?2 AND kind = ?3"
        " ORDER BY id DESC LIMIT 1",
        *member,
        kind,
    )
    if row is None or row["holds_from"] <= to_ms(now):
        return None
    return MemberLimit(row["value"], from_ms(row["in_force_at"]))


async def address_hold(connection: Connection, member: tuple[str, str], now: datetime) -> timedelta:
    """How long a new address of the member has to wait: the setting, or longer where the member wants so."""
    own = await member_limit(connection, member, "address_hold_ms", now)
    setting = (await rules(connection)).address_hold
    return setting if own is None else max(setting, timedelta(milliseconds=own.value))


async def confirmed_within_a_day(
    connection: Connection, member: tuple[str, str], banq_user_id: str | None, now: datetime
) -> list[datetime]:
    """When the member's and the wallet's withdrawals of the last 24 hours were confirmed, oldest first.

    What was never sent does not count. Without a wallet, the member's own are all there is.
    """
    rows = await connection.fetch_all(
        "SELECT confirmed_at FROM withdrawals WHERE confirmed_at > ?4"
        " AND state NOT IN ('cancelled', 'refused')"
        " AND (banq_user_id = ?3 OR (chat_platform = ?1 AND chat_user_id = ?2)) ORDER BY confirmed_at",
        *member,
        banq_user_id,
        to_ms(now - DAY),
    )
    return [from_ms(row[0]) for row in rows]


async def count_under_way(connection: Connection, member: tuple[str, str], banq_user_id: str | None) -> int:
    return await connection.count(
        "SELECT count(*) FROM withdrawals"
        " WHERE state IN ('confirmed', 'submitting', 'awaiting_owner', 'processing', 'unknown')"
        " AND (banq_user_id = ?3 OR (chat_platform = ?1 AND chat_user_id = ?2))",
        *member,
        banq_user_id,
    )


def _ms(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)
