"""The words for the team about withdrawals: the kill switch, and those that Banq gave no answer about."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.settling import STUCK_AFTER, Settlement
from services.wording.limits import duration
from services.wording.text import Markup, Words
from storage.limits import Pause
from storage.withdrawals import Withdrawal

SHOWN = 10

SETTLEMENTS: Mapping[Settlement, str] = {
    "sent": "It was sent: the NFT has left the wallet",
    "not_sent": "It was not sent: Banq has no such transfer",
}


def paused(cancelled: int) -> Words:
    unsent = {
        0: "None had to be cancelled.",
        1: "1 that was not sent yet is cancelled, and its owner is told.",
    }.get(cancelled, f"{cancelled} that were not sent yet are cancelled, and their owners are told.")
    return Words(
        "Withdrawals are paused",
        f"Nobody can withdraw anything here until /admin resume. {unsent} What is already at Banq goes on there: members "
        "can still approve or reject it.",
        "warning",
    )


def already_paused(m: Markup, pause: Pause) -> Words:
    return Words("Withdrawals are already paused", pause_since(m, pause), "warning")


def pause_since(m: Markup, pause: Pause) -> str:
    kind, _, admin = pause.actor.partition(":")
    by = m.member(admin) if admin else m.foreign(kind)
    return f"Since {m.time(pause.paused_at)}, by {by}: {m.foreign(pause.reason, 200)}"


def resumed(m: Markup, pause: Pause) -> Words:
    return Words(
        "Withdrawals go on",
        f"Members can withdraw again. The pause had begun {m.time(pause.paused_at)}; what it cancelled stays cancelled.",
        "good",
    )


NOT_PAUSED = Words("Nothing to resume", "Withdrawals are not paused.")


def stuck(m: Markup, withdrawals: Sequence[Withdrawal]) -> Words:
    if not withdrawals:
        return Words("Nothing is stuck", "Banq has answered about every withdrawal.", "good")
    lines = [
        f"{m.code(withdrawal.id)} of {m.member(withdrawal.chat_user_id)}, asked of Banq {m.time(withdrawal.updated_at)}"
        for withdrawal in withdrawals[:SHOWN]
    ]
    if len(withdrawals) > SHOWN:
        lines.append(f"and {len(withdrawals) - SHOWN} more")
    lines.append(
        "\nBanq gave no answer about these. They are never asked for again, and the bot goes on looking. If one stays here, "
        f"find out at Banq whether it was sent; {duration(STUCK_AFTER)} after it was asked for you can settle it: /admin stuck "
        "with all three options. Its owner is told, and it cannot be undone."
    )
    return Words("Withdrawals without Banq's answer", "\n".join(lines), "warning")


def stuck_choice(withdrawal: Withdrawal) -> str:
    return f"{withdrawal.id}, member {withdrawal.chat_user_id}, {withdrawal.updated_at:%d %b %H:%M} UTC"


SETTLE_NEEDS_ALL = Words(
    "Nothing was changed",
    "To settle a withdrawal, give all three: withdrawal, outcome and reason. Without any, /admin stuck lists them.",
    "warning",
)

NOT_STUCK = Words(
    "Nothing was changed",
    "No withdrawal with this id is without an answer; perhaps Banq has answered meanwhile. /admin stuck lists them.",
    "warning",
)


def settled(settlement: Settlement) -> Words:
    what = "as sent" if settlement == "sent" else "as not sent"
    return Words("Withdrawal settled", f"It counts {what} from now on, and its owner is told.", "good")


def still_checking(m: Markup, until: datetime) -> Words:
    return Words(
        "Too early",
        f"The bot is still finding out by itself. You can settle this one {m.time(until)}. Nothing was changed.",
        "warning",
    )
