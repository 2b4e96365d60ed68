"""The words for what has happened to a withdrawal, and what comes next, step by step."""

from services.withdrawal_history import Story
from services.wording.text import Markup
from services.wording.withdrawals import short_address
from storage.withdrawals import Withdrawal


def timeline(m: Markup, story: Story) -> list[str]:
    """A line for each step, with a sign, and its time where that is known."""
    withdrawal, times = story.withdrawal, story.times
    to = short_address(m, withdrawal)
    if story.saved is not None:
        to += f" ({m.foreign(story.saved.label)})"

    def reached(state: str, sign: str, step: str) -> str:
        time = f" · {m.time(times[state])}" if state in times else ""
        return f"{sign} {step}{time}"

    past = [reached("confirmed", "✅", m.say("You confirmed"))]
    if "unknown" in times:
        past.append(reached("unknown", "⚠️", m.say("Banq gave no answer")))
    taken = reached("awaiting_owner", "✅", m.say("Banq took it and e-mailed you"))
    approved = reached("processing", "✅", m.say("You approved it at Banq"))
    ahead = [
        "◻️ " + m.say("You approve it at Banq"),
        "◻️ " + m.say("Banq sends it"),
        "◻️ " + m.say("Arrives at {address}", address=to),
    ]
    match withdrawal.state:
        case "confirmed" | "submitting":
            return [*past, "⏳ " + m.say("Asking Banq"), *ahead]
        case "unknown":
            return [*past, "⏳ " + m.say("We are checking what became of it"), *ahead]
        case "awaiting_owner":
            return [*past, taken, "⏳ " + m.say("Waiting for you to approve it at Banq"), *ahead[1:]]
        case "processing":
            return [*past, taken, approved, "⏳ " + m.say("Banq is sending it"), *ahead[2:]]
        case "completed" if withdrawal.reason is None:
            past += [taken, approved]
        case "failed" if withdrawal.reason != "settled_by_team":
            past += [taken, approved] if "processing" in times else [taken]
    sign = "✅" if withdrawal.state == "completed" else "⛔"
    return [*past, reached(withdrawal.state, sign, _how_it_ended(m, withdrawal, to))]


def _how_it_ended(m: Markup, withdrawal: Withdrawal, to: str) -> str:
    match withdrawal.state, withdrawal.reason:
        case "completed", None:
            return m.say("Arrived at {address}", address=to)
        case "completed", "left_the_wallet":
            return m.say("It left your Banq wallet")
        case "completed", _:
            return m.say("It was sent, says the team")
        case "failed", "settled_by_team":
            return m.say("It was not sent, says the team")
        case "failed", reason:
            return ended_at_banq(m, reason) or m.say("Banq reports that it failed")
        case "refused", reason:
            return _not_taken(m, reason)
    return m.say("Cancelled before it was sent")


def ended_at_banq(m: Markup, reason: str | None) -> str | None:
    """Who or what ended it there; None where Banq only says that it failed."""
    match reason:
        case "rejected_at_banq":
            return m.say("You rejected it at Banq")
        case "cancelled_at_banq":
            return m.say("It was cancelled at Banq")
        case "expired_at_banq":
            return m.say("It was not approved at Banq in time")
    return None


def _not_taken(m: Markup, reason: str | None) -> str:
    match reason:
        case "banq_unreachable":
            return m.say("Banq could not be reached")
        case "banq_busy":
            return m.say("Banq had too much to do")
        case "bot_not_signed_in":
            return m.say("Banq did not accept this bot's own sign-in")
    return m.say("Banq said no")
