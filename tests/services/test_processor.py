"""What stored webhooks bring about: each once, in order about one wallet, and none in another's way."""

import asyncio
import json

import pytest

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from services import processor
from storage.intake import Intake, Received
from tests.conftest import Clock
from tests.services.rig import ADA, LANE, Rig

STATES = "SELECT state FROM webhook_inbox ORDER BY id"
TOTALS = "SELECT kind || ' ' || number FROM webhook_totals ORDER BY kind"


def moved(transaction_id: str) -> dict[str, object]:
    return {"action": "completed", "resourceType": "NftTransaction", "resourceId": transaction_id}


def granted(user_guid: str) -> dict[str, object]:
    data = {"userGuid": user_guid, "userId": "1"}
    return {"action": "created", "resourceType": "UserToken", "data": data}


async def arrive(rig: Rig, *bodies: object) -> None:
    for body in bodies:
        await rig.inbox.accept(LANE, json.dumps(body).encode())


async def test_hints_about_one_transaction_are_followed_one_by_one(rig: Rig) -> None:
    await arrive(rig, moved("one"), moved("one"), moved("other"))
    rig.sandbox.faults.add(Fault(route="transaction", hold=True))
    asked = rig.sandbox.faults.received

    working = asyncio.create_task(rig.processor.follow_hints())
    await rig.sandbox.store.until(lambda: asked["transaction"] == 2)
    async with rig.database.transaction():
        # Whoever could write now would have been next; the second about "one" still waits for the first.
        assert asked["transaction"] == 2
    rig.sandbox.faults.clear()
    await working

    assert asked["transaction"] == 3
    assert await rig.column(STATES) == ["processed"] * 3


async def until_processed(rig: Rig, number: int) -> None:
    async with asyncio.timeout(10):
        while True:
            if (await rig.column(STATES)).count("processed") >= number:
                return


async def test_each_webhook_is_worked_off_as_soon_as_it_is_stored(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workers here would look by themselves only after an hour."""
    monkeypatch.setattr(processor, "INTERVAL_S", 3600)
    async with rig.again() as live:
        working = asyncio.create_task(live.processor.run())
        for number, body in enumerate((moved("one"), granted("wallet"), moved("one"), granted("wallet")), 1):
            await arrive(live, body)
            await until_processed(live, number)
        working.cancel()
        await asyncio.wait({working})


async def test_a_backlog_is_worked_off_without_waiting(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "INTERVAL_S", 3600)
    waiting = processor.BATCH + 1
    await arrive(rig, *(granted(f"wallet-{number}") for number in range(waiting)))
    await arrive(rig, *(moved(f"transaction-{number}") for number in range(processor.SUBJECTS_AT_ONCE + 1)))

    async with rig.again() as live:
        working = asyncio.create_task(live.processor.run())
        await until_processed(live, waiting + processor.SUBJECTS_AT_ONCE + 1)
        working.cancel()
        await asyncio.wait({working})


async def test_no_wallet_waits_for_what_banq_is_slow_about(rig: Rig) -> None:
    rig.sandbox.faults.add(Fault(route="transaction", hold=True))
    working = asyncio.create_task(rig.processor.run())
    await arrive(rig, moved("slow"))
    await rig.sandbox.store.until(lambda: rig.sandbox.faults.received["transaction"] == 1)
    await arrive(rig, moved("other"))

    # The first is still held when the other one is asked about.
    await rig.sandbox.store.until(lambda: rig.sandbox.faults.received["transaction"] == 2)

    rig.sandbox.faults.clear()
    await until_processed(rig, 2)
    working.cancel()
    await asyncio.wait({working})


async def test_a_banq_that_never_answers_a_hint_is_asked_again_later(
    rig: Rig, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processor, "HINT_PATIENCE_S", 0)
    rig.sandbox.faults.add(Fault(route="transaction", hold=True))
    await arrive(rig, moved("slow"))
    async with asyncio.timeout(10):
        await rig.work_off()
    assert await rig.column("SELECT state || ' ' || error FROM webhook_inbox") == ["pending TimeoutError"]

    monkeypatch.undo()
    rig.sandbox.faults.clear()
    clock.forward(seconds=2)
    await rig.work_off()
    assert await rig.column(STATES) == ["processed"]


async def test_a_hint_that_failed_is_not_overtaken_by_a_later_one(rig: Rig, clock: Clock) -> None:
    rig.sandbox.faults.outage = "503"
    await arrive(rig, moved("one"))
    await rig.work_off()
    rig.sandbox.faults.clear()
    asked = rig.sandbox.faults.received["transaction"]

    await arrive(rig, moved("one"), moved("other"))
    await rig.work_off()
    assert await rig.column(STATES) == ["pending", "pending", "processed"]
    assert rig.sandbox.faults.received["transaction"] == asked + 1

    clock.forward(seconds=2)
    await rig.work_off()
    assert await rig.column(STATES) == ["processed"] * 3


async def test_a_clock_that_was_ahead_puts_nothing_off_for_years(rig: Rig, clock: Clock) -> None:
    rig.sandbox.faults.outage = "503"
    clock.forward(minutes=20 * 365 * 24 * 60)
    await arrive(rig, moved("one"))
    await rig.work_off()
    rig.sandbox.faults.clear()
    clock.forward(minutes=-20 * 365 * 24 * 60)
    await arrive(rig, moved("one"))

    await rig.work_off()

    assert await rig.column(STATES) == ["processed", "processed"]


async def test_a_transaction_with_the_name_of_a_wallet_does_not_hold_that_up(linked: Rig) -> None:
    linked.sandbox.ledger.revoke_platform(identities.ADA.email, identities.PLATFORM_ID)
    guid = identities.ADA.user_guid(identities.PLATFORM_ID)
    linked.sandbox.faults.add(Fault(route="transaction", status=403))
    await arrive(linked, moved(guid))
    await linked.work_off()

    await arrive(linked, {"action": "deleted", "resourceType": "UserToken", "resourceId": guid})
    await linked.work_off()

    assert await linked.column("SELECT state FROM links") == ["stale"]


async def test_a_parked_hint_holds_up_no_other(rig: Rig, clock: Clock) -> None:
    rig.sandbox.faults.add(Fault(route="transaction", status=403))
    await arrive(rig, moved("one"), moved("one"))
    for _ in range(5):
        await rig.work_off()
        clock.forward(minutes=5)
    assert await rig.column(STATES) == ["parked", "pending"]

    rig.sandbox.faults.clear()
    await rig.work_off()

    assert await rig.column(STATES) == ["parked", "processed"]


async def test_one_approval_that_fails_spoils_no_other(rig: Rig) -> None:
    async with rig.database.transaction() as tx:
        await tx.execute(
            "CREATE TRIGGER poison BEFORE INSERT ON grants WHEN NEW.user_guid = 'poison'"
            " BEGIN SELECT RAISE(ABORT, 'poisoned'); END"
        )
    await arrive(rig, granted("before"), granted("poison"), granted("after"))

    await rig.work_off()

    assert await rig.column(STATES) == ["processed", "pending", "processed"]
    assert await rig.column("SELECT user_guid FROM grants ORDER BY id") == ["before", "after"]
    assert await rig.column("SELECT error FROM webhook_inbox WHERE state = 'pending'") == ["IntegrityError"]
    assert await rig.column(TOTALS) == ["approval 2"]


async def test_each_kind_is_counted_once(linked: Rig) -> None:
    guid = identities.ADA.user_guid(identities.PLATFORM_ID)
    revoked = {"action": "deleted", "resourceType": "UserToken", "resourceId": guid}
    before = await linked.column(TOTALS)
    await arrive(linked, moved("one"), revoked, {"resourceType": "Weather"}, {"resourceType": "Payment"})

    for _ in range(2):
        await linked.work_off()

    assert before == ["approval 1"]
    assert await linked.column(TOTALS) == ["approval 1", "revocation 1", "transaction 1", "unknown 2"]


async def test_what_was_stored_as_a_hint_and_is_an_approval_now_is_one(rig: Rig) -> None:
    """As after a change of the actions that grant."""
    _, browser = await rig.start(ADA)
    guid, user_id = await rig.approve(identities.ADA)
    body = granted(guid) | {"data": {"userGuid": guid, "userId": user_id}}
    stored = Received(LANE, rig.sources.now(), json.dumps(body).encode(), "revocation", subject=guid)
    await Intake(rig.database).store(stored)

    await rig.work_off()
    await rig.page.approved(browser)
    await rig.time_passes()

    assert await rig.state_of(browser) == "matched"
    assert await rig.column(STATES) == ["processed"]


async def test_what_was_stored_as_no_hint_and_is_one_now_is_followed(linked: Rig) -> None:
    linked.sandbox.ledger.revoke_platform(identities.ADA.email, identities.PLATFORM_ID)
    guid = identities.ADA.user_guid(identities.PLATFORM_ID)
    body = json.dumps({"action": "deleted", "resourceType": "UserToken", "resourceId": guid}).encode()
    await Intake(linked.database).store(Received(LANE, linked.sources.now(), body, "approval"))

    await linked.work_off()

    assert await linked.column("SELECT state FROM links") == ["stale"]


async def test_two_processes_apply_an_approval_once(rig: Rig) -> None:
    await arrive(rig, *(granted(f"wallet-{number}") for number in range(20)))

    async with rig.again() as other:
        await asyncio.gather(rig.work_off(), other.work_off())

    assert await rig.column("SELECT count(*) FROM grants") == [20]
    assert await rig.column(TOTALS) == ["approval 20"]
