"""Every rule about withdrawals: what the schema refuses, and the legal neighbour that it accepts."""

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

LIVE_WITHDRAWALS = ("confirmed", "submitting", "awaiting_owner", "processing", "unknown")
FINAL_WITHDRAWALS = ("completed", "cancelled", "expired", "refused", "failed")
WITHDRAWAL_STATES = ("draft", *LIVE_WITHDRAWALS, *FINAL_WITHDRAWALS)
STEPS = {
    ("draft", "confirmed"),
    ("draft", "cancelled"),
    ("draft", "expired"),
    ("confirmed", "submitting"),
    ("confirmed", "cancelled"),
    ("confirmed", "unknown"),
    ("submitting", "awaiting_owner"),
    ("submitting", "refused"),
    ("submitting", "unknown"),
    ("unknown", "awaiting_owner"),
    ("unknown", "refused"),
    ("unknown", "processing"),
    ("unknown", "completed"),
    ("unknown", "failed"),
    ("awaiting_owner", "processing"),
    ("awaiting_owner", "completed"),
    ("awaiting_owner", "failed"),
    ("processing", "completed"),
    ("processing", "failed"),
}


NO_LIMITS = """UPDATE withdrawal_rules
    SET link_hold_ms = 0, address_hold_ms = 0, per_day = 1000, in_flight = 1000"""
CONFIRM = """UPDATE withdrawals
    SET state = 'confirmed', confirmed_at = 0, held_when_confirmed = 1, retyped = 1 WHERE id = 'w-2'"""


@pytest.mark.parametrize("amount", [0, -1])
async def test_an_amount_is_positive(filled: Database, amount: int) -> None:
    await refused(filled, "withdrawals", WITHDRAWAL, amount=amount)
    await put_alone(filled, "withdrawals", WITHDRAWAL, amount=1)


@pytest.mark.parametrize("state", ["awaiting_owner", "processing"])
async def test_on_its_way_a_withdrawal_has_banqs_id(filled: Database, state: str) -> None:
    await refused(filled, "withdrawals", withdrawal_in(state))
    await put_alone(filled, "withdrawals", withdrawal_in(state), banq_transaction_id="1")


@pytest.mark.parametrize("state", ["draft", "confirmed", "cancelled", "expired"])
async def test_what_never_reached_banq_has_no_id_of_banq(filled: Database, state: str) -> None:
    await refused(filled, "withdrawals", withdrawal_in(state), banq_transaction_id="1")
    await put_alone(filled, "withdrawals", withdrawal_in(state))


@pytest.mark.parametrize("state", LIVE_WITHDRAWALS)
async def test_an_nft_has_one_live_withdrawal(filled: Database, state: str) -> None:
    number = "1" if state in {"awaiting_owner", "processing"} else None
    await put_alone(filled, "withdrawals", withdrawal_in(state), banq_transaction_id=number)
    second = withdrawal_in("confirmed", id="w-2", user_guid="guid-of-another-lane")
    await refused_by("UNIQUE", filled, "withdrawals", second)
    await put_alone(filled, "withdrawals", WITHDRAWAL, id="w-2")
    await run_alone(filled, NO_LIMITS)
    await refused_to_run(filled, CONFIRM, match="UNIQUE")
    await put_alone(filled, "withdrawals", second, id="w-3", token_data_id="1")
    await put_alone(filled, "withdrawals", second, id="w-4", banq_user_id='"u-2"')


@pytest.mark.parametrize("state", FINAL_WITHDRAWALS)
async def test_after_its_end_an_nft_may_be_withdrawn_again(filled: Database, state: str) -> None:
    await put_alone(filled, "withdrawals", withdrawal_in(state))
    await put_alone(filled, "withdrawals", withdrawal_in("confirmed"), id="w-2")


async def test_a_transaction_of_a_lane_is_one_withdrawal(filled: Database) -> None:
    row = withdrawal_in("completed", banq_transaction_id="1")
    await put_alone(filled, "withdrawals", row)
    await refused(filled, "withdrawals", row, id="w-2")
    await put_alone(filled, "withdrawals", row, id="w-2", lane="second")
    await put_alone(filled, "withdrawals", row, id="w-3", banq_transaction_id="2")


@pytest.mark.parametrize("old", WITHDRAWAL_STATES)
@pytest.mark.parametrize("new", WITHDRAWAL_STATES)
async def test_a_withdrawal_moves_only_along_its_steps(filled: Database, old: str, new: str) -> None:
    before = "1" if old in {"awaiting_owner", "processing"} else None
    await put_alone(filled, "withdrawals", withdrawal_in(old), banq_transaction_id=before)
    after = "NULL" if new in {"draft", "confirmed", "cancelled", "expired"} else "'1'"
    confirmed = ", confirmed_at = 0, held_when_confirmed = 1, retyped = 1" if old == "draft" else ""
    sql = f"UPDATE withdrawals SET state = '{new}', banq_transaction_id = {after}{confirmed}"  # noqa: S608
    await run_alone(filled, NO_LIMITS)
    if (old, new) in STEPS or old == new:
        assert await run_alone(filled, sql) == 1
    else:
        await refused_to_run(filled, sql, match="cannot be moved that way")


ORDER = [
    "link_id",
    "chat_platform",
    "chat_user_id",
    "lane",
    "user_guid",
    "banq_user_id",
    "token_data_id",
    "source_banq",
    "nft_name",
    "nft_details",
    "nft_image_url",
    "chain",
    "amount",
    "network",
    "address",
]


@pytest.mark.parametrize("column", ORDER)
@pytest.mark.parametrize("state", ["draft", "confirmed", "completed"])
async def test_what_is_sent_where_never_changes(filled: Database, state: str, column: str) -> None:
    await put_alone(filled, "withdrawals", withdrawal_in(state))
    sql = f"UPDATE withdrawals SET {column} = '7'"  # noqa: S608
    await refused_to_run(filled, sql, match="cannot be changed, only replaced")
    await run_alone(filled, "UPDATE withdrawals SET reason = 'x', checks = 1")
