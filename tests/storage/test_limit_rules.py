"""Every limit on withdrawals: what the schema refuses, and the legal neighbour that it accepts."""

from typing import Any

import pytest

from storage.database import Database
from tests.storage.rows import (
    WITHDRAWAL,
    put_alone,
    refused,
    refused_by,
    refused_to_run,
    run_alone,
    withdrawal_in,
)

NOW = 1_000_000_000
DAY = 86_400_000
NO_LIMITS = "link_hold_ms = 0, address_hold_ms = 0, per_day = 1000, in_flight = 1000, loosening_ms = 0"
CONFIRM = f"""UPDATE withdrawals
    SET state = 'confirmed', confirmed_at = {NOW}, held_when_confirmed = 1, retyped = 1 WHERE id = 'w-1'"""  # noqa: S608 - our own words
SUBMIT = "UPDATE withdrawals SET state = 'submitting' WHERE id = 'w-1'"
OWN = {
    "chat_platform": "discord",
    "chat_user_id": "1",
    "kind": "per_day",
    "value": 1,
    "set_at": 0,
    "in_force_at": 0,
}
SAVED = {
    "id": "a-1",
    "chat_platform": "discord",
    "chat_user_id": "1",
    "label": "Cold",
    "network": "evm",
    "address": "0x1",
    "added_at": NOW - 100,
}
PAUSE = {"paused_at": 0, "actor": "admin:1", "reason": "odd"}


async def rules(database: Database, changes: str = "") -> None:
    """No limits, but for these."""
    await run_alone(database, f"UPDATE withdrawal_rules SET {NO_LIMITS}")  # noqa: S608 - our own words
    if changes:
        await run_alone(database, f"UPDATE withdrawal_rules SET {changes}")  # noqa: S608 - our own words


@pytest.fixture
async def drafted(filled: Database) -> Database:
    """A draft that nothing stands in the way of."""
    await rules(filled)
    await put_alone(filled, "withdrawals", WITHDRAWAL)
    return filled


async def test_without_limits_a_draft_is_confirmed_and_sent(drafted: Database) -> None:
    assert await run_alone(drafted, CONFIRM) == 1
    assert await run_alone(drafted, SUBMIT) == 1


# -- pauses and links


async def test_while_paused_nothing_is_confirmed(drafted: Database) -> None:
    await put_alone(drafted, "pauses", PAUSE)
    await refused_to_run(drafted, CONFIRM, match="withdrawals are paused")
    await run_alone(drafted, "UPDATE pauses SET resumed_at = 1")
    await run_alone(drafted, CONFIRM)


async def test_while_paused_nothing_is_sent(drafted: Database) -> None:
    await run_alone(drafted, CONFIRM)
    await put_alone(drafted, "pauses", PAUSE)
    await refused_to_run(drafted, SUBMIT, match="withdrawals are paused")
    await run_alone(drafted, "UPDATE pauses SET resumed_at = 1")
    await run_alone(drafted, SUBMIT)


async def test_there_is_one_pause_at_a_time(filled: Database) -> None:
    await put_alone(filled, "pauses", PAUSE)
    await refused_by("UNIQUE", filled, "pauses", PAUSE)
    await run_alone(filled, "UPDATE pauses SET resumed_at = 1")
    await put_alone(filled, "pauses", PAUSE)


@pytest.mark.parametrize("state", ["stale", "frozen", "unlinked"])
@pytest.mark.parametrize("step", [CONFIRM, SUBMIT])
async def test_only_through_an_active_link(drafted: Database, step: str, state: str) -> None:
    if step == SUBMIT:
        await run_alone(drafted, CONFIRM)
    ended = ", ended_at = 1" if state == "unlinked" else ""
    await run_alone(drafted, f"UPDATE links SET state = '{state}'{ended}")  # noqa: S608 - our own words
    await refused_to_run(drafted, step, match="the link is not active")
    if state == "stale":
        await run_alone(drafted, "UPDATE links SET state = 'active'")
        await run_alone(drafted, step)


async def test_a_link_is_old_enough(drafted: Database) -> None:
    await rules(drafted, f"link_hold_ms = {NOW + 1}")
    await refused_to_run(drafted, CONFIRM, match="the link is too fresh")
    await rules(drafted, f"link_hold_ms = {NOW}")
    await run_alone(drafted, CONFIRM)


# -- addresses


async def test_a_new_address_is_saved_for_long_enough(drafted: Database) -> None:
    await rules(drafted, "address_hold_ms = 100")
    await refused_to_run(drafted, CONFIRM, match="the address is too new")
    await put_alone(drafted, "addresses", SAVED)
    await rules(drafted, "address_hold_ms = 101")
    await refused_to_run(drafted, CONFIRM, match="the address is too new")
    await rules(drafted, "address_hold_ms = 100")
    await run_alone(drafted, CONFIRM)


@pytest.mark.parametrize(
    "other",
    [
        {"chat_user_id": "2"},
        {"chat_platform": "telegram"},
        {"network": "flow"},
        {"address": "0x2"},
        {"removed_at": NOW},
    ],
)
@pytest.mark.parametrize("step", ["hold", "retype"])
async def test_another_entry_is_of_no_use(drafted: Database, step: str, other: dict[str, Any]) -> None:
    await put_alone(drafted, "addresses", SAVED | other)
    if step == "hold":
        await rules(drafted, "address_hold_ms = 100")
        await refused_to_run(drafted, CONFIRM, match="the address is too new")
    else:
        unseen = CONFIRM.replace("retyped = 1", "retyped = 0")
        await refused_to_run(drafted, unseen, match="was not typed once more")


async def test_a_members_own_hold_counts_where_it_is_longer(drafted: Database) -> None:
    await put_alone(drafted, "addresses", SAVED)
    await put_alone(drafted, "member_limits", OWN, kind="address_hold_ms", value=101)
    await refused_to_run(drafted, CONFIRM, match="the address is too new")
    await put_alone(drafted, "member_limits", OWN, kind="address_hold_ms", value=100)
    await rules(drafted, "address_hold_ms = 101")
    await refused_to_run(drafted, CONFIRM, match="the address is too new")
    await rules(drafted, "address_hold_ms = 99")
    await run_alone(drafted, CONFIRM)


async def test_a_new_address_is_typed_once_more(drafted: Database) -> None:
    unseen = CONFIRM.replace("retyped = 1", "retyped = 0")
    await refused_to_run(drafted, unseen, match="was not typed once more")
    await put_alone(drafted, "addresses", SAVED)
    await run_alone(drafted, unseen)


async def test_an_entry_is_unique_for_its_member(filled: Database) -> None:
    await put_alone(filled, "addresses", SAVED)
    await refused_by("UNIQUE", filled, "addresses", SAVED, id="a-2", label="Other")
    await refused_by("UNIQUE", filled, "addresses", SAVED, id="a-2", address="0x2", label="cOLD")
    await put_alone(filled, "addresses", SAVED, id="a-2", address="0x2", label="Other")
    await put_alone(filled, "addresses", SAVED, id="a-3", chat_user_id="2")
    await run_alone(filled, f"UPDATE addresses SET removed_at = {NOW} WHERE id = 'a-1'")  # noqa: S608 - our own words
    await put_alone(filled, "addresses", SAVED, id="a-4")


async def test_a_label_is_short(filled: Database) -> None:
    await refused(filled, "addresses", SAVED, label="")
    await refused(filled, "addresses", SAVED, label="x" * 41)
    await put_alone(filled, "addresses", SAVED, label="x" * 40)


@pytest.mark.parametrize(
    "change",
    [
        "id = 'a-2'",
        "chat_platform = 'telegram'",
        "chat_user_id = '2'",
        "label = 'Warm'",
        "network = 'flow'",
        "address = '0x2'",
        "added_at = 0",
    ],
)
async def test_an_entry_is_only_removed(filled: Database, change: str) -> None:
    await put_alone(filled, "addresses", SAVED)
    for sql in (
        f"UPDATE addresses SET {change}",  # noqa: S608 - our own words
        f"UPDATE addresses SET {change}, removed_at = {NOW}",  # noqa: S608 - our own words
    ):
        await refused_to_run(filled, sql, match="cannot be changed, only removed")
    await run_alone(filled, f"UPDATE addresses SET removed_at = {NOW}")  # noqa: S608 - our own words
    for again in ("NULL", str(NOW + 1)):
        sql = f"UPDATE addresses SET removed_at = {again}"  # noqa: S608 - our own words
        await refused_to_run(filled, sql, match="cannot be changed, only removed")


# -- how many

WHOSE = [
    pytest.param(
        {"chat_user_id": "2", "user_guid": "guid-of-another-lane"}, id="the wallet, of another user"
    ),
    pytest.param({"banq_user_id": '"u-2"'}, id="the user, with another wallet"),
]
BRAKES = [("per_day", "too many on one day"), ("in_flight", "too many under way")]


@pytest.mark.parametrize("whose", WHOSE)
@pytest.mark.parametrize(("kind", "told"), BRAKES)
async def test_the_users_and_the_wallets_are_counted(
    drafted: Database, kind: str, told: str, whose: dict[str, str]
) -> None:
    other = withdrawal_in("confirmed", id="w-2", token_data_id="2", confirmed_at=NOW)
    await put_alone(drafted, "withdrawals", other, **whose)
    await rules(drafted, f"{kind} = 1")
    await refused_to_run(drafted, CONFIRM, match=told)
    await rules(drafted, f"{kind} = 2")
    await run_alone(drafted, CONFIRM)


@pytest.mark.parametrize("kind", ["per_day", "in_flight"])
async def test_a_strangers_are_not_counted(drafted: Database, kind: str) -> None:
    strange = {"chat_user_id": "2", "banq_user_id": '"u-2"', "user_guid": "guid-2"}
    await put_alone(drafted, "withdrawals", withdrawal_in("confirmed", id="w-2", confirmed_at=NOW), **strange)
    await rules(drafted, f"{kind} = 1")
    await run_alone(drafted, CONFIRM)


@pytest.mark.parametrize(
    ("state", "a_day", "under_way"),
    [
        ("draft", False, False),
        ("expired", False, False),
        ("cancelled", False, False),
        ("refused", False, False),
        ("confirmed", True, True),
        ("submitting", True, True),
        ("awaiting_owner", True, True),
        ("processing", True, True),
        ("unknown", True, True),
        ("completed", True, False),
        ("failed", True, False),
    ],
)
async def test_each_state_counts_or_does_not(
    drafted: Database, state: str, *, a_day: bool, under_way: bool
) -> None:
    number = "1" if state in {"awaiting_owner", "processing"} else None
    confirmed = {"confirmed_at": NOW, "held_when_confirmed": 1} if state != "draft" else {}
    other = withdrawal_in(state, id="w-2", token_data_id="2", banq_transaction_id=number) | confirmed
    await put_alone(drafted, "withdrawals", other)
    for (kind, told), counts in zip(BRAKES, (a_day, under_way), strict=True):
        await rules(drafted, f"{kind} = 1")
        if counts:
            await refused_to_run(drafted, CONFIRM, match=told)
    if not (a_day or under_way):
        await run_alone(drafted, CONFIRM)


async def test_a_day_is_24_hours(drafted: Database) -> None:
    other = withdrawal_in("completed", id="w-2", token_data_id="2")
    await put_alone(drafted, "withdrawals", other, confirmed_at=NOW - DAY + 1)
    await rules(drafted, "per_day = 1")
    await refused_to_run(drafted, CONFIRM, match="too many on one day")
    await put_alone(drafted, "withdrawals", other, id="w-3", confirmed_at=NOW - DAY)
    await rules(drafted, "per_day = 2")
    await run_alone(drafted, CONFIRM)


@pytest.mark.parametrize(("kind", "told"), BRAKES)
async def test_a_members_own_limit_counts_where_it_is_stricter(
    drafted: Database, kind: str, told: str
) -> None:
    await put_alone(drafted, "member_limits", OWN, kind=kind, value=0)
    await refused_to_run(drafted, CONFIRM, match=told)
    await put_alone(drafted, "member_limits", OWN, kind=kind, value=9, in_force_at=NOW + 1)
    await refused_to_run(drafted, CONFIRM, match=told)
    await put_alone(drafted, "member_limits", OWN, kind=kind, value=9, in_force_at=NOW)
    await put_alone(drafted, "withdrawals", withdrawal_in("unknown", id="w-2", token_data_id="2"))
    await run_alone(drafted, "UPDATE withdrawals SET confirmed_at = 999999999 WHERE id = 'w-2'")
    await rules(drafted, f"{kind} = 1")
    await refused_to_run(drafted, CONFIRM, match=told)
    await rules(drafted)
    await run_alone(drafted, CONFIRM)


@pytest.mark.parametrize("other", [{"chat_user_id": "2"}, {"chat_platform": "telegram"}])
async def test_anothers_limit_is_not_the_members(drafted: Database, other: dict[str, str]) -> None:
    await put_alone(drafted, "member_limits", OWN | other, value=0)
    await run_alone(drafted, CONFIRM)


# -- members' own limits


@pytest.mark.parametrize(
    ("kind", "strict", "loose"), [("per_day", 1, 2), ("in_flight", 1, 2), ("address_hold_ms", 2, 1)]
)
async def test_a_looser_limit_waits(filled: Database, kind: str, strict: int, loose: int) -> None:
    await rules(filled, "loosening_ms = 100")
    own = OWN | {"kind": kind, "set_at": NOW, "in_force_at": NOW}
    await put_alone(filled, "member_limits", own, value=strict)
    told = "a looser limit has to wait"
    await refused_by(told, filled, "member_limits", own, value=loose)
    await refused_by(told, filled, "member_limits", own, value=loose, in_force_at=NOW + 99)
    await put_alone(filled, "member_limits", own, value=loose, in_force_at=NOW + 100)
    # What waits is not what holds.
    await refused_by(told, filled, "member_limits", own, value=loose)
    await put_alone(filled, "member_limits", own, value=strict)
    await put_alone(filled, "member_limits", own, value=loose, chat_user_id="2")


async def test_what_was_replaced_before_its_time_does_not_make_another_less_loose(filled: Database) -> None:
    await rules(filled, "loosening_ms = 100")
    await put_alone(filled, "member_limits", OWN, value=1)
    await put_alone(filled, "member_limits", OWN, value=9, in_force_at=100)
    await put_alone(filled, "member_limits", OWN, value=2, set_at=50, in_force_at=150)
    looser = OWN | {"value": 3, "set_at": 120}
    await refused_by("a looser limit has to wait", filled, "member_limits", looser, in_force_at=120)
    await put_alone(filled, "member_limits", looser, in_force_at=220)


async def test_what_was_replaced_before_its_time_never_comes_into_force(drafted: Database) -> None:
    await put_alone(drafted, "member_limits", OWN, value=0)
    await put_alone(drafted, "member_limits", OWN, value=9, set_at=1, in_force_at=NOW - 10)
    await put_alone(drafted, "member_limits", OWN, value=8, set_at=NOW - 11, in_force_at=NOW + 1)
    await refused_to_run(drafted, CONFIRM, match="too many on one day")
    await run_alone(drafted, CONFIRM.replace(f"confirmed_at = {NOW}", f"confirmed_at = {NOW + 1}"))


@pytest.mark.parametrize(("kind", "told"), BRAKES)
async def test_what_held_at_once_holds_though_the_clock_went_back(
    drafted: Database, kind: str, told: str
) -> None:
    at_once = OWN | {"kind": kind, "value": 0, "set_at": NOW + 2, "in_force_at": NOW + 2}
    await put_alone(drafted, "member_limits", at_once)
    await refused_to_run(drafted, CONFIRM, match=told)
    await put_alone(drafted, "member_limits", at_once, value=9, set_at=NOW, in_force_at=NOW + 1)
    await refused_to_run(drafted, CONFIRM, match=told)


@pytest.mark.parametrize(
    ("kind", "strict", "loose"), [("per_day", 1, 2), ("in_flight", 1, 2), ("address_hold_ms", 2, 1)]
)
async def test_a_looser_limit_waits_though_the_clock_went_back(
    filled: Database, kind: str, strict: int, loose: int
) -> None:
    await rules(filled, "loosening_ms = 100")
    at_once = OWN | {"kind": kind, "set_at": NOW, "in_force_at": NOW}
    await put_alone(filled, "member_limits", at_once, value=strict)
    before = at_once | {"value": loose, "set_at": NOW - 2}
    await refused_by("a looser limit has to wait", filled, "member_limits", before, in_force_at=NOW - 2)
    await put_alone(filled, "member_limits", before, in_force_at=NOW + 98)


async def test_limits_are_never_changed_or_deleted(filled: Database) -> None:
    await put_alone(filled, "member_limits", OWN)
    await refused_to_run(filled, "UPDATE member_limits SET value = 2", match="cannot be changed")
    await refused_to_run(filled, "DELETE FROM member_limits", match="cannot be removed")


async def test_a_limit_is_a_number_from_now_on(filled: Database) -> None:
    await refused(filled, "member_limits", OWN, value=-1)
    await refused(filled, "member_limits", OWN, kind="forever")
    await refused(filled, "member_limits", OWN, set_at=1, in_force_at=0)
    await put_alone(filled, "member_limits", OWN, value=0)
