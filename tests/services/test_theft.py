"""A member's approval whose webhook is late must never fall into the turn of the next in line."""

import json
from datetime import timedelta

import pytest

from sandbox.banq import identities
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, CLEO, LANE, Rig

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
TURN = timedelta(minutes=5)


async def pass_time(rig: Rig, clock: Clock, time: timedelta) -> None:
    clock.forward(seconds=time.total_seconds())
    await rig.time_passes()


async def theft(rig: Rig, clock: Clock, browser: str, grant: tuple[str, str], minutes: int) -> str:
    """The next in line waits, and claims the late approval if the turn is theirs by then: how that goes."""
    for _ in range(minutes):
        await pass_time(rig, clock, MINUTE)
        await rig.state_of(browser)
    await rig.granted(*grant)
    await rig.page.approved(browser)
    await rig.time_passes()
    return await rig.state_of(browser)


@pytest.mark.parametrize("minutes", [3, 6, 9])
async def test_none_came_in_the_turn(rig: Rig, clock: Clock, minutes: int) -> None:
    _, victim = await rig.start(ADA)
    _, thief = await rig.start(BEN)
    grant = await rig.approve(identities.ADA)
    await rig.page.approved(victim)

    assert await theft(rig, clock, thief, grant, minutes) != "matched"


@pytest.mark.parametrize("minutes", [3, 6, 9])
async def test_a_repeated_one_came_in_the_turn(rig: Rig, clock: Clock, minutes: int) -> None:
    repeated = await rig.approve(identities.BEN)
    await rig.granted(*repeated)
    _, victim = await rig.start(ADA)
    _, thief = await rig.start(BEN)
    grant = await rig.approve(identities.ADA)
    await rig.page.approved(victim)
    await rig.granted(*repeated)

    assert await theft(rig, clock, thief, grant, minutes) != "matched"


@pytest.mark.parametrize("minutes", [3, 6, 9])
async def test_one_of_a_linked_wallet_came_in_the_turn(rig: Rig, clock: Clock, minutes: int) -> None:
    await rig.link(CLEO, identities.CLEO)
    clock.forward(minutes=11)
    _, victim = await rig.start(ADA)
    _, thief = await rig.start(BEN)
    grant = await rig.approve(identities.ADA)
    await rig.page.approved(victim)
    await rig.granted(*await rig.approve(identities.CLEO))

    assert await theft(rig, clock, thief, grant, minutes) != "matched"


@pytest.mark.parametrize("minutes", [3, 6, 9])
async def test_a_foreign_one_came_long_before_the_approval(rig: Rig, clock: Clock, minutes: int) -> None:
    _, victim = await rig.start(ADA)
    _, thief = await rig.start(BEN)
    await rig.granted(*await rig.approve(identities.CLEO))
    await pass_time(rig, clock, 2 * MINUTE + SECOND)
    grant = await rig.approve(identities.ADA)
    await rig.page.approved(victim)

    assert await theft(rig, clock, thief, grant, minutes) != "matched"


@pytest.mark.parametrize("minutes", [3, 6, 9])
async def test_two_foreign_ones_voided_the_turn(rig: Rig, clock: Clock, minutes: int) -> None:
    _, victim = await rig.start(ADA)
    _, thief = await rig.start(BEN)
    grant = await rig.approve(identities.ADA)
    await rig.page.approved(victim)
    await rig.granted(*await rig.approve(identities.BEN))
    await rig.granted(*await rig.approve(identities.CLEO))
    assert await rig.state_of(victim) == "unmatched"

    assert await theft(rig, clock, thief, grant, minutes) != "matched"


@pytest.mark.parametrize("minutes", [3, 6, 9])
async def test_a_foreign_one_was_refused_by_banq(rig: Rig, clock: Clock, minutes: int) -> None:
    _, victim = await rig.start(ADA)
    _, thief = await rig.start(BEN)
    grant = await rig.approve(identities.ADA)
    await rig.page.approved(victim)
    foreign = await rig.approve(identities.CLEO)
    rig.sandbox.ledger.revoke_platform(identities.CLEO.email, identities.PLATFORM_ID)
    await rig.granted(*foreign)

    assert await theft(rig, clock, thief, grant, minutes) != "matched"


async def test_one_worked_off_late_belongs_to_its_turn(rig: Rig, clock: Clock) -> None:
    """However long this program was busy or down: what counts is when the webhook was received."""
    await rig.start(ADA)
    _, thief = await rig.start(BEN)
    guid, user_id = await rig.approve(identities.ADA)
    body = {"action": "created", "resourceType": "UserToken", "userGuid": guid, "userId": user_id}
    await rig.inbox.accept(LANE, json.dumps(body).encode())

    await pass_time(rig, clock, TURN)
    await pass_time(rig, clock, 2 * MINUTE)
    assert await rig.state_of(thief) == "open"
    await rig.page.approved(thief)
    await rig.inbox.step()
    await rig.time_passes()

    assert await rig.state_of(thief) == "approved"
    assert await rig.column("SELECT state FROM grants") == ["unclaimed"]
    owners = await rig.column(
        "SELECT chat_user_id FROM grants JOIN turns ON turns.id = grants.turn_id"
        " JOIN link_sessions ON link_sessions.id = turns.session_id"
    )
    assert owners == [ADA.id]


async def test_a_turn_of_her_own_in_between_does_not_shorten_the_rest(rig: Rig, clock: Clock) -> None:
    _, victim = await rig.start(ADA)
    await rig.page.approved(victim)
    await pass_time(rig, clock, 2 * MINUTE + SECOND)
    assert await rig.state_of(victim) == "unmatched"
    _, again = await rig.start(ADA)
    assert await rig.state_of(again) == "open"
    await rig.page.closed(again)
    _, thief = await rig.start(BEN)

    for _ in range(3):
        await pass_time(rig, clock, MINUTE)
        assert await rig.state_of(thief) == "waiting"
    for _ in range(7):
        await rig.state_of(thief)
        await pass_time(rig, clock, MINUTE)
    assert await rig.state_of(thief) == "open"
