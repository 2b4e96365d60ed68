"""The words for how a withdrawal stands: what that means, what to do, and where the NFT is now."""

from dataclasses import replace

from services.wording.text import Markup, Words
from services.wording.withdrawals import draft_gone, short_address
from storage.withdrawals import Withdrawal


def how_it_stands(m: Markup, withdrawal: Withdrawal) -> Words:
    """What has happened, what it means, what to do next, and where the NFT is now."""
    words = _what_happened(m, withdrawal)
    return replace(words, text=f"{words.text}\n{where_it_is(m, _where(m, withdrawal))}")


def where_it_is(m: Markup, where: str) -> str:
    return m.bold(m.say("Where it is now:")) + " " + where


def _where(m: Markup, withdrawal: Withdrawal) -> str:
    to = short_address(m, withdrawal)
    match withdrawal.state, withdrawal.reason:
        case "awaiting_owner", _:
            return m.say("in your Banq wallet, until you approve.")
        case "processing", _:
            return m.say("on its way from your Banq wallet to {address}.", address=to)
        case "completed", None:
            return m.say("at {address}.", address=to)
        case "completed", "left_the_wallet":
            return m.say("most likely at {address}. Look there to be sure.", address=to)
        case "completed", _:
            return m.say("at {address}, says the team. Look there to be sure.", address=to)
        case "unknown", _:
            return m.say(
                "as far as we know, in your Banq wallet. It leaves only when you approve that at Banq."
            )
        case "failed", None:
            return m.say("most likely still in your Banq wallet; Banq does not say. Look with /nfts.")
        case "failed", "settled_by_team":
            return m.say("in your Banq wallet, says the team.")
    return m.say("in your Banq wallet.")


def _what_happened(m: Markup, withdrawal: Withdrawal) -> Words:
    match withdrawal.state:
        case "confirmed" | "submitting":
            return Words(
                m.say("Asking Banq…"),
                m.say("We are asking Banq to send it. There is nothing you need to do yet."),
            )
        case "awaiting_owner":
            return Words(
                m.say("Now approve it at Banq"),
                m.say(
                    "Banq has e-mailed you. Open the mail, press {button}, and approve it at Banq. If you do not want it "
                    "any more, reject it there.",
                    button=m.bold(m.say("Complete Transfer")),
                ),
            )
        case "processing":
            return Words(
                m.say("Banq is sending it"), m.say("You approved it at Banq; there is nothing more to do.")
            )
        case "completed":
            return _completed(m, withdrawal.reason)
        case "cancelled" | "expired":
            return _never_sent(m, withdrawal)
        case "unknown":
            return Words(
                m.say("We do not know yet whether Banq took it"),
                m.say(
                    "We asked Banq to send it and got no answer. Do not start again: we are checking, and it will not be "
                    "asked for twice. If Banq e-mails you, you can approve it there."
                ),
                "warning",
            )
        case "refused":
            return Words(m.say("Nothing was sent"), _refusal(m, withdrawal), "bad")
        case "failed":
            return _failed(m, withdrawal.reason)
    raise AssertionError(f"no words for the state {withdrawal.state}")


def _completed(m: Markup, reason: str | None) -> Words:
    match reason:
        case "settled_by_team":
            return Words(
                m.say("Withdrawal completed, says the team"),
                m.say("Banq gave us no answer, so the team of this community looked into it: it was sent."),
                "good",
            )
        case "left_the_wallet":
            return Words(
                m.say("The NFT has left your wallet"),
                m.say("Banq gave us no answer, but it has left your Banq wallet."),
                "good",
            )
    return Words(m.say("Withdrawal completed"), m.say("It has arrived; there is nothing more to do."), "good")


def _never_sent(m: Markup, withdrawal: Withdrawal) -> Words:
    match withdrawal.reason:
        case "paused":
            why = m.say(
                "Nothing was sent: the team of this community has paused all withdrawals. Use /withdraw to start again "
                "when they are back."
            )
        case "link_ended":
            why = m.say(
                "Nothing was sent: your wallet was unlinked or frozen before we could ask Banq. When all is well with it, "
                "use /link, then /withdraw to start again."
            )
        case "too_late":
            why = m.say(
                "Nothing was sent: we could not ask Banq when you confirmed. That was a while ago, so we did not ask now "
                "without you. Use /withdraw to start again."
            )
        case _:
            return draft_gone(m, withdrawal.state)
    return Words(m.say("Withdrawal not sent"), why, "warning")


def _refusal(m: Markup, withdrawal: Withdrawal) -> str:
    match withdrawal.reason:
        case "banq_unreachable":
            return m.say("Banq could not be reached. Use /withdraw to try again in a few minutes.")
        case "banq_busy":
            return m.say("Banq had too much to do. Use /withdraw to try again in a minute.")
        case "bot_not_signed_in":
            return m.say(
                "Banq did not accept this bot's own sign-in. Please tell the team; there is nothing else you can do."
            )
    if withdrawal.banq_message:
        message = m.foreign(withdrawal.banq_message.rstrip(". "), 200)
        why = m.say("Banq said no: {message}.", message=message)
    else:
        why = m.say("Banq said no, without a reason.")
    return why + " " + m.say("If you do not see why, ask Banq; or use /withdraw to start again.")


def _failed(m: Markup, reason: str | None) -> Words:
    match reason:
        case "rejected_at_banq":
            title, why = m.say("Withdrawal rejected"), m.say("You rejected it at Banq, so it was not sent.")
        case "cancelled_at_banq":
            title, why = (
                m.say("Withdrawal cancelled at Banq"),
                m.say("It was cancelled at Banq, so it was not sent."),
            )
        case "expired_at_banq":
            title = m.say("Withdrawal expired")
            why = m.say("It was not approved at Banq in time, so it was not sent.")
        case "settled_by_team":
            title = m.say("Withdrawal not sent, says the team")
            why = m.say(
                "Banq gave us no answer, so the team of this community looked into it: it was not sent. If Banq e-mails "
                "you about it all the same, reject it there."
            )
        case _:
            return Words(
                m.say("The withdrawal did not go through"),
                m.say(
                    "Banq reports that it failed, and not why. Before you start again with /withdraw, see where the NFT "
                    "is."
                ),
                "bad",
            )
    return Words(title, why + " " + m.say("Use /withdraw to start again, if you like."), "warning")
