"""The words of a withdrawal before it is sent: its review, and why one was not made."""

from dataclasses import replace

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


def short_address(m: Markup, withdrawal: Withdrawal) -> str:
    return m.code(shortened(withdrawal.address))


def withdrawal_review(m: Markup, drafted: Drafted) -> Words:
    """The whole of what is about to be sent where; for a new address, what to do about it."""
    withdrawal = drafted.withdrawal
    if drafted.saved is not None:
        standing = f"your saved address {m.bold(m.foreign(drafted.saved.label))}"
    else:
        standing = m.bold("a new address") + ", not in your address book"
    held = drafted.held or 1
    lines = [
        *([f"{m.bold('Amount')}\n{withdrawal.amount} of the {held} that you hold"] if held > 1 else []),
        f"{m.bold('To')} {standing}\n{m.code(in_groups(withdrawal.address))}",
        f"{m.bold('Network')}\n{m.foreign(network_name(withdrawal.chain))}",
    ]
    if drafted.look_alike is not None:
        lines.append(
            f"⚠️ {m.bold('Not the same as')} your saved address {m.foreign(drafted.look_alike.label)}, though they look "
            f"alike:\n{m.code(in_groups(drafted.look_alike.address))}\n"
            "Thieves make such addresses and hope that you copy them. Compare every character."
        )
    else:
        lines.append("Compare the whole address, not only its ends.")
    lines.append("A transfer cannot be undone, and nobody can fetch an NFT back from a wrong address.")
    lines.append(
        "After you confirm, Banq e-mails you. The NFT moves only when you approve it there.\n"
        f"The time to decide ends {m.time(withdrawal.expires_at)}."
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


def retype_needed(m: Markup, outcome: RetypeNeeded) -> Words:
    """The review once more, with what has to be done about the new address."""
    if outcome.typed is None:
        text = "This address is new, so its last 6 characters have to be typed before anything is sent there."
    else:
        text = (
            "What you typed is not how this address ends, so nothing was sent. If it is how your own address ends, then "
            "the address here is the wrong one: press Cancel."
        )
    review = withdrawal_review(m, outcome.draft)
    return replace(review, text=f"⛔ {m.bold(text)}\n\n{review.text}")


def draft_gone(state: str, reason: str | None = None) -> Words:
    if reason == "link_ended":
        return Words(
            "Withdrawal not sent",
            "Your wallet was unlinked or frozen meanwhile, so nothing was sent. When all is well with it, use /link, then "
            "/withdraw to start again.",
            "warning",
        )
    if state == "cancelled":
        return Words("Withdrawal cancelled", "Nothing was sent.")
    return Words(
        "This review has expired",
        "Nothing was sent. Use /withdraw to start again.",
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
