"""Every sentence that the bot says in chat. Calm, short, true: what happened, what it means, what to do next.

The edges hand in their Markup, so that a sentence is written once and foreign text is always escaped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from banq.models import Nft
from services.addresses import AddressProblem, in_groups, shortened
from services.foreign_text import clean
from services.links import LinkFrozen, LinkStale, NotLinked, Unlinked, WalletOverview
from services.nfts import BanqSilent
from services.overview import BanqState, Overview
from storage.withdrawals import Withdrawal

Tone = Literal["plain", "good", "warning", "bad"]


class Markup(Protocol):
    """How one chat platform writes things."""

    def foreign(self, text: str, limit: int = 80) -> str:
        """Text that a stranger wrote, cleaned and with nothing in it that the platform would act on."""

    def bold(self, text: str) -> str: ...

    def code(self, text: str) -> str:
        """Text set apart to be compared or copied; foreign text is safe in it."""

    def time(self, time: datetime) -> str:
        """A time as the reader's own clock shows it, relative to now."""


@dataclass(frozen=True)
class Words:
    title: str
    text: str
    tone: Tone = "plain"
    image_url: str | None = None


# -- linking


def link_steps(m: Markup, expires_at: datetime) -> Words:
    return Words(
        "Link your Banq wallet",
        "1. Open the secure page. It works once, and only for you.\n"
        "2. Sign in at Banq there and approve this community.\n"
        "3. The page shows a 6-digit code. Come back here and press **Enter code**.\n\n"
        f"The page link stops working {m.time(expires_at)}. Do not pass it on: whoever opens it first, uses it.",
    )


def already_linked(m: Markup, linked_at: datetime) -> Words:
    return Words(
        "Your wallet is already linked",
        f"You linked it {m.time(linked_at)}. To link another one, use /unlink first.",
    )


def linked(nft_count: int) -> Words:
    holds = {0: "It holds no NFTs yet.", 1: "It holds 1 NFT."}.get(nft_count, f"It holds {nft_count} NFTs.")
    return Words(
        "Your wallet is linked", f"{holds} Only you can see it here, and only you can withdraw.", "good"
    )


def wrong_code(tries_left: int) -> Words:
    if tries_left == 0:
        return Words(
            "That was the last try",
            "The code was wrong five times, so this attempt is closed and nothing was linked. "
            "Use /link to start again.",
            "bad",
        )
    tries = "1 try" if tries_left == 1 else f"{tries_left} tries"
    return Words(
        "That code is not right",
        f"Compare it with the code on the page you opened. You have {tries} left.",
        "warning",
    )


CODE_UNREADABLE = Words(
    "That is not a code",
    "The code is the six digits on the page you opened, such as 123 456. Press Enter code to try again.",
    "warning",
)
CODE_TOO_EARLY = Words(
    "There is no code yet",
    "The code appears on the secure page once you have signed in at Banq and approved. Do that first, then come back.",
    "warning",
)
LINK_CANCELLED = Words("Linking cancelled", "Nothing was linked. Use /link whenever you like.")
LINKING_ENDED = {
    "expired": Words("This link has expired", "Nothing was linked. Use /link to get a new one.", "warning"),
    "cancelled": Words(
        "This attempt was closed", "Nothing was linked by it. Use /link to get a new page.", "warning"
    ),
    "unmatched": Words(
        "The approval could not be matched",
        "Banq's confirmation did not arrive in time, or more than one wallet approved at the same moment. "
        "To be safe, nothing was linked. Use /link to try again.",
        "warning",
    ),
    "conflict": Words(
        "This wallet is already linked",
        "It is linked to another Discord account. Unlink it there first, or ask the team. Nothing was changed.",
        "bad",
    ),
    "refused": Words(
        "Nothing was linked",
        "Banq did not confirm the approval, or the code was wrong too often. Use /link to try again.",
        "bad",
    ),
}
NOT_YOUR_BUTTON = Words(
    "This is not yours", "Only the person who started this can use it. Use the command yourself.", "warning"
)


# -- the wallet


def no_wallet(outcome: NotLinked | LinkStale | LinkFrozen | BanqSilent) -> Words:
    match outcome:
        case NotLinked():
            return Words("No wallet linked", "Use /link to link your Banq wallet. It takes about a minute.")
        case LinkStale():
            return Words(
                "Banq no longer gives access",
                "The approval for this community was taken back at Banq. Your NFTs are safe there. "
                "Use /link to approve it again.",
                "warning",
            )
        case LinkFrozen():
            return Words(
                "Withdrawals are frozen",
                "Withdrawals from this wallet are stopped. Use /link to link it again and thaw it.",
                "warning",
            )
        case BanqSilent():
            return BANQ_SILENT


BANQ_SILENT = Words(
    "Banq is not answering",
    "So we cannot see your wallet right now. Your NFTs are not affected, and nothing was sent. "
    "Try again in a few minutes.",
    "warning",
)


def wallet(m: Markup, overview: WalletOverview, nfts: str) -> Words:
    if overview.state == "stale":
        return no_wallet(LinkStale())
    running = overview.running_withdrawals
    lines = [f"Linked {m.time(overview.linked_at)}.", nfts]
    if overview.state == "frozen":
        lines.append("Withdrawals are frozen; link again to thaw them.")
    lines.append(
        {0: "No withdrawals on their way.", 1: "1 withdrawal on its way."}.get(
            running, f"{running} withdrawals on their way."
        )
    )
    return Words("Your Banq wallet", "\n".join(lines))


def nft_count(count: int, unreadable: int) -> str:
    text = {0: "It holds no NFTs.", 1: "It holds 1 NFT."}.get(count, f"It holds {count} NFTs.")
    return text + unreadable_note(unreadable)


def unreadable_note(unreadable: int) -> str:
    if unreadable == 0:
        return ""
    entries = "1 more entry" if unreadable == 1 else f"{unreadable} more entries"
    return f" Banq lists {entries} that we cannot read; see them at Banq."


NFT_COUNT_UNKNOWN = "Banq is not answering, so we cannot say what it holds right now."
EMPTY_WALLET = Words(
    "No NFTs in your wallet yet",
    "Banq answered: the wallet is linked and holds no NFTs. They will show up here once you have some.",
)


def unlink_review(running: int) -> Words:
    sent = {
        0: "No withdrawals are on their way.",
        1: "1 withdrawal is on its way at Banq. It goes on, and you will hear how it ends.",
    }.get(
        running,
        f"{running} withdrawals are on their way at Banq. They go on, and you will hear how they end.",
    )
    return Words(
        "Unlink your wallet?",
        f"You will not see your NFTs here any more, nor withdraw them from here. {sent}\n\n"
        "Your NFTs stay in your Banq wallet. To take back the approval as well, open your account at Banq.",
        "warning",
    )


def unlinked(outcome: Unlinked) -> Words:
    lines = ["Your NFTs are still in your Banq wallet."]
    if outcome.cancelled:
        lines.append(f"Withdrawals cancelled before they were sent: {outcome.cancelled}.")
    if outcome.still_running:
        lines.append(f"Withdrawals still on their way: {outcome.still_running}. You will hear how they end.")
    lines.append("To take back the approval as well, open your account at Banq.")
    return Words("Wallet unlinked", "\n".join(lines), "good")


KEPT_LINKED = Words("Nothing changed", "Your wallet stays linked.")


def gallery_title(count: int, page: int, pages: int) -> str:
    nfts = "1 NFT" if count == 1 else f"{count} NFTs"
    return f"### Your NFTs\n{nfts}" + (f", page {page} of {pages}" if pages > 1 else "")


def gallery_entry(m: Markup, nft: Nft) -> str:
    name = m.foreign(nft.name or "", 80) or "Unnamed NFT"
    details = [m.foreign(part, 40) for part in (nft.collection, nft.chain and network(nft.chain)) if part]
    if nft.token_id:
        details.append(m.foreign(f"#{nft.token_id}", 24))
    if nft.amount > 1:
        details.append(f"you hold {nft.amount}")
    return m.bold(name) + ("\n" + " · ".join(details) if details else "")


def picture_text(nft: Nft) -> str:
    """What a screen reader says instead of the picture."""
    return clean(nft.name or "", 200) or "Picture of an unnamed NFT"


def gallery_note(m: Markup, fetched_at: datetime, unreadable: int) -> str:
    return f"-# As Banq told us {m.time(fetched_at)}.{unreadable_note(unreadable)}"


# -- withdrawing


def network(chain: str | None) -> str:
    return "an unnamed network" if not chain else chain.strip().title()


def nft_name(m: Markup, withdrawal: Withdrawal) -> str:
    name = m.foreign(withdrawal.nft_name) if withdrawal.nft_name else "an unnamed NFT"
    return f"{withdrawal.amount} × {name}" if withdrawal.amount > 1 else name


def withdrawal_review(m: Markup, withdrawal: Withdrawal) -> Words:
    return Words(
        f"Withdraw {nft_name(m, withdrawal)}?",
        f"{m.bold('To')}\n{m.code(in_groups(withdrawal.address))}\n"
        f"{m.bold('Network')}\n{m.foreign(network(withdrawal.chain))}\n\n"
        "Compare the whole address. A transfer cannot be undone, and nobody can fetch an NFT back from a wrong "
        "address.\n\n"
        "After you confirm, Banq e-mails you. The NFT moves only when you approve it there.\n"
        f"This review is good until {m.time(withdrawal.expires_at)}.",
        "warning",
        withdrawal.nft_image_url,
    )


def withdrawal_story(m: Markup, withdrawal: Withdrawal) -> Words:
    """How a withdrawal stands, for its message, for the list of details and for direct messages."""
    name, to = nft_name(m, withdrawal), m.code(shortened(withdrawal.address))
    match withdrawal.state:
        case "draft":
            return withdrawal_review(m, withdrawal)
        case "confirmed" | "submitting":
            return Words("Asking Banq…", f"{name} to {to}. This message is brought up to date.")
        case "awaiting_owner":
            return Words(
                "Now approve it at Banq",
                f"{name} to {to}.\n\nBanq has e-mailed you. Open the mail, press {m.bold('Complete Transfer')}, "
                "and approve it at Banq. Until you do, the NFT stays in your wallet. We will tell you how it goes on.",
            )
        case "processing":
            return Words(
                "Banq is sending it", f"{name} is on its way to {to}. You approved it; nothing more to do."
            )
        case "completed":
            if withdrawal.reason == "left_the_wallet":
                text = (
                    f"{name} has left your Banq wallet. Banq did not tell us more; look at {to} to be sure."
                )
                return Words("The NFT has left your wallet", text, "good")
            transaction = ""
            if withdrawal.transaction_hash:
                transaction = f"\nTransaction {m.code(withdrawal.transaction_hash)}"
            return Words("Withdrawal completed", f"{name} is now at {to}.{transaction}", "good")
        case "cancelled" | "expired":
            return draft_gone(withdrawal.state)
        case "unknown":
            return Words(
                "We do not know yet whether Banq took it",
                f"We asked Banq to send {name} to {to} and got no answer. Do not start again: we are checking, "
                "and it will not be asked for twice. If Banq e-mails you, you can approve it there.",
                "warning",
            )
        case "refused":
            return Words(
                "Nothing was sent", f"{_refusal(m, withdrawal)} {name} is still in your Banq wallet.", "bad"
            )
        case "failed":
            return Words(
                "The transfer did not go through", f"{_failure(withdrawal)} To: {to}. NFT: {name}.", "bad"
            )
    raise AssertionError(f"no words for the state {withdrawal.state}")


def _refusal(m: Markup, withdrawal: Withdrawal) -> str:
    match withdrawal.reason:
        case "banq_unreachable":
            return "Banq could not be reached. Try again in a few minutes."
        case "banq_busy":
            return "Banq has too much to do right now. Try again in a minute."
        case "bot_not_signed_in":
            return "Banq does not accept this bot's own sign-in. Please tell the team; there is nothing you can do."
    if withdrawal.banq_message:
        return f"Banq said no: {m.foreign(withdrawal.banq_message, 200)}."
    return "Banq said no, without a reason."


def _failure(withdrawal: Withdrawal) -> str:
    match withdrawal.reason:
        case "rejected_at_banq":
            return "You rejected it at Banq, so the NFT stays in your Banq wallet."
        case "cancelled_at_banq":
            return "It was cancelled at Banq, so the NFT stays in your Banq wallet."
        case "expired_at_banq":
            return "It was not approved at Banq in time, so the NFT stays in your Banq wallet."
    return "Banq reports that it failed. Look into your Banq wallet to see where the NFT is."


def draft_gone(state: str) -> Words:
    if state == "cancelled":
        return Words("Withdrawal cancelled", "Nothing was sent. The NFT is still in your Banq wallet.")
    return Words(
        "This review has expired",
        "Nothing was sent. The NFT is still in your Banq wallet. Use /withdraw to start again.",
        "warning",
    )


WITHDRAWAL_STATES = {
    "confirmed": "being sent to Banq",
    "submitting": "being sent to Banq",
    "awaiting_owner": "waiting for you: approve it at Banq",
    "processing": "Banq is sending it",
    "completed": "completed",
    "refused": "not sent",
    "failed": "did not go through",
    "unknown": "no answer from Banq; we are checking",
}


def withdrawal_line(m: Markup, withdrawal: Withdrawal) -> str:
    state = WITHDRAWAL_STATES[withdrawal.state]
    return (
        f"{m.bold(nft_name(m, withdrawal))} to {m.code(shortened(withdrawal.address))}\n"
        f"{state}, {m.time(withdrawal.updated_at)}"
    )


NO_WITHDRAWALS = Words(
    "No withdrawals yet", "Use /withdraw to send one of your NFTs to an address of your own."
)
WITHDRAWALS_TITLE = "Your latest withdrawals"


def already_running(m: Markup, withdrawal: Withdrawal) -> Words:
    return Words(
        "This NFT is already being withdrawn",
        f"{nft_name(m, withdrawal)}: {WITHDRAWAL_STATES[withdrawal.state]}. See /withdrawals. Nothing new was sent.",
        "warning",
    )


NFT_NOT_FOUND = Words(
    "You do not hold this NFT",
    "It is not in your linked wallet right now, so nothing was sent. Type a part of its name and pick it from the list.",
    "bad",
)
AMBIGUOUS_NFT = Words(
    "Which one?",
    "You hold several NFTs of that name. Pick one from the list while you type; the list tells them apart.",
    "warning",
)


def amount_refused(owned: int) -> Words:
    return Words(
        "You do not hold that many",
        f"You hold {owned} of this NFT. Choose an amount from 1 to {owned}. Nothing was sent.",
        "bad",
    )


def address_refused(m: Markup, problem: AddressProblem, chain: str | None) -> Words:
    name = m.foreign(network(chain))
    match problem:
        case AddressProblem.NOT_AN_ADDRESS:
            text = f"For {name} it is 0x and then 40 digits from 0 to 9 and a to f. Copy the whole address again."
            return Words("That is not an address", text, "bad")
        case AddressProblem.BAD_CHECKSUM:
            text = (
                "Its capital letters do not fit together, so at least one character is wrong. "
                "Copy the address again; do not type it."
            )
            return Words("This address has a mistake in it", text, "bad")
        case AddressProblem.BURNS:
            text = "Nobody holds the key to this address: whatever is sent there is lost. Use an address of your own."
            return Words("This address destroys what it gets", text, "bad")
        case AddressProblem.OWN_CONTRACT:
            text = "This is the NFT's own contract, not a wallet. What is sent there is lost."
            return Words("That is the NFT's contract", text, "bad")
        case AddressProblem.UNSUPPORTED_CHAIN:
            text = (
                f"The NFT is on {name}, and this bot cannot check addresses there yet. So it does not send any. "
                "You can withdraw it at Banq yourself."
            )
            return Words("This network is not supported yet", text, "bad")


# -- for the team

ADMINS_ONLY = Words(
    "This is for the team", "You need the team's role in this server to use /admin.", "warning"
)

BANQ_STATES = {
    BanqState.WELL: "answers, and takes our sign-in",
    BanqState.SILENT: "does not answer. Members are told so; nothing is lost",
    BanqState.CREDENTIALS_REFUSED: "refuses our sign-in. Check [banq] in the configuration with `banqbot doctor`",
}


def status(m: Markup, overview: Overview) -> Words:
    def counts(numbers: Mapping[str, int]) -> str:
        return (
            ", ".join(f"{number} {state.replace('_', ' ')}" for state, number in numbers.items())
            or "none yet"
        )

    webhook = m.time(overview.last_webhook_at) if overview.last_webhook_at else "none yet"
    lines = [
        f"{m.bold('Banq')} {BANQ_STATES[overview.banq]}",
        f"{m.bold('Last webhook')} {webhook}",
        f"{m.bold('Links')} {counts(overview.links)}",
        f"{m.bold('Withdrawals')} {counts(overview.withdrawals)}",
        f"{m.bold('Webhooks')} {counts(overview.webhooks)}",
        f"{m.bold('Notices')} {counts(overview.notices)}",
    ]
    if overview.unclaimed_grants_today:
        lines.append(
            f"{m.bold('Approvals that matched nobody today')} {overview.unclaimed_grants_today}. They linked nobody."
        )
    return Words("How things are", "\n".join(lines), "good" if overview.banq is BanqState.WELL else "warning")


def member_not_linked(name: str) -> Words:
    return Words("Not linked", f"{name} has no wallet linked.")


def member(m: Markup, name: str, overview: WalletOverview) -> Words:
    states = {"active": "linked", "stale": "linked, but Banq gives no access any more", "frozen": "frozen"}
    return Words(
        "Member",
        f"{name} is {states[overview.state]}, since {m.time(overview.linked_at)}.\n"
        f"Withdrawals on their way: {overview.running_withdrawals}.",
    )


def member_unlinked(name: str, outcome: Unlinked) -> Words:
    return Words(
        "Member unlinked",
        f"{name}'s wallet is unlinked, and {name} is told. Withdrawals cancelled: {outcome.cancelled}; "
        f"still on their way: {outcome.still_running}.",
        "good",
    )


# -- notices, help, failures


def notice_words(m: Markup, kind: str, withdrawal: Withdrawal | None) -> Words:
    if withdrawal is not None:
        return withdrawal_story(m, withdrawal)
    match kind:
        case "link_stale":
            return no_wallet(LinkStale())
        case "unlinked_by_admin":
            return Words(
                "Your wallet was unlinked",
                "The team of this community unlinked your Banq wallet from your chat account. Your NFTs are safe "
                "at Banq. Withdrawals already on their way go on. Use /link to link it again.",
                "warning",
            )
    raise AssertionError(f"no words for the notice {kind}")


def help_words(*, is_linked: bool) -> Words:
    if is_linked:
        lines: Sequence[str] = (
            "**See your NFTs:** /nfts",
            "**Send one to your own address:** /withdraw",
            "**How are my withdrawals?** /withdrawals",
            "**Is all well with my wallet?** /wallet",
            "**Stop it all:** /unlink, or take the approval back in your account at Banq.",
        )
    else:
        lines = (
            "**Start here:** /link connects your Banq wallet. You sign in at Banq, never here.",
            "**Then:** /nfts shows your NFTs, /withdraw sends one to an address of your own.",
            "**You stay in control:** every withdrawal is approved by you at Banq.",
            "**Way out at any time:** /unlink, or take the approval back in your account at Banq.",
        )
    warning = "We never write to you first about your wallet except to report on your own withdrawals, and we never ask for a password or seed phrase."
    return Words("What can I do for you?", "\n".join((*lines, "", warning)))


def failure(reference: str) -> Words:
    return Words(
        "Something went wrong on our side",
        f"It has been noted. If it happens again, tell the team this: Ref {reference}. "
        "To see how your withdrawals stand, use /withdrawals.",
        "bad",
    )
