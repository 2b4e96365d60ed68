"""The words of a withdrawal under way: its timeline, how it ended, and where the NFT is now."""

from dataclasses import replace

from services.addresses import in_groups
from services.withdrawal_history import Story
from services.wording.addresses import network_name
from services.wording.text import Action, Markup, Words
from services.wording.withdrawals import draft_gone, nft_name, short_address
from storage.withdrawals import Withdrawal

# What a withdrawal still waits for; in all other states it has ended.
UNDER_WAY = {"confirmed", "submitting", "awaiting_owner", "processing", "unknown"}


def withdrawal_news(m: Markup, withdrawal: Withdrawal) -> Words:
    """How a withdrawal stands, for whoever reads only this: a direct message."""
    words = how_it_stands(m, withdrawal)
    return replace(
        words,
        text=f"{m.bold(nft_name(m, withdrawal))} to {short_address(m, withdrawal)}\n\n{words.text}",
        actions=(Action("Details", "withdrawal-details", details_reference(withdrawal)),),
    )


def withdrawal_reminder(m: Markup, withdrawal: Withdrawal) -> Words:
    """An hour after Banq's mail, of what only the owner can do."""
    words = withdrawal_news(m, replace(withdrawal, state="awaiting_owner"))
    return replace(
        words,
        title="Still waiting for you at Banq",
        text=f"{words.text}\n\nNo mail from Banq? Look where unwanted mail goes, or open your account at Banq.",
    )


def withdrawal_contradicted(m: Markup, withdrawal: Withdrawal) -> Words:
    """Where Banq says something else than we told, after its end."""
    told = how_it_stands(m, withdrawal)
    return Words(
        "Banq says otherwise about a withdrawal",
        f"{m.bold(nft_name(m, withdrawal))} to {short_address(m, withdrawal)}\n\nWe told you: {told.title}. Banq now "
        "says something else about a transfer of just this. Look into your Banq wallet and your mail from Banq; if Banq "
        "asks you to approve it and you do not want it, reject it there. The team of this community knows of it.\n"
        f"{m.bold('Where it is now:')} only your Banq wallet can tell for sure.",
        "warning",
    )


def withdrawal_story(m: Markup, story: Story) -> Words:
    """All about a withdrawal: what has happened and when, what comes next, and the whole address."""
    withdrawal = story.withdrawal
    words = how_it_stands(m, withdrawal)
    if story.saved is not None:
        to = f"your saved address {m.bold(m.foreign(story.saved.label))}"
    else:
        to = "an address that is not in your address book"
    details = [
        f"{m.bold('To')} {to}\n{m.code(in_groups(withdrawal.address))}",
        f"{m.bold('Network')} {m.foreign(network_name(withdrawal.chain))}",
    ]
    if withdrawal.transaction_hash:
        details.append(f"{m.bold('Transaction')}\n{m.code(withdrawal.transaction_hash)}")
    timeline = "\n".join(_timeline(m, story))
    text = "\n\n".join([m.bold(nft_name(m, withdrawal)), timeline, words.text, "\n".join(details)])
    return replace(
        words,
        text=text,
        image_url=withdrawal.nft_image_url,
        image_text=withdrawal.nft_name or "Picture of an unnamed NFT",
    )


def no_longer_followed(words: Words) -> Words:
    """Discord lets a message be edited for a quarter of an hour."""
    return replace(
        words,
        text=f"{words.text}\n\nThis message cannot follow along any longer: press Refresh to see how it stands. You "
        "also get a direct message, if you allow them.",
    )


def details_reference(withdrawal: Withdrawal, page: int = 1) -> str:
    """What a button leads to: the page of the list to come back to, and which withdrawal."""
    return f"{page}-{withdrawal.id}"


def _timeline(m: Markup, story: Story) -> list[str]:
    withdrawal, times = story.withdrawal, story.times
    to = short_address(m, withdrawal)
    if story.saved is not None:
        to += f" ({m.foreign(story.saved.label)})"

    def when(reached: str) -> str:
        return f" {m.time(times[reached])}" if reached in times else ""

    past = [f"✅ You confirmed{when('confirmed')}"]
    if "unknown" in times:
        past.append(f"⚠️ Banq gave no answer{when('unknown')}")
    taken = f"✅ Banq took it and e-mailed you{when('awaiting_owner')}"
    approved = f"✅ You approved it at Banq{when('processing')}"
    ahead = ["◻️ You approve it at Banq", "◻️ Banq sends it", f"◻️ Arrives at {to}"]
    match withdrawal.state:
        case "confirmed" | "submitting":
            return [*past, "⏳ Asking Banq", *ahead]
        case "unknown":
            return [*past, "⏳ We are checking what became of it", *ahead]
        case "awaiting_owner":
            return [*past, taken, "⏳ Waiting for you to approve it at Banq", *ahead[1:]]
        case "processing":
            return [*past, taken, approved, "⏳ Banq is sending it", *ahead[2:]]
        case "completed" if withdrawal.reason is None:
            past += [taken, approved]
        case "failed" if withdrawal.reason != "settled_by_team":
            past += [taken, approved] if "processing" in times else [taken]
    return [*past, f"{_how_it_ended(withdrawal, to)}{when(withdrawal.state)}"]


def _how_it_ended(withdrawal: Withdrawal, to: str) -> str:
    match withdrawal.state, withdrawal.reason:
        case "completed", None:
            return f"✅ Arrived at {to}"
        case "completed", "left_the_wallet":
            return "✅ It left your Banq wallet"
        case "completed", _:
            return "✅ It was sent, says the team"
        case "failed", "settled_by_team":
            return "⛔ It was not sent, says the team"
        case "failed", reason:
            return f"⛔ {FAILED_AT_BANQ.get(reason or '', 'Banq reports that it failed')}"
        case "refused", reason:
            return f"⛔ {NOT_TAKEN.get(reason or '', 'Banq said no')}"
    return "⛔ Cancelled before it was sent"


FAILED_AT_BANQ = {
    "rejected_at_banq": "You rejected it at Banq",
    "cancelled_at_banq": "It was cancelled at Banq",
    "expired_at_banq": "It was not approved at Banq in time",
}
NOT_TAKEN = {
    "banq_unreachable": "Banq could not be reached",
    "banq_busy": "Banq had too much to do",
    "bot_not_signed_in": "Banq did not accept this bot's own sign-in",
}


def how_it_stands(m: Markup, withdrawal: Withdrawal) -> Words:
    """What has happened, what it means, what to do next, and where the NFT is now."""
    words = _what_happened(m, withdrawal)
    return replace(words, text=f"{words.text}\n{m.bold('Where it is now:')} {_where(m, withdrawal)}")


def _where(m: Markup, withdrawal: Withdrawal) -> str:
    to = short_address(m, withdrawal)
    match withdrawal.state, withdrawal.reason:
        case "awaiting_owner", _:
            return "in your Banq wallet, until you approve."
        case "processing", _:
            return f"on its way from your Banq wallet to {to}."
        case "completed", None:
            return f"at {to}."
        case "completed", "left_the_wallet":
            return f"most likely at {to}. Look there to be sure."
        case "completed", _:
            return f"at {to}, says the team. Look there to be sure."
        case "unknown", _:
            return "as far as we know, in your Banq wallet. It leaves only when you approve that at Banq."
        case "failed", None:
            return "most likely still in your Banq wallet; Banq does not say. Look with /nfts."
        case "failed", "settled_by_team":
            return "in your Banq wallet, says the team."
    return "in your Banq wallet."


def _what_happened(m: Markup, withdrawal: Withdrawal) -> Words:
    match withdrawal.state:
        case "confirmed" | "submitting":
            return Words(
                "Asking Banq…", "We are asking Banq to send it. There is nothing you need to do yet."
            )
        case "awaiting_owner":
            return Words(
                "Now approve it at Banq",
                f"Banq has e-mailed you. Open the mail, press {m.bold('Complete Transfer')}, and approve it at Banq. If "
                "you do not want it any more, reject it there.",
            )
        case "processing":
            return Words("Banq is sending it", "You approved it at Banq; there is nothing more to do.")
        case "completed":
            return _completed(withdrawal)
        case "cancelled" | "expired":
            return _never_sent(withdrawal)
        case "unknown":
            return Words(
                "We do not know yet whether Banq took it",
                "We asked Banq to send it and got no answer. Do not start again: we are checking, and it will not be "
                "asked for twice. If Banq e-mails you, you can approve it there.",
                "warning",
            )
        case "refused":
            return Words("Nothing was sent", _refusal(m, withdrawal), "bad")
        case "failed":
            return _failed(withdrawal)
    raise AssertionError(f"no words for the state {withdrawal.state}")


def _completed(withdrawal: Withdrawal) -> Words:
    match withdrawal.reason:
        case "settled_by_team":
            return Words(
                "Withdrawal completed, says the team",
                "Banq gave us no answer, so the team of this community looked into it: it was sent.",
                "good",
            )
        case "left_the_wallet":
            return Words(
                "The NFT has left your wallet",
                "Banq gave us no answer, but it has left your Banq wallet.",
                "good",
            )
    return Words("Withdrawal completed", "It has arrived; there is nothing more to do.", "good")


def _never_sent(withdrawal: Withdrawal) -> Words:
    match withdrawal.reason:
        case "paused":
            why = (
                "Nothing was sent: the team of this community has paused all withdrawals. Use /withdraw to start again "
                "when they are back."
            )
        case "link_ended":
            why = (
                "Nothing was sent: your wallet was unlinked or frozen before we could ask Banq. When all is well with it, "
                "use /link, then /withdraw to start again."
            )
        case "too_late":
            why = (
                "Nothing was sent: we could not ask Banq when you confirmed, and now it is too late to do so unasked. Use "
                "/withdraw to start again."
            )
        case _:
            return draft_gone(withdrawal.state)
    return Words("Withdrawal not sent", why, "warning")


def _refusal(m: Markup, withdrawal: Withdrawal) -> str:
    match withdrawal.reason:
        case "banq_unreachable":
            return "Banq could not be reached. Use /withdraw to try again in a few minutes."
        case "banq_busy":
            return "Banq has too much to do right now. Use /withdraw to try again in a minute."
        case "bot_not_signed_in":
            return "Banq does not accept this bot's own sign-in. Please tell the team; there is nothing you can do."
    what_to_do = "If you do not see why, ask Banq; or use /withdraw to start again."
    if withdrawal.banq_message:
        return f"Banq said no: {m.foreign(withdrawal.banq_message.rstrip('. '), 200)}. {what_to_do}"
    return f"Banq said no, without a reason. {what_to_do}"


def _failed(withdrawal: Withdrawal) -> Words:
    again = "Use /withdraw to start again, if you like."
    match withdrawal.reason:
        case "rejected_at_banq":
            return Words(
                "Transfer rejected", f"You rejected it at Banq, so it was not sent. {again}", "warning"
            )
        case "cancelled_at_banq":
            return Words(
                "Transfer cancelled", f"It was cancelled at Banq, so it was not sent. {again}", "warning"
            )
        case "expired_at_banq":
            return Words(
                "Transfer expired",
                f"It was not approved at Banq in time, so it was not sent. {again}",
                "warning",
            )
        case "settled_by_team":
            return Words(
                "Withdrawal not sent, says the team",
                "Banq gave us no answer, so the team of this community looked into it: it was not sent. If Banq e-mails you "
                f"about it all the same, reject it there. {again}",
                "warning",
            )
    return Words(
        "The transfer did not go through",
        "Banq reports that it failed, and not why. Before you start again with /withdraw, see where the NFT is.",
        "bad",
    )
