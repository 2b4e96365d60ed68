"""A bot on a restored backup sends nothing that was sent after the backup was made."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services import withdrawal_steps
from services.restoring import MadeSafe, make_safe
from services.withdrawals import AlreadyRunning
from storage.backup import back_up
from storage.database import Database
from storage.withdrawals import Withdrawal
from tests.services.rig import ADA, GOOD_ADDRESS, ITS_END, Rig, build, key_of

PICTURE = "quiet-hours-2"


def backup_of(rig: Rig, tmp_path: Path) -> Path:
    copy = tmp_path / "backup.sqlite3"
    back_up(rig.database._path, copy, lambda _done, _all: None)
    return copy


@asynccontextmanager
async def restored(rig: Rig, backup: Path) -> AsyncIterator[tuple[Rig, MadeSafe]]:
    """A bot on the backup, with the same Banq."""
    async with Database(backup) as database:
        safe = await make_safe(database, rig.sources)
        async with build(rig.sandbox, database, rig.sources) as other:
            yield other, safe


def asked(rig: Rig) -> int:
    return rig.sandbox.faults.received["withdraw"]


async def confirmed_only(rig: Rig) -> Withdrawal:
    draft = await rig.draft(ADA, PICTURE)
    async with rig.database.transaction() as tx:
        await withdrawal_steps.confirm(tx, draft, rig.sources.now(), held=draft.amount, retyped=True)
    return draft


async def test_what_was_sent_seconds_after_the_backup_is_not_sent_again(linked: Rig, tmp_path: Path) -> None:
    draft = await confirmed_only(linked)
    backup = backup_of(linked, tmp_path)
    await linked.submitter.submit(draft.id)
    assert asked(linked) == 1

    async with restored(linked, backup) as (again, safe):
        assert safe == MadeSafe(in_doubt=1, ended_drafts=0)
        await again.reconciler.step()
        await again.kill_switch.resume("operator", "all is well")
        await again.reconciler.step()
        assert (await again.stored(draft)).state == "unknown"
        assert isinstance(
            await again.withdrawals.draft(ADA, key_of(PICTURE), GOOD_ADDRESS, 1), AlreadyRunning
        )
    assert asked(linked) == 1


async def test_what_became_of_it_is_found_out(linked: Rig, tmp_path: Path) -> None:
    draft = await confirmed_only(linked)
    backup = backup_of(linked, tmp_path)
    await linked.submitter.submit(draft.id)
    [transaction] = linked.sandbox.ledger.transactions

    async with restored(linked, backup) as (again, _):
        await again.webhook(
            {"action": "created", "resourceType": "NftTransaction", "resourceId": transaction.id}
        )
        assert (await again.stored(draft)).state == "awaiting_owner"


async def test_its_owner_is_told_not_to_start_again(linked: Rig, tmp_path: Path) -> None:
    draft = await confirmed_only(linked)

    async with restored(linked, backup_of(linked, tmp_path)) as (again, _):
        sql = f"SELECT kind FROM outbox WHERE object_id = '{draft.id}'"  # noqa: S608 - our own id
        assert await again.column(sql) == ["withdrawal_unknown"]


async def test_a_wallet_that_banq_has_closed_meanwhile_is_no_way_around(linked: Rig, tmp_path: Path) -> None:
    draft = await confirmed_only(linked)
    async with linked.database.transaction() as tx:
        await tx.execute("UPDATE links SET state = 'stale'")

    async with restored(linked, backup_of(linked, tmp_path)) as (again, _):
        assert (await again.stored(draft)).state == "unknown"


async def test_what_was_being_sent_is_unknown_as_after_a_crash(linked: Rig, tmp_path: Path) -> None:
    draft = await confirmed_only(linked)
    async with linked.database.transaction() as tx:
        await tx.execute("UPDATE withdrawals SET state = 'submitting'")

    async with restored(linked, backup_of(linked, tmp_path)) as (again, _):
        await again.reconciler.step()
        assert (await again.stored(draft)).state == "unknown"
    assert asked(linked) == 0


async def test_a_draft_that_was_confirmed_after_the_backup_cannot_be_confirmed_again(
    linked: Rig, tmp_path: Path
) -> None:
    draft = await linked.draft(ADA, PICTURE)
    backup = backup_of(linked, tmp_path)
    await linked.confirm(ADA, draft)

    async with restored(linked, backup) as (again, safe):
        assert safe == MadeSafe(in_doubt=0, ended_drafts=1)
        await again.kill_switch.resume("operator", "all is well")
        await again.withdrawals.confirm(draft.id, ADA, ITS_END)
        assert (await again.stored(draft)).state == "expired"
    assert asked(linked) == 1


async def test_withdrawals_pause_until_a_person_has_looked(linked: Rig, tmp_path: Path) -> None:
    async with restored(linked, backup_of(linked, tmp_path)) as (again, _):
        pause = await again.kill_switch.current_pause()
        actions = await again.column("SELECT action FROM audit ORDER BY id DESC LIMIT 2")

    assert pause is not None
    assert pause.reason == "restored from a backup"
    assert actions == ["withdrawals paused", "database restored"]


async def test_a_pause_that_the_backup_holds_keeps_its_reason_beside_the_new_one(
    linked: Rig, tmp_path: Path
) -> None:
    await linked.kill_switch.pause("admin:1", "a thief")

    async with restored(linked, backup_of(linked, tmp_path)) as (again, _):
        pause = await again.kill_switch.current_pause()
    assert pause is not None
    assert pause.reason == "restored from a backup; paused before: a thief"


@pytest.mark.parametrize("state", ["awaiting_owner", "processing"])
async def test_what_banq_has_taken_is_followed_on(linked: Rig, tmp_path: Path, state: str) -> None:
    sent = await linked.confirm(ADA, await linked.draft(ADA, PICTURE))
    async with linked.database.transaction() as tx:
        await tx.execute("UPDATE withdrawals SET state = ?1", state)
    backup = backup_of(linked, tmp_path)

    async with restored(linked, backup) as (again, safe):
        assert safe == MadeSafe(0, 0)
        assert (await again.stored(sent)).state == state
