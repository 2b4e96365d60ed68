"""How much happened on each day."""

from datetime import UTC, date, datetime, timedelta

from services.activity import DAYS, of_last_days
from storage.database import Database, to_ms
from tests.storage.rows import LINK, MATCHED, WITHDRAWAL, put, withdrawal_in

NOW = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
FIRST = datetime(2026, 1, 31, tzinfo=UTC)


async def link(database: Database, number: int, at: datetime) -> None:
    wallet = {"user_guid": f"guid-{number}", "banq_user_id": f'"u-{number}"', "chat_user_id": str(number)}
    session = {"id": f"s-{number}", "token_hash": number.to_bytes(32), "browser_hash": number.to_bytes(32)}
    async with database.transaction() as tx:
        await put(tx, "link_sessions", MATCHED | wallet | session)
        await put(tx, "links", LINK | wallet, id=f"l-{number}", session_id=f"s-{number}", linked_at=to_ms(at))


async def test_days_are_counted_in_utc_and_empty_ones_are_there(database: Database) -> None:
    moment = timedelta(milliseconds=1)
    for number, at in enumerate((FIRST - moment, FIRST, FIRST + timedelta(days=1) - moment, NOW), start=1):
        await link(database, number, at)
    async with database.transaction() as tx:
        for number, state in enumerate(("completed", "failed", "draft")):
            row = {
                **withdrawal_in(state),
                "id": f"w-{number}",
                "link_id": "l-1",
                "token_data_id": f"t-{number}",
            }
            await put(tx, "withdrawals", row | ({"confirmed_at": to_ms(NOW)} if state != "draft" else {}))
        assert WITHDRAWAL["state"] == "draft"

    shown = await of_last_days(database.read, NOW)
    assert (shown.days[0], shown.days[-1], len(shown.days)) == (date(2026, 1, 31), date(2026, 3, 1), DAYS)
    assert (shown.links[0], shown.links[-1], sum(shown.links)) == (2, 1, 3)
    assert (shown.withdrawals[-1], sum(shown.withdrawals)) == (2, 2)
    assert not shown.is_empty


async def test_nothing_is_nothing(database: Database) -> None:
    shown = await of_last_days(database.read, NOW)

    assert shown.is_empty
    assert shown.links == (0,) * DAYS


async def test_only_the_last_days_are_read(database: Database) -> None:
    """By an index, however many links and withdrawals there have ever been."""
    for table, column in (("links", "linked_at"), ("withdrawals", "confirmed_at")):
        asked = f"SELECT {column} / 86400000 AS day, count(*) FROM {table} WHERE {column} >= 1 GROUP BY day"  # noqa: S608 - ours
        plan = [row["detail"] for row in await database.read.fetch_all(f"EXPLAIN QUERY PLAN {asked}")]
        assert plan[0].startswith(f"SEARCH {table} USING COVERING INDEX {table}_by_time"), plan
