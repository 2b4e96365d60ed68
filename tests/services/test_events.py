"""The operator's look at webhooks, and trying again what was set aside."""

import json

import pytest

from sandbox.banq.faults import Fault
from services.events import AT_ONCE, Events, Replayed
from tests.conftest import Clock
from tests.services.rig import LANE, Rig

MOVED = {"action": "completed", "resourceType": "NftTransaction", "resourceId": "not-ours"}


@pytest.fixture
def events(rig: Rig) -> Events:
    return Events(rig.database, rig.sources)


async def fail_for_good(rig: Rig, clock: Clock) -> None:
    """A webhook is set aside after all its tries; Banq is well again after that."""
    rig.sandbox.faults.add(Fault(route="transaction", status=403))
    await rig.webhook(MOVED)
    for _ in range(5):
        clock.forward(minutes=5)
        await rig.work_off()
    rig.sandbox.faults.clear()


async def test_what_was_set_aside_tells_why(rig: Rig, clock: Clock, events: Events) -> None:
    await rig.webhook({"resourceType": "Payment"})
    await fail_for_good(rig, clock)

    [event] = await events.failing(10)

    assert (event.kind, event.action) == ("NftTransaction", "completed")
    assert (event.delivery.state, event.delivery.attempts) == ("parked", 5)
    assert event.delivery.error == "Banq refused the call (403)"
    assert [one.kind for one in await events.latest(10)] == ["NftTransaction", "Payment"]


async def test_what_still_fails_is_listed_too(rig: Rig, events: Events) -> None:
    rig.sandbox.faults.outage = "503"
    await rig.webhook(MOVED)
    await rig.inbox.accept(LANE, json.dumps({"resourceType": "Payment"}).encode())

    assert [event.delivery.state for event in await events.failing(10)] == ["pending"]


async def test_strange_words_are_shown_harmless(rig: Rig, events: Events) -> None:
    await rig.webhook({"resourceType": "odd\x1b[2J\u202e" * 50, "action": ["x"]})

    [event] = await events.latest(1)

    assert event.kind.isprintable()
    assert len(event.kind) <= 60
    assert event.action == ""


async def test_replayed_it_is_tried_again_as_often_as_a_new_one(
    rig: Rig, clock: Clock, events: Events
) -> None:
    await fail_for_good(rig, clock)

    assert await events.replay([], "operator") == Replayed(1, ())
    assert await rig.column("SELECT attempts FROM webhook_inbox") == [0]
    await rig.work_off()

    assert await rig.column("SELECT state FROM webhook_inbox") == ["processed"]
    assert await rig.column("SELECT actor || ': ' || action FROM audit") == ["operator: webhooks replayed"]
    assert await events.failing(10) == []


async def test_only_what_is_named_and_set_aside_is_replayed(rig: Rig, clock: Clock, events: Events) -> None:
    for _ in range(2):
        await fail_for_good(rig, clock)
    await rig.webhook({"resourceType": "Payment"})

    assert await events.replay([2, 3, 99], "operator") == Replayed(1, (3, 99))

    assert await rig.column("SELECT state FROM webhook_inbox ORDER BY id") == [
        "parked",
        "pending",
        "processed",
    ]


async def test_many_are_replayed_without_keeping_others_from_writing(rig: Rig, events: Events) -> None:
    number = 2 * AT_ONCE + 1
    await rig.database.execute(
        "INSERT INTO webhook_inbox (lane, received_at, body, kind, state, error)"
        " WITH RECURSIVE counted (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM counted WHERE n < ?1)"
        " SELECT 'main', 0, x'7b7d', 'approval', 'parked', 'odd' FROM counted",
        number,
    )

    assert await events.replay([], "operator") == Replayed(number, ())

    assert await rig.column("SELECT count(*) FROM webhook_inbox WHERE state = 'pending'") == [number]
    assert await rig.column("SELECT object_id FROM audit") == [
        f"webhooks 1 to {AT_ONCE}",
        f"webhooks {AT_ONCE + 1} to {2 * AT_ONCE}",
        f"webhooks {number} to {number}",
    ]


async def test_with_nothing_set_aside_nothing_is_replayed(events: Events) -> None:
    assert await events.replay([], "operator") == Replayed(0, ())
