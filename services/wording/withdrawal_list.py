"""The words of /withdrawals: how each of a member's withdrawals stands, in a line."""

from services.identity import ChatUser
from services.wording.text import Action, Markup, Words
from services.wording.withdrawal_story import UNDER_WAY, details_reference
from services.wording.withdrawals import nft_name, short_address
from storage.withdrawals import Withdrawal

WITHDRAWAL_STATES = {
    "confirmed": "being sent to Banq",
    "submitting": "being sent to Banq",
    "awaiting_owner": "waiting for you to approve it; Banq has e-mailed you",
    "processing": "Banq is sending it",
    "completed": "completed",
    "refused": "not sent",
    "failed": "did not go through",
    "cancelled": "cancelled before it was sent",
    "unknown": "no answer from Banq; we are checking",
}
STATES_BY_REASON = {
    "left_the_wallet": "left your wallet",
    "rejected_at_banq": "you rejected it at Banq",
    "cancelled_at_banq": "it was cancelled at Banq",
    "expired_at_banq": "not approved at Banq in time",
}


def withdrawal_state(withdrawal: Withdrawal) -> str:
    """In a few words, with a sign."""
    match withdrawal.state:
        case "completed":
            sign = "✅"
        case "unknown":
            sign = "⚠️"
        case state:
            sign = "⏳" if state in UNDER_WAY else "⛔"
    words = STATES_BY_REASON.get(withdrawal.reason or "", WITHDRAWAL_STATES[withdrawal.state])
    if withdrawal.reason == "settled_by_team":
        words = "sent, says the team" if withdrawal.state == "completed" else "not sent, says the team"
    return f"{sign} {words}"


def list_title(count: int, page: int, pages: int) -> str:
    withdrawals = "1 withdrawal" if count == 1 else f"{count} withdrawals"
    where = f", page {page} of {pages}" if pages > 1 else ""
    return f"### Your withdrawals\n{withdrawals}, the newest first{where}"


def list_entry(m: Markup, withdrawal: Withdrawal) -> str:
    return (
        f"{m.bold(nft_name(m, withdrawal))}\n{short_address(m, withdrawal)} · "
        f"{withdrawal_state(withdrawal)}, {m.time(withdrawal.updated_at)}"
    )


NO_WITHDRAWALS = Words(
    "No withdrawals yet", "Use /withdraw to send one of your NFTs to an address of your own."
)
NO_WITHDRAWALS_UNLINKED = Words(
    "No withdrawals yet",
    "No wallet is linked. Use /link first; then /withdraw sends one of your NFTs to an address of your own.",
)


def already_running(m: Markup, withdrawal: Withdrawal, reader: ChatUser) -> Words:
    """The reader may be another user of the same wallet, to whom its details are not shown."""
    details = Action("Details", "withdrawal-details", details_reference(withdrawal))
    return Words(
        "This NFT is already being withdrawn",
        f"{nft_name(m, withdrawal)} to {short_address(m, withdrawal)}: {withdrawal_state(withdrawal)}. Nothing new was sent.",
        "warning",
        actions=(details,) if withdrawal.owner == reader.key else (),
    )
