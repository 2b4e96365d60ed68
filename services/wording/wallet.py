"""The words about a linked wallet, its NFTs, and unlinking it."""

from collections.abc import Sequence

from services.links import Frozen, LinkFrozen, LinkStale, NotLinked, Unlinked, WalletOverview
from services.nfts import BanqSilent
from services.wording.text import Action, Markup, Words


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


def nothing_to_choose(outcome: NotLinked | LinkStale | BanqSilent) -> str:
    """In place of the NFTs to choose from."""
    match outcome:
        case NotLinked():
            return "No wallet linked: use /link first"
        case LinkStale():
            return "Banq no longer gives access: use /link first"
        case BanqSilent():
            return "Banq is not answering: try again in a few minutes"


BANQ_SILENT = Words(
    "Banq is not answering",
    "Banq gives us no usable answer, so we cannot see your wallet right now. Your NFTs are not affected, and "
    "nothing was sent. Try again in a few minutes.",
    "warning",
)


def wallet(m: Markup, overview: WalletOverview, nfts: str, holds: Sequence[str] = ()) -> Words:
    """`holds`: what keeps the member from withdrawing now, a line each."""
    if overview.state == "stale":
        return no_wallet(LinkStale())
    running = overview.running_withdrawals
    chats = " and ".join(CHATS[chat] for chat in overview.chats)
    lines = [f"Linked {m.time(overview.linked_at)}, on {chats}.", nfts]
    frozen = overview.state == "frozen"
    if frozen:
        lines.append("Withdrawals are frozen. Use /link to link the wallet again; that thaws it.")
    else:
        lines.extend(holds)
    lines.append(
        {0: "No withdrawals under way.", 1: "1 withdrawal under way."}.get(
            running, f"{running} withdrawals under way."
        )
    )
    return Words(
        "Your Banq wallet",
        "\n".join(lines),
        "warning" if frozen else "plain",
        actions=(
            Action("Show NFTs", "nfts-page", "1", "primary"),
            Action("Activity", "withdrawals-list"),
            *(() if frozen else (Action("Freeze", "freeze-ask"),)),
            Action("Unlink", "unlink-ask"),
        ),
    )


CHATS = {"discord": "Discord", "telegram": "Telegram"}


def nft_count(count: int, unreadable: int) -> str:
    text = {0: "It holds no NFTs.", 1: "It holds 1 NFT."}.get(count, f"It holds {count} NFTs.")
    return text + unreadable_note(unreadable)


def unreadable_note(unreadable: int) -> str:
    if unreadable == 0:
        return ""
    entries = "1 more entry" if unreadable == 1 else f"{unreadable} more entries"
    return f" Banq lists {entries} that we cannot read; see them at Banq."


WAITING_FOR_BANQ = Words(
    "Waiting for Banq",
    "Banq is taking its time to answer. This message goes on by itself; there is nothing you need to do.",
)
NFT_COUNT_UNKNOWN = "Banq is not answering, so we cannot say what it holds right now."


EMPTY_WALLET = Words(
    "No NFTs in your wallet yet",
    "Banq answered: the wallet is linked and holds no NFTs. They will show up here once you have some.",
)


def unlink_review(overview: WalletOverview) -> Words:
    return Words(
        "Unlink your wallet?",
        f"You will not see your NFTs here any more, nor withdraw them from here. {_under_way(overview, 'Unlinking')}"
        "\n\nYour NFTs stay in your Banq wallet. To take back the approval as well, open your account at Banq.",
        "warning",
        actions=(
            Action("Unlink", "unlink-confirm", style="danger"),
            Action("Keep it linked", "unlink-keep"),
        ),
    )


def freeze_review(overview: WalletOverview) -> Words:
    return Words(
        "Freeze withdrawals?",
        "From that moment nobody can withdraw from here, not even you. You can still look at your NFTs. "
        f"{_under_way(overview, 'Freezing')}\n\nTo thaw it, link the wallet again: that takes your sign-in at Banq.",
        "warning",
        actions=(
            Action("Freeze now", "freeze-confirm", style="danger"),
            Action("Keep it as it is", "unlink-keep"),
        ),
    )


def _under_way(overview: WalletOverview, what: str) -> str:
    """What becomes of withdrawals: Banq cannot be told to stop what it was asked for."""
    unsent = overview.unsent_withdrawals
    sent = overview.running_withdrawals - unsent
    sentences = []
    if unsent:
        withdrawals = "1 withdrawal is" if unsent == 1 else f"{unsent} withdrawals are"
        sentences.append(
            f"{withdrawals} confirmed and not sent yet. {what} cancels {'it' if unsent == 1 else 'them'}."
        )
    if sent == 1:
        sentences.append(
            f"1 withdrawal is under way at Banq. {what} does not stop it, and you will hear how it ends."
        )
    elif sent:
        sentences.append(
            f"{sent} withdrawals are under way at Banq. {what} does not stop them, and you will hear how they end."
        )
    return " ".join(sentences) or "No withdrawals are under way."


def frozen(outcome: Frozen) -> Words:
    lines = ["Nobody can withdraw from your wallet here. Your NFTs are still in it."]
    if outcome.cancelled:
        lines.append(f"Withdrawals cancelled before they were sent: {outcome.cancelled}.")
    if outcome.still_running:
        lines.append(
            f"Withdrawals still under way: {outcome.still_running}. Do not approve at Banq what you did not ask for."
        )
    lines.append("Use /link to link it again when all is well; that thaws it.")
    return Words("Withdrawals are frozen", "\n".join(lines), "good")


def unlinked(outcome: Unlinked) -> Words:
    lines = ["Your NFTs are still in your Banq wallet."]
    if outcome.cancelled:
        lines.append(f"Withdrawals cancelled before they were sent: {outcome.cancelled}.")
    if outcome.still_running:
        lines.append(f"Withdrawals still under way: {outcome.still_running}. You will hear how they end.")
    lines.append("To take back the approval as well, open your account at Banq.")
    return Words("Wallet unlinked", "\n".join(lines), "good")


KEPT_LINKED = Words("Nothing changed", "Your wallet stays as it is.")
