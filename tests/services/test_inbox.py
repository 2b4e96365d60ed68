"""Webhooks: stored before they are answered, worked off afterwards, never lost and never in the way."""

import asyncio
import json
from typing import Any

import pytest

from banq.webhook import MalformedWebhook
from sandbox.banq import identities
from sandbox.banq.faults import Fault
from services.processor import BATCH
from storage.intake import Intake, Received
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, LANE, Rig

NOT_OURS = {"action": "completed", "resourceType": "NftTransaction", "resourceId": "not-ours"}


def revoked(customer: identities.Customer) -> dict[str, Any]:
    guid = customer.user_guid(identities.PLATFORM_ID)
    return {"action": "deleted", "resourceType": "UserToken", "resourceId": guid}


async def states(rig: Rig) -> list[object]:
    return await rig.column("SELECT state FROM webhook_inbox ORDER BY id")


async def link_state(rig: Rig) -> str:
    link = await rig.links.of(ADA)
    assert link is not None
    return link.state


async def test_a_webhook_is_stored_as_it_came(rig: Rig) -> None:
    body = b'{"resourceType" : "Payment", "note": "\xc3\xa9"}'

    await rig.inbox.accept(LANE, body)

    assert await rig.column("SELECT body FROM webhook_inbox") == [body]


@pytest.mark.parametrize("body", [b"", b"hello", b"[]", b'"text"', b"\xff\xfe", b"[" * 100_000])
async def test_what_is_no_webhook_is_not_stored(rig: Rig, body: bytes) -> None:
    with pytest.raises(MalformedWebhook):
        await rig.inbox.accept(LANE, body)

    assert await states(rig) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "completed", "resourceType": "Payment", "resourceId": "p-1"},
        {"action": "created", "resourceType": "UserToken"},
        {"action": "created", "resourceType": "UserToken", "userGuid": "g", "userId": None},
        {"action": "completed", "resourceType": "NftTransaction", "resourceId": {"id": 1}},
        {"resourceType": ["UserToken"], "data": "text"},
    ],
)
async def test_what_is_of_no_use_is_worked_off(rig: Rig, body: dict[str, Any]) -> None:
    await rig.webhook(body)

    assert await states(rig) == ["processed"]


async def test_the_same_bytes_may_truly_come_twice(rig: Rig) -> None:
    for _ in range(2):
        await rig.inbox.accept(LANE, b'{"resourceType": "UserToken"}')

    assert len(await states(rig)) == 2


async def test_an_event_id_makes_a_duplicate_of_its_lane(rig: Rig) -> None:
    body = json.dumps({"eventId": "e-1", "resourceType": "UserToken"}).encode()

    for lane in (LANE, LANE, "other"):
        await rig.inbox.accept(lane, body)

    assert await rig.column("SELECT lane FROM webhook_inbox ORDER BY id") == [LANE, "other"]


async def test_an_event_id_that_cannot_be_stored_is_none(rig: Rig) -> None:
    await rig.inbox.accept(LANE, b'{"eventId": "\\ud800"}')

    assert await rig.column("SELECT event_id FROM webhook_inbox") == [None]


async def test_a_duplicate_is_known_after_it_was_worked_off(rig: Rig) -> None:
    await rig.webhook({"eventId": "e-1", "resourceType": "UserToken"})
    await rig.webhook({"eventId": "e-1", "resourceType": "UserToken"})

    assert await states(rig) == ["processed"]


async def test_access_taken_back_at_banq_makes_the_link_stale(linked: Rig) -> None:
    linked.sandbox.ledger.revoke_platform(identities.ADA.email, identities.PLATFORM_ID)

    for _ in range(2):
        await linked.webhook(revoked(identities.ADA))

    assert await link_state(linked) == "stale"
    assert await linked.column("SELECT kind FROM outbox") == ["link_stale"]


async def test_a_revocation_that_banq_does_not_confirm_changes_nothing(linked: Rig) -> None:
    await linked.webhook(revoked(identities.ADA))

    assert await link_state(linked) == "active"


async def test_a_revocation_of_somebody_elses_wallet_changes_nothing(linked: Rig) -> None:
    asked = linked.sandbox.faults.received["nfts"]

    await linked.webhook(revoked(identities.BEN))

    assert await link_state(linked) == "active"
    assert linked.sandbox.faults.received["nfts"] == asked


async def test_a_webhook_waits_for_banq_as_long_as_it_takes(linked: Rig, clock: Clock) -> None:
    linked.sandbox.ledger.revoke_platform(identities.ADA.email, identities.PLATFORM_ID)
    linked.sandbox.faults.outage = "503"
    await linked.webhook(revoked(identities.ADA))
    for _ in range(20):
        clock.forward(minutes=5)
        await linked.work_off()
    assert (await states(linked))[-1] == "pending"
    assert await link_state(linked) == "active"

    linked.sandbox.faults.clear()
    clock.forward(minutes=5)
    await linked.work_off()

    assert (await states(linked))[-1] == "processed"
    assert await link_state(linked) == "stale"


async def test_a_failed_webhook_is_not_tried_again_at_once(linked: Rig, clock: Clock) -> None:
    linked.sandbox.faults.outage = "503"
    await linked.webhook(revoked(identities.ADA))

    await linked.work_off()
    assert (await linked.column("SELECT attempts FROM webhook_inbox ORDER BY id"))[-1] == 1
    clock.forward(seconds=2)
    await linked.work_off()
    assert (await linked.column("SELECT attempts FROM webhook_inbox ORDER BY id"))[-1] == 2
    clock.forward(seconds=2)
    await linked.work_off()
    assert (await linked.column("SELECT attempts FROM webhook_inbox ORDER BY id"))[-1] == 2


async def unreadable_row(rig: Rig) -> None:
    """A row that no try will ever get through, as a bug of ours could leave it."""
    await Intake(rig.database).store(Received(LANE, rig.sources.now(), b"rubbish", "approval"))


async def test_what_can_never_be_worked_off_is_parked(rig: Rig, clock: Clock) -> None:
    await unreadable_row(rig)

    for _ in range(5):
        assert await states(rig) == ["pending"]
        await rig.work_off()
        clock.forward(minutes=5)

    assert await states(rig) == ["parked"]
    assert await rig.column("SELECT error FROM webhook_inbox") == ["MalformedWebhook"]


@pytest.mark.parametrize(("status", "state"), [(403, "parked"), (400, "parked"), (429, "pending")])
async def test_what_banq_refuses_for_good_is_parked(rig: Rig, clock: Clock, status: int, state: str) -> None:
    rig.sandbox.faults.add(Fault(route="transaction", status=status))
    await rig.webhook(NOT_OURS)

    for _ in range(10):
        clock.forward(minutes=5)
        await rig.work_off()

    assert await states(rig) == [state]


async def test_a_poisoned_webhook_does_not_hold_up_the_next(rig: Rig) -> None:
    _, browser = await rig.start(BEN)
    await unreadable_row(rig)

    await rig.granted(*await rig.approve(identities.BEN))
    await rig.page.approved(browser)
    await rig.time_passes()

    assert await states(rig) == ["pending", "processed"]
    assert await rig.state_of(browser) == "matched"


async def test_an_approval_does_not_wait_for_what_banq_is_slow_about(rig: Rig) -> None:
    _, browser = await rig.start(BEN)
    guid, user_id = await rig.approve(identities.BEN)
    granted = {"action": "created", "resourceType": "UserToken", "userGuid": guid, "userId": user_id}
    for body in (NOT_OURS, NOT_OURS | {"resourceId": "nor-this"}, granted):
        await rig.inbox.accept(LANE, json.dumps(body).encode())
    rig.sandbox.faults.add(Fault(route="transaction", hold=True))

    working = asyncio.create_task(rig.work_off())
    await rig.sandbox.store.until(lambda: rig.sandbox.faults.received["transaction"] == 2)
    await rig.page.approved(browser)
    await rig.time_passes()

    assert await rig.state_of(browser) == "matched"
    rig.sandbox.faults.release()
    await working
    assert await states(rig) == ["processed", "processed", "processed"]


@pytest.mark.parametrize("action", ["updated", "", "failed"])
async def test_what_is_no_approval_grants_nothing(rig: Rig, action: str) -> None:
    guid, user_id = await rig.approve(identities.ADA)

    await rig.webhook({"action": action, "resourceType": "UserToken", "userGuid": guid, "userId": user_id})

    assert await rig.column("SELECT id FROM grants") == []
    assert await states(rig) == ["processed"]


async def test_a_flood_is_worked_off_in_steps(rig: Rig) -> None:
    for number in range(BATCH + 5):
        granted = {"userGuid": f"wallet-{number}", "userId": "1"}
        body = {"action": "created", "resourceType": "UserToken", "data": granted}
        await rig.inbox.accept(LANE, json.dumps(body).encode())

    await rig.work_off()
    assert (await states(rig)).count("processed") == BATCH
    await rig.work_off()

    assert (await states(rig)).count("processed") == BATCH + 5


async def test_what_one_process_stored_another_works_off(rig: Rig) -> None:
    _, browser = await rig.start(ADA)
    guid, user_id = await rig.approve(identities.ADA)
    body = {"action": "created", "resourceType": "UserToken", "userGuid": guid, "userId": user_id}
    await rig.inbox.accept(LANE, json.dumps(body).encode())

    async with rig.again() as restarted:
        await restarted.work_off()

    await rig.page.approved(browser)
    await rig.time_passes()
    assert await rig.state_of(browser) == "matched"
