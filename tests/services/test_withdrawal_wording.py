"""A withdrawal's story: what has happened, what comes next, and where the NFT is, in every state."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.withdrawal_history import Story
from services.wording import withdrawal_list, withdrawal_story
from tests.services.rig import ADA, BEN
from tests.services.test_wording import (
    DRAFT,
    LISTED,
    NOW,
    REASONS,
    SAVED,
    STRANGE,
    M,
    each_story,
    each_withdrawal,
)


def test_every_state_in_the_history_has_words() -> None:
    for each in each_withdrawal():
        if each.state in LISTED:
            words = withdrawal_list.withdrawal_state(M, each)
            assert words in withdrawal_list.list_entry(M, each)
            assert words in withdrawal_list.already_running(M, each, ADA).text


def test_the_details_of_a_running_withdrawal_are_only_for_its_owner() -> None:
    """Another member of the wallet's owner may come upon it."""
    mine, anothers = (
        withdrawal_list.already_running(M, replace(DRAFT, state="processing"), user) for user in (ADA, BEN)
    )

    assert [action.label for action in mine.actions] == ["Details"]
    assert anothers == replace(mine, actions=())


def test_what_left_the_wallet_is_not_listed_as_completed() -> None:
    gone = replace(DRAFT, state="completed", reason="left_the_wallet")

    text = withdrawal_list.list_entry(M, gone)

    assert "Left your wallet" in text
    assert "completed" not in text.lower()


def test_each_reason_has_words_of_its_own() -> None:
    told = [
        withdrawal_story.withdrawal_news(M, each).text for each in each_withdrawal() if each.state in REASONS
    ]

    # A refusal by Banq with a message reads the same with its reason or without.
    assert len(set(told)) == len(told) - 1


def test_how_a_withdrawal_stands_always_says_where_the_nft_is_now() -> None:
    for each in each_withdrawal():
        told = withdrawal_story.withdrawal_news(M, each).text
        _, _, where = told.partition("Where it is now: ")
        assert "your Banq wallet" in where or "⟦0x5290…9EE7⟧" in where, told


@pytest.mark.parametrize("state", ["refused", "cancelled", "expired"])
def test_what_was_not_sent_is_said_not_to_be(state: str) -> None:
    for reason in REASONS.get(state, (None,)):
        words = withdrawal_story.withdrawal_news(M, replace(DRAFT, state=state, reason=reason))

        assert "Nothing was sent" in words.title + words.text
        assert "Where it is now: in your Banq wallet." in words.text


def test_an_unknown_outcome_never_invites_to_try_again() -> None:
    text = withdrawal_story.withdrawal_news(M, replace(DRAFT, state="unknown")).text

    assert "Do not start again" in text
    assert "Try again" not in text
    assert "/withdraw " not in text


def timeline(state: str, reason: str | None = None, *, reached: tuple[str, ...] = ()) -> list[str]:
    """The lines with signs; times are minutes after the confirmation."""
    states = ("confirmed", *reached, state)
    times = {each: NOW + timedelta(minutes=number) for number, each in enumerate(states)}
    story = Story(replace(DRAFT, state=state, reason=reason), times, SAVED)
    lines = withdrawal_story.withdrawal_story(M, story).text.split("\n")
    return [line for line in lines if line[:1] in "✅⏳◻⚠⛔" and line]


TO = f"⟦0x5290…9EE7⟧ (⟦{STRANGE} label⟧)"
CONFIRMED = "✅ You confirmed · at 12:00"
TAKEN = "✅ Banq took it and e-mailed you · at 12:01"
NO_ANSWER = "⚠️ Banq gave no answer · at 12:01"
FAILED = "⛔ Banq reports that it failed · at 12:03"
ARRIVES = f"◻️ Arrives at {TO}"
ON_THE_WAY = ("awaiting_owner", "processing")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            timeline("submitting"),
            [CONFIRMED, "⏳ Asking Banq", "◻️ You approve it at Banq", "◻️ Banq sends it", ARRIVES],
        ),
        (
            timeline("awaiting_owner"),
            [CONFIRMED, TAKEN, "⏳ Waiting for you to approve it at Banq", "◻️ Banq sends it", ARRIVES],
        ),
        (
            timeline("processing", reached=("awaiting_owner",)),
            [CONFIRMED, TAKEN, "✅ You approved it at Banq · at 12:02", "⏳ Banq is sending it", ARRIVES],
        ),
        (
            timeline("completed", reached=ON_THE_WAY),
            [CONFIRMED, TAKEN, "✅ You approved it at Banq · at 12:02", f"✅ Arrived at {TO} · at 12:03"],
        ),
        (
            # Banq's mail and the approval went unseen, and there are no times for them.
            timeline("completed", reached=("unknown",)),
            [
                *(CONFIRMED, NO_ANSWER, "✅ Banq took it and e-mailed you", "✅ You approved it at Banq"),
                f"✅ Arrived at {TO} · at 12:02",
            ],
        ),
        (
            timeline("completed", "left_the_wallet", reached=("unknown",)),
            [CONFIRMED, NO_ANSWER, "✅ It left your Banq wallet · at 12:02"],
        ),
        (
            timeline("completed", "settled_by_team", reached=("unknown",)),
            [CONFIRMED, NO_ANSWER, "✅ It was sent, says the team · at 12:02"],
        ),
        (
            timeline("failed", "settled_by_team", reached=("unknown",)),
            [CONFIRMED, NO_ANSWER, "⛔ It was not sent, says the team · at 12:02"],
        ),
        (
            timeline("failed", "rejected_at_banq", reached=("awaiting_owner",)),
            [CONFIRMED, TAKEN, "⛔ You rejected it at Banq · at 12:02"],
        ),
        (
            timeline("failed", reached=ON_THE_WAY),
            [
                CONFIRMED,
                TAKEN,
                "✅ You approved it at Banq · at 12:02",
                "⛔ Banq reports that it failed · at 12:03",
            ],
        ),
        (timeline("refused", "banq_said_no"), [CONFIRMED, "⛔ Banq said no · at 12:01"]),
        (timeline("cancelled", "paused"), [CONFIRMED, "⛔ Cancelled before it was sent · at 12:01"]),
    ],
)
def test_the_timeline_tells_what_was_and_what_comes(lines: list[str], told: list[str]) -> None:
    assert lines == told


def test_only_what_is_under_way_still_waits_for_something() -> None:
    for story in each_story():
        told = withdrawal_story.withdrawal_story(M, story).text
        assert ("⏳" in told) == (story.withdrawal.state in withdrawal_story.UNDER_WAY)


def test_the_story_shows_the_whole_address_and_whose_label_it_has() -> None:
    withdrawal = replace(DRAFT, state="completed", amount=3, transaction_hash="0xabc")

    text = withdrawal_story.withdrawal_story(M, Story(withdrawal, {}, SAVED)).text
    new = withdrawal_story.withdrawal_story(M, Story(withdrawal, {}, None)).text

    assert f"your saved address ⟦{STRANGE} label⟧" in text
    assert "0x 5290 8400 0985 2788 6E0F 7030 0698 57D2 E416 9EE7" in text
    assert "3 \N{MULTIPLICATION SIGN} " in text
    assert "⟦0xabc⟧" in text
    assert "not in your address book" in new
