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
        "Your NFTs are not affected, and nothing was sent. Try again in a few minutes."
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
APPROVE = (
    "Now approve it at Banq",
    (
        f"{NAME} to {TO}.\n\nBanq has e-mailed you. Open the mail, press Complete Transfer, "
        "and approve it at Banq. "
        "Until you do, the NFT stays in your wallet. "
        "/withdrawals tells how it goes on; you also get a direct message, if you allow them."
    ),
)
UNKNOWN = (
    "We do not know yet whether Banq took it",
    (
        f"We asked Banq to send {NAME} to {TO} and got no answer. "
        "Do not start again: we are checking, and it will not be asked for twice. "
        "If Banq e-mails you, you can approve it there."
    ),
)
LEFT = (
    "The NFT has left your wallet",
    f"{NAME} has left your Banq wallet. Banq did not tell us more; look at {TO} to be sure.",
)
SENDING = ("Banq is sending it", f"{NAME} is on its way to {TO}. You approved it; nothing more to do.")
COMPLETED = ("Withdrawal completed", f"{NAME} is now at {TO}.\nTransaction 0x…")
REJECTED = ("Transfer rejected", f"{NAME} to {TO}: you rejected it at Banq, so it was not sent.")


def refused(why: str) -> tuple[str, str]:
    return "Nothing was sent", f"{why} {NAME} was not moved by this."


SAID_NO = refused("Banq said no: Something went wrong at Banq.")
BUSY = refused("Banq has too much to do right now. Try again in a minute.")
UNREACHABLE = refused("Banq could not be reached. Try again in a few minutes.")
NOT_SIGNED_IN = refused(
    "Banq does not accept this bot's own sign-in. Please tell the team; there is nothing you can do."
)
