"""Following a withdrawal while Banq, or its webhooks, misbehave: what the member reads stays true."""

import json

import pytest

from banq.webhook import MalformedWebhook
from sandbox.banq.faults import Route
from sandbox.banq.state import Transaction
from services.processor import BATCH
from tests.conftest import Clock
from tests.services.misbehaviour import (
    ODD,
    asked,
    fault,
    later,
    only_transaction,
    owner_approves,
    struck,
    untold,
)
from tests.services.rig import ADA, LANE, Rig
from tests.services.telling import story
from tests.services.told import APPROVE, COMPLETED, PICTURE

# -- the look at how it stands: after a webhook, and now and then

LOOKS: tuple[tuple[Route, str], ...] = (
    *(("token", what) for what in ODD),
    *(("transaction", what) for what in ODD),
    ("transaction", "an unknown word"),
)


@pytest.mark.parametrize(("route", "what"), LOOKS)
@pytest.mark.parametrize("asks", ["webhook", "reconciler"])
async def test_a_look_that_fails_changes_nothing_and_is_made_again(
    linked: Rig, clock: Clock, asks: str, route: Route, what: str
) -> None:
    draft = await linked.draft(ADA, PICTURE)
    await linked.confirm(ADA, draft)
    await owner_approves(linked)
    transaction = only_transaction(linked)
    before = linked.sandbox.faults.received[route]
    if what == "an unknown word":
        set_status(linked, transaction, "marinating")
        await look(linked, asks)
    else:
        async with struck(linked, route, what) as rig:
            await look(rig, asks)

    assert (await linked.stored(draft)).state == "awaiting_owner"
    assert await story(linked, draft, behind=True) == APPROVE
    assert linked.sandbox.faults.received[route] > before
    assert await untold(linked) == []

    set_status(linked, transaction, "completed")
    await later(linked, clock)
    assert await story(linked, draft) == COMPLETED
    assert asked(linked) == (1, 1)
    assert await untold(linked) == ["withdrawal_completed"]


async def look(rig: Rig, asks: str) -> None:
    if asks == "webhook":
        await rig.webhook(moved(only_transaction(rig).id, "completed"))
    else:
        await rig.reconciler.step()


def moved(transaction_id: str, action: str) -> dict[str, object]:
    """Banq's webhook about a withdrawal."""
    return {"action": action, "resourceType": "NftTransaction", "resourceId": transaction_id}


def set_status(rig: Rig, transaction: Transaction, status: str) -> None:
    """What Banq answers from now on, words that the emulator does not use included."""
    changed = transaction.model_copy(update={"status": status})
    rig.sandbox.store.state.transactions[transaction.id] = changed


@pytest.mark.parametrize("asks", ["webhook", "reconciler"])
async def test_a_banq_that_asks_for_a_pause_gets_it(linked: Rig, clock: Clock, asks: str) -> None:
    await linked.confirm(ADA, await linked.draft(ADA, PICTURE))
    linked.sandbox.faults.add(fault("transaction", "429 once"))
    await look(linked, asks)
    looked = linked.sandbox.faults.received["transaction"]

    work = linked.work_off if asks == "webhook" else linked.reconciler.step
    clock.forward(seconds=1799)
    await work()
    assert linked.sandbox.faults.received["transaction"] == looked
    clock.forward(seconds=1)
    await work()
    assert linked.sandbox.faults.received["transaction"] == looked + 1


# -- the webhook itself


@pytest.mark.parametrize("body", [b"<html>", b"[1]", b'"completed"', b"", b'{"action": '])
async def test_a_webhook_that_is_no_object_is_not_taken(linked: Rig, body: bytes) -> None:
    with pytest.raises(MalformedWebhook):
        await linked.inbox.accept(LANE, body)


@pytest.mark.parametrize(
    ("body", "times"),
    [
        ({"action": "marinated"}, 1),
        ({"action": ["completed"], "data": "completed"}, 1),
        ({"action": "completed"}, 1),
        ({"action": "completed", "resourceType": "Nft"}, 1),
        ({"action": "completed", "resourceId": "made-up"}, 1),
        ({"action": "completed", "resourceId": {"id": 1}}, 1),
        ({"action": "failed"}, 100),
    ],
    ids=[
        "unknown action",
        "odd action",
        "untrue",
        "unknown kind",
        "unknown id",
        "odd id",
        "often",
    ],
)
async def test_a_webhook_that_banq_does_not_confirm_is_not_told(
    linked: Rig, body: dict[str, object], times: int
) -> None:
    draft = await linked.draft(ADA, PICTURE)
    await linked.confirm(ADA, draft)

    await arrive(linked, [moved(only_transaction(linked).id, "") | body] * times)

    assert await story(linked, draft) == APPROVE
    assert await untold(linked) == []


async def arrive(rig: Rig, bodies: list[dict[str, object]]) -> None:
    for body in bodies:
        await rig.inbox.accept(LANE, json.dumps(body).encode())
    for _ in range(0, len(bodies), BATCH):
        await rig.work_off()
    assert "pending" not in await rig.column("SELECT state FROM webhook_inbox")


@pytest.mark.parametrize("actions", [("completed", "processing", "created"), ("completed",) * 1000])
async def test_webhooks_in_any_order_and_number_tell_once(linked: Rig, actions: tuple[str, ...]) -> None:
    draft = await linked.draft(ADA, PICTURE)
    await linked.confirm(ADA, draft)
    await owner_approves(linked)

    await arrive(linked, [moved(only_transaction(linked).id, action) for action in actions])

    assert await story(linked, draft) == COMPLETED
    assert await untold(linked) == ["withdrawal_completed"]
