"""The words of a withdrawal: its review, its story, and why one was not made."""

from collections.abc import Sequence

from services.addresses import in_groups, shortened
from services.withdrawals import Drafted, RetypeNeeded
from services.wording.addresses import network_name
from services.wording.text import Action, Markup, Words
from storage.withdrawals import Withdrawal


def nft_name(m: Markup, withdrawal: Withdrawal) -> str:
    name = m.foreign(withdrawal.nft_name) if withdrawal.nft_name else "an unnamed NFT"
    if withdrawal.nft_details:
        name = f"{name} ({m.foreign(withdrawal.nft_details)})"
    return f"{withdrawal.amount} × {name}" if withdrawal.amount > 1 else name


def withdrawal_review(m: Markup, drafted: Drafted) -> Words:
    """The whole of what is about to be sent where; for a new address, what to do about it."""
    withdrawal = drafted.withdrawal
    if drafted.saved is not None:
        standing = f"your saved address {m.bold(m.foreign(drafted.saved.label))}"
    else:
        standing = m.bold("new address") + ", not in your address book"
    lines = [
        f"{m.bold('To')} {standing}\n{m.code(in_groups(withdrawal.address))}",
        f"{m.bold('Network')}\n{m.foreign(network_name(withdrawal.chain))}",
    ]
    if drafted.look_alike is not None:
        lines.append(
            f"⚠️ {m.bold('Not the same as')} your saved address {m.foreign(drafted.look_alike.label)}, though it starts "
            "and ends alike. Thieves make such addresses and hope that you copy them. Compare every character."
        )
    else:
        lines.append("Compare the whole address, not only its ends.")
    lines.append("A transfer cannot be undone, and nobody can fetch an NFT back from a wrong address.")
    lines.append(
        "After you confirm, Banq e-mails you. The NFT moves only when you approve it there.\n"
        f"This review expires {m.time(withdrawal.expires_at)}."
    )
    return Words(
        f"Withdraw {nft_name(m, withdrawal)}?",
        "\n\n".join(lines),
        "warning",
        withdrawal.nft_image_url,
        withdrawal.nft_name or "Picture of an unnamed NFT",
        actions=(
            Action(
                "Withdraw",
                "withdraw-confirm" if drafted.saved else "withdraw-retype",
                withdrawal.id,
                "danger",
            ),
            Action("Cancel", "withdraw-cancel", withdrawal.id),
        ),
    )


RETYPE_TITLE = "A new address"
RETYPE_LABEL = "Its last 6 characters"
RETYPE_HELP = "From your own wallet, where the NFT is to arrive"


def retype_needed(outcome: RetypeNeeded) -> Words:
    if outcome.typed is None:
        text = "This address is new, so its last 6 characters have to be typed before anything is sent there."
    else:
        text = (
            "What you typed is not how this address ends. If it is how your own address ends, then the address in the "
            "review is the wrong one: press Cancel."
        )
    return Words("Nothing was sent", f"{text} The review is still open.", "warning")


def withdrawal_story(m: Markup, withdrawal: Withdrawal) -> Words:
    """How a withdrawal stands, for its message, for the list of details and for direct messages."""
    name, to = nft_name(m, withdrawal), m.code(shortened(withdrawal.address))
    match withdrawal.state:
        case "confirmed" | "submitting":
            return Words("Asking Banq…", f"{name} to {to}. /withdrawals tells how it goes on.")
        case "awaiting_owner":
            return Words(
                "Now approve it at Banq",
                f"{name} to {to}.\n\nBanq has e-mailed you. Open the mail, press {m.bold('Complete Transfer')}, "
                "and approve it at Banq. Until you do, the NFT stays in your wallet. /withdrawals tells how it goes on; you also get a direct message, if you allow them.",
            )
        case "processing":
            return Words(
                "Banq is sending it", f"{name} is on its way to {to}. You approved it; nothing more to do."
            )
        case "completed":
            return _completed(m, name, to, withdrawal)
        case "cancelled" | "expired":
            return _never_sent(name, withdrawal)
        case "unknown":
            return Words(
                "We do not know yet whether Banq took it",
                f"We asked Banq to send {name} to {to} and got no answer. Do not start again: we are checking, "
                "and it will not be asked for twice. If Banq e-mails you, you can approve it there.",
                "warning",
            )
        case "refused":
            return Words(
                "Nothing was sent", f"{_refusal(m, withdrawal)} {name} was not moved by this.", "bad"
            )
        case "failed":
            title, what = _failure(withdrawal)
            return Words(title, f"{name} to {to}: {what}", "bad" if withdrawal.reason is None else "warning")
    raise AssertionError(f"no words for the state {withdrawal.state}")


def _completed(m: Markup, name: str, to: str, withdrawal: Withdrawal) -> Words:
    match withdrawal.reason:
        case "settled_by_team":
            text = (
                f"Banq gave us no answer about {name}, so the team of this community looked into it: it was sent to "
                f"{to}. Look there to be sure."
            )
            return Words("Withdrawal completed, says the team", text, "good")
        case "left_the_wallet":
            text = f"{name} has left your Banq wallet. Banq did not tell us more; look at {to} to be sure."
            return Words("The NFT has left your wallet", text, "good")
    transaction = ""
    if withdrawal.transaction_hash:
        transaction = f"\nTransaction {m.code(withdrawal.transaction_hash)}"
    return Words("Withdrawal completed", f"{name} is now at {to}.{transaction}", "good")


def _never_sent(name: str, withdrawal: Withdrawal) -> Words:
    match withdrawal.reason:
        case "paused":
            why = (
                f"The team of this community has paused all withdrawals, so {name} was not sent and is still in your "
                "wallet. Use /withdraw to start again when they are back."
            )
        case "link_ended":
            why = (
                f"Your wallet was not linked any more when {name} was to be sent. Nothing was sent; it is still in your "
                "wallet."
            )
        case "too_late":
            why = (
                f"We could not ask Banq to send {name} when you confirmed, and now it is too late to do so unasked. "
                "Nothing was sent. Use /withdraw to start again."
            )
        case _:
            return draft_gone(withdrawal.state)
    return Words("Withdrawal not sent", why, "warning")


def _refusal(m: Markup, withdrawal: Withdrawal) -> str:
    match withdrawal.reason:
        case "banq_unreachable":
            return "Banq could not be reached. Try again in a few minutes."
        case "banq_busy":
            return "Banq has too much to do right now. Try again in a minute."
        case "bot_not_signed_in":
            return "Banq does not accept this bot's own sign-in. Please tell the team; there is nothing you can do."
    if withdrawal.banq_message:
        return f"Banq said no: {m.foreign(withdrawal.banq_message.rstrip('. '), 200)}."
    return "Banq said no, without a reason."


def _failure(withdrawal: Withdrawal) -> tuple[str, str]:
    match withdrawal.reason:
        case "rejected_at_banq":
            return "Transfer rejected", "you rejected it at Banq, so it was not sent."
        case "cancelled_at_banq":
            return "Transfer cancelled", "it was cancelled at Banq, so it was not sent."
        case "settled_by_team":
            return (
                "Withdrawal not sent, says the team",
                "Banq gave us no answer, so the team of this community looked into it: it was not sent, and the NFT is still in your wallet. If Banq e-mails you about it all the same, reject it there. Use /withdraw to start again.",
            )
        case "expired_at_banq":
            return "Transfer expired", "it was not approved at Banq in time, so it was not sent."
    what = "Banq reports that it failed. Look into your Banq wallet to see where the NFT is."
    return "The transfer did not go through", what


def draft_gone(state: str) -> Words:
    if state == "cancelled":
        return Words("Withdrawal cancelled", "Nothing was sent by it.")
    return Words(
        "This review has expired",
        "Nothing was sent by it. Use /withdraw to start again.",
        "warning",
    )


WITHDRAWAL_STATES = {
    "confirmed": "being sent to Banq",
    "submitting": "being sent to Banq",
    "awaiting_owner": "not approved yet; Banq has e-mailed you",
    "processing": "Banq is sending it",
    "completed": "completed",
    "refused": "not sent",
    "cancelled": "not sent",
    "failed": "did not go through",
    "unknown": "no answer from Banq; we are checking",
}


def withdrawal_list(m: Markup, history: Sequence[Withdrawal]) -> Words:
    lines = [_withdrawal_line(m, withdrawal) for withdrawal in history]
    return Words("Your latest withdrawals", "\n\n".join(lines))


def _withdrawal_line(m: Markup, withdrawal: Withdrawal) -> str:
    state = WITHDRAWAL_STATES[withdrawal.state]
    if withdrawal.reason == "left_the_wallet":
        state = "left your wallet"
    return (
        f"{m.bold(nft_name(m, withdrawal))} to {m.code(shortened(withdrawal.address))}\n"
        f"{state}, {m.time(withdrawal.updated_at)}"
    )


NO_WITHDRAWALS = Words(
    "No withdrawals yet", "Use /withdraw to send one of your NFTs to an address of your own."
)


def already_running(m: Markup, withdrawal: Withdrawal) -> Words:
    return Words(
        "This NFT is already being withdrawn",
        f"{nft_name(m, withdrawal)}: {WITHDRAWAL_STATES[withdrawal.state]}. See /withdrawals. Nothing new was sent.",
        "warning",
    )


NFT_NOT_FOUND = Words(
    "You do not hold this NFT",
    "It is not in your linked wallet right now, so nothing new was sent. If you have sent it before, /withdrawals tells "
    "how that went. Otherwise type a part of its name and pick it from the list.",
    "bad",
)


NFT_NOT_CHOSEN = Words(
    "Which one?",
    "That is not the name of just one NFT of yours. Type a part of its name and pick it from the list; the list "
    "tells those of the same name apart. Nothing was sent.",
    "warning",
)


def amount_refused(owned: int) -> Words:
    return Words(
        "You do not hold that many",
        f"You hold {owned} of this NFT. Choose an amount from 1 to {owned}. Nothing was sent.",
        "bad",
    )
