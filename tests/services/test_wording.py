"""Every sentence that the bot says: one for each case, in plain words, with foreign text marked."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from inspect import isfunction, signature
from types import ModuleType
from typing import get_args

import pytest

from services.address_book import Listed
from services.addresses import AddressProblem
from services.links import Conflict, Frozen, LinkFrozen, LinkStale, NotLinked, Unlinked, WalletOverview
from services.nfts import BanqSilent
from services.overview import BanqState, Overview
from services.refused_webhooks import Refusal
from services.settling import Settlement
from services.standing import Standing
from services.wallet import Selection, Wallet
from services.withdrawal_history import Story
from services.withdrawals import Drafted
from services.wording import (
    address_book,
    addresses,
    gallery,
    general,
    limits,
    linking,
    team,
    team_status,
    team_withdrawals,
    wallet,
    withdrawal_list,
    withdrawal_story,
    withdrawals,
)
from services.wording.help import Situation, help_words
from services.wording.language import ENGLISH
from services.wording.text import Markup, Words
from storage.address_book import SavedAddress
from storage.limits import Pause
from storage.link_sessions import ENDED, Proof
from storage.withdrawals import Withdrawal
from tests.services.audited import actions, reasons
from tests.services.rig import GOOD_ADDRESS
from tests.services.words_of_limits import each_of_members, of_limits, of_the_book
from tests.services.words_of_team import WELL, activity, of_audit, of_status, of_webhooks

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STATES = (
    *("confirmed", "submitting", "awaiting_owner", "processing", "unknown"),
    *("completed", "cancelled", "expired", "refused", "failed"),
)
# The history leaves out what was never confirmed.
LISTED = frozenset(STATES) - {"expired"}
REASONS = {
    "completed": (None, "left_the_wallet", "settled_by_team"),
    "cancelled": (None, "too_late", "paused", "link_ended"),
    "refused": (None, "banq_said_no", "banq_unreachable", "banq_busy", "bot_not_signed_in"),
    "failed": (None, "rejected_at_banq", "cancelled_at_banq", "expired_at_banq", "settled_by_team"),
}
PROOFS: tuple[Proof, ...] = ("sign_in", "code")
LIVE_STATES = ("issued", "opened", "proven", "waiting", "open", "approved", "matched")
NOTICES = (
    *("link_stale", "link_wrong_browser", "link_unmatched", "link_conflict", "link_refused", "link_expired"),
    *("unlinked_by_admin", "frozen_by_admin"),
)
JARGON = re.compile(
    r"webhook|user ?guid|\bAPI\b|token ?data|HTTP|JSON|(?-i:\bNone\b)|\bTrue\b", re.IGNORECASE
)
MODULES = (
    *(general, linking, wallet, gallery, addresses, address_book),
    *(withdrawals, withdrawal_story, withdrawal_list),
)
OF_THE_TEAM = (team, team_status, team_withdrawals)


class MarkingMarkup(Markup):
    """Puts a fence around all that came through it, so that a test sees what did not."""

    def foreign(self, text: str, limit: int = 80) -> str:
        return f"⟦{text[:limit]}⟧" if text else ""

    def bold(self, text: str) -> str:
        return text

    def code(self, text: str) -> str:
        return f"⟦{text}⟧"

    def member(self, user_id: str) -> str:
        return f"member {user_id}"

    def time(self, time: datetime) -> str:
        return f"at {time:%H:%M}"

    def moment(self, time: datetime) -> str:
        return f"{time:%d.%m. at %H:%M}"


M = MarkingMarkup(ENGLISH)
STRANGE = "foreignwords"
ANOTHER_ADDRESS = "0x8617E340B3D01FA5F11F306F4090FD50E238070D"
DRAFT = Withdrawal(
    id="1",
    link_id="1",
    chat_platform="discord",
    chat_user_id="1",
    lane="main",
    user_guid="secret-guid",
    banq_user_id='"secret-user"',
    token_data_id='"secret-token"',
    source_banq='"secret-source"',
    nft_name=f"{STRANGE} name",
    nft_image_url=None,
    chain=f"{STRANGE} chain",
    amount=1,
    network="evm",
    address=GOOD_ADDRESS,
    state="draft",
    created_at=NOW,
    expires_at=NOW,
    updated_at=NOW,
)


SAVED = SavedAddress("1", "discord", "1", f"{STRANGE} label", "evm", GOOD_ADDRESS, NOW)


def each_withdrawal() -> Iterator[Withdrawal]:
    """One in each state, for each reason, with all that Banq may have said."""
    for state in STATES:
        for reason in REASONS.get(state, (None,)):
            yield replace(
                DRAFT,
                state=state,
                reason=reason,
                amount=3,
                banq_message=f"{STRANGE} message",
                transaction_hash=f"{STRANGE}-hash",
            )


SAVED = SavedAddress("1", "discord", "1", f"{STRANGE} label", "evm", GOOD_ADDRESS, NOW)
# The longest way that leads to a state.
WAYS = {
    "completed": ("confirmed", "submitting", "unknown", "awaiting_owner", "processing", "completed"),
    "failed": ("confirmed", "submitting", "unknown", "awaiting_owner", "processing", "failed"),
}


def each_story() -> Iterator[Story]:
    """Each withdrawal, to an address with a label and to one without, with all times or just the last."""
    for withdrawal in each_withdrawal():
        states = WAYS.get(withdrawal.state, ("confirmed", withdrawal.state))
        times = {state: NOW + timedelta(minutes=number) for number, state in enumerate(states)}
        yield Story(withdrawal, times, SAVED)
        yield Story(withdrawal, {withdrawal.state: NOW}, None)


def each_standing() -> Iterator[Standing]:
    """An attempt in each of its states, for each way to prove whose it is."""
    for proof in PROOFS:
        for state in (*LIVE_STATES, *ENDED):
            for number in (0, 1, 2, 13, 22):
                yield Standing(
                    session_id="s-1",
                    state=state,
                    proof=proof,
                    chat_user_name=f"{STRANGE} name",
                    chat_avatar_url=None,
                    expires_at=NOW,
                    place=number if state == "waiting" else None,
                    wait=timedelta(seconds=40 * number) if state == "waiting" else None,
                    nft_count=number,
                )


def about_withdrawals() -> Iterator[Words]:
    for each in each_withdrawal():
        yield withdrawal_story.withdrawal_news(M, each)
    for story in each_story():
        words = withdrawal_story.withdrawal_story(M, story)
        yield words
        yield withdrawal_story.no_longer_followed(M, words)
    yield withdrawal_story.withdrawal_reminder(M, DRAFT)


def about_nothing_to_see() -> Iterator[Words]:
    for is_silent in (False, True):
        for unreadable in (0, 1, 2):
            seen = Wallet((), unreadable, NOW)
            yield gallery.empty(M, seen, is_banq_silent=is_silent)
            for selection in (Selection(search=STRANGE), Selection("1", STRANGE), Selection("1")):
                yield gallery.nothing_fits(M, seen, selection, is_banq_silent=is_silent)


def said_alone(module: ModuleType) -> Iterator[Words | str]:
    """What needs nothing to be said but a markup: messages, labels and the like."""
    for value in vars(module).values():
        if isinstance(value, Words):
            yield value
        elif isfunction(value) and list(signature(value).parameters) == ["m"]:
            yield value(M)


def told_to_members() -> Iterator[Words]:
    for module in MODULES:
        yield from (said for said in said_alone(module) if isinstance(said, Words))
    for standing in each_standing():
        yield linking.link_standing(M, standing)
    yield linking.already_linked(M, NOW)
    yield linking.cooling_down(M, NOW)
    for number in (0, 1, 2):
        yield linking.linked(M, number, replaces=number > 1)
        yield linking.wrong_code(M, number)
        yield wallet.unlink_review(M, WalletOverview("active", NOW, ("discord",), number, number // 2))
        yield wallet.unlinked(M, Unlinked(number, number))
        yield wallet.freeze_review(M, WalletOverview("active", NOW, ("discord",), number, number))
        yield wallet.frozen(M, Frozen(number, number))
        yield withdrawals.amount_refused(M, number)
        for state in ("active", "stale", "frozen"):
            yield wallet.wallet(
                M, WalletOverview(state, NOW, ("discord",), number, 0), wallet.nft_count(M, number, number)
            )
    for outcome in (NotLinked(), LinkStale(), LinkFrozen(), BanqSilent()):
        yield wallet.no_wallet(M, outcome)
    yield from about_withdrawals()
    yield withdrawals.withdrawal_review(M, Drafted(DRAFT, None, None))
    for problem in AddressProblem:
        yield addresses.address_refused(M, problem, f"{STRANGE} chain")
        yield addresses.address_refused(M, problem, None)
    yield from about_nothing_to_see()
    yield from of_the_book(M, SAVED)
    yield from of_limits(M, NOW)
    for kind in NOTICES:
        yield general.notice_about_link(M, kind)
    yield from each_help()
    yield general.failure(M, "7F3K2")


def told_to_the_team() -> Iterator[Words]:
    for module in OF_THE_TEAM:
        yield from (said for said in said_alone(module) if isinstance(said, Words))
    for dead_notices in (0, 1, 2):
        shown = overview(dead_notices=dead_notices)
        yield from of_status(M, replace(shown, refused_webhooks=dict.fromkeys(Refusal, dead_notices)), NOW)
    yield from of_audit(M, NOW, actions(), [STRANGE * 20, *reasons()])
    yield from of_webhooks(M)
    for state in ("active", "stale", "frozen"):
        yield team.member(M, STRANGE, WalletOverview(state, NOW, ("discord",), 1, 0))
    yield replace(team.member_not_linked(M, STRANGE), text=team.conflict(M, Conflict(NOW, "123")))
    for number in (0, 1, 2):
        yield team.member_unlinked(M, STRANGE, Unlinked(number, number))
        yield team.member_frozen(M, STRANGE, Frozen(number, number))
        yield team_withdrawals.paused(M, number)
        yield team_withdrawals.stuck(M, [replace(DRAFT, state="unknown")] * number)
    yield team_withdrawals.already_paused(M, Pause(NOW, STRANGE, STRANGE))
    yield team_withdrawals.resumed(M, Pause(NOW, STRANGE, STRANGE))
    for settlement in get_args(Settlement):
        yield team_withdrawals.settled(M, settlement)
    yield team_withdrawals.still_checking(M, NOW)
    yield team.stuck(M, "1", NOW)
    yield from (team.contradicted(M, each) for each in each_withdrawal())


def each_help() -> Iterator[Words]:
    for is_set in (False, True):
        yield help_words(M, Situation(NotLinked(), is_linking=is_set, is_paused=False))
        for state in ("active", "stale", "frozen"):
            for running in (0, 1, 2):
                wallet_now = WalletOverview(state, NOW, ("discord",), running, 0)
                yield help_words(M, Situation(wallet_now, is_linking=False, is_paused=is_set))


def in_short() -> Iterator[str]:
    """Sentences that are not whole messages."""
    for module in MODULES:
        yield from (said for said in said_alone(module) if isinstance(said, str))
    yield address_book.family(M, SAVED.network)
    yield addresses.network(M, None)
    for number in (0, 1, 2):
        yield wallet.nft_count(M, number, number)
        yield gallery.unreadable(M, number)
    for shown in each_of_members(NOW, 1):
        for count in (0, 1, 2):
            yield from limits.running_holds(M, shown, [Listed(SAVED, NOW)] * count)
    for each in each_withdrawal():
        if each.state in LISTED:
            yield withdrawal_list.list_entry(M, each)
    for outcome in (NotLinked(), LinkStale(), BanqSilent()):
        yield wallet.nothing_to_choose(M, outcome)


def sentences() -> list[str]:
    return [f"{words.title}\n{words.text}" for words in told_to_members()] + list(in_short())


def test_nothing_is_left_unsaid() -> None:
    for words in told_to_members():
        assert words.title.strip()
        assert words.text.strip()
        assert "{" not in words.title + words.text


def test_no_sentence_has_jargon_in_it() -> None:
    for sentence in sentences():
        assert not JARGON.search(sentence), sentence


def test_no_sentence_has_banqs_ids_in_it() -> None:
    for sentence in sentences():
        assert "secret-" not in sentence, sentence


def test_foreign_text_always_goes_through_the_markup() -> None:
    marked = [sentence for sentence in sentences() if STRANGE in sentence.lower()]
    assert len(marked) > 15

    for sentence in marked:
        assert STRANGE not in re.sub(r"⟦.*?⟧", "", sentence, flags=re.DOTALL).lower(), sentence


def test_an_nft_without_a_name_is_called_unnamed() -> None:
    words = withdrawals.withdrawal_review(M, Drafted(replace(DRAFT, nft_name=""), None, None))

    assert "an NFT without a name" in words.title


def test_every_way_that_linking_can_end_has_words() -> None:
    # A linked session is told by linked().
    for state in (*ENDED - {"linked"}, "over"):
        assert linking.linking_ended(M, state).title
    with pytest.raises(LookupError):
        linking.linking_ended(M, "linked")


def test_the_review_shows_the_whole_address() -> None:
    text = withdrawals.withdrawal_review(M, Drafted(DRAFT, None, None)).text

    assert GOOD_ADDRESS in text.replace(" ", "")
    assert "cannot be undone" in text


def test_the_review_tells_all_that_matters() -> None:
    saved = SavedAddress("1", "discord", "1", "Cold", "evm", GOOD_ADDRESS, NOW)
    alike = replace(saved, label="Warm", address=ANOTHER_ADDRESS)
    drafted = Drafted(
        replace(DRAFT, nft_image_url="https://a.example/1", amount=2, chain="polygon"), saved, None, held=5
    )

    words = withdrawals.withdrawal_review(M, drafted)
    assert "Banq e-mails you" in words.text
    assert "your saved address" in words.text
    assert "Cold" in words.text
    assert "Polygon" in words.text
    assert "2 of the 5 that you hold" in words.text
    assert words.image_url == "https://a.example/1"
    assert [action.name for action in words.actions] == ["withdraw-confirm", "withdraw-cancel"]

    words = withdrawals.withdrawal_review(M, Drafted(DRAFT, None, alike))
    assert "a new address" in words.text
    assert "Warm" in words.text
    assert ANOTHER_ADDRESS in words.text.replace(" ", "")
    assert [action.name for action in words.actions] == ["withdraw-retype", "withdraw-cancel"]


def test_a_state_without_words_is_an_error() -> None:
    with pytest.raises(AssertionError):
        withdrawal_story.withdrawal_news(M, replace(DRAFT, state="made up"))
    with pytest.raises(LookupError):
        linking.link_standing(M, replace(next(each_standing()), state="made up"))


def test_only_a_browser_that_signed_in_is_confirmed_by_a_press() -> None:
    for standing in each_standing():
        names = {action.name for action in linking.link_standing(M, standing).actions}
        assert ("link-confirm" in names) == (standing.state == "matched" and standing.proof == "sign_in")
        assert ("link-code" in names) == (standing.proof == "code" and standing.state not in ENDED)


def test_an_attempt_that_goes_on_can_always_be_given_up() -> None:
    for standing in each_standing():
        names = {action.name for action in linking.link_standing(M, standing).actions}
        assert ("link-cancel" in names) == (standing.state not in ENDED)


@pytest.mark.parametrize(
    ("place", "wait_s", "told"),
    [
        (1, 0, "number 1 in line|in less than a minute"),
        (2, 44, "number 2 in line|in less than a minute"),
        (3, 50, "number 3 in line|in about a minute"),
        (11, 100, "number 11 in line|in about 2 minutes"),
        (22, 3600, "number 22 in line|in about 60 minutes"),
    ],
)
def test_the_line_is_told_by_place_and_time(place: int, wait_s: int, told: str) -> None:
    waiting = next(each for each in each_standing() if each.state == "waiting")

    words = linking.link_standing(M, replace(waiting, place=place, wait=timedelta(seconds=wait_s)))

    assert all(part in words.title + words.text for part in told.split("|"))


def overview(banq: BanqState = BanqState.WELL, dead_notices: int = 0) -> Overview:
    return Overview(
        banq=banq,
        last_webhook_at=None,
        linking={"waiting": 2},
        links={"active": 3},
        withdrawals={"awaiting_owner": 2, "rejected_at_banq": 1},
        webhooks={},
        refused_webhooks={},
        parked_webhooks={},
        notices={"kept": 1, "dead": dead_notices},
        dead_notices=dead_notices,
        oldest_dead_notice_at=NOW if dead_notices else None,
        unclaimed_grants_lately=1,
        pause=None,
    )


@pytest.mark.parametrize("state", list(BanqState))
def test_the_team_is_told_how_things_are(state: BanqState) -> None:
    words = team_status.status(M, overview(state), WELL, activity(NOW))

    assert team_status.banq(M, state) in words.text
    assert "3 active" in words.text
    assert "2 waiting for the owner's approval, 1 rejected by the owner" in words.text
    assert "matched nobody in 24 hours 1" in words.text
    assert (words.tone == "good") == (state is BanqState.WELL)


def test_the_team_is_told_how_a_pause_ends() -> None:
    paused = replace(overview(), pause=Pause(NOW, "operator", "restored from a backup"))

    assert "/admin resume" in team_status.status(M, paused, WELL, activity(NOW)).text


@pytest.mark.parametrize(
    ("refusal", "told", "tone"),
    [
        (Refusal.WRONG_SIGNATURE, "3 with no signature or a wrong one (check ⟦signature_secrets⟧", "warning"),
        (Refusal.MALFORMED, "3 that could not be read", "warning"),
        (Refusal.WRONG_PATH, "3 with a wrong secret in the address", "good"),
    ],
)
def test_the_team_is_told_that_webhooks_were_refused(refusal: Refusal, told: str, tone: str) -> None:
    words = team_status.status(M, replace(overview(), refused_webhooks={refusal: 3}), WELL, activity(NOW))

    assert f"refused since the start {told}" in words.text
    assert words.tone == tone


def test_the_team_is_told_why_webhooks_were_set_aside_and_what_to_do() -> None:
    parked = {"Banq refused the call (403)": 4, "KeyError": 2, "ValueError": 1, "TypeError": 1}

    words = team_status.status(M, replace(overview(), parked_webhooks=parked), WELL, activity(NOW))

    assert (
        "8 after failures: ⟦Banq refused the call (403)⟧ (4), ⟦KeyError⟧ (2), ⟦ValueError⟧ (1). Look"
        in words.text
    )
    assert "banqbot events list" in words.text
    assert words.tone == "warning"


def test_each_state_is_told_to_the_team_in_plain_words() -> None:
    queues = (
        LIVE_STATES,
        ("active", "stale", "frozen", "unlinked"),
        ("draft", *STATES, *filter(None, REASONS["failed"])),
        ("pending", "processed", "unknown"),
        ("pending", "kept", "delivered"),
    )
    linking, links, withdrawals_, webhooks, notices = (dict.fromkeys(states, 17) for states in queues)
    counted = replace(
        overview(), linking=linking, links=links, withdrawals=withdrawals_, webhooks=webhooks, notices=notices
    )

    text = team_status.status(M, counted, WELL, activity(NOW)).text

    assert text.count("17 ") == sum(len(states) for states in queues)
    assert "_" not in text


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1, "1 notice could not be delivered, written at 12:00; its member sees it at the next command"),
        (3, "3 notices could not be delivered, the oldest written at 12:00; their members see them at their"),
    ],
)
def test_the_team_is_told_what_could_not_be_delivered(count: int, told: str) -> None:
    words = team_status.status(M, overview(dead_notices=count), WELL, activity(NOW))

    assert told in words.text
    assert words.tone == "warning"
    assert "dead" not in words.text
    assert "could not be" not in team_status.status(M, overview(), WELL, activity(NOW)).text


@pytest.mark.parametrize("state", ["active", "stale", "frozen"])
def test_the_team_is_told_how_a_member_stands(state: str) -> None:
    words = team.member(M, "Ada", WalletOverview(state, NOW, ("discord",), 1, 0))

    assert words.text.startswith("Ada linked a wallet ")
    assert words.text.endswith("under way: 1.")
