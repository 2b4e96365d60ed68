"""How notices go out: in order, several recipients at once, and nobody waits for another one's trouble."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest

from services.messenger import DeliveryFailed, MessageRefused
from services.outbox import AT_ONCE
from tests.conftest import Clock
from tests.services.messenger import Messenger, notice, states
from tests.services.rig import ADA, BEN, CLEO, Rig

UNMATCHED = "The approval could not be matched"
UNLINKED = "Your wallet was unlinked"


@asynccontextmanager
async def delivering(rig: Rig) -> AsyncIterator[None]:
    """The outbox by itself, as in the running bot."""
    running = asyncio.create_task(rig.outbox.run())
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def test_a_recipient_who_takes_long_holds_up_nobody_else(rig: Rig, messenger: Messenger) -> None:
    messenger.slow[ADA.id] = asyncio.Event()
    await notice(rig, "link_unmatched", "link-1")
    await notice(rig, "link_unmatched", "link-2")
    await notice(rig, "link_unmatched", "link-3", recipient=BEN.id)

    async with delivering(rig), asyncio.timeout(10):
        assert [await messenger.begun.get() for _ in range(2)] == [ADA.id, BEN.id]
        await notice(rig, "link_unmatched", "link-4", recipient=CLEO.id)
        rig.outbox.serve("discord", messenger)
        assert await messenger.begun.get() == CLEO.id
        messenger.slow[ADA.id].set()
        assert await messenger.begun.get() == ADA.id, "the second one, only after the first"


async def test_only_so_many_are_written_to_at_once(rig: Rig, messenger: Messenger) -> None:
    everybody = [str(number) for number in range(AT_ONCE + 3)]
    messenger.slow = {who: asyncio.Event() for who in everybody}
    for who in everybody:
        await notice(rig, "link_unmatched", "link-1", recipient=who)

    async with delivering(rig), asyncio.timeout(10):
        for who in everybody[:AT_ONCE]:
            assert await messenger.begun.get() == who
        # Time enough for anybody else to be written to.
        for _ in range(5):
            await states(rig)
        assert messenger.begun.empty()
        messenger.slow["3"].set()
        assert await messenger.begun.get() == everybody[AT_ONCE]
        for event in messenger.slow.values():
            event.set()
        assert [await messenger.begun.get() for _ in range(2)] == everybody[AT_ONCE + 1 :]


async def test_what_follows_does_not_overtake_what_failed(
    rig: Rig, messenger: Messenger, clock: Clock
) -> None:
    await notice(rig, "unlinked_by_admin", "link-1")
    await notice(rig, "link_unmatched", "link-2")
    messenger.refusal = DeliveryFailed("busy")
    await rig.outbox.step()
    assert messenger.tries == 1
    messenger.refusal = None
    await notice(rig, "link_unmatched", "link-3", recipient=BEN.id)
    await rig.outbox.step()
    assert messenger.sent == [(BEN.id, UNMATCHED)]

    clock.forward(seconds=5)
    await rig.outbox.step()

    assert messenger.sent[1:] == [(ADA.id, UNLINKED), (ADA.id, UNMATCHED)]


async def test_a_message_that_is_refused_for_itself_lets_the_next_pass(
    rig: Rig, messenger: Messenger, clock: Clock
) -> None:
    await notice(rig, "unlinked_by_admin", "link-1")
    await notice(rig, "link_unmatched", "link-2")
    messenger.refused = {UNLINKED: MessageRefused("odd")}
    await rig.outbox.step()
    assert messenger.sent == [(ADA.id, UNMATCHED)]

    messenger.refused.clear()
    clock.forward(seconds=5)
    await rig.outbox.step()
    assert messenger.sent == [(ADA.id, UNMATCHED), (ADA.id, UNLINKED)]


@pytest.mark.parametrize(("asked", "waits"), [(90, 90), (1, 5), (1e15, 12 * 3600)])
async def test_the_platform_is_not_tried_again_before_it_asks_to(
    rig: Rig, messenger: Messenger, clock: Clock, asked: float, waits: float
) -> None:
    await notice(rig, "link_unmatched", "link-1")
    messenger.refusal = DeliveryFailed("a pause, please", retry_after_s=asked)
    await rig.outbox.step()
    messenger.refusal = None
    clock.time += timedelta(seconds=waits - 0.5)
    await rig.outbox.step()
    assert messenger.tries == 1

    clock.forward(seconds=0.5)
    await rig.outbox.step()
    assert messenger.sent == [(ADA.id, UNMATCHED)]


async def test_what_a_crash_cut_off_goes_out_again_under_the_same_name(rig: Rig) -> None:
    """The platform has it and the bot does not know: by its name, the platform shows it once."""
    cut_off, after = Messenger(), Messenger()
    cut_off.slow[ADA.id] = asyncio.Event()
    rig.outbox.serve("discord", cut_off)
    await notice(rig, "link_unmatched", "link-1")
    async with delivering(rig), asyncio.timeout(10):
        await cut_off.begun.get()
    assert await states(rig) == ["pending"]

    async with rig.again() as restarted:
        restarted.outbox.serve("discord", after)
        await restarted.outbox.step()

    assert len(after.names) == 1
    assert after.names == cut_off.names
    assert await states(rig) == ["delivered"]


async def test_no_two_notices_have_one_name(rig: Rig, messenger: Messenger, clock: Clock) -> None:
    """Not even in a new database, in which the ids begin again."""
    for link in ("link-1", "link-2"):
        await notice(rig, "link_unmatched", link)
    await rig.outbox.step()
    async with rig.database.transaction() as tx:
        await tx.execute("DELETE FROM outbox")
    clock.forward(seconds=1)
    await notice(rig, "link_unmatched", "link-3")
    await rig.outbox.step()

    assert await rig.column("SELECT id FROM outbox") == [1]
    assert len(set(messenger.names)) == 3
    assert max(len(name) for name in messenger.names) <= 25, "Discord takes no longer ones"
