"""While nothing can be written, nothing is lost or told twice, and nobody is blamed for it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from storage.database import CannotWrite
from tests.services.messenger import Messenger, notice, states
from tests.services.rig import ADA, BEN, LANE, Rig

MOVED = {"action": "completed", "resourceType": "NftTransaction", "resourceId": "not-ours"}


@asynccontextmanager
async def nothing_can_be_written(rig: Rig) -> AsyncIterator[None]:
    """As with a disk that has become read-only; even what would fit on a full one fails."""
    writer = rig.database._writer
    assert writer is not None
    await writer.execute("PRAGMA query_only = ON")
    yield
    await writer.execute("PRAGMA query_only = OFF")


async def test_an_approval_waits_for_the_disk(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    _, browser = await rig.start(BEN)
    guid, user_id = await rig.approve(identities.BEN)
    granted = {"action": "created", "resourceType": "UserToken", "userGuid": guid, "userId": user_id}
    await rig.inbox.accept(LANE, json.dumps(granted).encode())
    async with nothing_can_be_written(rig):
        for _ in range(10):
            with pytest.raises(CannotWrite):
                await rig.processor.work_off()

    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1
    assert await rig.column("SELECT attempts FROM webhook_inbox") == [0]
    await rig.work_off()
    await rig.page.approved(browser)
    await rig.time_passes()
    assert await rig.state_of(browser) == "matched"


async def test_a_hint_waits_for_the_disk_and_asks_banq_no_more(rig: Rig) -> None:
    rig.sandbox.faults.add(Fault(route="transaction", status=403))
    await rig.inbox.accept(LANE, json.dumps(MOVED).encode())
    async with nothing_can_be_written(rig):
        for _ in range(10):
            await rig.processor.follow_hints()
    assert rig.sandbox.faults.received["transaction"] == 1
    assert await rig.column("SELECT attempts FROM webhook_inbox") == [0]

    await rig.database.look_after()
    await rig.processor.follow_hints()

    assert rig.sandbox.faults.received["transaction"] == 2
    assert await rig.column("SELECT attempts FROM webhook_inbox") == [1]


async def test_a_notice_that_could_not_be_marked_does_not_go_out_again_and_again(
    rig: Rig, messenger: Messenger
) -> None:
    await notice(rig, "link_unmatched", "link-1")
    async with nothing_can_be_written(rig):
        for _ in range(5):
            await rig.outbox.step()
    assert messenger.tries == 1
    assert await states(rig) == ["pending"]

    await rig.database.look_after()
    await rig.outbox.step()

    assert [recipient for recipient, _ in messenger.sent] == [ADA.id, ADA.id]
    assert await states(rig) == ["delivered"]
