"""Help, failures, and the notices of the outbox."""

from collections.abc import Sequence

from services.links import LinkStale
from services.wording.linking import LINKING_ENDED
from services.wording.text import Markup, Words
from services.wording.wallet import no_wallet

NOTICES = {
    "link_stale": no_wallet(LinkStale()),
    "link_wrong_browser": LINKING_ENDED["wrong_browser"],
    "link_unmatched": LINKING_ENDED["unmatched"],
    "link_conflict": LINKING_ENDED["conflict"],
    "link_refused": LINKING_ENDED["refused"],
    "link_expired": LINKING_ENDED["expired"],
    "unlinked_by_admin": Words(
        "Your wallet was unlinked",
        "The team of this community unlinked your Banq wallet from your chat account. Your NFTs are safe "
        "at Banq. Withdrawals already under way go on. Use /link to link it again.",
        "warning",
    ),
    "frozen_by_admin": Words(
        "Withdrawals from your wallet are frozen",
        "The team of this community stopped withdrawals from your Banq wallet here. Your NFTs are safe at Banq, "
        "and withdrawals already at Banq go on. If all is well with your account, use /link to link the wallet "
        "again; that thaws it.",
        "warning",
    ),
}


def help_words(m: Markup, *, is_linked: bool) -> Words:
    if is_linked:
        lines: Sequence[str] = (
            f"{m.bold('See your NFTs:')} /nfts",
            f"{m.bold('Send one to your own address:')} /withdraw; /addresses keeps yours for it.",
            f"{m.bold('How are my withdrawals, and where is my NFT?')} /withdrawals",
            f"{m.bold('Is all well with my wallet?')} /wallet, and /limits for what it is held to.",
            f"{m.bold('Something looks wrong?')} Freeze in /wallet stops all withdrawals at once.",
            f"{m.bold('Stop it all:')} /unlink, or take the approval back in your account at Banq.",
        )
    else:
        lines = (
            f"{m.bold('Start here:')} /link connects your Banq wallet. You sign in at Banq, never here.",
            f"{m.bold('Then:')} /nfts shows your NFTs, /withdraw sends one to an address of your own.",
            f"{m.bold('You stay in control:')} every withdrawal is approved by you at Banq.",
            f"{m.bold('Way out at any time:')} /unlink, or take the approval back in your account at Banq.",
        )
    warning = "We write to you first only to report on your own link and withdrawals, and we never ask for a password or seed phrase."
    return Words("What can I do for you?", "\n".join((*lines, "", warning)))


def failure(reference: str) -> Words:
    return Words(
        "Something went wrong on our side",
        f"It has been noted. If it happens again, tell the team this: Ref {reference}. "
        "To see how your withdrawals stand, use /withdrawals.",
        "bad",
    )
