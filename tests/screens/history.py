"""A month in which members linked and withdrew, for the chart of it."""

from datetime import UTC, datetime, timedelta

from storage.database import to_ms
from tests.screens.stage import Stage
from tests.storage.rows import LINK, MATCHED, put, withdrawal_in

# By how many days ago.
LINKED = {29: 2, 26: 1, 25: 3, 21: 1, 20: 2, 19: 5, 18: 3, 12: 1, 11: 2, 9: 4, 5: 2, 4: 1, 2: 3, 1: 6}
WITHDRAWN = {24: 1, 20: 2, 18: 1, 11: 3, 10: 1, 6: 2, 4: 4, 1: 2}


async def a_month(stage: Stage) -> None:
    """All links have ended since, so that nobody is in the way of those who link now."""
    links = [ago for ago, number in LINKED.items() for _ in range(number)]
    withdrawals = [ago for ago, number in WITHDRAWN.items() for _ in range(number)]
    async with stage.live.opened_database() as database, database.transaction() as tx:
        for number, ago in enumerate(links, start=1):
            wallet = {
                "user_guid": f"g-{number}",
                "banq_user_id": f'"b-{number}"',
                "chat_user_id": f"{number}",
            }
            proof = {"proof": "sign_in", "finish_code": None, "browser_hash": number.to_bytes(32)}
            session = {"id": f"s-{number}", "token_hash": (number + 1000).to_bytes(32)} | proof
            await put(tx, "link_sessions", MATCHED | wallet | session)
            ended = {"linked_at": _ago(ago), "state": "unlinked", "ended_at": _ago(0)}
            await put(tx, "links", LINK | wallet | ended, id=f"l-{number}", session_id=f"s-{number}")
            await tx.execute("UPDATE link_sessions SET state = 'linked' WHERE id = ?1", f"s-{number}")
        for number, ago in enumerate(withdrawals, start=1):
            row = withdrawal_in("completed", id=f"w-{number}", link_id="l-1", confirmed_at=_ago(ago))
            await put(tx, "withdrawals", row, token_data_id=f"t-{number}")


def _ago(days: int) -> int:
    return to_ms(datetime.now(UTC) - timedelta(days=days))
