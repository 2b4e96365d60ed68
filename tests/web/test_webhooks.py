import asyncio
import json
import logging
from collections.abc import AsyncIterator

import pytest

from services.refused_webhooks import Refusal
from tests.web.side_server import SECOND_SECRET, SECRET, SideServer
from web.app import LARGEST_BODY

STORED = "SELECT lane, body, event_id, state FROM webhook_inbox ORDER BY id"
BODY = b'{"action": "created", "resourceType": "UserToken"}'


async def deliver(side: SideServer, body: bytes, secret: str = SECRET) -> int:
    async with side.http.post(f"{side.url}/webhooks/{secret}", data=body) as answer:
        assert await answer.text() == "" or answer.status >= 400
        return answer.status


async def test_a_webhook_is_stored_as_it_came(side: SideServer) -> None:
    assert await deliver(side, BODY) == 204
    assert await deliver(side, BODY, SECOND_SECRET) == 204

    assert await side.rows(STORED) == [("main", BODY, None, "processed"), ("second", BODY, None, "processed")]


@pytest.mark.parametrize(
    "secret",
    [
        "wrong",
        SECRET[:-1],
        SECRET[:8],
        SECRET + "x",
        SECRET.upper(),
        f"{SECRET}/",
        f"{SECRET}%00",
        f" {SECRET}",
        f"x/{SECRET}",
        "%C3%A9",
        "",
    ],
)
async def test_without_the_secret_there_is_nothing(side: SideServer, secret: str) -> None:
    assert await deliver(side, BODY, secret) == 404
    assert await side.rows(STORED) == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_only_a_post_is_taken(side: SideServer, method: str) -> None:
    for secret in (SECRET, "wrong"):
        async with side.http.request(method, f"{side.url}/webhooks/{secret}", data=BODY) as answer:
            assert answer.status in {404, 405}
    assert await side.rows(STORED) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"1",
        b'"text"',
        b"{",
        b"{'a': 1}",
        b"action=created",
        b"\x00",
        b"\xff\xfe\x00",
        b'{"a": "\xff"}',
        b"{}{}",
        b"[" * 20_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
    ],
)
async def test_what_is_no_json_object_is_malformed(side: SideServer, body: bytes) -> None:
    assert await deliver(side, body) == 400
    assert await side.rows(STORED) == []


async def test_the_largest_body_is_taken_and_no_larger_one(side: SideServer) -> None:
    padding = b'{"a": "' + b"x" * (LARGEST_BODY - 9) + b'"}'
    assert len(padding) == LARGEST_BODY

    assert await deliver(side, padding) == 204
    assert await deliver(side, padding + b" ") == 413
    assert len(await side.rows(STORED)) == 1


async def test_a_body_without_a_length_is_bounded_too(side: SideServer) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"a": "'
        for _ in range(LARGEST_BODY // 1024 + 1):
            yield b"x" * 1024

    async with side.http.post(f"{side.url}/webhooks/{SECRET}", data=endless()) as answer:
        assert "Content-Length" not in answer.request_info.headers
        assert answer.status == 413
    assert await side.rows(STORED) == []


async def test_the_answer_comes_only_after_the_webhook_is_kept(side: SideServer) -> None:
    async with side.rig.database.transaction():
        delivery = asyncio.create_task(deliver(side, BODY))
        # While another writer holds the database, an honest receiver cannot have answered.
        answered, _ = await asyncio.wait({delivery}, timeout=0.2)
        assert not answered
    assert await delivery == 204
    assert len(await side.rows(STORED)) == 1


async def test_the_same_bytes_twice_are_two_deliveries(side: SideServer) -> None:
    assert [await deliver(side, BODY) for _ in range(2)] == [204, 204]
    assert len(await side.rows(STORED)) == 2


async def test_the_same_event_twice_is_one_delivery(side: SideServer) -> None:
    bodies = [json.dumps({"eventId": "e-1", "attempt": attempt}).encode() for attempt in (1, 2)]

    assert await asyncio.gather(*(deliver(side, body) for body in bodies * 5)) == [204] * 10
    assert [row[2] for row in await side.rows(STORED)] == ["e-1"]
    assert await deliver(side, bodies[0], SECOND_SECRET) == 204
    assert len(await side.rows(STORED)) == 2


@pytest.mark.parametrize(
    "body", [b"{}", b'{"resourceType": "Weather"}', b'{"resourceType": 5, "action": []}']
)
async def test_unknown_kinds_are_stored_as_well(side: SideServer, body: bytes) -> None:
    assert await deliver(side, body) == 204
    assert await side.rows(STORED) == [("main", body, None, "processed")]


async def test_the_log_does_not_have_the_secret(side: SideServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for body, secret in ((BODY, SECRET), (b"rubbish", SECRET), (BODY, SECRET[:-1]), (b"x" * 70_000, SECRET)):
        await deliver(side, body, secret)

    assert len([line for line in caplog.messages if "/webhooks/{secret}" in line]) == 4
    assert SECRET[:-1] not in caplog.text


async def test_what_is_refused_is_counted_and_a_flood_of_it_is_a_line(
    side: SideServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(5):
        await deliver(side, BODY, "wrong")
    assert caplog.messages == []
    await deliver(side, b"rubbish")

    assert side.rig.inbox.refused.numbers == {Refusal.WRONG_PATH: 5, Refusal.MALFORMED: 1}
    assert [one.name for one in caplog.records if one.levelno > logging.INFO] == ["services.refused_webhooks"]


async def test_a_full_disk_is_told_to_the_sender_and_to_who_watches(
    side: SideServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    database = side.rig.database
    large = b'{"a": "' + b"x" * 50_000 + b'"}'
    assert database._writer is not None
    await database._writer.execute("PRAGMA max_page_count = 1")
    for _ in range(5):
        async with side.http.post(f"{side.url}/webhooks/{SECRET}", data=large) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
    health = await side.browser().get("/healthz")
    assert (health.status, health.body) == (503, '{"status": "not well"}')
    assert await side.rows(STORED) == []

    await database._writer.execute("PRAGMA max_page_count = 1000000")
    assert await deliver(side, large) == 204
    await database.look_after()

    assert (await side.browser().get("/healthz")).status == 200
    assert len(caplog.messages) == 4
