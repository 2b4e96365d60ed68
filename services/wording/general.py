"""Failures, the notices of the outbox, and buttons of many messages."""

from services.links import LinkStale
from services.wording.linking import linking_ended
from services.wording.text import Markup, Words
from services.wording.wallet import no_wallet


def notice_about_link(m: Markup, kind: str) -> Words:
    """Raises LookupError for a kind that is none of these."""
    match kind:
        case "link_stale":
            return no_wallet(m, LinkStale())
        case "link_wrong_browser" | "link_unmatched" | "link_conflict" | "link_refused" | "link_expired":
            return linking_ended(m, kind.removeprefix("link_"))
        case "unlinked_by_admin":
            return Words(
                m.say("Your wallet was unlinked"),
                m.say(
                    "The team of this community unlinked your Banq wallet. Your NFTs are safe at Banq, and withdrawals "
                    "already at Banq go on. Use /link to link it again."
                ),
                "warning",
            )
        case "frozen_by_admin":
            return Words(
                m.say("Withdrawals from your wallet are frozen"),
                m.say(
                    "The team of this community stopped withdrawals from your Banq wallet here. Those already at Banq go "
                    "on: do not approve there what you did not ask for. When all is well with your account, use /link to "
                    "link the wallet again; that thaws it."
                ),
                "warning",
            )
    raise LookupError(kind)


def failure(m: Markup, reference: str) -> Words:
    return Words(
        m.say("Something went wrong on our side"),
        m.say(
            "It has been noted. If it happens again, tell the team this: Ref {reference}. To see how your withdrawals "
            "stand, use /withdrawals.",
            reference=reference,
        ),
        "bad",
    )


def outdated(m: Markup) -> Words:
    return Words(
        m.say("This button is out of date"),
        m.say("It comes from an earlier version of this bot. Nothing was done; use the command again."),
        "warning",
    )


def previous(m: Markup) -> str:
    return m.say("◀ Back")


def next_page(m: Markup) -> str:
    return m.say("Next ▶")


def refresh(m: Markup) -> str:
    return m.say("Refresh")


def try_again(m: Markup) -> str:
    return m.say("Try again")


def back(m: Markup) -> str:
    return m.say("Back")


def panel(m: Markup, community: str) -> Words:
    """What stays in a channel, for whoever has not begun yet."""
    return Words(
        m.say("Your Banq wallet in {community}", community=m.foreign(community)),
        m.say(
            "Link it once, look at your NFTs here, and withdraw them to an address of your own. It takes about two minutes: "
            "you sign in at Banq, never here, and only you see what the bot answers.\n\n"
            "Press a button to start. We never ask for a password or seed phrase, and never send you a link that you did not "
            "ask for."
        ),
    )


def link_button(m: Markup) -> str:
    return m.say("Link your wallet")


def help_button(m: Markup) -> str:
    return m.say("What can I do here?")
