"""A browser that signs in with Discord: only its owner's goes on, and its owner confirms in chat."""

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from sandbox.banq import identities
from sandbox.banq.server import BanqSandbox
from services.identity import ChatUser
from services.link_page import Gone, Invitation
from services.linking import Linked, LinkingEnded, LinkStarted, NotYours, TooEarly
from services.linking_rules import LinkingRules
from services.sources import Sources
from storage.database import Database
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, LANE, Rig, build

SIGNING_IN = LinkingRules(proof="sign_in")
NOTICES = "SELECT kind FROM outbox ORDER BY id"


@pytest.fixture
async def signing_in(sandbox: BanqSandbox, database: Database, sources: Sources) -> AsyncIterator[Rig]:
    async with build(sandbox, database, sources, rules=SIGNING_IN) as rig:
        yield rig


async def asked(rig: Rig, user: ChatUser) -> tuple[str, str, str]:
    """The page opened, and the browser sent to Discord: (session id, browser, what it must bring back)."""
    session_id, browser = await rig.start(user)
    secret = await rig.page.ask_to_sign_in(browser)
    assert isinstance(secret, str)
    return session_id, browser, secret


async def matched(rig: Rig, user: ChatUser, customer: identities.Customer) -> tuple[str, str]:
    session_id, browser = await rig.signed_in(user)
    await rig.granted(*await rig.approve(customer))
    await rig.page.approved(browser)
    await rig.time_passes()
    assert await rig.state_of(browser) == "matched"
    return session_id, browser


async def test_the_owner_signs_in_approves_and_confirms(signing_in: Rig) -> None:
    session_id, browser = await matched(signing_in, ADA, identities.ADA)
    assert (await signing_in.progress(browser)).finish_code is None

    assert await signing_in.linking.finish(session_id, ADA) == Linked(32)
    assert await signing_in.linking.finish(session_id, ADA) == Linked(32)

    link = await signing_in.links.of(ADA)
    assert link is not None
    assert link.user_guid == identities.ADA.user_guid(identities.PLATFORM_ID)


async def test_the_invitation_says_that_a_sign_in_comes_first(signing_in: Rig) -> None:
    started = await signing_in.linking.start(ADA)
    assert isinstance(started, LinkStarted)

    found = await signing_in.page.look(started.url.rsplit("/", maxsplit=1)[1], None)

    assert found == Invitation("Ada", None, needs_sign_in=True)
    assert started.proof == "sign_in"


async def test_an_opened_page_is_in_no_line_before_it_has_signed_in(signing_in: Rig) -> None:
    _, browser = await signing_in.start(ADA)
    await signing_in.page.join_again(browser)
    await signing_in.page.approved(browser)

    assert await signing_in.state_of(browser) == "opened"
    assert await signing_in.column("SELECT id FROM turns") == []


async def test_another_account_ends_it_and_its_owner_is_told(signing_in: Rig) -> None:
    session_id, browser = await signing_in.start(BEN)

    await signing_in.sign_in(browser, ADA)

    assert await signing_in.state_of(browser) == "wrong_browser"
    assert await signing_in.column(NOTICES) == ["link_wrong_browser"]
    assert await signing_in.linking.finish(session_id, BEN) == LinkingEnded("wrong_browser")
    assert isinstance(await signing_in.page.ask_to_sign_in(browser), Gone)
    await signing_in.page.signed_in(browser, BEN.platform, BEN.id)
    assert await signing_in.state_of(browser) == "wrong_browser"


async def test_the_same_id_on_another_platform_is_another_account(signing_in: Rig) -> None:
    _, browser, secret = await asked(signing_in, ADA)
    assert await signing_in.page.comes_back(browser, secret)

    await signing_in.page.signed_in(browser, "telegram", ADA.id)

    assert await signing_in.state_of(browser) == "wrong_browser"


async def test_what_a_browser_brings_back_counts_once_and_there_alone(signing_in: Rig) -> None:
    _, adas, secret = await asked(signing_in, ADA)
    _, bens, _ = await asked(signing_in, BEN)

    assert not await signing_in.page.comes_back(bens, secret)
    assert not await signing_in.page.comes_back(None, secret)
    assert not await signing_in.page.comes_back("made up", secret)
    assert not await signing_in.page.comes_back(adas, "")
    assert await signing_in.page.comes_back(adas, secret)
    assert not await signing_in.page.comes_back(adas, secret)


async def test_asking_again_makes_the_earlier_one_worthless(signing_in: Rig) -> None:
    _, browser, first = await asked(signing_in, ADA)
    second = await signing_in.page.ask_to_sign_in(browser)
    assert isinstance(second, str)

    assert not await signing_in.page.comes_back(browser, first)
    assert await signing_in.page.comes_back(browser, second)


async def test_a_new_link_while_the_browser_is_at_discord_replaces_the_earlier_one(signing_in: Rig) -> None:
    _, browser, secret = await asked(signing_in, ADA)

    assert isinstance(await signing_in.linking.start(ADA), LinkStarted)

    assert not await signing_in.page.comes_back(browser, secret)
    await signing_in.page.signed_in(browser, ADA.platform, ADA.id)
    assert await signing_in.state_of(browser) == "cancelled"


async def test_of_two_sign_ins_under_way_the_first_to_return_decides(signing_in: Rig) -> None:
    _, browser, first = await asked(signing_in, ADA)
    assert await signing_in.page.comes_back(browser, first)
    second = await signing_in.page.ask_to_sign_in(browser)
    assert isinstance(second, str)
    assert await signing_in.page.comes_back(browser, second)

    for user in (ADA, BEN, ADA):
        await signing_in.page.signed_in(browser, user.platform, user.id)

    assert await signing_in.state_of(browser) == "open"
    proven = "SELECT count(*) FROM audit WHERE action = 'linking: proven'"
    assert await signing_in.column(proven) == [1]


async def test_only_a_hash_of_what_comes_back_is_stored(signing_in: Rig) -> None:
    _, _, secret = await asked(signing_in, ADA)

    stored = await signing_in.column("SELECT sign_in_hash FROM link_sessions")

    assert stored == [hashlib.sha256(secret.encode()).digest()]


async def test_an_expired_page_signs_nobody_in(signing_in: Rig, clock: Clock) -> None:
    _, browser, secret = await asked(signing_in, ADA)
    clock.forward(minutes=10)

    assert await signing_in.page.comes_back(browser, secret)
    await signing_in.page.signed_in(browser, ADA.platform, ADA.id)
    assert isinstance(await signing_in.page.ask_to_sign_in(browser), Gone)
    await signing_in.time_passes()

    assert await signing_in.state_of(browser) == "expired"


async def test_a_press_before_the_approval_is_too_early(signing_in: Rig) -> None:
    session_id, _ = await signing_in.signed_in(ADA)

    assert await signing_in.linking.finish(session_id, ADA) == TooEarly()
    assert await signing_in.linking.finish(session_id, BEN) == NotYours()


async def test_a_code_is_worth_nothing_where_a_sign_in_is_the_proof(signing_in: Rig) -> None:
    session_id, _ = await matched(signing_in, ADA, identities.ADA)

    assert await signing_in.linking.finish(session_id, ADA, "000000") == TooEarly()
    assert await signing_in.links.of(ADA) is None


async def test_a_press_is_worth_nothing_where_the_code_is_the_proof(rig: Rig) -> None:
    session_id, _ = await rig.matched(ADA, identities.ADA)

    assert await rig.linking.finish(session_id, ADA) == TooEarly()
    assert await rig.links.of(ADA) is None


async def test_not_mine_links_nobody(signing_in: Rig) -> None:
    session_id, browser = await matched(signing_in, ADA, identities.BEN)

    await signing_in.linking.cancel(session_id, ADA)

    assert await signing_in.state_of(browser) == "cancelled"
    assert await signing_in.linking.finish(session_id, ADA) == LinkingEnded("cancelled")
    assert await signing_in.links.of(ADA) is None


async def test_a_code_does_not_count_once_the_settings_demand_a_sign_in(
    sandbox: BanqSandbox, database: Database, sources: Sources, rig: Rig
) -> None:
    session_id, code = await rig.matched(ADA, identities.ADA)

    async with build(sandbox, database, sources, rules=SIGNING_IN) as restarted:
        await restarted.linking.settings_may_have_changed()

        assert await restarted.linking.finish(session_id, ADA, code) == LinkingEnded("expired")


async def test_a_sign_in_that_cannot_be_had_any_more_ends_the_attempt(signing_in: Rig, rig: Rig) -> None:
    _, browser = await signing_in.start(ADA)

    await rig.linking.settings_may_have_changed()

    assert await rig.state_of(browser) == "expired"


async def test_a_restart_with_the_same_settings_changes_nothing(signing_in: Rig) -> None:
    _, browser = await matched(signing_in, ADA, identities.ADA)

    await signing_in.linking.settings_may_have_changed()

    assert await signing_in.state_of(browser) == "matched"


async def test_every_step_can_be_another_process(signing_in: Rig, clock: Clock) -> None:
    """A restart in every state: nothing on the way to a link is in memory."""
    states = []

    @asynccontextmanager
    async def restarted() -> AsyncIterator[Rig]:
        async with signing_in.again(rules=SIGNING_IN) as rig:
            await rig.linking.settings_may_have_changed()
            yield rig
        states.extend(await signing_in.column("SELECT state FROM link_sessions WHERE chat_user_id = '1'"))

    _, first_in_line = await signing_in.signed_in(BEN)
    async with restarted() as rig:
        started = await rig.linking.start(ADA)
        assert isinstance(started, LinkStarted)
    async with restarted() as rig:
        browser = await rig.page.begin(started.url.rsplit("/", maxsplit=1)[1])
        assert isinstance(browser, str)
    async with restarted() as rig:
        secret = await rig.page.ask_to_sign_in(browser)
        assert isinstance(secret, str)
    async with restarted() as rig:
        assert await rig.page.comes_back(browser, secret)
        await rig.page.signed_in(browser, ADA.platform, ADA.id)
    async with restarted() as rig:
        await rig.page.closed(first_in_line)
        rig.open_pages.append(browser)
        clock.forward(minutes=10)
        await rig.time_passes()
    async with restarted() as rig:
        await rig.page.closed(browser)
    async with restarted() as rig:
        await rig.page.join_again(browser)
        rig.open_pages.append(browser)
        clock.forward(minutes=10)
        await rig.time_passes()
    guid, user_id = await signing_in.approve(identities.ADA)
    async with restarted() as rig:
        body = {"action": "created", "resourceType": "UserToken", "userGuid": guid, "userId": user_id}
        await rig.inbox.accept(LANE, json.dumps(body).encode())
    async with restarted() as rig:
        await rig.page.approved(browser)
    async with restarted() as rig:
        await rig.work_off()
        await rig.time_passes()
    async with restarted() as rig:
        assert await rig.linking.finish(started.session_id, ADA) == Linked(32)

    assert states == [
        "issued",
        "opened",
        "opened",
        "waiting",
        "open",
        "proven",
        "open",
        "open",
        "approved",
        "matched",
        "linked",
    ]


async def test_where_no_message_in_chat_asks_a_direct_message_does(signing_in: Rig) -> None:
    """After a restart nothing in chat follows along, and the member must still be asked."""
    session_id, _ = await matched(signing_in, ADA, identities.ADA)
    assert await signing_in.column(NOTICES) == ["link_confirm"]
    (held_until,) = await signing_in.column("SELECT next_try_at - created_at FROM outbox")
    assert held_until == timedelta(minutes=1) // timedelta(milliseconds=1)

    # A phone may have forgotten the message in chat, so that it was edited proves nothing.
    standing = await signing_in.linking.standing(session_id, ADA)
    assert not isinstance(standing, NotYours)
    await signing_in.linking.mark_told(standing)
    assert await signing_in.column("SELECT state FROM outbox") == ["pending"]


async def test_a_stranger_cannot_follow_an_attempt(signing_in: Rig) -> None:
    session_id, _ = await signing_in.start(ADA)

    assert await signing_in.linking.standing(session_id, BEN) == NotYours()
