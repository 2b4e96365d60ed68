"""The words of /withdrawals: how each of a member's withdrawals stands, in a line."""

from services.identity import ChatUser
from services.wording.text import Action, Markup, Words
from services.wording.withdrawal_story import UNDER_WAY, details, details_reference, what_to_where
from services.wording.withdrawal_timeline import ended_at_banq
from services.wording.withdrawals import nft_name, short_address
from storage.withdrawals import Withdrawal


def withdrawal_state(m: Markup, withdrawal: Withdrawal) -> str:
    """In a few words, with a sign."""
    match withdrawal.state:
        case "completed":
            sign = "✅"
        case "unknown":
            sign = "⚠️"
        case state:
            sign = "⏳" if state in UNDER_WAY else "⛔"
    return f"{sign} {_in_a_few_words(m, withdrawal)}"


def _in_a_few_words(m: Markup, withdrawal: Withdrawal) -> str:
    match withdrawal.state:
        case "confirmed" | "submitting":
            return m.say("Asking Banq")
        case "awaiting_owner":
            return m.say("Waiting for you to approve it; Banq has e-mailed you")
        case "processing":
            return m.say("Banq is sending it")
        case "completed":
            return _completed(m, withdrawal.reason)
        case "unknown":
            return m.say("No answer from Banq; we are checking")
        case "refused":
            return m.say("Not sent")
        case "cancelled":
            return m.say("Cancelled before it was sent")
        case "failed":
            return _failed(m, withdrawal.reason)
    raise AssertionError(f"no words for the state {withdrawal.state}")


def _completed(m: Markup, reason: str | None) -> str:
    match reason:
        case "left_the_wallet":
            return m.say("Left your wallet")
        case "settled_by_team":
            return m.say("Sent, says the team")
    return m.say("Completed")


def _failed(m: Markup, reason: str | None) -> str:
    if reason == "settled_by_team":
        return m.say("Not sent, says the team")
    return ended_at_banq(m, reason) or m.say("It did not go through")


def list_title(m: Markup, count: int, page: int, pages: int) -> str:
    title = m.say("Your withdrawals")
    if pages == 1:
        what = m.count(count, "1 withdrawal", "{number} withdrawals, the newest first")
    else:
        what = m.count(
            count,
            "1 withdrawal, page {page} of {pages}",
            "{number} withdrawals, the newest first, page {page} of {pages}",
            page=page,
            pages=pages,
        )
    return f"### {title}\n{what}"


def list_entry(m: Markup, withdrawal: Withdrawal) -> str:
    time = m.time(withdrawal.updated_at)
    when = m.say("last news {time}", time=time) if withdrawal.state in UNDER_WAY else time
    return "\n".join(
        (
            m.bold(nft_name(m, withdrawal)),
            withdrawal_state(m, withdrawal),
            f"{short_address(m, withdrawal)} · {when}",
        )
    )


def no_withdrawals(m: Markup) -> Words:
    return Words(
        m.say("No withdrawals yet"),
        m.say("Use /withdraw to send one of your NFTs to an address of your own."),
    )


def no_withdrawals_unlinked(m: Markup) -> Words:
    return Words(
        m.say("No withdrawals yet"),
        m.say(
            "No wallet is linked. Use /link first; then /withdraw sends one of your NFTs to an address of your own."
        ),
    )


def already_running(m: Markup, withdrawal: Withdrawal, reader: ChatUser) -> Words:
    """The reader may be another user of the same wallet, to whom its details are not shown."""
    lines = (what_to_where(m, withdrawal), withdrawal_state(m, withdrawal), m.say("Nothing new was sent."))
    action = Action(details(m), "withdrawal-details", details_reference(withdrawal))
    return Words(
        m.say("This NFT is already being withdrawn"),
        "\n".join(lines),
        "warning",
        actions=(action,) if withdrawal.owner == reader.key else (),
    )
