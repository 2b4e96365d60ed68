"""The words of linking a wallet."""

from datetime import datetime

from services.wording.text import Markup, Words


def link_steps(m: Markup, expires_at: datetime) -> Words:
    return Words(
        "Link your Banq wallet",
        "1. Open the secure page. It works once, in one browser.\n"
        "2. Sign in at Banq there and approve this community.\n"
        f"3. The page shows a 6-digit code. Come back here and press {m.bold('Enter code')}.\n\n"
        f"The page link stops working {m.time(expires_at)}. It is yours alone: do not pass it on.",
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
        "Banq's confirmation did not arrive in time, or more than one wallet approved at the same moment, or this "
        "wallet was approved for another account minutes ago. To be safe, nothing was linked. Use /link to try "
        "again, best in ten minutes.",
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
