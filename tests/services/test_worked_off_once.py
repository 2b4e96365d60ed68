"""A webhook takes effect once, whoever dies while working it off and however many work on it at a time."""

import asyncio
import json

import pytest

from sandbox.banq import identities
from tests.conftest import Clock
from tests.services.rig import ADA, LANE, Rig

PICTURE = "quiet-hours-1"
MOMENTS = range(2, 42, 3)
UNKNOWN = {"action": "completed", "resourceType": "Payment", "resourceId": "p-1"}
MARK_FAILS = (
    "CREATE TRIGGER mark_fails BEFORE UPDATE OF state ON webhook_inbox"
    " WHEN NEW.state = 'processed' BEGIN SELECT RAISE(ABORT, 'as if the process had died'); END"
)


async def one_of_each(linked: Rig) -> None:
    """Stored and not worked off: an approval, what is unknown, a transfer that is over, access taken back."""
    withdrawal = await linked.confirm(ADA, await linked.draft(ADA, PICTURE))
    assert withdrawal.banq_transaction_id is not None
    linked.sandbox.ledger.approve_transfer(withdrawal.banq_transaction_id)
    linked.sandbox.ledger.revoke_platform(identities.ADA.email, identities.PLATFORM_ID)
    guid, user_id = await linked.approve(identities.BEN)
    ada = identities.ADA.user_guid(identities.PLATFORM_ID)
    for body in (
        {"action": "created", "resourceType": "UserToken", "userGuid": guid, "userId": user_id},
        UNKNOWN,
        {
            "action": "completed",
            "resourceType": "NftTransaction",
            "resourceId": withdrawal.banq_transaction_id,
        },
        {"action": "deleted", "resourceType": "UserToken", "resourceId": ada},
    ):
        await linked.inbox.accept(LANE, json.dumps(body).encode())


async def effects(rig: Rig) -> list[tuple[object, ...]]:
    """What was brought about, and how often."""
    return [
        tuple(row)
        for row in await rig.database.read.fetch_all(
            "SELECT 'counted', kind, number FROM webhook_totals"
            " UNION ALL SELECT 'granted', state, count(*) FROM grants GROUP BY state"
            " UNION ALL SELECT 'noticed', kind, count(*) FROM outbox"
            " WHERE kind IN ('link_stale', 'withdrawal_completed') GROUP BY kind"
            " UNION ALL SELECT 'audited', action, count(*) FROM audit"
            " WHERE action IN ('access revoked', 'withdrawal: completed') GROUP BY action ORDER BY 1, 2"
        )
    ]


# The linking before had an approval of its own.
ONCE_EACH = [
    ("audited", "access revoked", 1),
    ("audited", "withdrawal: completed", 1),
    ("counted", "approval", 2),
    ("counted", "revocation", 1),
    ("counted", "transaction", 1),
    ("counted", "unknown", 1),
    ("granted", "matched", 1),
    ("granted", "unclaimed", 1),
    ("noticed", "link_stale", 1),
    ("noticed", "withdrawal_completed", 1),
]


async def test_two_processes_that_work_off_the_same_at_once_bring_it_about_once(linked: Rig) -> None:
    await one_of_each(linked)

    async with linked.again() as other:
        await asyncio.gather(*(each.work_off() for each in (linked, other, linked, other)))

    assert await effects(linked) == ONCE_EACH
    assert set(await linked.column("SELECT state FROM webhook_inbox")) == {"processed"}


@pytest.mark.parametrize("moment", MOMENTS)
async def test_what_one_process_died_over_at_any_moment_another_brings_about_once(
    linked: Rig, moment: int
) -> None:
    await one_of_each(linked)
    dying = asyncio.gather(linked.processor.work_off(), linked.processor.follow_hints())
    for _ in range(moment):
        # Each takes about as long as one of its own statements.
        await linked.database.read.count("SELECT 1")
    dying.cancel()
    await asyncio.wait({dying})

    async with linked.again() as restarted:
        await restarted.work_off()

    assert await effects(linked) == ONCE_EACH


async def test_between_the_effect_and_its_mark_nothing_happens_twice(linked: Rig, clock: Clock) -> None:
    """An approval has no such moment; the effect of a hint is looked at again, and found to be there."""
    await one_of_each(linked)
    await linked.database.execute(MARK_FAILS)

    await linked.processor.work_off()
    await linked.processor.follow_hints()
    assert [row for row in await effects(linked) if row[0] != "counted"] == [
        effect for effect in ONCE_EACH if effect[0] in {"audited", "noticed"} or effect[1] == "matched"
    ]
    await linked.database.execute("DROP TRIGGER mark_fails")
    async with linked.again() as restarted:
        clock.forward(minutes=1)
        await restarted.work_off()

    assert await effects(linked) == ONCE_EACH
