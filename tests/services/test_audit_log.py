"""The audit log as the team reads it, and what of it goes to the channel for it."""

import pytest

from sandbox.banq import identities
from services.audit_log import AuditLog, AuditPage, Position
from services.messenger import DeliveryFailed, TeamChannel
from storage import audit
from storage.database import Database
from tests.conftest import Clock
from tests.services.messenger import Messenger
from tests.services.rig import ADA, Rig

OURS = "admin:7"


async def write(database: Database, clock: Clock, count: int, *, about: str = "1", first: int = 1) -> None:
    async with database.transaction() as tx:
        for number in range(first, first + count):
            member = ("discord", about)
            await audit.append(tx, clock(), "bot", f"line {number}", member=member, reason=about)


def numbers(page: AuditPage) -> list[int]:
    return [int(entry.action.removeprefix("line ")) for entry in page.entries]


async def test_the_log_is_read_page_by_page_there_and_back(database: Database, clock: Clock) -> None:
    await write(database, clock, 25)
    log = AuditLog(database)

    first = await log.page(Position())
    assert (numbers(first), first.page, first.newer) == (list(range(25, 15, -1)), 1, None)
    assert first.older is not None
    second = await log.page(first.older)
    assert (numbers(second), second.page) == (list(range(15, 5, -1)), 2)
    assert second.older is not None
    third = await log.page(second.older)
    assert (numbers(third), third.page, third.older) == ([5, 4, 3, 2, 1], 3, None)
    assert third.newer is not None
    assert await log.page(third.newer) == second
    assert second.newer is not None
    assert await log.page(second.newer) == first


async def test_lines_that_come_meanwhile_move_no_page(database: Database, clock: Clock) -> None:
    await write(database, clock, 25)
    log = AuditLog(database)
    first = await log.page(Position())
    assert first.older is not None
    await write(database, clock, 7, first=26)

    second = await log.page(first.older)
    assert numbers(second) == list(range(15, 5, -1))
    assert second.newer is not None
    assert numbers(await log.page(second.newer)) == list(range(32, 22, -1)), "the first page is the newest"
    assert numbers(await log.page(Position(3))) == list(range(12, 2, -1))


async def test_the_log_is_read_about_one_member(database: Database, clock: Clock) -> None:
    await write(database, clock, 12)
    await write(database, clock, 3, about="2", first=13)
    log = AuditLog(database)

    assert numbers(await log.page(Position(), ("discord", "2"))) == [15, 14, 13]
    first = await log.page(Position(), ("discord", "1"))
    assert numbers(first) == list(range(12, 2, -1))
    assert first.older is not None
    second = await log.page(first.older, ("discord", "1"))
    assert numbers(second) == [2, 1]
    assert second.newer is not None
    assert numbers(await log.page(second.newer, ("discord", "1"))) == list(range(12, 2, -1))
    nothing = await log.page(Position(9), ("discord", "1"))
    assert (nothing.entries, nothing.newer, nothing.older) == ((), Position(), None)
    assert await log.page(Position(), ("discord", "3")) == AuditPage((), 1, None, None)


@pytest.mark.parametrize("page", [0, -3])
async def test_there_is_no_page_before_the_first(database: Database, clock: Clock, page: int) -> None:
    await write(database, clock, 3)

    assert (await AuditLog(database).page(Position(page, newer_than=1))).page == 1


async def test_pages_are_found_by_an_index(database: Database) -> None:
    for which in ("TRUE", "chat_platform = 'discord' AND chat_user_id = '1'"):
        asked = f"SELECT * FROM audit WHERE {which} AND id < 9 ORDER BY id DESC LIMIT 10"  # noqa: S608 - ours
        sql = f"EXPLAIN QUERY PLAN {asked}"
        plan = " ".join(row["detail"] for row in await database.read.fetch_all(sql))
        assert "SEARCH" in plan
        assert "TEMP" not in plan


# -- the channel for it


@pytest.fixture
def messenger(rig: Rig) -> Messenger:
    messenger = Messenger()
    messenger.audit_channel = TeamChannel.WELL
    rig.outbox.serve("discord", messenger)
    return messenger


async def waiting(rig: Rig) -> list[object]:
    return await rig.column("SELECT object_id FROM outbox WHERE recipient = 'audit' AND state = 'pending'")


async def test_what_the_team_does_is_told_there_once(rig: Rig, messenger: Messenger) -> None:
    await rig.link(ADA, identities.ADA)
    await rig.links.freeze(ADA, OURS, "taken over")
    await rig.kill_switch.pause("operator", "odd approvals")
    await rig.outbox.step()

    told = [line.partition(" ")[2] for line in messenger.audit_lines]
    assert told == [
        "member 7: withdrawals frozen · about member 1 · why: taken over",
        "the bot's operator: all withdrawals paused · why: odd approvals",
    ]
    await rig.outbox.step()
    assert len(messenger.audit_lines) == 2


async def test_what_a_pause_cancels_is_one_line(linked: Rig) -> None:
    messenger = Messenger()
    messenger.audit_channel = TeamChannel.WELL
    linked.outbox.serve("discord", messenger)
    for slug in ("quiet-hours-2", "quiet-hours-3"):
        draft = await linked.draft(ADA, slug)
        async with linked.database.transaction() as tx:
            await tx.execute(
                "UPDATE withdrawals SET state = 'confirmed', confirmed_at = created_at, retyped = 1,"
                " held_when_confirmed = 1 WHERE id = ?1",
                draft.id,
            )
    await linked.kill_switch.pause(OURS, "odd approvals")
    await linked.outbox.step()

    assert len(messenger.audit_lines) == 1


async def test_a_closed_channel_loses_nothing_however_long(
    rig: Rig, messenger: Messenger, clock: Clock
) -> None:
    messenger.refusal = DeliveryFailed("the bot may not write there")
    for number in range(3):
        await rig.kill_switch.pause(OURS, f"reason {number}")
        await rig.kill_switch.resume(OURS, f"reason {number}")
    for _ in range(100):
        await rig.outbox.step()
        clock.forward(minutes=61)
    assert len(await waiting(rig)) == 6

    messenger.refusal = None
    await rig.outbox.step()
    reasons = [line.rpartition(" ")[2] for line in messenger.audit_lines]
    assert reasons == ["0", "0", "1", "1", "2", "2"]


async def test_where_there_is_no_channel_nothing_is_kept_for_it(rig: Rig, messenger: Messenger) -> None:
    messenger.audit_channel = TeamChannel.NOT_SET
    await rig.kill_switch.pause(OURS, "odd approvals")
    assert len(await waiting(rig)) == 1
    await rig.outbox.step()

    assert await rig.column("SELECT id FROM outbox") == []
    assert (messenger.sent, messenger.audit_lines) == ([], [])


async def test_a_line_is_there_if_and_only_if_its_action_is(rig: Rig) -> None:
    await rig.database.execute(
        "CREATE TRIGGER full BEFORE INSERT ON outbox WHEN NEW.recipient = 'audit'"
        " BEGIN SELECT RAISE(ABORT, 'full'); END"
    )
    with pytest.raises(Exception, match="full"):
        await rig.kill_switch.pause(OURS, "odd approvals")

    assert await rig.kill_switch.current_pause() is None
