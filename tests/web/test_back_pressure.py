"""More webhooks than the disk takes: who is refused is told when to come back, and nothing of it is kept."""

import asyncio
import itertools
import json

import pytest

from storage.intake import MOST_WAITING, MOST_WAITING_BYTES
from tests.web.hostile_requests import good
from tests.web.side_server import SECRET, SideServer
from tests.web.test_rubbish import connect
from web.app import LARGEST_BODY

FULL = (503, "1", "Too many webhooks at once. Send it again in 1 seconds.")
BROKEN = (503, "10", "It cannot be stored now. Send it again in 10 seconds.")
TAKEN = (204, None, "")


def body(number: int, size: int = 0) -> bytes:
    return json.dumps({"number": number}).encode().ljust(size)


async def deliver(side: SideServer, sent: bytes) -> tuple[int, str | None, str]:
    async with side.http.post(f"{side.url}/webhooks/{SECRET}", data=sent) as answer:
        return answer.status, answer.headers.get("Retry-After"), await answer.text()


async def stored(side: SideServer) -> list[object]:
    return [row[0] for row in await side.rows("SELECT body FROM webhook_inbox ORDER BY id")]


@pytest.mark.parametrize(
    ("count", "size"), [(MOST_WAITING, 0), (MOST_WAITING_BYTES // LARGEST_BODY, LARGEST_BODY)]
)
async def test_a_full_intake_refuses_for_a_moment(side: SideServer, count: int, size: int) -> None:
    waiting = [body(number, size) for number in range(count)]
    async with side.rig.database.transaction():
        tasks = [asyncio.create_task(side.rig.inbox.accept("main", one)) for one in waiting]
        for _ in range(3):
            assert await asyncio.wait_for(deliver(side, body(-1)), timeout=10) == FULL
    await asyncio.gather(*tasks)

    assert await stored(side) == waiting
    assert await deliver(side, body(-2)) == TAKEN
    assert await stored(side) == [*waiting, body(-2)]


async def test_all_that_are_promised_are_kept_and_no_others(side: SideServer) -> None:
    """Some requests come while there is still room, and some do not."""
    async with side.rig.database.transaction():
        tasks = [
            asyncio.create_task(side.rig.inbox.accept("main", body(-1))) for _ in range(MOST_WAITING - 20)
        ]
        deliveries = [asyncio.create_task(deliver(side, body(number))) for number in range(50)]
        for delivery in itertools.islice(asyncio.as_completed(deliveries, timeout=10), 30):
            assert await delivery == FULL
    answers = await asyncio.gather(*deliveries)
    await asyncio.gather(*tasks)

    assert answers.count(FULL) == 30
    taken = {body(number) for number, answer in enumerate(answers) if answer == TAKEN}
    assert len(taken) == 20
    assert set(await stored(side)) == {body(-1), *taken}
    assert len(await stored(side)) == MOST_WAITING


async def test_a_database_that_takes_nothing_is_told_apart(side: SideServer) -> None:
    await side.rig.database.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON main.webhook_inbox"
        " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    )
    assert await deliver(side, body(1)) == BROKEN
    assert await stored(side) == []

    await side.rig.database.execute("DROP TRIGGER full")
    assert await deliver(side, body(1)) == TAKEN
    assert await stored(side) == [body(1)]


@pytest.mark.parametrize("abruptly", [True, False])
async def test_who_does_not_wait_for_an_answer_takes_nobody_elses(side: SideServer, abruptly: bool) -> None:
    async with side.rig.database.transaction():
        gone = [await connect(side) for _ in range(5)]
        for _, writer in gone:
            writer.write(good(body(0)))
        deliveries = [asyncio.create_task(deliver(side, body(number))) for number in range(1, 6)]
        await asyncio.sleep(0)
        for _, writer in gone:
            writer.transport.abort() if abruptly else writer.close()
    assert await asyncio.gather(*deliveries) == [TAKEN] * 5
    assert await deliver(side, body(6)) == TAKEN

    assert {body(number) for number in range(1, 7)} <= set(await stored(side))
