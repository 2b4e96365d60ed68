"""The brakes on withdrawals: holds, limits per day and under way, and members' own limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.identity import ChatUser
from services.sources import Sources
from storage import audit, limits, links
from storage.address_book import SavedAddress
from storage.database import Connection, Database
from storage.limits import DAY, LimitKind, MemberLimit, Rules
from storage.links import Link

MILLISECOND = timedelta(milliseconds=1)
LONGEST_OWN_HOLD = timedelta(days=30)


@dataclass(frozen=True)
class Paused:
    """The team has stopped all withdrawals for now."""


@dataclass(frozen=True)
class LinkTooFresh:
    until: datetime


@dataclass(frozen=True)
class AddressTooNew:
    """New addresses have to wait. `until` is None where the address must be saved first."""

    until: datetime | None
    hold: timedelta


@dataclass(frozen=True)
class TooManyToday:
    most: int
    until: datetime | None


@dataclass(frozen=True)
class TooManyUnderWay:
    most: int


Braked = Paused | LinkTooFresh | AddressTooNew | TooManyToday | TooManyUnderWay


@dataclass(frozen=True)
class Limit:
    """What holds for a member. `own` is the member's own limit, `coming` a looser one that still waits."""

    setting: int
    own: MemberLimit | None
    coming: MemberLimit | None


@dataclass(frozen=True)
class MemberLimits:
    """`link_held_until`: where the member's link is still too new to withdraw."""

    rules: Rules
    by_kind: Mapping[LimitKind, Limit]
    today: int
    under_way: int
    link_held_until: datetime | None
    is_paused: bool


@dataclass(frozen=True)
class LimitSet:
    kind: LimitKind
    value: int
    in_force_at: datetime
    waits: bool


@dataclass(frozen=True)
class LimitRefused:
    """A member's own limit may only be stricter than the setting, and not beyond reason."""

    kind: LimitKind
    setting: int


class WithdrawalLimits:
    def __init__(self, database: Database, rules: Rules, sources: Sources) -> None:
        self._database = database
        self._rules = rules
        self._sources = sources

    async def settings_may_have_changed(self) -> None:
        """Bring the settings to where the schema enforces them; idempotent."""
        async with self._database.transaction() as tx:
            await limits.set_rules(tx, self._rules)

    async def brake(
        self, connection: Connection, link: Link, saved: SavedAddress | None, now: datetime
    ) -> Braked | None:
        """What forbids a withdrawal through this link to this address now, if anything does.

        `saved` is the address as the member's address book has it. The schema enforces the same.
        """
        if await limits.current_pause(connection) is not None:
            return Paused()
        rules = await limits.rules(connection)
        if link.linked_at + rules.link_hold > now:
            return LinkTooFresh(link.linked_at + rules.link_hold)
        member = (link.chat_platform, link.chat_user_id)
        hold = await limits.address_hold(connection, member, now)
        if hold and (saved is None or saved.added_at + hold > now):
            return AddressTooNew(None if saved is None else saved.added_at + hold, hold)
        today = await limits.confirmed_within_a_day(connection, member, link.banq_user_id, now)
        per_day = await self._own(connection, member, "per_day", rules.per_day, now)
        if len(today) >= per_day:
            return TooManyToday(per_day, today[len(today) - per_day] + DAY if per_day else None)
        under_way = await limits.count_under_way(connection, member, link.banq_user_id)
        in_flight = await self._own(connection, member, "in_flight", rules.in_flight, now)
        return TooManyUnderWay(in_flight) if under_way >= in_flight else None

    async def of_member(self, user: ChatUser) -> MemberLimits:
        """What holds for the member, with or without a linked wallet."""
        now = self._sources.now()
        read = self._database.read
        rules = await limits.rules(read)
        link = await links.of_chat_user(read, *user.key)
        wallet = None if link is None else link.banq_user_id
        by_kind: dict[LimitKind, Limit] = {}
        for kind, setting in _settings(rules).items():
            by_kind[kind] = Limit(
                setting,
                await limits.member_limit(read, user.key, kind, now),
                await limits.coming_limit(read, user.key, kind, now),
            )
        held = link is not None and link.linked_at + rules.link_hold > now
        return MemberLimits(
            rules,
            by_kind,
            today=len(await limits.confirmed_within_a_day(read, user.key, wallet, now)),
            under_way=await limits.count_under_way(read, user.key, wallet),
            link_held_until=link.linked_at + rules.link_hold if link is not None and held else None,
            is_paused=await limits.current_pause(read) is not None,
        )

    async def set_own(self, user: ChatUser, kind: LimitKind, value: int) -> LimitSet | LimitRefused:
        """Set a limit of the member's own: stricter at once, looser after the wait.

        Whatever waits is replaced by it, and never comes into force.
        """
        now = self._sources.now()
        async with self._database.transaction() as tx:
            rules = await limits.rules(tx)
            setting = _settings(rules)[kind]
            if value < 0 or _is_looser(kind, value, setting) or _is_beyond_reason(kind, value):
                return LimitRefused(kind, setting)
            coming = await limits.coming_limit(tx, user.key, kind, now)
            if coming is not None and coming.value == value:
                # Asking again must not make the wait longer.
                return LimitSet(kind, value, coming.in_force_at, waits=True)
            own = await limits.member_limit(tx, user.key, kind, now)
            waits = _is_looser(kind, value, setting if own is None else own.value)
            in_force_at = now + rules.loosening if waits else now
            await limits.set_member_limit(tx, user.key, kind, value, now, in_force_at)
            await audit.append(tx, now, "member", f"limit: {kind} {value}", member=user.key)
        return LimitSet(kind, value, in_force_at, waits)

    async def _own(
        self, connection: Connection, member: tuple[str, str], kind: LimitKind, setting: int, now: datetime
    ) -> int:
        own = await limits.member_limit(connection, member, kind, now)
        return setting if own is None else min(own.value, setting)


def _settings(rules: Rules) -> dict[LimitKind, int]:
    return {
        "per_day": rules.per_day,
        "in_flight": rules.in_flight,
        "address_hold_ms": rules.address_hold // MILLISECOND,
    }


def _is_looser(kind: LimitKind, value: int, than: int) -> bool:
    return value < than if kind == "address_hold_ms" else value > than


def _is_beyond_reason(kind: LimitKind, value: int) -> bool:
    return kind == "address_hold_ms" and value > LONGEST_OWN_HOLD // MILLISECOND
