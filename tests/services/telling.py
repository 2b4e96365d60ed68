"""What a member reads, held against what is true at the emulator's ledger."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.banq import identities
from sandbox.banq.state import OPEN_STATUSES
from services.address_book import NotInBook
from services.links import LinkFrozen, LinkStale, NotLinked
from services.nfts import BanqSilent
from services.withdrawals import (
    AddressRefused,
    AlreadyRunning,
    AmountRefused,
    ConfirmOutcome,
    Drafted,
    DraftGone,
    DraftOutcome,
    Hindrance,
    NftNotChosen,
    NftNotFound,
    NotYourWithdrawal,
    RetypeNeeded,
    Submitted,
)
from services.wording import (
    address_book,
    addresses,
    limits,
    linking,
    wallet,
    withdrawal_list,
    withdrawal_story,
    withdrawals,
)
from services.wording.language import ENGLISH
from services.wording.text import Words
from storage.withdrawals import Withdrawal
from tests.services.messenger import PlainMarkup
from tests.services.rig import ADA, Rig
from tests.services.told import PICTURE

M = PlainMarkup(ENGLISH)
EMAIL = identities.ADA.email


def words_of(outcome: DraftOutcome | ConfirmOutcome) -> Words:
    """The words for an outcome, chosen as the chat commands choose them."""
    match outcome:
        case Drafted():
            return withdrawals.withdrawal_review(M, outcome)
        case RetypeNeeded():
            return withdrawals.retype_needed(M, outcome)
        case Submitted(withdrawal):
            return withdrawal_story.withdrawal_news(M, withdrawal)
        case NftNotChosen():
            return withdrawals.nft_not_chosen(M)
        case AddressRefused(problem, chain):
            return addresses.address_refused(M, problem, chain)
        case NotInBook():
            return address_book.not_in_book(M)
        case DraftGone(state):
            return withdrawals.draft_gone(M, state)
        case NotYourWithdrawal():
            return linking.not_your_button(M)
        case _:
            return _hindrance(outcome)


def _hindrance(outcome: Hindrance) -> Words:
    match outcome:
        case NotLinked() | LinkStale() | LinkFrozen() | BanqSilent():
            return wallet.no_wallet(M, outcome)
        case NftNotFound():
            return withdrawals.nft_not_found(M)
        case AmountRefused(owned):
            return withdrawals.amount_refused(M, owned)
        case AlreadyRunning(running):
            return withdrawal_list.already_running(M, running, ADA)
        case _:
            return limits.braked(M, outcome)


@dataclass(frozen=True)
class Truth:
    """Where Ada's NFT really is, and what Banq was asked for it.

    `held_at_first`: how many she held before anything was asked.
    """

    held: int
    held_at_first: int
    statuses: tuple[str, ...]
    approved: bool
    mailed: bool
    asked: int
    accepted: int

    @property
    def is_in_wallet(self) -> bool:
        return self.held == self.held_at_first

    @property
    def has_left(self) -> bool:
        return self.held < self.held_at_first

    @property
    def is_sent(self) -> bool:
        """Banq has sent it, or would if the owner approved it there."""
        return any(status in OPEN_STATUSES or status == "completed" for status in self.statuses)


def truth(rig: Rig, slug: str, held_at_first: int = 1) -> Truth:
    ledger = rig.sandbox.ledger
    transactions = [each for each in ledger.transactions if (each.email, each.nft) == (EMAIL, slug)]
    return Truth(
        held=next((amount for nft, amount in ledger.wallet(EMAIL) if nft.slug == slug), 0),
        held_at_first=held_at_first,
        statuses=tuple(each.status for each in transactions),
        approved=any(grant.platform_id == identities.PLATFORM_ID for grant in ledger.grants_of(EMAIL)),
        mailed=any(mail.kind == "withdrawal" for mail in ledger.mails(EMAIL)),
        asked=rig.sandbox.faults.received["withdraw"],
        accepted=rig.sandbox.faults.accepted["withdraw"],
    )


# What sentences say about the world, and when that is so.
CLAIMS: dict[str, Callable[[Truth], bool]] = {
    r"nothing was sent|not sent|not moved": lambda true: not true.is_sent,
    r"still in your wallet|stays where it is|not affected|are safe there": lambda true: true.is_in_wallet,
    r"where it is now: in your banq wallet\.": lambda true: true.is_in_wallet,
    r"in your banq wallet, until you approve": lambda true: (
        true.is_in_wallet or "awaitingApproval" not in true.statuses
    ),
    r"banq has e-mailed you": lambda true: true.mailed,
    r"on its way|banq is sending it": lambda true: "processing" in true.statuses or true.has_left,
    r"you approved it": lambda true: bool({"processing", "completed"} & set(true.statuses)),
    r"where it is now: at|it has arrived|withdrawal completed|✅ completed": lambda true: (
        true.has_left and "completed" in true.statuses
    ),
    r"left your wallet|not in your banq wallet any more": lambda true: true.has_left,
    r"got no answer|no answer from banq": lambda true: true.asked > 0,
    r"not be asked for twice|nothing new was sent": lambda true: len(true.statuses) <= 1,
    r"banq said no": lambda true: true.asked > 0 and true.accepted == 0,
    r"could not be reached|too much to do|not accept this bot": lambda true: true.accepted == 0,
    r"no longer gives access|was taken back": lambda true: not true.approved,
    r"do not hold this nft|not in your linked wallet": lambda true: true.held == 0,
    r"do not hold that many": lambda true: true.has_left,
    r"you rejected it": lambda true: "rejected" in true.statuses,
    r"was cancelled at banq": lambda true: "canceled" in true.statuses,
    r"not approved at banq in time": lambda true: "expired" in true.statuses,
    r"did not go through": lambda true: true.is_in_wallet,
    r"banq reports that it failed": lambda true: "failed" in true.statuses,
}
# True until the owner approves; Banq may have been approved at before it tells us.
WAITING = {
    r"now approve it at banq|waiting for you to approve it": lambda true: "awaitingApproval" in true.statuses,
}


def assert_true(words: Words, true: Truth, *, behind: bool = False) -> list[str]:
    """Each claim in the words is so; those found. `behind`: Banq has not told us yet what happened there."""
    text = f"{words.title}\n{words.text}".lower()
    claims = CLAIMS if behind else CLAIMS | WAITING
    made = [claim for claim in claims if re.search(claim, text)]
    for claim in made:
        assert claims[claim](true), (claim, words, true)
    return made


def seen(words: Words) -> tuple[str, str]:
    return words.title, re.sub(r"0x[0-9a-f]{64}", "0x…", words.text)


async def story(rig: Rig, withdrawal: Withdrawal, *, behind: bool = False) -> tuple[str, str]:
    """What the member reads about a withdrawal, alone and in the list, once it is known to be true."""
    stored = await rig.stored(withdrawal)
    words = withdrawal_story.withdrawal_news(M, stored)
    true = truth(rig, PICTURE)
    assert assert_true(words, true, behind=behind), "nothing is said about where the NFT is"
    assert assert_true(Words("", withdrawal_list.list_entry(M, stored)), true, behind=behind)
    return seen(words)
