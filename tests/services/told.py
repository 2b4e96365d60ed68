"""Sentences as members read them, whole, about Ada's withdrawal of one picture."""

from services.addresses import shortened
from tests.services.rig import GOOD_ADDRESS

PICTURE = "quiet-hours-2"
NAME = "First Frost at Elm Pass (Quiet Hours #2)"
TO = shortened(GOOD_ADDRESS)

SILENT = (
    "Banq is not answering",
    (
        "Banq gives us no usable answer, so we cannot see your wallet right now. "
        "Your NFTs are not affected, and nothing new was sent. Try again in a few minutes."
    ),
)
STALE = (
    "Banq no longer gives access",
    (
        "The approval for this community was taken back at Banq. Your NFTs are safe there. "
        "Use /link to approve it again."
    ),
)
NOT_HELD = (
    "You do not hold this NFT",
    (
        "It is not in your linked wallet right now, so nothing new was sent. "
        "If you have sent it before, /withdrawals tells how that went. "
        "Otherwise type a part of its name and pick it from the list."
    ),
)


def told(title: str, text: str, where: str) -> tuple[str, str]:
    return title, f"{NAME} to {TO}\n\n{text}\nWhere it is now: {where}"


AGAIN = "Use /withdraw to start again, if you like."
APPROVE = told(
    "Now approve it at Banq",
    (
        "Banq has e-mailed you. Open the mail, press Complete Transfer, and approve it at Banq. "
        "If you do not want it any more, reject it there."
    ),
    "in your Banq wallet, until you approve.",
)
UNKNOWN = told(
    "We do not know yet whether Banq took it",
    (
        "We asked Banq to send it and got no answer. "
        "Do not start again: we are checking, and it will not be asked for twice. "
        "If Banq e-mails you, you can approve it there."
    ),
    "as far as we know, in your Banq wallet. It leaves only when you approve that at Banq.",
)
LEFT = told(
    "The NFT has left your wallet",
    "Banq gave us no answer, but it has left your Banq wallet.",
    f"most likely at {TO}. Look there to be sure.",
)
SENDING = told(
    "Banq is sending it",
    "You approved it at Banq; there is nothing more to do.",
    f"on its way from your Banq wallet to {TO}.",
)
COMPLETED = told("Withdrawal completed", "It has arrived; there is nothing more to do.", f"at {TO}.")
REJECTED = told(
    "Withdrawal rejected", f"You rejected it at Banq, so it was not sent. {AGAIN}", "in your Banq wallet."
)


def refused(why: str) -> tuple[str, str]:
    return told("Nothing was sent", why, "in your Banq wallet.")


SAID_NO = refused(
    "Banq said no: Something went wrong at Banq. "
    "If you do not see why, ask Banq; or use /withdraw to start again."
)
BUSY = refused("Banq had too much to do. Use /withdraw to try again in a minute.")
UNREACHABLE = refused("Banq could not be reached. Use /withdraw to try again in a few minutes.")
NOT_SIGNED_IN = refused(
    "Banq did not accept this bot's own sign-in. Please tell the team; there is nothing else you can do."
)
