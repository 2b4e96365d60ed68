"""Withdrawals up to the one call to Banq: draft, review, confirm once, or leave it."""

import asyncio

import pytest

from banq.models import LARGEST_AMOUNT
from sandbox.banq import identities
from sandbox.banq.catalogue import HOSTILE_NAME, NFTS
from services.addresses import AddressProblem
from services.identity import ChatUser
from services.links import LinkFrozen, LinkStale, NotLinked
from services.nfts import BanqSilent
from services.withdrawal_history import History
from services.withdrawals import (
    AddressRefused,
    AlreadyRunning,
    AmountRefused,
    Drafted,
    DraftGone,
    DraftOutcome,
    NftNotChosen,
    NftNotFound,
    NotYourWithdrawal,
    RetypeNeeded,
    Submitted,
)
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, GOOD_ADDRESS, ITS_END, Rig, key_of

PICTURE = "quiet-hours-2"
TILE = "glaze-garden-8"  # an ERC-1155; Ada holds 5


def asked(rig: Rig) -> int:
    """How often Banq was asked to withdraw."""
    return rig.sandbox.faults.received["withdraw"]


def accepted(rig: Rig) -> int:
    return rig.sandbox.faults.accepted["withdraw"]


async def set_link_state(rig: Rig, state: str) -> None:
    async with rig.database.transaction() as tx:
        await tx.execute("UPDATE links SET state = ?1", state)


async def test_a_draft_says_what_goes_where(linked: Rig) -> None:
    outcome = await linked.withdrawals.draft(ADA, key_of(PICTURE), GOOD_ADDRESS.lower(), 1)

    assert isinstance(outcome, Drafted)
    assert outcome.withdrawal.state == "draft"
    assert outcome.withdrawal.nft_name == "First Frost at Elm Pass"
    assert outcome.withdrawal.address == GOOD_ADDRESS
    assert outcome.withdrawal.chain == "ethereum"
    assert asked(linked) == 0


@pytest.mark.parametrize("typed", ["Salt Wind", "salt  WIND "])
async def test_an_nft_may_be_named(linked: Rig, typed: str) -> None:
    outcome = await linked.withdrawals.draft(ADA, typed, GOOD_ADDRESS, 1)

    assert isinstance(outcome, Drafted)
    assert outcome.withdrawal.nft_name == "Salt Wind"


async def test_a_hostile_name_is_kept_clean(linked: Rig) -> None:
    draft = await linked.draft(ADA, "glaze-garden-14")

    assert draft.nft_name != HOSTILE_NAME
    assert len(draft.nft_name) <= 100
    assert not {"\u202e", "\u202c", "\u200b", "\u200d"} & set(draft.nft_name)


OWN_CONTRACT = NFTS[PICTURE].contract_address
ZERO = "0x" + "0" * 40


@pytest.mark.parametrize(
    ("nft", "to", "amount", "refusal"),
    [
        ("No such picture", GOOD_ADDRESS, 1, NftNotChosen()),
        ("", GOOD_ADDRESS, 1, NftNotChosen()),
        (key_of("quiet-hours-13"), GOOD_ADDRESS, 1, NftNotFound()),
        ("Harbour Before Rain", GOOD_ADDRESS, 1, NftNotChosen()),
        (key_of(PICTURE), GOOD_ADDRESS, 0, AmountRefused(1)),
        (key_of(PICTURE), GOOD_ADDRESS, -1, AmountRefused(1)),
        (key_of(PICTURE), GOOD_ADDRESS, 2, AmountRefused(1)),
        (key_of(TILE), GOOD_ADDRESS, 6, AmountRefused(5)),
        (key_of(PICTURE), "meadow.eth", 1, AddressRefused(AddressProblem.NAME, "ethereum")),
        (key_of(TILE), ZERO, 1, AddressRefused(AddressProblem.BURNS, "polygon")),
        (key_of(PICTURE), OWN_CONTRACT, 1, AddressRefused(AddressProblem.OWN_CONTRACT, "ethereum")),
    ],
)
async def test_a_draft_is_refused(linked: Rig, nft: str, to: str, amount: int, refusal: DraftOutcome) -> None:
    assert await linked.withdrawals.draft(ADA, nft, to, amount) == refusal

    assert await linked.column("SELECT count(*) FROM withdrawals") == [0]


async def test_without_a_link_there_is_no_draft(linked: Rig) -> None:
    assert await linked.withdrawals.draft(BEN, key_of(PICTURE), GOOD_ADDRESS, 1) == NotLinked()


@pytest.mark.parametrize(("state", "refusal"), [("stale", LinkStale()), ("frozen", LinkFrozen())])
async def test_a_stopped_link_neither_drafts_nor_sends(
    linked: Rig, state: str, refusal: LinkStale | LinkFrozen
) -> None:
    draft = await linked.draft(ADA, PICTURE)
    await set_link_state(linked, state)

    assert await linked.withdrawals.draft(ADA, key_of(PICTURE), GOOD_ADDRESS, 1) == refusal
    assert await linked.withdrawals.confirm(draft.id, ADA, ITS_END) == refusal
    assert asked(linked) == 0


async def test_while_banq_is_away_nothing_is_drafted_or_sent(linked: Rig, clock: Clock) -> None:
    draft = await linked.draft(ADA, PICTURE)
    clock.forward(minutes=2)
    linked.sandbox.faults.outage = "503"

    assert await linked.withdrawals.draft(ADA, key_of(PICTURE), GOOD_ADDRESS, 1) == BanqSilent()
    assert await linked.withdrawals.confirm(draft.id, ADA, ITS_END) == BanqSilent()

    linked.sandbox.faults.clear()
    assert (await linked.confirm(ADA, draft)).state == "awaiting_owner"


@pytest.mark.parametrize(
    "slug",
    [
        pytest.param("pebble-folk-1", id="a string"),
        pytest.param("glaze-garden-1", id="a string of digits"),
        pytest.param("quiet-hours-2", id="an integer"),
        pytest.param("quiet-hours-11", id="an integer beyond 2**53"),
    ],
)
async def test_banq_gets_its_ids_back_exactly(linked: Rig, slug: str) -> None:
    withdrawal = await linked.confirm(ADA, await linked.draft(ADA, slug))

    assert withdrawal.state == "awaiting_owner"
    [transaction] = linked.sandbox.ledger.transactions
    assert transaction.nft == slug
    assert transaction.platform_id == identities.PLATFORM_ID
    assert withdrawal.banq_transaction_id == transaction.id


async def test_several_of_an_edition_may_be_sent(linked: Rig) -> None:
    withdrawal = await linked.confirm(ADA, await linked.draft(ADA, TILE, 3))

    assert withdrawal.state == "awaiting_owner"
    [transaction] = linked.sandbox.ledger.transactions
    assert transaction.amount == 3
    assert transaction.external_address == GOOD_ADDRESS


async def test_pressing_confirm_again_sends_nothing_more(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)

    first = await linked.confirm(ADA, draft)
    second = await linked.confirm(ADA, draft)

    assert first == second
    assert asked(linked) == accepted(linked) == 1


async def test_two_confirms_at_once_send_one(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)

    outcomes = await asyncio.gather(*(linked.withdrawals.confirm(draft.id, ADA, ITS_END) for _ in range(2)))

    assert all(isinstance(outcome, Submitted) for outcome in outcomes)
    assert asked(linked) == accepted(linked) == 1
    assert (await linked.stored(draft)).state == "awaiting_owner"


async def test_two_processes_confirming_at_once_send_one(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)

    async with linked.again() as other:
        outcomes = await asyncio.gather(
            *(each.withdrawals.confirm(draft.id, ADA, ITS_END) for each in (linked, other, linked, other))
        )

    assert all(isinstance(outcome, Submitted) for outcome in outcomes)
    assert asked(linked) == accepted(linked) == 1


async def test_two_drafts_of_one_nft_confirmed_at_once_send_one(linked: Rig) -> None:
    drafts = [await linked.draft(ADA, TILE), await linked.draft(ADA, TILE)]

    outcomes = await asyncio.gather(*(linked.withdrawals.confirm(draft.id, ADA, ITS_END) for draft in drafts))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["AlreadyRunning", "Submitted"]
    assert asked(linked) == accepted(linked) == 1


async def test_an_nft_on_its_way_is_not_withdrawn_again(linked: Rig) -> None:
    second = await linked.draft(ADA, PICTURE)
    running = await linked.confirm(ADA, await linked.draft(ADA, PICTURE))

    assert await linked.withdrawals.confirm(second.id, ADA, ITS_END) == AlreadyRunning(running)
    again = await linked.withdrawals.draft(ADA, key_of(PICTURE), GOOD_ADDRESS, 1)
    assert again == AlreadyRunning(running)
    assert asked(linked) == 1


async def test_an_nft_that_is_gone_at_confirm_is_not_sent(linked: Rig, clock: Clock) -> None:
    draft = await linked.draft(ADA, PICTURE)
    linked.sandbox.ledger.move_away(identities.ADA.email, PICTURE)
    clock.forward(seconds=1)

    assert await linked.withdrawals.confirm(draft.id, ADA, ITS_END) == NftNotFound()
    assert asked(linked) == 0


async def test_too_few_at_confirm_are_not_sent(linked: Rig, clock: Clock) -> None:
    draft = await linked.draft(ADA, TILE, 5)
    linked.sandbox.ledger.move_away(identities.ADA.email, TILE)
    clock.forward(seconds=1)

    assert await linked.withdrawals.confirm(draft.id, ADA, ITS_END) == AmountRefused(4)
    assert asked(linked) == 0


async def test_more_than_can_be_counted_is_withdrawn_from_all_the_same(
    linked: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Banq lists one NFT twice, each time with as many as there can be."""
    monkeypatch.setitem(NFTS, "once more", NFTS[TILE])
    linked.sandbox.store.state.holdings[identities.ADA.email][TILE] = LARGEST_AMOUNT

    confirmed = await linked.confirm(ADA, await linked.draft(ADA, TILE))

    assert (confirmed.state, confirmed.held_when_confirmed) == ("awaiting_owner", LARGEST_AMOUNT)


async def test_access_taken_back_before_confirm_sends_nothing(linked: Rig, clock: Clock) -> None:
    draft = await linked.draft(ADA, PICTURE)
    linked.sandbox.ledger.revoke_platform(identities.ADA.email, identities.PLATFORM_ID)
    clock.forward(seconds=1)

    assert await linked.withdrawals.confirm(draft.id, ADA, ITS_END) == BanqSilent()
    clock.forward(seconds=30)
    assert await linked.withdrawals.confirm(draft.id, ADA, ITS_END) == LinkStale()
    assert asked(linked) == 0


async def test_a_draft_lives_ten_minutes(linked: Rig, clock: Clock) -> None:
    draft = await linked.draft(ADA, PICTURE)

    clock.forward(minutes=10)

    assert await linked.withdrawals.confirm(draft.id, ADA, ITS_END) == DraftGone("expired")
    assert (await linked.stored(draft)).state == "expired"
    assert asked(linked) == 0


async def test_overdue_drafts_are_swept_and_others_are_not(linked: Rig, clock: Clock) -> None:
    old = await linked.draft(ADA, PICTURE)
    sent = await linked.confirm(ADA, await linked.draft(ADA, TILE))
    clock.forward(minutes=9)
    young = await linked.draft(ADA, "quiet-hours-3")
    clock.forward(minutes=1)

    await linked.withdrawals.expire_drafts()

    states = [(await linked.stored(each)).state for each in (old, sent, young)]
    assert states == ["expired", "awaiting_owner", "draft"]
    assert await linked.withdrawals.confirm(old.id, ADA, ITS_END) == DraftGone("expired")


async def test_a_cancelled_draft_cannot_be_confirmed(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)

    assert await linked.withdrawals.cancel(draft.id, ADA) == DraftGone("cancelled")
    assert await linked.withdrawals.confirm(draft.id, ADA, ITS_END) == DraftGone("cancelled")
    assert asked(linked) == 0


async def test_what_is_sent_cannot_be_cancelled(linked: Rig) -> None:
    sent = await linked.confirm(ADA, await linked.draft(ADA, PICTURE))

    assert await linked.withdrawals.cancel(sent.id, ADA) == Submitted(sent)


@pytest.mark.parametrize("stranger", [BEN, ChatUser("telegram", ADA.id, "Ada")])
async def test_a_stranger_can_neither_confirm_nor_cancel(linked: Rig, stranger: ChatUser) -> None:
    draft = await linked.draft(ADA, PICTURE)

    assert await linked.withdrawals.confirm(draft.id, stranger, ITS_END) == NotYourWithdrawal()
    assert await linked.withdrawals.cancel(draft.id, stranger) == NotYourWithdrawal()

    assert await linked.withdrawals.confirm("made up", ADA, ITS_END) == NotYourWithdrawal()
    assert await linked.withdrawals.cancel("made up", ADA) == NotYourWithdrawal()
    assert (await linked.stored(draft)).state == "draft"
    assert asked(linked) == 0


async def test_a_draft_of_an_ended_link_is_worth_nothing(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)
    await linked.links.unlink(ADA, "member", "by command")
    await linked.link(ADA, identities.ADA)

    assert await linked.withdrawals.confirm(draft.id, ADA, ITS_END) == DraftGone("cancelled", "link_ended")
    assert asked(linked) == 0


async def test_each_way_a_draft_can_go_is_in_the_audit_log(linked: Rig, clock: Clock) -> None:
    await linked.confirm(ADA, await linked.draft(ADA, PICTURE))
    await linked.withdrawals.cancel((await linked.draft(ADA, TILE)).id, ADA)
    await linked.draft(ADA, TILE)
    clock.forward(minutes=10)
    await linked.withdrawals.expire_drafts()

    rows = await linked.database.read.fetch_all(
        "SELECT actor, action FROM audit WHERE action LIKE 'withdrawal:%' ORDER BY id"
    )

    assert [tuple(row) for row in rows] == [
        ("member", "withdrawal: confirmed"),
        ("bot", "withdrawal: submitting"),
        ("banq", "withdrawal: awaiting_owner"),
        ("member", "withdrawal: cancelled"),
        ("bot", "withdrawal: expired"),
    ]


async def test_the_history_has_the_newest_first_and_no_drafts(linked: Rig, clock: Clock) -> None:
    sent = []
    for slug in ("quiet-hours-2", "quiet-hours-3", "quiet-hours-4"):
        clock.forward(seconds=1)
        sent.append(await linked.confirm(ADA, await linked.draft(ADA, slug)))
    await linked.draft(ADA, "quiet-hours-6")
    left = await linked.draft(ADA, "quiet-hours-7")
    await linked.withdrawals.cancel(left.id, ADA)

    assert await linked.history.of(ADA) == History(sent[::-1], page=1, pages=1, count=3)
    assert await linked.history.of(BEN) == History([], page=1, pages=1, count=0)


@pytest.mark.parametrize("typed", [None, "", "7", "169ee8", "52908400", GOOD_ADDRESS])
async def test_a_new_address_is_sent_to_only_once_its_end_was_typed(linked: Rig, typed: str | None) -> None:
    draft = await linked.draft(ADA, PICTURE)

    outcome = await linked.withdrawals.confirm(draft.id, ADA, typed)

    assert isinstance(outcome, RetypeNeeded)
    assert outcome.typed == typed
    assert (await linked.stored(draft)).state == "draft"
    assert asked(linked) == 0


@pytest.mark.parametrize("typed", ["169EE7", " 169ee7 ", "16 9EE7"])
async def test_the_end_of_a_new_address_may_be_typed_in_any_case_and_with_the_gap_it_is_shown_with(
    linked: Rig, typed: str
) -> None:
    draft = await linked.draft(ADA, PICTURE)

    assert isinstance(await linked.withdrawals.confirm(draft.id, ADA, typed), Submitted)


async def test_whoever_mistypes_the_end_still_reads_how_many_are_sent(linked: Rig) -> None:
    draft = await linked.draft(ADA, "glaze-garden-8", amount=2)

    outcome = await linked.withdrawals.confirm(draft.id, ADA, "123456")

    assert isinstance(outcome, RetypeNeeded)
    assert outcome.draft.held == 5


async def test_a_saved_address_need_not_be_typed_again(linked: Rig) -> None:
    await linked.address_book.add(ADA, "Cold", GOOD_ADDRESS)
    outcome = await linked.withdrawals.draft(ADA, key_of(PICTURE), "cold", 1)
    assert isinstance(outcome, Drafted)
    assert outcome.saved is not None
    assert outcome.saved.label == "Cold"

    assert isinstance(await linked.withdrawals.confirm(outcome.withdrawal.id, ADA), Submitted)


@pytest.mark.parametrize("position", [20, 41])
async def test_an_address_that_resembles_a_saved_one_is_named(linked: Rig, position: int) -> None:
    digit = "3" if GOOD_ADDRESS[position] != "3" else "4"
    alike = (GOOD_ADDRESS[:position] + digit + GOOD_ADDRESS[position + 1 :]).lower()
    await linked.address_book.add(ADA, "Cold", GOOD_ADDRESS)

    outcome = await linked.withdrawals.draft(ADA, key_of(PICTURE), alike, 1)

    assert isinstance(outcome, Drafted)
    assert outcome.saved is None
    assert outcome.look_alike is not None
    assert outcome.look_alike.label == "Cold"


async def test_an_expired_review_says_so_whatever_is_typed_and_however_banq_is(
    linked: Rig, clock: Clock
) -> None:
    draft = await linked.draft(ADA, PICTURE)
    clock.forward(minutes=10)
    linked.sandbox.faults.outage = "503"

    assert await linked.withdrawals.confirm(draft.id, ADA) == DraftGone("expired")


async def test_a_review_of_a_link_that_ended_says_why(linked: Rig) -> None:
    draft = await linked.draft(ADA, PICTURE)
    await linked.links.freeze(ADA, "admin:1", "account was taken")

    assert await linked.withdrawals.confirm(draft.id, ADA, ITS_END) == DraftGone("cancelled", "link_ended")
