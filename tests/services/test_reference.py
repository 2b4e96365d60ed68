"""Where Banq echoes a reference in its webhook, that alone matches, and nobody waits for anybody."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from sandbox.banq.server import BanqSandbox
from services.linking import Linked, LinkingEnded
from services.linking_rules import LinkingRules
from services.sources import Sources
from storage.database import Database
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, CLEO, TWO_LANES, Rig, build

FIELD = "reference"


@pytest.fixture
async def echoing(sandbox: BanqSandbox, database: Database, sources: Sources) -> AsyncIterator[Rig]:
    rules = LinkingRules(echoes_reference=True)
    async with build(
        sandbox, database, sources, rules=rules, platform_ids=TWO_LANES, reference_field=FIELD
    ) as rig:
        yield rig


async def reference_of(rig: Rig, browser: str) -> str:
    turn = (await rig.progress(browser)).turn
    assert turn is not None
    assert turn.reference is not None
    return turn.reference


async def approve(rig: Rig, customer: identities.Customer, reference: str | None, lane: str = "main") -> None:
    """The customer approves in the widget that was given this reference, and Banq's webhook arrives."""
    grant = rig.sandbox.ledger.approve_platform(customer.email, TWO_LANES[lane])
    data = {"userGuid": grant.user_guid, "userId": grant.user_id}
    echoed = {} if reference is None else {FIELD: reference}
    await rig.webhook({"action": "created", "resourceType": "UserToken", "data": {**data, **echoed}}, lane)
    await rig.time_passes()


async def test_everybody_has_a_turn_at_once(echoing: Rig) -> None:
    browsers = [(await echoing.start(user))[1] for user in (ADA, BEN, CLEO)]

    assert [await echoing.state_of(browser) for browser in browsers] == ["open"] * 3
    assert len({await reference_of(echoing, browser) for browser in browsers}) == 3
    lanes = await echoing.column("SELECT lane FROM turns ORDER BY lane")
    assert lanes == ["main", "main", "second"]


async def test_the_reference_alone_matches(echoing: Rig) -> None:
    """Without the page's own signal, and whoever else approves meanwhile."""
    _, bens = await echoing.start(BEN)
    _, other_lane = await echoing.start(CLEO)
    session_id, adas = await echoing.start(ADA)
    await approve(echoing, identities.ADA, await reference_of(echoing, adas))

    assert [await echoing.state_of(each) for each in (bens, other_lane, adas)] == ["open", "open", "matched"]
    code = await echoing.code_of(adas)
    assert await echoing.linking.finish(session_id, ADA, code) == Linked(32)


@pytest.mark.parametrize("reference", [None, "made-up-made-up-made-up-made-up-made-up"])
async def test_without_its_reference_an_approval_is_nobodys(echoing: Rig, reference: str | None) -> None:
    _, browser = await echoing.start(ADA)
    await echoing.page.approved(browser)

    await approve(echoing, identities.ADA, reference)

    assert await echoing.state_of(browser) == "approved"
    assert await echoing.column("SELECT state FROM grants") == ["unclaimed"]


async def test_a_reference_counts_in_its_own_lane_alone(echoing: Rig) -> None:
    _, browser = await echoing.start(ADA)

    await approve(echoing, identities.ADA, await reference_of(echoing, browser), "second")

    assert await echoing.state_of(browser) == "open"


async def test_two_wallets_with_one_reference_link_nobody(echoing: Rig) -> None:
    _, browser = await echoing.start(ADA)
    reference = await reference_of(echoing, browser)

    await approve(echoing, identities.ADA, reference)
    await approve(echoing, identities.BEN, reference)

    assert await echoing.state_of(browser) == "unmatched"


async def test_a_repeated_webhook_is_one_approval(echoing: Rig) -> None:
    _, browser = await echoing.start(ADA)
    reference = await reference_of(echoing, browser)

    for _ in range(5):
        await approve(echoing, identities.ADA, reference)

    assert await echoing.state_of(browser) == "matched"


async def test_the_reference_of_an_ended_turn_links_nobody(echoing: Rig) -> None:
    _, browser = await echoing.start(ADA)
    reference = await reference_of(echoing, browser)
    await echoing.page.closed(browser)
    await echoing.page.join_again(browser)

    await approve(echoing, identities.ADA, reference)

    assert await echoing.state_of(browser) == "open"
    assert await reference_of(echoing, browser) != reference


async def test_another_members_wallet_is_a_conflict_at_once(echoing: Rig) -> None:
    session_id, adas = await echoing.start(ADA)
    await approve(echoing, identities.ADA, await reference_of(echoing, adas))
    await echoing.linking.finish(session_id, ADA, await echoing.code_of(adas))
    _, bens = await echoing.start(BEN)
    await approve(echoing, identities.ADA, await reference_of(echoing, bens))

    assert await echoing.state_of(bens) == "conflict"


async def test_of_two_who_approve_one_wallet_the_first_to_confirm_has_it(echoing: Rig) -> None:
    adas, first = await echoing.start(ADA)
    await echoing.start(CLEO)  # in the other lane
    bens, second = await echoing.start(BEN)
    for browser in (first, second):
        await approve(echoing, identities.ADA, await reference_of(echoing, browser))
    codes = [await echoing.code_of(browser) for browser in (first, second)]

    assert await echoing.linking.finish(bens, BEN, codes[1]) == Linked(32)
    assert await echoing.linking.finish(adas, ADA, codes[0]) == LinkingEnded("conflict")

    assert await echoing.links.of(ADA) is None
    assert await echoing.column("SELECT chat_user_id FROM links") == [BEN.id]


async def test_a_wallet_that_was_linked_meanwhile_is_not_even_offered(echoing: Rig) -> None:
    _, adas = await echoing.start(ADA)
    await echoing.start(CLEO)  # in the other lane
    session_id, bens = await echoing.start(BEN)
    await approve(echoing, identities.ADA, await reference_of(echoing, bens))
    guid, user_id = await echoing.approve(identities.ADA)
    data = {"userGuid": guid, "userId": user_id, FIELD: await reference_of(echoing, adas)}
    await echoing.webhook({"action": "created", "resourceType": "UserToken", "data": data})
    assert await echoing.linking.finish(session_id, BEN, await echoing.code_of(bens)) == Linked(32)

    await echoing.time_passes()

    assert await echoing.state_of(adas) == "conflict"


@pytest.mark.parametrize("is_revoked", [True, False])
async def test_a_page_closed_while_banq_is_asked_stays_as_it_is(echoing: Rig, is_revoked: bool) -> None:
    _, browser = await echoing.start(ADA)
    reference = await reference_of(echoing, browser)
    guid, user_id = await echoing.approve(identities.ADA)
    data = {"userGuid": guid, "userId": user_id, FIELD: reference}
    await echoing.webhook({"action": "created", "resourceType": "UserToken", "data": data})
    if is_revoked:
        echoing.sandbox.ledger.revoke_platform(identities.ADA.email, identities.PLATFORM_ID)
    asked = echoing.sandbox.faults.received["nfts"]
    echoing.sandbox.faults.add(Fault(route="nfts", times=1, hold=True))
    settling = asyncio.create_task(echoing.matching.settle())
    await echoing.sandbox.store.until(lambda: echoing.sandbox.faults.received["nfts"] == asked + 1)

    await echoing.page.closed(browser)
    echoing.sandbox.faults.release()
    await settling

    assert await echoing.state_of(browser) == "proven"
    assert await echoing.column("SELECT state FROM grants") == ["unclaimed"]


async def test_a_turn_with_a_reference_ends_too(echoing: Rig, clock: Clock) -> None:
    _, browser = await echoing.start(ADA)
    clock.forward(minutes=5)
    await echoing.time_passes()

    assert await echoing.state_of(browser) == "proven"


async def test_an_approval_that_banq_does_not_show_yet_is_waited_for(echoing: Rig, clock: Clock) -> None:
    """Also where no page has reported one."""
    _, browser = await echoing.start(ADA)
    echoing.sandbox.faults.add(Fault(route="nfts", status=404, times=1))
    await approve(echoing, identities.ADA, await reference_of(echoing, browser))
    assert await echoing.state_of(browser) == "open"

    clock.forward(seconds=1)
    await echoing.time_passes()
    assert await echoing.state_of(browser) == "matched"


async def test_an_approval_that_banq_never_shows_is_refused(echoing: Rig, clock: Clock) -> None:
    _, browser = await echoing.start(ADA)
    echoing.sandbox.faults.add(Fault(route="nfts", status=404))
    await approve(echoing, identities.ADA, await reference_of(echoing, browser))
    clock.forward(minutes=2, seconds=1)
    await echoing.time_passes()

    assert await echoing.state_of(browser) == "refused"
