"""Linking, from the command to the row that decides who may see and send a wallet's NFTs."""

import base64
import hashlib
import re

import pytest

from sandbox.banq import identities
from services.identity import ChatUser
from services.link_page import Bound, Gone, Invitation
from services.linking import (
    AlreadyLinked,
    Cancelled,
    CodeUnreadable,
    Linked,
    LinkingEnded,
    LinkStarted,
    NotYours,
    TooEarly,
    UnderWay,
    WrongCode,
)
from services.links import Unlinked
from services.sources import Sources
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, Rig

WRONG = "999999"


async def issued(rig: Rig, user: ChatUser) -> tuple[str, str]:
    """`/link`: (session id, token of the link)."""
    started = await rig.linking.start(user)
    assert isinstance(started, LinkStarted)
    return started.session_id, started.url.rsplit("/", maxsplit=1)[1]


async def rest(rig: Rig, clock: Clock) -> None:
    """A lane rests after a turn that linked nobody, lest a late one falls into the next."""
    clock.forward(minutes=2)
    await rig.time_passes()


async def test_an_honest_member_is_linked(rig: Rig) -> None:
    await rig.link(ADA, identities.ADA)

    link = await rig.links.of(ADA)
    assert link is not None
    assert link.user_guid == identities.ADA.user_guid(identities.PLATFORM_ID)
    assert link.state == "active"


async def test_the_link_is_kept_as_a_hash_only(rig: Rig) -> None:
    _, token = await issued(rig, ADA)
    browser = await rig.page.begin(token)
    assert isinstance(browser, str)

    for column, secret in (("token_hash", token), ("browser_hash", browser)):
        kept = await rig.column(f"SELECT {column} FROM link_sessions")  # noqa: S608
        assert kept == [hashlib.sha256(secret.encode()).digest()]


def test_what_must_not_be_guessed_has_32_random_bytes() -> None:
    tokens = [Sources().new_token() for _ in range(50)]

    assert len(set(tokens)) == 50
    for token in tokens:
        assert len(base64.urlsafe_b64decode(token + "=")) == 32


def test_a_code_has_six_digits_and_may_begin_with_a_nought() -> None:
    codes = [Sources().new_code() for _ in range(500)]

    assert all(re.fullmatch("[0-9]{6}", code) for code in codes)
    assert len({code[0] for code in codes}) == 10


async def test_a_new_link_replaces_the_earlier_one(rig: Rig) -> None:
    _, earlier = await issued(rig, ADA)

    _, later = await issued(rig, ADA)

    assert await rig.page.look(earlier, None) == Gone()
    assert await rig.page.begin(earlier) == Gone()
    assert await rig.page.look(later, None) == Invitation("Ada", None, needs_sign_in=False)


async def test_a_new_link_takes_the_turn_from_the_earlier_page(rig: Rig, clock: Clock) -> None:
    _, browser = await rig.start(ADA)
    _, waiting = await rig.start(BEN)

    await issued(rig, ADA)

    assert await rig.state_of(browser) == "cancelled"
    await rest(rig, clock)
    assert await rig.state_of(waiting) == "open"


async def test_the_code_of_a_replaced_link_is_worth_nothing(rig: Rig) -> None:
    session_id, code = await rig.matched(ADA, identities.ADA)
    await rig.linking.cancel(session_id, ADA)
    await issued(rig, ADA)

    assert await rig.linking.finish(session_id, ADA, code) == LinkingEnded("cancelled")
    assert await rig.links.of(ADA) is None


async def test_link_gives_up_neither_a_place_in_line_nor_an_approval(rig: Rig, clock: Clock) -> None:
    session_id, browser = await rig.start(ADA)
    bens, waiting = await rig.start(BEN)
    outcome = await rig.linking.start(BEN)
    assert isinstance(outcome, UnderWay)
    assert (outcome.standing.session_id, outcome.standing.state, outcome.standing.place) == (
        bens,
        "waiting",
        1,
    )

    await rig.granted(*await rig.approve(identities.ADA))
    await rig.page.approved(browser)
    for state in ("approved", "matched"):
        outcome = await rig.linking.start(ADA)
        assert isinstance(outcome, UnderWay)
        assert (outcome.standing.session_id, outcome.standing.state) == (session_id, state)
        await rig.time_passes()
    assert await rig.state_of(waiting) == "waiting"
    clock.forward(minutes=11)
    assert isinstance(await rig.linking.start(ADA), LinkStarted), "an attempt whose time is up is given up"


async def test_a_linked_member_is_told_since_when(linked: Rig, clock: Clock) -> None:
    linked_at = clock()
    clock.forward(minutes=3)

    assert await linked.linking.start(ADA) == AlreadyLinked(linked_at)


async def test_a_link_preview_consumes_nothing(rig: Rig) -> None:
    _, token = await issued(rig, ADA)

    for _ in range(3):
        assert await rig.page.look(token, None) == Invitation("Ada", None, needs_sign_in=False)

    assert isinstance(await rig.page.begin(token), str)


async def test_a_used_link_knows_only_its_own_browser(rig: Rig) -> None:
    _, token = await issued(rig, ADA)
    browser = await rig.page.begin(token)
    assert isinstance(browser, str)
    _, other_browser = await rig.start(BEN)

    assert await rig.page.look(token, browser) == Bound()
    assert await rig.page.look(token, other_browser) == Gone()
    assert await rig.page.look(token, "made up") == Gone()
    assert await rig.page.look(token, None) == Gone()
    assert await rig.page.begin(token) == Gone()


async def test_a_guessed_link_looks_like_a_used_one(rig: Rig) -> None:
    assert await rig.page.look("made-up", None) == Gone()
    assert await rig.page.begin("made-up") == Gone()
    assert await rig.page.progress("made-up") == Gone()


async def test_a_link_expires_after_ten_minutes(rig: Rig, clock: Clock) -> None:
    session_id, token = await issued(rig, ADA)

    clock.forward(minutes=10)

    assert await rig.page.look(token, None) == Gone()
    assert await rig.page.begin(token) == Gone()
    assert await rig.linking.finish(session_id, ADA, WRONG) == LinkingEnded("expired")


async def test_a_code_expires_after_ten_minutes(rig: Rig, clock: Clock) -> None:
    session_id, code = await rig.matched(ADA, identities.ADA)

    clock.forward(minutes=10)

    assert await rig.linking.finish(session_id, ADA, code) == LinkingEnded("expired")
    assert await rig.links.of(ADA) is None


async def test_a_code_is_good_until_it_expires(rig: Rig, clock: Clock) -> None:
    session_id, code = await rig.matched(ADA, identities.ADA)

    clock.forward(minutes=9, seconds=59)
    await rig.time_passes()

    assert await rig.linking.finish(session_id, ADA, code) == Linked(32)


async def test_cancelling_links_nobody_and_frees_the_turn(rig: Rig, clock: Clock) -> None:
    session_id, browser = await rig.start(ADA)
    _, waiting = await rig.start(BEN)

    assert await rig.linking.cancel(session_id, ADA) == Cancelled()

    assert await rig.state_of(browser) == "cancelled"
    await rest(rig, clock)
    assert await rig.state_of(waiting) == "open"
    assert await rig.linking.cancel(session_id, ADA) == LinkingEnded("cancelled")
    assert await rig.linking.finish(session_id, ADA, WRONG) == LinkingEnded("cancelled")


async def test_how_it_ended_does_not_change_with_time(rig: Rig, clock: Clock) -> None:
    session_id, _ = await rig.start(ADA)
    await rig.linking.cancel(session_id, ADA)

    clock.forward(minutes=30)

    assert await rig.linking.finish(session_id, ADA, WRONG) == LinkingEnded("cancelled")


async def test_cancelling_what_is_linked_changes_nothing(rig: Rig) -> None:
    session_id, code = await rig.matched(ADA, identities.ADA)
    await rig.linking.finish(session_id, ADA, code)

    assert await rig.linking.cancel(session_id, ADA) == Linked(32)
    assert await rig.links.of(ADA) is not None


async def test_the_fifth_wrong_code_ends_it(rig: Rig, clock: Clock) -> None:
    session_id, code = await rig.matched(ADA, identities.ADA)
    _, waiting = await rig.start(BEN)

    tries = [await rig.linking.finish(session_id, ADA, WRONG) for _ in range(5)]

    assert tries == [WrongCode(4), WrongCode(3), WrongCode(2), WrongCode(1), WrongCode(0)]
    assert await rig.linking.finish(session_id, ADA, code) == LinkingEnded("refused")
    assert await rig.links.of(ADA) is None
    for _ in range(5):
        assert await rig.state_of(waiting) == "waiting"
        await rest(rig, clock)
    assert await rig.state_of(waiting) == "open"


async def test_the_right_code_counts_after_wrong_ones(rig: Rig) -> None:
    session_id, code = await rig.matched(ADA, identities.ADA)
    for _ in range(4):
        await rig.linking.finish(session_id, ADA, WRONG)

    assert await rig.linking.finish(session_id, ADA, code) == Linked(32)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12a456", "\u0661" * 6, "\u00b2" * 6])
async def test_what_is_no_code_costs_no_try(rig: Rig, typed: str) -> None:
    session_id, _ = await rig.matched(ADA, identities.ADA)

    assert await rig.linking.finish(session_id, ADA, typed) == CodeUnreadable()
    assert await rig.linking.finish(session_id, ADA, WRONG) == WrongCode(4)


@pytest.mark.parametrize("written", ["{}{}", "{} {}", "{}-{}", "{}\u00a0{}", "  {}{} "])
async def test_a_code_may_be_typed_with_spaces(rig: Rig, written: str) -> None:
    session_id, code = await rig.matched(ADA, identities.ADA)

    assert await rig.linking.finish(session_id, ADA, written.format(code[:3], code[3:])) == Linked(32)


async def test_a_code_before_the_approval_is_too_early(rig: Rig) -> None:
    not_opened, _ = await issued(rig, ADA)
    assert await rig.linking.finish(not_opened, ADA, WRONG) == TooEarly()

    opened, browser = await rig.start(ADA)
    assert await rig.linking.finish(opened, ADA, WRONG) == TooEarly()

    await rig.page.approved(browser)
    assert await rig.linking.finish(opened, ADA, WRONG) == TooEarly()

    waiting, _ = await rig.start(BEN)
    assert await rig.linking.finish(waiting, BEN, WRONG) == TooEarly()


async def test_a_stranger_can_neither_finish_nor_cancel(rig: Rig) -> None:
    session_id, code = await rig.matched(ADA, identities.ADA)

    assert await rig.linking.finish(session_id, BEN, code) == NotYours()
    assert await rig.linking.cancel(session_id, BEN) == NotYours()
    assert await rig.linking.finish("made up", ADA, code) == NotYours()

    assert await rig.links.of(BEN) is None
    assert await rig.linking.finish(session_id, ADA, code) == Linked(32)


async def test_the_same_id_on_another_chat_platform_is_a_stranger(rig: Rig) -> None:
    session_id, code = await rig.matched(ADA, identities.ADA)

    assert await rig.linking.finish(session_id, ChatUser("telegram", ADA.id, "Ada"), code) == NotYours()


async def test_the_code_can_be_sent_twice(rig: Rig) -> None:
    session_id, code = await rig.matched(ADA, identities.ADA)

    for _ in range(2):
        assert await rig.linking.finish(session_id, ADA, code) == Linked(32)

    assert await rig.column("SELECT count(*) FROM links") == [1]


async def test_an_old_button_does_not_say_that_a_wallet_is_linked_which_is_not(rig: Rig) -> None:
    session_id, code = await rig.matched(ADA, identities.ADA)
    assert isinstance(await rig.linking.finish(session_id, ADA, code), Linked)
    await rig.links.unlink(ADA, "member", "asked in chat")

    assert await rig.linking.finish(session_id, ADA, code) == LinkingEnded("over")
    assert await rig.linking.cancel(session_id, ADA) == LinkingEnded("over")


async def test_after_unlinking_one_can_link_again(linked: Rig) -> None:
    first = await linked.links.of(ADA)
    assert isinstance(await linked.links.unlink(ADA, "member", "by command"), Unlinked)

    await linked.link(ADA, identities.ADA)

    second = await linked.links.of(ADA)
    assert first is not None
    assert second is not None
    assert second.id != first.id
    assert second.user_guid == first.user_guid


async def test_a_stale_link_is_replaced_by_a_fresh_one(linked: Rig) -> None:
    stale = await linked.links.of(ADA)
    assert stale is not None
    draft = await linked.draft(ADA, "quiet-hours-2")
    await linked.links.access_lost(stale.id)

    await linked.link(ADA, identities.ADA)

    link = await linked.links.of(ADA)
    assert link is not None
    assert link.state == "active"
    assert await linked.column("SELECT state FROM links ORDER BY rowid") == ["unlinked", "active"]
    assert "wallet replaced" in await linked.column("SELECT action FROM audit")
    assert (await linked.stored(draft)).state == "cancelled"


async def test_linking_another_wallet_says_that_it_takes_the_place(linked: Rig, clock: Clock) -> None:
    await linked.links.freeze(ADA, "member", "asked in chat")
    clock.forward(minutes=11)
    session_id, code = await linked.matched(ADA, identities.BEN)
    outcome = await linked.linking.finish(session_id, ADA, code)

    assert isinstance(outcome, Linked)
    assert outcome.replaces
