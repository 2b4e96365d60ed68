"""Every rule of the schema: a statement that it refuses, and the legal neighbour that it accepts."""

from typing import Any

import pytest

from storage.database import Database
from tests.storage.rows import (
    AUDIT,
    BOUND,
    GRANT,
    HASH,
    INBOX,
    LINK,
    MATCHED,
    NOTICE,
    SESSION,
    TURN,
    WITHDRAWAL,
    put_alone,
    refused,
    refused_by,
    refused_to_run,
    run_alone,
)

OTHER_HASH = b"\x02" * 32
LIVE_SESSIONS = ("issued", "opened", "proven", "waiting", "open", "approved", "matched")
ENDED_SESSIONS = ("linked", "expired", "cancelled", "wrong_browser", "unmatched", "conflict", "refused")


# -- every table

ROWS: list[tuple[str, dict[str, Any]]] = [
    ("webhook_inbox", INBOX),
    ("link_sessions", SESSION),
    ("turns", TURN),
    ("grants", GRANT),
    ("links", LINK),
    ("withdrawals", WITHDRAWAL),
    ("outbox", NOTICE),
    ("audit", AUDIT),
]
MAY_BE_LEFT_OUT = {"id"} | {"turn_id"}


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table, row in ROWS for column in row if column not in MAY_BE_LEFT_OUT],
)
async def test_no_column_of_a_minimal_row_may_be_null(database: Database, table: str, column: str) -> None:
    if table == "links":
        await put_alone(database, "link_sessions", MATCHED)
    await refused_by("NOT NULL|needs a session", database, table, dict(ROWS)[table], **{column: None})


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("webhook_inbox", "received_at"),
        ("link_sessions", "expires_at"),
        ("turns", "opened_at"),
        ("grants", "received_at"),
        ("links", "linked_at"),
        ("withdrawals", "amount"),
        ("outbox", "next_try_at"),
        ("audit", "at"),
    ],
)
async def test_a_time_or_an_amount_is_an_integer(filled: Database, table: str, column: str) -> None:
    row = dict(ROWS)[table]
    if "id" in row:
        row = row | {"id": 99 if isinstance(row["id"], int) else "other"}
    await refused(filled, table, row, **{column: "soon"})
    await refused(filled, table, row, **{column: 1.5})


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("webhook_inbox", INBOX),
        ("link_sessions", BOUND),
        ("grants", GRANT),
        ("links", LINK),
        ("withdrawals", WITHDRAWAL),
        ("outbox", NOTICE),
    ],
)
async def test_only_known_states_are_kept(database: Database, table: str, row: dict[str, Any]) -> None:
    if table == "links":
        await put_alone(database, "link_sessions", MATCHED)
    for state in ("somehow", ""):
        await refused_by("CHECK constraint failed: state IN", database, table, row, state=state)


@pytest.mark.parametrize(("table", "row"), [("link_sessions", SESSION), ("links", LINK)])
async def test_only_known_chat_platforms_are_kept(
    database: Database, table: str, row: dict[str, Any]
) -> None:
    other = {"id": "other", "token_hash": OTHER_HASH, "chat_platform": "telegram"}
    await put_alone(database, "link_sessions", MATCHED, **other)
    row = row | ({"session_id": "other"} if table == "links" else {"chat_user_id": "2"})
    wrong = "CHECK constraint failed: chat_platform" if table == "link_sessions" else "needs a session"
    await refused_by(wrong, database, table, row, chat_platform="irc")
    await put_alone(database, table, row, chat_platform="telegram")


@pytest.mark.parametrize(
    ("table", "row", "reference"),
    [
        ("turns", TURN, {"session_id": "nobody"}),
        ("grants", GRANT, {"turn_id": 99}),
        ("links", LINK, {"session_id": "nobody"}),
        ("withdrawals", WITHDRAWAL, {"link_id": "nobody"}),
    ],
)
async def test_what_a_row_refers_to_must_exist(
    filled: Database, table: str, row: dict[str, Any], reference: dict[str, Any]
) -> None:
    await run_alone(filled, "UPDATE turns SET ended_at = 5, end_reason = 'closed'")
    fresh: dict[str, dict[str, Any]] = {
        "turns": {"id": 2},
        "links": {"id": "l-2", "chat_user_id": "2", "user_guid": "g"},
    }
    await refused(filled, table, row | fresh.get(table, {}), **reference)
    if table != "links":  # its legal neighbour is in the fixture
        await put_alone(filled, table, row | fresh.get(table, {}))


@pytest.mark.parametrize(("table", "row"), [("link_sessions", "s-1"), ("turns", "1"), ("links", "l-1")])
async def test_what_others_refer_to_cannot_be_deleted(filled: Database, table: str, row: str) -> None:
    await put_alone(filled, "grants", GRANT)
    await put_alone(filled, "withdrawals", WITHDRAWAL)
    await refused_to_run(filled, f"DELETE FROM {table} WHERE id = '{row}'", match="FOREIGN KEY")  # noqa: S608


# -- webhook_inbox


async def test_an_event_of_one_lane_is_stored_once(database: Database) -> None:
    await put_alone(database, "webhook_inbox", INBOX, event_id="e-1")
    await refused(database, "webhook_inbox", INBOX, id=2, event_id="e-1")
    await put_alone(database, "webhook_inbox", INBOX, id=2, event_id="e-1", lane="second")
    await put_alone(database, "webhook_inbox", INBOX, id=3, event_id="e-2")


async def test_events_without_an_id_are_all_stored(database: Database) -> None:
    for number in (1, 2):
        await put_alone(database, "webhook_inbox", INBOX, id=number)


# -- link_sessions


@pytest.mark.parametrize("column", ["token_hash", "browser_hash"])
async def test_a_hash_has_32_bytes_and_belongs_to_one_session(database: Database, column: str) -> None:
    row = {**BOUND, "state": "expired"}
    await refused(database, "link_sessions", row, **{column: HASH[:-1]})
    await refused(database, "link_sessions", row, **{column: HASH + b"\x01"})
    await put_alone(database, "link_sessions", row)
    other = {**row, "id": "s-2", "token_hash": OTHER_HASH, "browser_hash": OTHER_HASH}
    await refused(database, "link_sessions", other, **{column: HASH})
    await put_alone(database, "link_sessions", other)


@pytest.mark.parametrize("state", LIVE_SESSIONS)
async def test_a_chat_user_has_one_live_session(database: Database, state: str) -> None:
    code = "123456" if state == "matched" else None
    await put_alone(database, "link_sessions", BOUND, state=state, finish_code=code)
    second = {**SESSION, "id": "s-2", "token_hash": OTHER_HASH}
    await refused(database, "link_sessions", second)
    await put_alone(database, "link_sessions", second, chat_user_id="2")
    await put_alone(
        database, "link_sessions", second, id="s-3", token_hash=b"3" * 32, chat_platform="telegram"
    )
    await run_alone(
        database, "UPDATE link_sessions SET state = 'cancelled', finish_code = NULL WHERE id = 's-1'"
    )
    await put_alone(database, "link_sessions", second, id="s-4", token_hash=b"4" * 32)


@pytest.mark.parametrize(
    "state", [*LIVE_SESSIONS[1:], "linked", "wrong_browser", "unmatched", "conflict", "refused"]
)
async def test_beyond_issued_a_session_has_its_browser(database: Database, state: str) -> None:
    row = {**BOUND, "state": state, "finish_code": "123456" if state == "matched" else None}
    await refused(database, "link_sessions", row, browser_hash=None)
    await refused(database, "link_sessions", row, seen_at=None)
    await put_alone(database, "link_sessions", row)


@pytest.mark.parametrize("state", ["issued", "expired", "cancelled"])
async def test_a_session_may_end_unopened(database: Database, state: str) -> None:
    await put_alone(database, "link_sessions", SESSION, state=state)


async def test_whoever_waits_has_a_place_in_line(database: Database) -> None:
    await refused(database, "link_sessions", BOUND, state="waiting", waiting_since=None)
    await put_alone(database, "link_sessions", BOUND, state="waiting")


@pytest.mark.parametrize("state", ["open", "approved", "matched", "linked"])
async def test_from_its_turn_on_a_session_has_its_lane(database: Database, state: str) -> None:
    row = {**BOUND, "state": state, "finish_code": "123456" if state == "matched" else None}
    await refused(database, "link_sessions", row, lane=None)
    await put_alone(database, "link_sessions", row)


@pytest.mark.parametrize("column", ["user_guid", "banq_user_id"])
@pytest.mark.parametrize("state", ["matched", "linked"])
async def test_a_matched_session_knows_its_wallet(database: Database, state: str, column: str) -> None:
    row = {**BOUND, "state": state, "finish_code": "123456" if state == "matched" else None}
    await refused(database, "link_sessions", row, **{column: None})
    await put_alone(database, "link_sessions", row, **{column: "x"})


async def test_a_finish_code_exists_exactly_while_matched(database: Database) -> None:
    matched = {**BOUND, "state": "matched"}
    await refused(database, "link_sessions", matched)
    for code in ("", "12345", "1234567"):
        await refused(database, "link_sessions", matched, finish_code=code)
    await put_alone(database, "link_sessions", matched, finish_code="123456")
    for state in ("linked", "cancelled"):
        await refused_to_run(database, f"UPDATE link_sessions SET state = '{state}'", match="CHECK")  # noqa: S608
    await run_alone(database, "UPDATE link_sessions SET state = 'linked', finish_code = NULL")


async def test_a_browser_that_signed_in_needs_no_finish_code(database: Database) -> None:
    matched = {**BOUND, "state": "matched", "proof": "sign_in"}
    await refused(database, "link_sessions", matched, finish_code="123456")
    await put_alone(database, "link_sessions", matched)


async def test_a_browser_proves_itself_in_one_of_two_ways(database: Database) -> None:
    for proof in ("somehow", ""):
        await refused(database, "link_sessions", SESSION, proof=proof)
    await put_alone(database, "link_sessions", SESSION, proof="sign_in")


async def test_only_a_browser_that_is_to_sign_in_has_a_secret_for_it(database: Database) -> None:
    opened = {**BOUND, "state": "opened", "proof": "sign_in", "sign_in_hash": HASH}
    await refused(database, "link_sessions", opened, state="proven")
    await refused(database, "link_sessions", opened, proof="code")
    await refused(database, "link_sessions", opened, sign_in_hash=HASH[:-1])
    await put_alone(database, "link_sessions", opened)


@pytest.mark.parametrize(
    "column", ["id", "token_hash", "chat_platform", "chat_user_id", "proof", "browser_hash"]
)
async def test_whose_session_and_browser_it_is_never_changes(database: Database, column: str) -> None:
    await put_alone(database, "link_sessions", BOUND)
    value = f"X'{'05' * 32}'" if column.endswith("_hash") else "'sign_in'"
    sql = f"UPDATE link_sessions SET {column} = {value}"  # noqa: S608
    await refused_to_run(database, sql, match="cannot be given to")
    await run_alone(database, "UPDATE link_sessions SET seen_at = 5")


async def test_the_tries_at_a_code_run_out(database: Database) -> None:
    await put_alone(database, "link_sessions", SESSION, code_tries_left=0)
    await refused_to_run(database, "UPDATE link_sessions SET code_tries_left = code_tries_left - 1")


STEPS = {
    "issued": {"opened", "expired", "cancelled"},
    "opened": {"proven", "wrong_browser", "expired", "cancelled"},
    "proven": {"waiting", "expired", "cancelled"},
    "waiting": {"open", "expired", "cancelled"},
    "open": {"proven", "approved", "matched", "unmatched", "conflict", "refused", "expired", "cancelled"},
    "approved": {"matched", "unmatched", "conflict", "refused", "expired", "cancelled"},
    "matched": {"linked", "unmatched", "conflict", "refused", "expired", "cancelled"},
}


@pytest.mark.parametrize("before", [*LIVE_SESSIONS, *ENDED_SESSIONS])
async def test_a_session_moves_only_forward(database: Database, before: str) -> None:
    for number, after in enumerate([*LIVE_SESSIONS, *ENDED_SESSIONS]):
        code = "123456" if before == "matched" else None
        row = {**BOUND, "id": after, "token_hash": bytes([number]) * 32, "browser_hash": bytes([number]) * 32}
        await put_alone(database, "link_sessions", row, chat_user_id=after, state=before, finish_code=code)
        kept = "'123456'" if after == "matched" else "NULL"
        sql = f"UPDATE link_sessions SET finish_code = {kept}, state = '{after}' WHERE id = '{after}'"  # noqa: S608
        if after == before or after in STEPS.get(before, set()):
            assert await run_alone(database, sql) == 1
        else:
            await refused_to_run(database, sql, match="cannot be moved that way")


# -- turns and grants


async def test_a_lane_has_one_live_turn(filled: Database) -> None:
    second = {**BOUND, "id": "s-2", "token_hash": OTHER_HASH, "browser_hash": OTHER_HASH, "chat_user_id": "2"}
    await put_alone(filled, "link_sessions", second, state="open")
    await refused(filled, "turns", TURN, id=2, session_id="s-2")
    await put_alone(filled, "turns", TURN, id=2, session_id="s-2", lane="second")
    await run_alone(filled, "UPDATE turns SET ended_at = 5, end_reason = 'closed'")
    await put_alone(filled, "turns", TURN, id=3, session_id="s-2")


async def test_a_session_has_one_live_turn(filled: Database) -> None:
    await refused(filled, "turns", TURN, id=2, lane="second")
    await run_alone(filled, "UPDATE turns SET ended_at = 5, end_reason = 'vanished'")
    await put_alone(filled, "turns", TURN, id=2, lane="second")


async def test_turns_with_a_reference_share_a_lane(filled: Database) -> None:
    second = {**BOUND, "id": "s-2", "token_hash": OTHER_HASH, "browser_hash": OTHER_HASH, "chat_user_id": "2"}
    await put_alone(filled, "link_sessions", second, state="open")
    row = {**TURN, "id": 2, "session_id": "s-2"}
    await refused(filled, "turns", row, reference="too-short")
    await put_alone(filled, "turns", row, reference="r" * 32)
    await run_alone(filled, "UPDATE turns SET ended_at = 5, end_reason = 'closed'")
    await refused(filled, "turns", row, id=3, reference="r" * 32)


@pytest.mark.parametrize("reason", ["closed", "expired", "vanished", "linked", "given_up"])
async def test_a_turn_that_ended_says_why(filled: Database, reason: str) -> None:
    await refused_to_run(filled, "UPDATE turns SET ended_at = 5")
    await refused_to_run(filled, f"UPDATE turns SET end_reason = '{reason}'")  # noqa: S608
    await refused_to_run(filled, "UPDATE turns SET ended_at = 5, end_reason = 'somehow'")
    await run_alone(filled, f"UPDATE turns SET ended_at = 5, end_reason = '{reason}'")  # noqa: S608


async def test_a_delivery_is_one_grant(filled: Database) -> None:
    await put_alone(filled, "grants", GRANT)
    await refused(filled, "grants", GRANT)
    await put_alone(filled, "webhook_inbox", INBOX, id=2)
    await put_alone(filled, "grants", GRANT, inbox_id=2)


@pytest.mark.parametrize("state", ["pending", "matched"])
async def test_a_grant_outside_any_turn_is_nobodys(filled: Database, state: str) -> None:
    await refused(filled, "grants", GRANT, turn_id=None, state=state)
    await put_alone(filled, "grants", GRANT, turn_id=None, state="unclaimed")


# -- links


def other_session(**changes: Any) -> dict[str, Any]:
    """Matched for a link that may stand beside the first one."""
    other = {"id": "s-2", "token_hash": OTHER_HASH, "browser_hash": OTHER_HASH, "chat_user_id": "2"}
    return {**MATCHED, **other, **OTHER_WALLET, **changes}


OTHER_WALLET = {"user_guid": "guid-2", "banq_user_id": '"u-2"'}
OTHER_LINK = {**LINK, "id": "l-2", "chat_user_id": "2", "session_id": "s-2", **OTHER_WALLET}


@pytest.mark.parametrize("state", ["active", "stale", "frozen"])
@pytest.mark.parametrize(
    "same",
    [{"chat_user_id": "1"}, {"user_guid": "guid-1"}, {"banq_user_id": '"u-1"'}],
    ids=lambda same: next(iter(same)),
)
async def test_user_and_wallet_are_linked_once(filled: Database, same: dict[str, str], state: str) -> None:
    await run_alone(filled, f"UPDATE links SET state = '{state}'")  # noqa: S608
    await put_alone(filled, "link_sessions", other_session(**same))
    await refused(filled, "links", OTHER_LINK, **same)
    await run_alone(filled, "UPDATE links SET state = 'unlinked', ended_at = 5")
    await put_alone(filled, "links", OTHER_LINK, **same)


async def test_a_session_makes_one_link(filled: Database) -> None:
    await put_alone(filled, "link_sessions", other_session())
    await put_alone(filled, "links", OTHER_LINK)
    await run_alone(filled, "UPDATE links SET state = 'unlinked', ended_at = 5")
    await refused(filled, "links", OTHER_LINK, id="l-3")


async def test_one_wallet_may_be_linked_on_each_chat_platform(filled: Database) -> None:
    same_wallet = {"chat_platform": "telegram", "user_guid": "guid-1", "banq_user_id": '"u-1"'}
    await put_alone(filled, "link_sessions", other_session(**same_wallet))
    await put_alone(filled, "links", OTHER_LINK, **same_wallet)


@pytest.mark.parametrize("column", ["chat_platform", "chat_user_id", "lane", "user_guid", "banq_user_id"])
async def test_a_link_is_made_of_what_its_session_matched(filled: Database, column: str) -> None:
    await put_alone(filled, "link_sessions", other_session())
    other = "telegram" if column == "chat_platform" else "another"
    await refused(filled, "links", OTHER_LINK, **{column: other})
    await put_alone(filled, "links", OTHER_LINK)


@pytest.mark.parametrize("state", ["approved", "linked", "cancelled"])
async def test_only_a_matched_session_makes_a_link(filled: Database, state: str) -> None:
    await put_alone(filled, "link_sessions", other_session(state=state, finish_code=None))
    await refused(filled, "links", OTHER_LINK)


async def test_a_frozen_link_cannot_be_thawed(filled: Database) -> None:
    await run_alone(filled, "UPDATE links SET state = 'frozen'")
    for state in ("active", "stale"):
        await refused_to_run(filled, f"UPDATE links SET state = '{state}'", match="cannot be thawed")  # noqa: S608
    await run_alone(filled, "UPDATE links SET state = 'unlinked', ended_at = 5")


async def test_a_link_ends_exactly_when_unlinked(filled: Database) -> None:
    await refused_to_run(filled, "UPDATE links SET state = 'unlinked'")
    await refused_to_run(filled, "UPDATE links SET ended_at = 5")
    await run_alone(filled, "UPDATE links SET state = 'unlinked', ended_at = 5")


@pytest.mark.parametrize(
    "column", ["chat_platform", "chat_user_id", "lane", "user_guid", "banq_user_id", "session_id"]
)
async def test_whose_wallet_a_link_is_never_changes(filled: Database, column: str) -> None:
    await refused_to_run(filled, f"UPDATE links SET {column} = {column} || 'x'", match="cannot be moved")  # noqa: S608
    await run_alone(filled, "UPDATE links SET state = 'frozen'")


@pytest.mark.parametrize("state", ["active", "stale", "frozen"])
async def test_an_ended_link_never_comes_back(filled: Database, state: str) -> None:
    await run_alone(filled, f"UPDATE links SET state = '{state}'")  # noqa: S608
    await run_alone(filled, "UPDATE links SET state = 'unlinked', ended_at = 5")
    sql = f"UPDATE links SET state = '{state}', ended_at = NULL"  # noqa: S608
    await refused_to_run(filled, sql, match="an ended link cannot come back")


# -- outbox and audit


async def test_a_notice_is_kept_once(database: Database) -> None:
    await put_alone(database, "outbox", NOTICE)
    await refused(database, "outbox", NOTICE)
    await put_alone(database, "outbox", NOTICE, dedup_key="n-2")


async def test_a_notice_that_cannot_be_sent_is_kept_or_dead_and_never_lost(database: Database) -> None:
    await refused(database, "outbox", NOTICE, state="lost")
    await put_alone(database, "outbox", NOTICE, state="kept")
    await put_alone(database, "outbox", NOTICE, dedup_key="n-2", state="dead")


@pytest.mark.parametrize("sql", ["UPDATE audit SET reason = 'x'", "DELETE FROM audit"])
async def test_the_audit_log_only_grows(database: Database, sql: str) -> None:
    await put_alone(database, "audit", AUDIT)
    await refused_to_run(database, sql, match="append-only")
    await put_alone(database, "audit", AUDIT, id=2)
