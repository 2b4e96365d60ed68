"""The words for the team about withdrawals: the kill switch, and those that Banq gave no answer about."""

from collections.abc import Sequence
from datetime import datetime

from services.settling import STUCK_AFTER, Settlement
from services.wording.limits import duration
from services.wording.text import Markup, Words
from storage.limits import Pause
from storage.withdrawals import Withdrawal

SHOWN = 10


def paused(m: Markup, cancelled: int) -> Words:
    sentences = (
        m.say("Nobody can withdraw anything here until /admin resume."),
        m.count(
            cancelled,
            "1 withdrawal that was not sent yet is cancelled, and its owner is told.",
            "{number} withdrawals that were not sent yet are cancelled, and their owners are told.",
        )
        if cancelled
        else m.say("No withdrawal had to be cancelled."),
        m.say("What is already at Banq goes on there: members can still approve or reject it."),
    )
    return Words(m.say("Withdrawals are paused"), " ".join(sentences), "warning")


def already_paused(m: Markup, pause: Pause) -> Words:
    return Words(m.say("Withdrawals are already paused"), pause_since(m, pause), "warning")


def pause_since(m: Markup, pause: Pause) -> str:
    _, _, admin = pause.actor.partition(":")
    return m.say(
        "By {who}, {time}: {reason}",
        time=m.time(pause.paused_at),
        who=m.member(admin) if admin else m.say("the operator"),
        reason=m.foreign(pause.reason, 200),
    )


def resumed(m: Markup, pause: Pause) -> Words:
    return Words(
        m.say("Withdrawals go on"),
        m.say(
            "Members can withdraw again. The pause had begun {time}; what it cancelled stays cancelled.",
            time=m.time(pause.paused_at),
        ),
        "good",
    )


def not_paused(m: Markup) -> Words:
    return Words(m.say("Nothing to resume"), m.say("Withdrawals are not paused."))


def stuck(m: Markup, withdrawals: Sequence[Withdrawal]) -> Words:
    if not withdrawals:
        return Words(m.say("Nothing is stuck"), m.say("Banq has answered about every withdrawal."), "good")
    lines = [
        m.say(
            "{withdrawal} of {member}, last news {time}",
            withdrawal=m.code(each.id),
            member=m.member(each.chat_user_id),
            time=m.time(each.heard_at or each.updated_at),
        )
        for each in withdrawals[:SHOWN]
    ]
    if len(withdrawals) > SHOWN:
        lines.append(m.count(len(withdrawals) - SHOWN, "and 1 more", "and {number} more"))
    what_to_do = m.say(
        "Banq gave no answer about these. They are never asked for again, and the bot goes on looking. If one stays here, "
        "find out at Banq whether it was sent; {wait} after it was asked for you can settle it: /admin stuck with all "
        "three options. Its owner is told, and it cannot be undone.",
        wait=duration(m, STUCK_AFTER),
    )
    text = "\n".join((*lines, "", what_to_do))
    return Words(m.say("Withdrawals without Banq's answer"), text, "warning")


def stuck_choice(m: Markup, withdrawal: Withdrawal) -> str:
    """An entry in a list to choose from, where nothing is marked up."""
    return m.say(
        "{withdrawal}, member {member}, {time} UTC",
        withdrawal=withdrawal.id,
        member=withdrawal.chat_user_id,
        time=f"{withdrawal.updated_at:%Y-%m-%d %H:%M}",
    )


def settle_needs_all(m: Markup) -> Words:
    return Words(
        m.say("Nothing was changed"),
        m.say(
            "To settle a withdrawal, give all three: withdrawal, outcome and reason. Without any, /admin stuck lists them."
        ),
        "warning",
    )


def not_stuck(m: Markup) -> Words:
    return Words(
        m.say("Nothing was changed"),
        m.say(
            "No withdrawal with this id is without an answer; perhaps Banq has answered meanwhile. /admin stuck lists them."
        ),
        "warning",
    )


def settled(m: Markup, settlement: Settlement) -> Words:
    if settlement == "sent":
        text = m.say("It counts as sent from now on, and its owner is told.")
    else:
        text = m.say("It counts as not sent from now on, and its owner is told.")
    return Words(m.say("Withdrawal settled"), text, "good")


def still_checking(m: Markup, until: datetime) -> Words:
    return Words(
        m.say("Too early"),
        m.say(
            "The bot is still finding out by itself. You can settle this one {time}. Nothing was changed.",
            time=m.time(until),
        ),
        "warning",
    )
