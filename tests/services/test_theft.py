"""A member's approval whose webhook is late must never fall into the turn of the next in line."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from sandbox.banq import identities
from sandbox.banq.server import BanqSandbox
from services.linking_rules import LinkingRules
from services.sources import Sources
from storage.database import Database
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, CLEO, LANE, Rig, build

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
TURN = timedelta(minutes=5)


@pytest.fixture
async def signing_in(sandbox: BanqSandbox, database: Database, sources: Sources) -> AsyncIterator[Rig]:
    async with build(sandbox, database, sources, rules=LinkingRules(proof="sign_in")) as rig:
        yield rig


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
    await rig.work_off()
    await rig.time_passes()

    assert await rig.state_of(thief) == "approved"
    assert await rig.column("SELECT state FROM grants") == ["unclaimed"]
    owners = await rig.column(
        "SELECT chat_user_id FROM grants JOIN turns ON turns.id = grants.turn_id"
        " JOIN link_sessions ON link_sessions.id = turns.session_id"
    )
    assert owners == [ADA.id]


@pytest.mark.parametrize("is_reported", [False, True])
async def test_a_thief_starts_anew_while_his_victim_is_at_his_link(
    rig: Rig, clock: Clock, *, is_reported: bool
) -> None:
    """Without a sign-in, whoever opened a member's earlier link need not have been the member."""
    session_id, victim = await rig.start(BEN)
    grant = await rig.approve(identities.ADA)
    if is_reported:
        await rig.page.approved(victim)
    await rig.linking.cancel(session_id, BEN)
    _, thief = await rig.start(BEN)

    assert await rig.state_of(victim) == "cancelled"
    for minutes in range(1, 11 if is_reported else 3):
        assert await rig.state_of(thief) == "waiting", f"after {minutes} minutes"
        await pass_time(rig, clock, MINUTE)
        if minutes == 1:
            await rig.granted(*grant)
    assert await rig.state_of(thief) == "open"
    await rig.page.approved(thief)
    await rig.granted(*grant)
    await rig.time_passes()

    assert await rig.state_of(thief) == "approved"
    assert set(await rig.column("SELECT state FROM grants")) == {"unclaimed"}


async def test_who_signed_in_before_need_not_wait_for_oneself(signing_in: Rig) -> None:
    session_id, first = await signing_in.signed_in(ADA)
    await signing_in.page.approved(first)
    await signing_in.linking.cancel(session_id, ADA)
    grant = await signing_in.approve(identities.ADA)
    await signing_in.granted(*grant)
    _, again = await signing_in.signed_in(ADA)
    assert await signing_in.state_of(again) == "open"
    await signing_in.granted(*grant)
    await signing_in.page.approved(again)
    await signing_in.time_passes()

    assert await signing_in.state_of(again) == "matched"


async def test_a_turn_of_her_own_in_between_does_not_shorten_the_rest(signing_in: Rig, clock: Clock) -> None:
    rig = signing_in
    _, victim = await rig.signed_in(ADA)
    await rig.page.approved(victim)
    await pass_time(rig, clock, 2 * MINUTE + SECOND)
    assert await rig.state_of(victim) == "unmatched"
    _, again = await rig.signed_in(ADA)
    assert await rig.state_of(again) == "open"
    await rig.page.closed(again)
    _, thief = await rig.signed_in(BEN)

    for _ in range(3):
        await pass_time(rig, clock, MINUTE)
        assert await rig.state_of(thief) == "waiting"
    for _ in range(7):
        await rig.state_of(thief)
        await pass_time(rig, clock, MINUTE)
    assert await rig.state_of(thief) == "open"


async def test_a_report_just_after_the_turn_keeps_the_lane_resting_as_long(rig: Rig, clock: Clock) -> None:
    _, victim = await rig.start(ADA)
    _, thief = await rig.start(BEN)
    grant = await rig.approve(identities.ADA)
    await pass_time(rig, clock, TURN)
    assert await rig.state_of(victim) == "proven"
    await rig.page.approved(victim)

    assert await theft(rig, clock, thief, grant, 9) != "matched"


async def test_a_repeat_does_not_bring_back_a_wallet_that_was_linked_wrongly_before(
    rig: Rig, clock: Clock
) -> None:
    await rig.link(BEN, identities.ADA)
    await rig.links.unlink(BEN, "admin:9", "it is Ada's")
    clock.forward(minutes=11)
    _, victim = await rig.start(ADA)
    await rig.granted(*await rig.approve(identities.ADA))
    await rig.page.closed(victim)
    _, thief = await rig.start(BEN)

    repeated = identities.ADA.user_guid(identities.PLATFORM_ID), identities.ADA.user_id
    assert await theft(rig, clock, thief, repeated, 3) != "matched"


async def test_a_lane_that_was_taken_away_or_works_differently_ends_what_was_open_in_it(
    sandbox: BanqSandbox, rig: Rig, clock: Clock
) -> None:
    _, browser = await rig.start(ADA)
    await rig.linking.settings_may_have_changed()
    assert await rig.state_of(browser) == "open"

    async with (
        Database(rig.database._path) as database,
        build(sandbox, database, rig.sources, rules=LinkingRules(echoes_reference=True)) as echoing,
    ):
        await echoing.linking.settings_may_have_changed()
        assert await echoing.state_of(browser) == "expired"

    clock.forward(minutes=3)
    _, browser = await rig.start(ADA)
    other_lane = {"other": identities.SECOND_PLATFORM_ID}
    async with (
        Database(rig.database._path) as database,
        build(sandbox, database, rig.sources, platform_ids=other_lane) as moved,
    ):
        await moved.linking.settings_may_have_changed()
        assert await moved.state_of(browser) == "expired"
