"""The stores' compare-and-set steps: each happens once, and only from where it may."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import audit, grants, limits, link_sessions, links, outbox, turns, webhook_inbox, withdrawals
from storage.database import Connection, Database, from_ms, to_ms
from storage.intake import Intake, Received
from storage.limits import Rules
from storage.link_sessions import LinkSession
from storage.links import Link
from storage.withdrawals import Withdrawal
from tests.storage.rows import (
    BOUND,
    INBOX,
    LINK,
    MATCHED,
    SESSION,
    TURN,
    WITHDRAWAL,
    put,
    put_alone,
    run_alone,
    withdrawal_in,
)

NOW = datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
CODE = "123456"
NO_LIMITS = Rules(timedelta(0), timedelta(0), per_day=1000, in_flight=1000, loosening=timedelta(0))


async def session_of(connection: Connection) -> LinkSession:
    session = await link_sessions.get(connection, "s-1")
    assert session is not None
    return session


async def withdrawal_of(connection: Connection) -> Withdrawal:
    withdrawal = await withdrawals.get(connection, "w-1")
    assert withdrawal is not None
    return withdrawal


@pytest.mark.parametrize("time", [NOW, datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)])
def test_a_time_survives_to_the_millisecond(time: datetime) -> None:
    assert from_ms(to_ms(time)) == time
    assert from_ms(to_ms(time + timedelta(microseconds=999))) == time


# -- link sessions


async def test_a_session_is_found_by_its_token_alone(database: Database) -> None:
    session = LinkSession(
        id="s-1",
        chat_platform="discord",
        chat_user_id="1",
        chat_user_name="Ada",
        chat_avatar_url=None,
        state="issued",
        proof="sign_in",
        seen_at=None,
        lane=None,
        waiting_since=None,
        finish_code=None,
        code_tries_left=5,
        user_guid=None,
        banq_user_id=None,
        nft_count=None,
        created_at=NOW,
        expires_at=LATER,
    )
    async with database.transaction() as tx:
        await link_sessions.insert(tx, session, b"1" * 32)

    assert await link_sessions.by_token(database.read, b"1" * 32) == session
    assert await link_sessions.by_token(database.read, b"2" * 32) is None
    assert await link_sessions.by_browser(database.read, b"1" * 32) is None
    assert await link_sessions.live_of(database.read, "discord", "1") == session
    assert await link_sessions.live_of(database.read, "telegram", "1") is None


async def test_a_session_goes_its_way_once(database: Database) -> None:
    await put_alone(database, "link_sessions", SESSION)
    async with database.transaction() as tx:
        assert not await link_sessions.join_line(tx, "s-1", NOW)
        assert await link_sessions.bind_browser(tx, "s-1", b"b" * 32, NOW)
        assert not await link_sessions.bind_browser(tx, "s-1", b"c" * 32, NOW)
        assert not await link_sessions.join_line(tx, "s-1", NOW)
        assert await link_sessions.move(tx, "s-1", "opened", "proven")
        assert not await link_sessions.open_widget(tx, "s-1", "main", LATER)
        assert await link_sessions.join_line(tx, "s-1", NOW)
        assert not await link_sessions.join_line(tx, "s-1", NOW)
        assert not await link_sessions.match(tx, "s-1", ("guid-1", "1"), 3, CODE, LATER)
        assert await link_sessions.open_widget(tx, "s-1", "main", LATER)
        assert not await link_sessions.open_widget(tx, "s-1", "second", LATER)
        assert await link_sessions.move(tx, "s-1", "open", "approved")
        assert not await link_sessions.move(tx, "s-1", "open", "approved")
        assert await link_sessions.match(tx, "s-1", ("guid-1", "1"), 3, CODE, LATER)
        assert not await link_sessions.match(tx, "s-1", ("guid-2", "2"), 9, CODE, LATER)
        matched = await session_of(tx)
        assert await link_sessions.move(tx, "s-1", "matched", "linked")

    assert (matched.finish_code, matched.user_guid, matched.nft_count) == (CODE, "guid-1", 3)
    linked = await session_of(database.read)
    assert (linked.state, linked.lane, linked.finish_code, linked.expires_at) == (
        "linked",
        "main",
        None,
        LATER,
    )
    assert await link_sessions.by_browser(database.read, b"b" * 32) == linked


async def test_what_a_browser_brings_back_from_signing_in_counts_once(database: Database) -> None:
    await put_alone(database, "link_sessions", SESSION, proof="sign_in")
    async with database.transaction() as tx:
        assert not await link_sessions.ask_to_sign_in(tx, "s-1", b"1" * 32)
        await link_sessions.bind_browser(tx, "s-1", b"b" * 32, NOW)
        assert await link_sessions.ask_to_sign_in(tx, "s-1", b"1" * 32)
        assert await link_sessions.ask_to_sign_in(tx, "s-1", b"2" * 32)
        assert not await link_sessions.take_sign_in(tx, "s-1", b"1" * 32)
        assert await link_sessions.take_sign_in(tx, "s-1", b"2" * 32)
        assert not await link_sessions.take_sign_in(tx, "s-1", b"2" * 32)


async def test_where_the_code_is_the_proof_nobody_is_sent_to_sign_in(database: Database) -> None:
    await put_alone(database, "link_sessions", BOUND, state="opened")
    async with database.transaction() as tx:
        assert not await link_sessions.ask_to_sign_in(tx, "s-1", b"1" * 32)


async def test_what_a_browser_was_to_bring_back_is_forgotten_with_the_state(database: Database) -> None:
    row = {**BOUND, "proof": "sign_in", "sign_in_hash": b"1" * 32}
    await put_alone(database, "link_sessions", row, state="opened")
    async with database.transaction() as tx:
        assert await link_sessions.move(tx, "s-1", "opened", "cancelled")
        assert not await link_sessions.take_sign_in(tx, "s-1", b"1" * 32)


async def test_starts_are_counted_for_one_member_of_one_platform(database: Database) -> None:
    await put_alone(database, "link_sessions", SESSION, created_at=to_ms(LATER))

    assert await link_sessions.started_since(database.read, ("discord", "1"), NOW) == [LATER]
    assert await link_sessions.started_since(database.read, ("discord", "1"), LATER) == []
    assert await link_sessions.started_since(database.read, ("discord", "2"), NOW) == []
    assert await link_sessions.started_since(database.read, ("telegram", "1"), NOW) == []


async def test_a_code_can_be_tried_as_often_as_it_says(database: Database) -> None:
    await put_alone(database, "link_sessions", BOUND, state="matched", finish_code=CODE, code_tries_left=2)
    async with database.transaction() as tx:
        assert [await link_sessions.use_code_try(tx, "s-1") for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize("state", ["open", "approved", "linked", "cancelled"])
async def test_only_while_matched_a_code_can_be_tried(database: Database, state: str) -> None:
    await put_alone(database, "link_sessions", BOUND, state=state)
    async with database.transaction() as tx:
        assert not await link_sessions.use_code_try(tx, "s-1")


async def test_the_line_is_first_come_first_served(database: Database) -> None:
    async with database.transaction() as tx:
        for number, since in enumerate([20, 10, 10]):
            row = {**BOUND, "id": f"s-{number}", "chat_user_id": str(number), "seen_at": since}
            hashes = {"token_hash": bytes([number]) * 32, "browser_hash": bytes([number]) * 32}
            await put(tx, "link_sessions", row, state="waiting", waiting_since=since, **hashes)

    async def first(seen_since: int) -> str | None:
        session = await link_sessions.first_in_line(database.read, from_ms(seen_since))
        return None if session is None else session.id

    assert [await first(10), await first(11), await first(21)] == ["s-1", "s-0", None]
    in_line = [session.id for session in await link_sessions.in_line(database.read)]
    assert in_line == ["s-1", "s-2", "s-0"]


async def test_a_page_that_is_looked_at_keeps_its_place(database: Database) -> None:
    await put_alone(database, "link_sessions", BOUND, state="waiting", expires_at=to_ms(NOW))
    async with database.transaction() as tx:
        await link_sessions.mark_seen(tx, "s-1", NOW, LATER)
        await link_sessions.mark_seen(tx, "s-1", NOW - timedelta(minutes=1), NOW)
    waiting = await session_of(database.read)
    assert (waiting.seen_at, waiting.expires_at) == (NOW, LATER)

    await run_alone(database, "UPDATE link_sessions SET state = 'open'")
    async with database.transaction() as tx:
        await link_sessions.mark_seen(tx, "s-1", LATER, LATER + timedelta(minutes=10))
    opened = await session_of(database.read)
    assert (opened.seen_at, opened.expires_at) == (LATER, LATER)


async def test_only_live_sessions_become_overdue(database: Database) -> None:
    await put_alone(database, "link_sessions", SESSION, expires_at=to_ms(NOW))

    assert await link_sessions.overdue(database.read, NOW - timedelta(milliseconds=1)) == []
    assert [session.id for session in await link_sessions.overdue(database.read, NOW)] == ["s-1"]
    async with database.transaction() as tx:
        assert await link_sessions.move(tx, "s-1", "issued", "expired")
    assert await link_sessions.overdue(database.read, NOW) == []


# -- turns and grants


async def test_a_turn_is_approved_once_and_then_ends(filled: Database) -> None:
    async with filled.transaction() as tx:
        with pytest.raises(sqlite3.IntegrityError):
            await turns.begin(tx, "main", "s-1", NOW, LATER)
    async with filled.transaction() as tx:
        assert await turns.mark_approved(tx, 1, NOW)
        assert not await turns.mark_approved(tx, 1, LATER)
        live = await turns.live_of_session(tx, "s-1")
        assert live is not None
        assert live.approved_at == NOW
        await turns.end(tx, "s-1", "linked", NOW)
        assert not await turns.mark_approved(tx, 1, LATER)
        await turns.end(tx, "s-1", "expired", LATER)
        assert await turns.live_of_lane(tx, "main") is None
        row = await tx.fetch_one("SELECT end_reason, ended_at FROM turns")
        await turns.begin(tx, "main", "s-1", NOW, LATER)

    assert row is not None
    assert tuple(row) == ("linked", to_ms(NOW))
    assert [turn.id for turn in await turns.live(filled.read)] == [2]


async def test_the_first_report_counts_also_after_the_turns_end(filled: Database) -> None:
    async with filled.transaction() as tx:
        await turns.end(tx, "s-1", "closed", NOW)
        assert await turns.mark_approved(tx, 1, LATER)
        assert not await turns.mark_approved(tx, 1, LATER + timedelta(minutes=1))

    turn = await turns.latest_of_session(filled.read, "s-1")
    assert turn is not None
    assert turn.approved_at == LATER


async def test_a_turn_with_a_reference_is_found_by_that_alone(filled: Database) -> None:
    async with filled.transaction() as tx:
        await turns.end(tx, "s-1", "closed", NOW)
        await turns.begin(tx, "main", "s-1", LATER, LATER, "r" * 32)

    last = await turns.at(filled.read, "main", LATER)
    assert last is not None
    assert last.id == 1
    assert await turns.live_of_lane(filled.read, "main") is None
    named = await turns.by_reference(filled.read, "main", "r" * 32)
    assert named is not None
    assert named.id == 2
    assert await turns.by_reference(filled.read, "second", "r" * 32) is None


async def test_a_time_belongs_to_the_last_turn_that_had_begun(filled: Database) -> None:
    async with filled.transaction() as tx:
        await turns.end(tx, "s-1", "closed", NOW)
        await turns.begin(tx, "main", "s-1", LATER, LATER)

    found = [
        await turns.at(filled.read, "main", time)
        for time in (from_ms(-1), from_ms(0), LATER - timedelta(milliseconds=1), LATER)
    ]
    assert [turn and (turn.id, turn.ended_at, turn.end_reason) for turn in found] == [
        None,
        (1, NOW, "closed"),
        (1, NOW, "closed"),
        (2, None, None),
    ]
    assert await turns.at(filled.read, "second", LATER) is None


async def test_turns_are_told_once_they_have_ended(filled: Database) -> None:
    async with filled.transaction() as tx:
        assert await turns.ended_since(tx, NOW) == []
        await turns.end(tx, "s-1", "closed", NOW)
        await turns.begin(tx, "main", "s-1", LATER, LATER)

    (ended,) = await turns.ended_since(filled.read, NOW)
    assert (ended.id, ended.session_id, ended.ended_at, ended.end_reason) == (1, "s-1", NOW, "closed")
    assert await turns.ended_since(filled.read, LATER) == []


async def test_what_a_turn_leaves_unmatched_is_nobodys(filled: Database) -> None:
    await put_alone(filled, "webhook_inbox", INBOX, id=2)
    await put_alone(filled, "webhook_inbox", INBOX, id=3)
    async with filled.transaction() as tx:
        assert await grants.record(tx, 1, "main", "guid-1", "1", NOW, 1, "pending")
        assert not await grants.record(tx, 1, "main", "guid-1", "1", NOW, 1, "pending")
        await grants.mark_matched(tx, 1)
        assert await grants.record(tx, 2, "main", "guid-2", "2", NOW, 1, "pending")
        assert await grants.record(tx, 3, "main", "guid-3", "3", NOW, None, "unclaimed")
        assert await grants.unclaimed_since(tx, NOW) == 1
        await turns.end(tx, "s-1", "closed", NOW)

    assert await grants.unclaimed_since(filled.read, NOW) == 2
    assert await grants.unclaimed_since(filled.read, LATER) == 0
    assert [grant.user_guid for grant in await grants.of_turn(filled.read, 1)] == ["guid-1", "guid-2"]


async def test_a_grant_that_nobody_claimed_does_not_count(filled: Database) -> None:
    for number in (2, 3):
        await put_alone(filled, "webhook_inbox", INBOX, id=number)
    async with filled.transaction() as tx:
        await grants.record(tx, 1, "main", "guid-1", "1", NOW, 1, "unclaimed")
        await grants.record(tx, 2, "main", "guid-2", "2", NOW, 1, "pending")
        assert [grant.counts for grant in await grants.of_turn(tx, 1)] == [False, True]
        await grants.mark_matched(tx, 1)
        assert [grant.counts for grant in await grants.of_turn(tx, 1)] == [False, True]
        await grants.record(tx, 3, "main", "guid-3", "3", NOW, 1, "pending")
        await turns.end(tx, "s-1", "linked", NOW)

    assert [grant.counts for grant in await grants.of_turn(filled.read, 1)] == [False, True, False]


@pytest.mark.parametrize(
    ("came_in", "asked_for", "expected"),
    [
        ({}, {"id": "s-1"}, False),
        ({}, {}, True),
        ({"proof": "sign_in"}, {}, False),
        ({"proof": "sign_in"}, {"chat_user_id": "2"}, True),
        ({"proof": "sign_in"}, {"chat_platform": "telegram"}, True),
    ],
    ids=["this very session", "the member's earlier one", "signed in", "another user", "another platform"],
)
@pytest.mark.parametrize("state", ["pending", "unclaimed"])
async def test_a_wallet_that_came_lately_elsewhere(
    database: Database, came_in: dict[str, Any], asked_for: dict[str, Any], expected: bool, state: str
) -> None:
    async with database.transaction() as tx:
        await put(tx, "link_sessions", {**BOUND, "state": "open"}, **came_in)
        await put(tx, "turns", TURN)
        await put(tx, "webhook_inbox", INBOX)
        await grants.record(tx, 1, "main", "guid-1", "1", NOW, 1, state)
    session = replace(await session_of(database.read), **{"id": "s-2", **asked_for})

    assert await grants.came_elsewhere(database.read, "guid-1", session, NOW, NOW) == expected
    assert not await grants.came_elsewhere(database.read, "guid-2", session, NOW, NOW)
    assert not await grants.came_elsewhere(database.read, "guid-1", session, LATER, LATER)


@pytest.mark.parametrize("state", ["active", "stale", "frozen", "unlinked"])
async def test_a_wallet_that_came_lately_in_nobodys_turn_came_elsewhere_unless_it_was_the_members(
    filled: Database, state: str
) -> None:
    ended = 1 if state == "unlinked" else "NULL"
    await run_alone(filled, f"UPDATE links SET state = '{state}', ended_at = {ended}")  # noqa: S608
    async with filled.transaction() as tx:
        for inbox_id, user_guid in ((1, "guid-1"), (2, "guid-2")):
            await put(tx, "webhook_inbox", INBOX, id=inbox_id + 10)
            await grants.record(tx, inbox_id + 10, "main", user_guid, "1", NOW, None, "unclaimed")
    owner = await session_of(filled.read)

    async def came_elsewhere(user_guid: str, **asked_for: Any) -> bool:
        session = replace(owner, **{"id": "s-2", **asked_for})
        return await grants.came_elsewhere(filled.read, user_guid, session, NOW, NOW)

    assert not await came_elsewhere("guid-1")
    assert await came_elsewhere("guid-2")
    assert await came_elsewhere("guid-1", chat_user_id="2")
    assert await came_elsewhere("guid-1", chat_platform="telegram")


@pytest.mark.parametrize(
    ("state", "beside", "expected"),
    [("unclaimed", "guid-2", True), ("unclaimed", "guid-1", False), ("matched", "guid-2", False)],
)
async def test_what_spoiled_anothers_turn_is_remembered_for_longer(
    filled: Database, state: str, beside: str, expected: bool
) -> None:
    async with filled.transaction() as tx:
        await grants.record(tx, 1, "main", "guid-1", "1", NOW, 1, state)
        await put(tx, "webhook_inbox", INBOX, id=2)
        await grants.record(tx, 2, "main", beside, "2", NOW, 1, "unclaimed")
    session = replace(await session_of(filled.read), id="s-2", chat_user_id="2")

    assert await grants.came_elsewhere(filled.read, "guid-1", session, LATER, NOW) == expected
    assert not await grants.came_elsewhere(filled.read, "guid-1", session, LATER, LATER)


# -- links


async def test_a_link_moves_and_ends_once(filled: Database) -> None:
    async with filled.transaction() as tx:
        assert not await links.move(tx, "l-1", "frozen", "active")
        assert await links.move(tx, "l-1", "active", "stale")
        assert not await links.move(tx, "l-1", "active", "frozen")
        assert await links.end(tx, "l-1", NOW)
        assert not await links.end(tx, "l-1", LATER)
        assert not await links.end(tx, "nothing", NOW)

    assert await links.of_chat_user(filled.read, "discord", "1") is None
    assert await links.of_approval(filled.read, "guid-1") == []
    assert await links.of_wallet(filled.read, "guid-1", '"u-1"') == []
    assert await links.lanes_in_use(filled.read) == []
    assert await links.count_by_state(filled.read) == {"unlinked": 1}
    ended = await links.get(filled.read, "l-1")
    assert ended is not None
    assert ended.state == "unlinked"


async def test_a_link_is_found_by_user_and_by_wallet(filled: Database) -> None:
    link = await links.of_chat_user(filled.read, "discord", "1")

    assert link is not None
    assert await links.of_approval(filled.read, "guid-1") == [link]
    assert await links.of_approval(filled.read, "guid-of-another-lane") == []
    for user_guid, banq_user_id in (("guid-1", '"another"'), ("guid-of-another-lane", '"u-1"')):
        assert await links.of_wallet(filled.read, user_guid, banq_user_id) == [link]
    assert await links.get(filled.read, "l-1") == link
    assert await links.lanes_in_use(filled.read) == ["main"]
    assert await links.of_chat_user(filled.read, "telegram", "1") is None


async def test_a_second_link_of_a_wallet_is_an_integrity_error(filled: Database) -> None:
    other = {"id": "s-2", "chat_user_id": "2", "token_hash": b"2" * 32, "browser_hash": b"2" * 32}
    await put_alone(filled, "link_sessions", MATCHED, **other)
    link = Link("l-2", "discord", "2", "main", "guid-1", '"u-1"', "active", "s-2", NOW)
    async with filled.transaction() as tx:
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
            await links.insert(tx, link)


# -- withdrawals


async def test_a_withdrawal_is_read_as_it_was_written(filled: Database) -> None:
    written = Withdrawal(
        id="w-1",
        link_id="l-1",
        chat_platform="discord",
        chat_user_id="1",
        lane="main",
        user_guid="guid-1",
        banq_user_id='"u-1"',
        token_data_id='"t-1"',
        source_banq='"b-1"',
        nft_name="Moth",
        nft_details="Moths, polygon, #7",
        nft_image_url="https://a.example/1",
        chain="polygon",
        amount=2**63 - 1,
        network="evm",
        address="0x1",
        state="draft",
        created_at=NOW,
        expires_at=LATER,
        updated_at=NOW,
        heard_at=NOW,
    )
    async with filled.transaction() as tx:
        await withdrawals.insert(tx, written)

    assert await withdrawal_of(filled.read) == written


async def test_a_withdrawal_is_confirmed_once_however_many_try(filled: Database) -> None:
    await put_alone(filled, "withdrawals", WITHDRAWAL)
    async with filled.transaction() as tx:
        await limits.set_rules(tx, NO_LIMITS)
        tries = [await withdrawals.confirm(tx, "w-1", NOW, held=1, retyped=True) for _ in range(3)]

    assert tries == [True, False, False]
    assert (await withdrawal_of(filled.read)).updated_at == NOW


async def test_a_move_keeps_what_it_is_not_told(filled: Database) -> None:
    await put_alone(filled, "withdrawals", withdrawal_in("submitting"))
    async with filled.transaction() as tx:
        assert await withdrawals.move(tx, "w-1", "submitting", "awaiting_owner", NOW, transaction_id="x-1")
        await withdrawals.postpone_check(tx, "w-1", LATER)
        assert (await withdrawal_of(tx)).checks == 1
        assert await withdrawals.move(tx, "w-1", "awaiting_owner", "processing", NOW, transaction_hash="0xf")
        assert await withdrawals.move(tx, "w-1", "processing", "completed", NOW, reason="done")

    found = await withdrawals.by_transaction(filled.read, "main", "x-1")
    assert found == await withdrawal_of(filled.read)
    assert (found.transaction_hash, found.reason, found.checks) == ("0xf", "done", 0)
    assert await withdrawals.by_transaction(filled.read, "second", "x-1") is None


async def test_a_forbidden_step_is_an_integrity_error(filled: Database) -> None:
    await put_alone(filled, "withdrawals", WITHDRAWAL)
    async with filled.transaction() as tx:
        with pytest.raises(sqlite3.IntegrityError, match="cannot be moved that way"):
            await withdrawals.move(tx, "w-1", "draft", "completed", NOW)


async def test_a_check_is_due_when_its_time_has_come(filled: Database) -> None:
    await put_alone(filled, "withdrawals", withdrawal_in("unknown"))
    async with filled.transaction() as tx:
        await withdrawals.postpone_check(tx, "w-1", LATER)

    assert await withdrawals.due_for_check(filled.read, NOW) == []
    assert [found.id for found in await withdrawals.due_for_check(filled.read, LATER)] == ["w-1"]


async def test_banqs_id_of_a_withdrawal_is_set_only_once(filled: Database) -> None:
    await put_alone(filled, "withdrawals", withdrawal_in("submitting"))
    async with filled.transaction() as tx:
        assert await withdrawals.move(tx, "w-1", "submitting", "awaiting_owner", NOW, transaction_id="x-1")
        assert await withdrawals.move(tx, "w-1", "awaiting_owner", "completed", NOW, transaction_id="x-2")

    assert (await withdrawal_of(filled.read)).banq_transaction_id == "x-1"


@pytest.mark.parametrize(
    ("state", "in_history", "unsent", "running", "live_of_nft", "overdue"),
    [
        ("draft", False, True, False, False, True),
        ("confirmed", True, True, True, True, False),
        ("submitting", True, False, True, True, False),
        ("awaiting_owner", True, False, True, True, False),
        ("processing", True, False, True, True, False),
        ("unknown", True, False, True, True, False),
        ("completed", True, False, False, False, False),
        ("refused", True, False, False, False, False),
        ("failed", True, False, False, False, False),
        ("cancelled", False, False, False, False, False),
        ("expired", False, False, False, False, False),
    ],
)
async def test_where_a_withdrawal_is_listed(
    filled: Database,
    state: str,
    in_history: bool,
    unsent: bool,
    running: bool,
    live_of_nft: bool,
    overdue: bool,
) -> None:
    number = "x-1" if state in {"awaiting_owner", "processing"} else None
    await put_alone(filled, "withdrawals", withdrawal_in(state), banq_transaction_id=number)
    read = filled.read

    assert bool(await withdrawals.of_chat_user(read, "discord", "1", offset=0, limit=10)) == in_history
    assert bool(await withdrawals.unsent_of_link(read, "l-1")) == unsent
    assert bool(await withdrawals.count_running(read, "discord", "1")) == running
    assert bool(await withdrawals.live_of_nft(read, '"u-1"', '"t-1"')) == live_of_nft
    assert bool(await withdrawals.overdue_drafts(read, NOW)) == overdue
    assert [found.id for found in await withdrawals.in_state(read, state, "nothing")] == ["w-1"]
    assert await withdrawals.in_state(read, "nothing") == []


async def test_what_failed_is_counted_by_its_reason(filled: Database) -> None:
    ended = (("completed", None), ("failed", None), ("failed", "rejected_at_banq"), ("refused", "banq_busy"))
    async with filled.transaction() as tx:
        for number, (state, reason) in enumerate(ended):
            row = withdrawal_in(state, id=f"w-{number}", reason=reason)
            await put(tx, "withdrawals", row)

    counted = await withdrawals.count_by_state(filled.read)

    assert counted == {"completed": 1, "failed": 1, "rejected_at_banq": 1, "refused": 1}


async def test_running_withdrawals_are_counted_per_member_not_per_link(filled: Database) -> None:
    async with filled.transaction() as tx:
        await links.end(tx, "l-1", NOW)
        other = {"id": "s-2", "user_guid": "guid-2", "token_hash": b"2" * 32, "browser_hash": b"2" * 32}
        await put(tx, "link_sessions", MATCHED, **other)
        await put(tx, "links", LINK, id="l-2", user_guid="guid-2", session_id="s-2")
        await put(tx, "withdrawals", withdrawal_in("confirmed"))
        await put(tx, "withdrawals", withdrawal_in("unknown"), id="w-2", link_id="l-2", token_data_id='"t-2"')
        await put(
            tx, "withdrawals", withdrawal_in("unknown"), id="w-3", token_data_id='"t-3"', chat_user_id="2"
        )

    assert await withdrawals.count_running(filled.read, "discord", "1") == 2
    assert await withdrawals.count_running(filled.read, "discord", "2") == 1
    assert await withdrawals.count_running(filled.read, "telegram", "1") == 0
    assert [found.id for found in await withdrawals.unsent_of_link(filled.read, "l-1")] == ["w-1"]
    assert await withdrawals.unsent_of_link(filled.read, "l-2") == []


async def test_sessions_and_withdrawals_tell_their_owner(filled: Database) -> None:
    await put_alone(filled, "withdrawals", WITHDRAWAL)

    assert (await session_of(filled.read)).owner == ("discord", "1")
    assert (await withdrawal_of(filled.read)).owner == ("discord", "1")


# -- inbox, outbox, audit


async def receive(database: Database, *received: Received) -> None:
    intake = Intake(database)
    for one in received:
        await intake.store(one)


async def test_a_delivery_is_processed_or_parked_once(database: Database) -> None:
    plain = Received("main", LATER, b"{}", "approval")
    await receive(database, replace(plain, event_id="e-1"), replace(plain, event_id="e-1"), plain, plain)
    first, second, third = await webhook_inbox.due(database.read, NOW, 10)

    async with database.transaction() as tx:
        for _ in range(2):
            await webhook_inbox.mark_processed(tx, [first], NOW)
        await webhook_inbox.mark_failed(tx, first.id, "too late", LATER, park=True)
        await webhook_inbox.mark_failed(tx, second.id, "Banq", LATER, park=False)
        await webhook_inbox.mark_failed(tx, third.id, "bug", NOW, park=True)

    assert await webhook_inbox.due(database.read, NOW, 10) == []
    due = await webhook_inbox.due(database.read, LATER, 10)
    assert [(delivery.id, delivery.attempts) for delivery in due] == [(second.id, 1)]
    assert await webhook_inbox.pending_count(database.read) == 1
    assert await webhook_inbox.parked_reasons(database.read) == {"bug": 1}
    assert await webhook_inbox.totals(database.read) == {"approval": 1}
    assert await webhook_inbox.last_received_at(database.read) == LATER


async def test_only_what_is_parked_is_replayed(database: Database) -> None:
    """Another operator, and then the bot, may have been quicker."""
    async with database.transaction() as tx:
        await put(tx, "webhook_inbox", {**INBOX, "state": "parked", "error": "bug", "attempts": 5})
        await put(tx, "webhook_inbox", {**INBOX, "id": 2, "error": "Banq", "attempts": 3})
        await put(tx, "webhook_inbox", {**INBOX, "id": 3, "state": "processed", "processed_at": 0})

        assert await webhook_inbox.replay(tx, [1, 2, 3]) == 1

    rows = await database.read.fetch_all("SELECT state, attempts FROM webhook_inbox ORDER BY id")
    assert [tuple(row) for row in rows] == [("pending", 0), ("pending", 3), ("processed", 0)]


async def test_what_is_of_an_unknown_kind_is_worked_off_once_it_is_stored(database: Database) -> None:
    await receive(database, *(Received(lane, NOW, b"{}", "unknown") for lane in ("main", "main", "other")))

    assert await webhook_inbox.due(database.read, NOW, 10) == []
    assert await webhook_inbox.totals(database.read) == {"unknown": 3}


async def test_totals_are_of_all_lanes_and_of_each_kind(database: Database) -> None:
    approvals = [Received(lane, NOW, b"{}", "approval") for lane in ("main", "main", "other")]
    await receive(database, *approvals, Received("main", NOW, b"{}", "unknown"))

    async with database.transaction() as tx:
        await webhook_inbox.mark_processed(tx, await webhook_inbox.due(tx, NOW, 10), NOW)

    assert await webhook_inbox.totals(database.read) == {"approval": 3, "unknown": 1}


async def test_hints_of_a_subject_wait_for_the_first_of_them(database: Database) -> None:
    hint = Received("main", NOW, b"{}", "revocation", subject="wallet")
    strangers = (replace(hint, subject="other"), replace(hint, lane="other"))
    await receive(database, hint, hint, *strangers)

    async with database.transaction() as tx:
        await webhook_inbox.mark_failed(tx, 1, "Banq", LATER, park=False)

    others = [("main", "other"), ("other", "wallet")]
    assert await webhook_inbox.due_subjects(database.read, NOW, 10) == others
    assert await webhook_inbox.due_subjects(database.read, LATER, 10) == [*others, ("main", "wallet")]
    in_order = await webhook_inbox.pending_hints(database.read, "main", "wallet", 10)
    assert [one.id for one in in_order] == [1, 2]


async def test_parked_a_hint_holds_up_nothing(database: Database) -> None:
    hint = Received("main", NOW, b"{}", "revocation", subject="wallet")
    await receive(database, hint, hint)

    async with database.transaction() as tx:
        await webhook_inbox.mark_failed(tx, 1, "bug", LATER, park=True)

    assert await webhook_inbox.due_subjects(database.read, NOW, 10) == [("main", "wallet")]


async def test_a_notice_is_kept_once_per_object_kind_and_member(database: Database) -> None:
    async with database.transaction() as tx:
        for member, kind, object_id in [
            (("discord", "1"), "linked", "l-1"),
            (("discord", "1"), "linked", "l-1"),
            (("discord", "1"), "linked", "l-2"),
            (("discord", "2"), "linked", "l-1"),
            (("discord", "1"), "frozen", "l-1"),
        ]:
            await outbox.insert(tx, member, kind, object_id, NOW)

    assert await due(database, NOW) == [1, 2, 4, 3]
    assert await due(database, NOW - timedelta(seconds=1)) == []


async def due(database: Database, now: datetime) -> list[int]:
    """The notices that are due, recipient by recipient."""
    found = []
    for recipient in await outbox.due_recipients(database.read, "discord", now, 10):
        async with database.transaction() as tx:
            while (notice := await outbox.first_due(tx, recipient, now)) is not None:
                found.append(notice.id)
                await outbox.keep(tx, notice.id)
    return found


async def test_recipients_are_served_by_how_long_they_have_waited(database: Database) -> None:
    ben, ada, cleo = (("discord", who) for who in ("2", "1", "3"))
    async with database.transaction() as tx:
        for object_id, member in enumerate((ben, ada, ben, cleo, ("telegram", "4"))):
            await outbox.insert(tx, member, "linked", str(object_id), NOW)
        await outbox.insert_for_team(tx, "discord", "team_stuck", "w-1", NOW)
        await outbox.insert_for_team(tx, "discord", "team_stuck", "w-1", NOW)
        await outbox.hold_back(tx, cleo, LATER)

    found = await outbox.due_recipients(database.read, "discord", NOW, 10)
    assert found == [ben, ada, ("discord", outbox.TEAM)]
    assert await outbox.due_recipients(database.read, "discord", NOW, 2) == [ben, ada]
    assert await outbox.first_due(database.read, cleo, NOW) is None


async def test_a_delivered_notice_is_never_sent_again(database: Database) -> None:
    ada = ("discord", "1")
    async with database.transaction() as tx:
        for object_id in ("a", "b", "c", "d"):
            await outbox.insert(tx, ada, "linked", object_id, NOW)
        await outbox.mark_delivered(tx, 1, NOW)
        await outbox.keep(tx, 1)
        await outbox.try_later(tx, 1, NOW)
        await outbox.give_up(tx, 1)
        await outbox.keep(tx, 2)
        await outbox.try_later(tx, 3, LATER)
        await outbox.give_up(tx, 4)

    counts = await outbox.count_by_state(database.read)
    assert counts == {"delivered": 1, "kept": 1, "pending": 1, "dead": 1}
    assert [notice.id for notice in await outbox.kept_for(database.read, ada)] == [2, 4]
    assert await outbox.dead_for_members(database.read) == (1, NOW)
    assert await outbox.first_due(database.read, ada, NOW) is None
    notice = await outbox.first_due(database.read, ada, LATER)
    assert notice is not None
    assert (notice.id, notice.attempts, notice.created_at) == (3, 1, NOW)


async def test_what_could_not_be_told_the_team_is_not_counted_as_a_members(database: Database) -> None:
    async with database.transaction() as tx:
        await outbox.insert_for_team(tx, "discord", "team_stuck", "w-1", NOW)
        await outbox.give_up(tx, 1)

    assert await outbox.dead_for_members(database.read) == (0, None)


async def test_an_audit_line_says_who_did_what(database: Database) -> None:
    async with database.transaction() as tx:
        await audit.append(
            tx, NOW, "admin:7", "freeze", member=("discord", "1"), object_id="l-1", reason="why"
        )
        await audit.append(tx, NOW, "bot", "start")

    rows = await database.read.fetch_all("SELECT * FROM audit ORDER BY id")
    assert [tuple(row) for row in rows] == [
        (1, to_ms(NOW), "admin:7", "freeze", "discord", "1", "l-1", "why"),
        (2, to_ms(NOW), "bot", "start", None, None, None, None),
    ]
