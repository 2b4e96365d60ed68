"""Banq misbehaving wherever it is asked: what the member reads is the sentence for it, and is true.

Each row: what goes wrong, where the withdrawal stands then, what Banq received and took, and what is read;
then, once Banq is well again, the same for what has become of it.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.banq import identities
from sandbox.banq.faults import Route
from sandbox.banq.state import Transaction
from services.wording.text import Words
from tests.conftest import Clock
from tests.services.misbehaviour import ODD, asked, fault, later, owner_approves, struck, untold
from tests.services.rig import ADA, BEN, GOOD_ADDRESS, ITS_END, Rig, key_of
from tests.services.telling import assert_true, seen, story, truth, words_of
from tests.services.told import (
    APPROVE,
    BUSY,
    COMPLETED,
    LEFT,
    NAME,
    NOT_HELD,
    NOT_SIGNED_IN,
    PICTURE,
    REJECTED,
    SAID_NO,
    SENDING,
    SILENT,
    STALE,
    UNKNOWN,
    UNREACHABLE,
)

SOLANA_ADDRESS = "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T"

# -- before anything is sent: the token and the NFT list, for the review and at its confirmation


@pytest.mark.parametrize("what", ODD)
@pytest.mark.parametrize("route", ["token", "nfts"])
@pytest.mark.parametrize("step", ["review", "confirm"])
async def test_before_anything_is_sent_banq_is_not_answering(
    linked: Rig, clock: Clock, step: str, route: Route, what: str
) -> None:
    draft = await linked.draft(ADA, PICTURE)
    clock.forward(minutes=2)
    before = linked.sandbox.faults.received[route]
    async with struck(linked, route, what) as rig:
        if step == "review":
            words = words_of(await rig.withdrawals.draft(ADA, key_of(PICTURE), GOOD_ADDRESS, 1))
        else:
            words = words_of(await rig.withdrawals.confirm(draft.id, ADA, ITS_END))

    assert seen(words) == SILENT
    assert assert_true(words, truth(linked, PICTURE))
    assert linked.sandbox.faults.received[route] > before
    assert asked(linked) == (0, 0)
    assert (await linked.stored(draft)).state == "draft"
    assert await linked.column("SELECT state FROM links") == ["active"]

    linked.sandbox.faults.clear()
    await linked.confirm(ADA, draft)
    assert await story(linked, draft) == APPROVE


# -- the one call that sends it


@dataclass(frozen=True)
class Post:
    """`then`: once Banq is well, and the owner has approved what there is to approve."""

    what: str
    state: str
    asked: int
    accepted: int
    told: tuple[str, str]
    then: tuple[str, str]


POSTS = (
    # what              state             asked, accepted  told           then
    Post("slow before", "unknown", 1, 0, UNKNOWN, UNKNOWN),
    Post("slow after", "unknown", 1, 1, UNKNOWN, LEFT),
    Post("hangs up before", "unknown", 1, 0, UNKNOWN, UNKNOWN),
    Post("hangs up after", "unknown", 1, 1, UNKNOWN, LEFT),
    Post("400", "refused", 1, 0, SAID_NO, SAID_NO),
    Post("401", "refused", 2, 0, NOT_SIGNED_IN, NOT_SIGNED_IN),
    Post("401 once", "awaiting_owner", 2, 1, APPROVE, COMPLETED),
    Post("403", "refused", 1, 0, SAID_NO, SAID_NO),
    Post("404", "refused", 1, 0, SAID_NO, SAID_NO),
    Post("429", "refused", 1, 0, BUSY, BUSY),
    Post("500 before", "unknown", 1, 0, UNKNOWN, UNKNOWN),
    Post("500 after", "unknown", 1, 1, UNKNOWN, LEFT),
    Post("503 before", "unknown", 1, 0, UNKNOWN, UNKNOWN),
    Post("503 after", "unknown", 1, 1, UNKNOWN, LEFT),
    Post("no JSON", "unknown", 1, 1, UNKNOWN, LEFT),
    Post("odd JSON", "unknown", 1, 1, UNKNOWN, LEFT),
    Post("nothing", "unknown", 1, 1, UNKNOWN, LEFT),
)


@pytest.mark.parametrize("row", POSTS, ids=lambda row: row.what)
async def test_what_banq_does_to_the_one_call(linked: Rig, clock: Clock, row: Post) -> None:
    draft = await linked.draft(ADA, PICTURE)
    async with struck(linked, "withdraw", row.what) as rig:
        outcome = await rig.withdrawals.confirm(draft.id, ADA, ITS_END)

    assert (await linked.stored(draft)).state == row.state
    assert asked(linked) == (row.asked, row.accepted)
    assert seen(words_of(outcome)) == await story(linked, draft) == row.told

    linked.sandbox.faults.clear()
    await owner_approves(linked)
    await later(linked, clock)
    await later(linked, clock)
    assert await story(linked, draft) == row.then
    again = await linked.withdrawals.confirm(draft.id, ADA, ITS_END)
    assert seen(words_of(again)) == row.then
    assert asked(linked)[0] == row.asked, "pressing again sends nothing"

    another = await linked.withdrawals.draft(ADA, key_of(PICTURE), GOOD_ADDRESS, 1)
    title = {"refused": f"Withdraw {NAME}?", "unknown": "This NFT is already being withdrawn"}
    left = (await linked.stored(draft)).state == "completed"
    assert words_of(another).title == ("You do not hold this NFT" if left else title[row.state])
    assert_true(words_of(another), truth(linked, PICTURE))


async def test_a_token_that_has_expired_and_cannot_be_renewed_sends_nothing(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)
    linked.sandbox.faults.add(fault("withdraw", "401 once"))
    linked.sandbox.faults.add(fault("token", "503"))

    await linked.confirm(ADA, draft)

    assert asked(linked) == (1, 0)
    assert await story(linked, draft) == UNREACHABLE


@pytest.mark.parametrize(
    ("status", "state", "told"),
    [
        ("processing", "processing", SENDING),
        ("completed", "completed", COMPLETED),
        ("rejected", "failed", REJECTED),
        ("", "awaiting_owner", APPROVE),
        ("marinating", "awaiting_owner", APPROVE),
    ],
)
async def test_an_answer_that_is_further_on_is_believed(
    linked: Rig, monkeypatch: pytest.MonkeyPatch, status: str, state: str, told: tuple[str, str]
) -> None:
    draft = await linked.draft(ADA, PICTURE)
    answers(linked, monkeypatch, status)

    withdrawal = await linked.confirm(ADA, draft)

    assert withdrawal.state == state
    assert await story(linked, draft) == told
    assert await untold(linked) == [], "the member has just read it"


def answers(rig: Rig, monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    """Banq takes a withdrawal, does that at once, and answers so; words that it never uses change nothing."""
    ledger, withdraw = rig.sandbox.ledger, rig.sandbox.ledger.withdraw

    def moved_on(**order: Any) -> Transaction:
        transaction = withdraw(**order)
        match status:
            case "processing":
                transaction.status = "processing"
            case "completed" | "rejected":
                ledger.finish(transaction.id, status)
            case _:
                return transaction.model_copy(update={"status": status})
        return transaction

    monkeypatch.setattr(ledger, "withdraw", moved_on)


async def test_an_answer_with_the_id_of_another_withdrawal_is_no_answer(
    linked: Rig, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = await linked.confirm(ADA, await linked.draft(ADA, "quiet-hours-3"))
    draft = await linked.draft(ADA, PICTURE)
    withdraw = linked.sandbox.ledger.withdraw
    same_id = {"id": other.banq_transaction_id}
    monkeypatch.setattr(
        linked.sandbox.ledger, "withdraw", lambda **order: withdraw(**order).model_copy(update=same_id)
    )

    outcome = await linked.withdrawals.confirm(draft.id, ADA, ITS_END)

    assert seen(words_of(outcome)) == await story(linked, draft) == UNKNOWN
    await owner_approves(linked)
    await later(linked, clock)
    await later(linked, clock)
    assert await story(linked, draft) == LEFT


# -- what is no fault of Banq's


async def test_an_approval_taken_back_is_told_as_such_only_after_a_second_look(
    linked: Rig, clock: Clock
) -> None:
    draft = await linked.draft(ADA, PICTURE)
    linked.sandbox.ledger.revoke_platform(identities.ADA.email, identities.PLATFORM_ID)
    for told in (SILENT, STALE):
        clock.forward(seconds=30)
        words = words_of(await linked.withdrawals.confirm(draft.id, ADA, ITS_END))
        assert seen(words) == told
        assert assert_true(words, truth(linked, PICTURE))
    assert asked(linked) == (0, 0)


async def test_an_nft_gone_at_the_confirmation_is_said_to_be(linked: Rig, clock: Clock) -> None:
    draft = await linked.draft(ADA, PICTURE)
    linked.sandbox.ledger.move_away(identities.ADA.email, PICTURE)
    clock.forward(seconds=1)

    words = words_of(await linked.withdrawals.confirm(draft.id, ADA, ITS_END))

    assert seen(words) == NOT_HELD
    assert assert_true(words, truth(linked, PICTURE))
    assert asked(linked) == (0, 0)


async def test_a_strangers_confirmation_tells_nothing_and_sends_nothing(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)

    words = words_of(await linked.withdrawals.confirm(draft.id, BEN, ITS_END))

    assert seen(words) == (
        "This is not yours",
        "Only the person who started this can use it. Use the command yourself.",
    )
    assert asked(linked) == (0, 0)
    assert (await linked.stored(draft)).state == "draft"


@pytest.mark.parametrize(
    ("to", "title"),
    [
        (GOOD_ADDRESS[:-3] + "Ee7", "This address has a mistake in it"),
        (SOLANA_ADDRESS, "This address is on another network"),
        ("0x" + "0" * 40, "This address destroys what it gets"),
    ],
)
async def test_a_wrong_address_gets_no_review(linked: Rig, to: str, title: str) -> None:
    outcome = await linked.withdrawals.draft(ADA, key_of(PICTURE), to, 1)

    assert words_of(outcome).title == title
    assert await linked.column("SELECT id FROM withdrawals") == []


# -- and a sentence that is not true is found out


@pytest.mark.parametrize(
    "lie",
    [STALE, NOT_HELD, LEFT, SENDING, COMPLETED, REJECTED, SAID_NO, BUSY, UNREACHABLE, NOT_SIGNED_IN],
)
async def test_a_lie_about_what_waits_for_its_owner_is_found_out(linked: Rig, lie: tuple[str, str]) -> None:
    await linked.confirm(ADA, await linked.draft(ADA, PICTURE))
    true = truth(linked, PICTURE)

    with pytest.raises(AssertionError):
        assert_true(Words(*lie), true)
