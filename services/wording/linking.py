"""The words of linking a wallet."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.standing import Standing
from services.wording.text import Action, Markup, Words


def link_steps(m: Markup, session_id: str, expires_at: datetime, *, signs_in: bool) -> Words:
    first = (
        "1. Open the secure page and continue with Discord, so that nobody else can use it."
        if signs_in
        else "1. Open the secure page. It works once, in one browser."
    )
    last = (
        "3. Come back here. This message asks you to confirm."
        if signs_in
        else f"3. The page shows a 6-digit code. Come back here and press {m.bold('Enter code')}."
    )
    return Words(
        "Link your Banq wallet",
        f"{first}\n2. Sign in at Banq there and approve this community.\n{last}\n\n"
        f"The page works once and stops working {m.time(expires_at)}. It is yours alone: do not pass it on.",
        actions=_actions(session_id, signs_in=signs_in),
    )


def link_standing(m: Markup, standing: Standing) -> Words:
    """The message in chat, as the attempt goes on. Raises LookupError for a standing without words."""
    signs_in = standing.proof == "sign_in"
    actions = _actions(standing.session_id, signs_in=signs_in)
    match standing.state:
        case "issued":
            return link_steps(m, standing.session_id, standing.expires_at, signs_in=signs_in)
        case "opened":
            return Words(
                "The page is open",
                "Continue with Discord there. Was that not you? Then press Cancel: somebody else has your link.",
                actions=actions,
            )
        case "waiting":
            return Words(
                f"You are {_ordinal(standing.place or 1)} in line",
                f"One person at a time can be at Banq. {expected_wait(standing.wait)} It opens on the page by "
                "itself; keep that open.",
                actions=actions,
            )
        case "open":
            return Words(
                "It is your turn",
                "Sign in at Banq on the page and approve this community. You have a few minutes.",
                actions=actions,
            )
        case "proven":
            return Words(
                "You have not approved yet",
                "Banq's page was closed, or your time there ran out. Nothing was linked. Press "
                f"{m.bold('Open Banq again')} on the page when you are ready.",
                actions=actions,
            )
        case "approved":
            return Words(
                "You approved",
                "We are waiting for Banq to confirm it. That takes seconds, two minutes at most.",
                actions=actions,
            )
        case "matched":
            return confirm_link(m, standing)
        case "linked":
            return linked(standing.nft_count or 0)
    return LINKING_ENDED[standing.state]


def no_longer_followed(words: Words) -> Words:
    """Discord lets a message be edited for a quarter of an hour."""
    return replace(
        words,
        text=f"{words.text}\n\nThis message cannot follow along any longer. The page goes on by itself, and you get "
        "a direct message when it is your turn.",
    )


def confirm_link(m: Markup, standing: Standing) -> Words:
    count = standing.nft_count or 0
    holding = {0: "no NFTs", 1: "1 NFT"}.get(count, f"{count} NFTs")
    name = m.foreign(standing.chat_user_name, 100)
    if standing.proof == "code":
        return Words(
            "Almost done",
            f"A Banq wallet holding {m.bold(holding)} approved this community. If that is yours, press "
            f"{m.bold('Enter code')} and type the code that the page shows. If not, press {m.bold('Cancel')}.",
            actions=_actions(standing.session_id, signs_in=False),
        )
    return Words(
        "Is this your wallet?",
        f"A Banq wallet holding {m.bold(holding)} approved this community.\n"
        f"Link it to {m.bold(name)}? If it is not yours, press {m.bold('Not mine')}.",
        actions=(
            Action("Link it", "link-confirm", standing.session_id, "primary"),
            Action("Not mine", "link-cancel", standing.session_id),
        ),
    )


def _actions(session_id: str, *, signs_in: bool) -> tuple[Action, ...]:
    cancel = Action("Cancel", "link-cancel", session_id)
    return (cancel,) if signs_in else (Action("Enter code", "link-code", session_id, "primary"), cancel)


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def expected_wait(wait: timedelta | None) -> str:
    if wait is None or wait < timedelta(seconds=45):
        return "Your turn comes in less than a minute."
    minutes = round(wait / timedelta(minutes=1)) or 1
    return f"Your turn comes in about {'a minute' if minutes == 1 else f'{minutes} minutes'}."


def cooling_down(m: Markup, until: datetime) -> Words:
    return Words(
        "Please wait a little",
        "You have tried several times without linking a wallet, and others may be waiting. "
        f"You can use /link again {m.time(until)}.",
        "warning",
    )


def already_linked(m: Markup, linked_at: datetime) -> Words:
    return Words(
        "Your wallet is already linked",
        f"You linked it {m.time(linked_at)}. To link another one, use /unlink first.",
    )


def linked(nft_count: int, *, replaces: bool = False) -> Words:
    """`replaces`: another wallet was linked before."""
    instead = " It takes the place of the wallet that was linked before." if replaces else ""
    holds = {0: "It holds no NFTs yet.", 1: "It holds 1 NFT."}.get(nft_count, f"It holds {nft_count} NFTs.")
    return Words(
        "Your wallet is linked",
        f"{holds}{instead} Only you can see it here, and only you can withdraw.",
        "good",
        actions=(Action("Show NFTs", "nfts-page", "1", "primary"),),
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


TOO_EARLY = Words(
    "There is nothing to confirm yet",
    "Sign in at Banq on the secure page and approve first, then come back.",
    "warning",
)


LINK_CANCELLED = Words("Linking cancelled", "Nothing was linked. Use /link to start again.")


NOT_MINE = Words(
    "Nothing was linked",
    "If you signed in to the wrong account at Banq, use /link to start again. If you did not sign in there at all, tell the team. "
    "To take an approval back, open your account at Banq.",
)


LINKING_ENDED = {
    "expired": Words("This link has expired", "Nothing was linked. Use /link to get a new one.", "warning"),
    "cancelled": Words(
        "This attempt was closed", "Nothing was linked by it. Use /link to get a new page.", "warning"
    ),
    "wrong_browser": Words(
        "Somebody else opened your link",
        "The page was opened by another Discord account than yours, so it was stopped and nothing was linked. "
        "If that was you with a second account, switch to this one at Discord and use /link again. "
        "If not, somebody has seen your link: never pass it on.",
        "bad",
    ),
    "unmatched": Words(
        "The approval could not be matched",
        "Banq's confirmation did not arrive in time, or more than one wallet approved at the same moment, or this "
        "wallet was approved for another account minutes ago. To be safe, nothing was linked. Use /link to try "
        "again, best in ten minutes; should that not help, in an hour.",
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
