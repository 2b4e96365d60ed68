"""Withdrawals as their owner drives them: draft, review, confirm or cancel, look back."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from banq.models import LARGEST_AMOUNT, Nft
from services import address_book, withdrawal_steps
from services.addresses import Address, AddressProblem, check_address, resembles
from services.changes import Changes
from services.foreign_text import clean
from services.identity import ChatUser
from services.limits import Braked, WithdrawalLimits
from services.links import LinkFrozen, Links, LinkStale, NotLinked
from services.nfts import BanqSilent, Nfts
from services.sources import Sources
from services.submitter import Submitter
from services.wallet import LONGEST_NAME, NFT_KEY, Wallet
from storage import address_book as saved_addresses
from storage import links, withdrawals
from storage.address_book import SavedAddress
from storage.database import Connection, Database
from storage.links import Link
from storage.withdrawals import Withdrawal

DRAFT_LIVES = timedelta(minutes=10)
TYPED_AGAIN = 6


@dataclass(frozen=True)
class Drafted:
    """`saved`: the address as the member's book has it; without it, its end must be typed once more.

    `look_alike`: another saved address that could be taken for this one. `held`: how many there are to send.
    """

    withdrawal: Withdrawal
    saved: SavedAddress | None
    look_alike: SavedAddress | None
    held: int | None = None


@dataclass(frozen=True)
class NftNotFound:
    """The member holds no such NFT (any more)."""


@dataclass(frozen=True)
class NftNotChosen:
    """What was typed is no choice from the list, and not the name of just one NFT."""


@dataclass(frozen=True)
class AmountRefused:
    """The amount is not one that the member holds."""

    owned: int


@dataclass(frozen=True)
class AddressRefused:
    problem: AddressProblem
    chain: str | None


@dataclass(frozen=True)
class AlreadyRunning:
    """Another withdrawal of the same NFT is on its way."""

    withdrawal: Withdrawal


@dataclass(frozen=True)
class DraftGone:
    """The draft ended before it was confirmed; `state` is cancelled or expired."""

    state: str
    reason: str | None = None


@dataclass(frozen=True)
class Submitted:
    """The draft was confirmed, now or before; the withdrawal says how it stands."""

    withdrawal: Withdrawal


@dataclass(frozen=True)
class NotYourWithdrawal:
    """Somebody else's, or nobody's."""


@dataclass(frozen=True)
class RetypeNeeded:
    """The address is new, and what was typed (None: nothing) is not how it ends. The draft stays."""

    draft: Drafted
    typed: str | None


NoWallet = NotLinked | LinkStale | LinkFrozen | BanqSilent
# What stands in the way both of a draft and of its confirmation.
Hindrance = NoWallet | NftNotFound | AmountRefused | AlreadyRunning | Braked
DraftOutcome = Drafted | Hindrance | NftNotChosen | AddressRefused | address_book.NotInBook
ConfirmOutcome = Submitted | Hindrance | RetypeNeeded | DraftGone | NotYourWithdrawal


class Withdrawals:
    def __init__(
        self,
        database: Database,
        links_: Links,
        nfts: Nfts,
        limits: WithdrawalLimits,
        submitter: Submitter,
        changes: Changes,
        sources: Sources,
    ) -> None:
        self._database = database
        self._links = links_
        self._nfts = nfts
        self._limits = limits
        self._submitter = submitter
        self._changes = changes
        self._sources = sources

    async def draft(self, user: ChatUser, nft: str, to: str, amount: int) -> DraftOutcome:
        """Check everything and keep a draft.

        `nft` is a key from autocomplete, or an NFT's exact name; `to` an address, or the key or label of a
        saved one.
        """
        link = await self._links.of(user)
        wallet = await self._wallet(link)
        if link is None or not isinstance(wallet, Wallet):
            return NotLinked() if isinstance(wallet, Wallet) else wallet
        key = _find_key(wallet, nft)
        if isinstance(key, NftNotFound | NftNotChosen):
            return key
        item = wallet.by_key[key]
        if not 1 <= amount <= item.amount:
            return AmountRefused(item.amount)
        book = await saved_addresses.of_member(self._database.read, user.key)
        chosen = address_book.find(book, to)
        if chosen is None and to.startswith(address_book.KEY_PREFIX):
            return address_book.NotInBook()
        address = check_address(to if chosen is None else chosen.address, item.chain, item.contract)
        if not isinstance(address, Address):
            return AddressRefused(address, item.chain)
        now = self._sources.now()
        withdrawal = Withdrawal(
            id=self._sources.new_id(),
            link_id=link.id,
            chat_platform=link.chat_platform,
            chat_user_id=link.chat_user_id,
            lane=link.lane,
            user_guid=link.user_guid,
            banq_user_id=link.banq_user_id,
            token_data_id=item.token_data_id,
            source_banq=item.source_banq,
            nft_name=clean(item.name or "", LONGEST_NAME),
            nft_image_url=item.image_url,
            chain=item.chain,
            amount=amount,
            network=address.network,
            address=address.text,
            state="draft",
            created_at=now,
            expires_at=now + DRAFT_LIVES,
            updated_at=now,
            nft_details=_details(item),
        )
        async with self._database.transaction() as tx:
            running = await withdrawals.live_of_nft(tx, link.banq_user_id, item.token_data_id)
            if running is not None:
                return AlreadyRunning(running)
            drafted = _reviewed(withdrawal, await saved_addresses.of_member(tx, user.key))
            braked = await self._limits.brake(tx, link, drafted.saved, now)
            if braked is not None:
                return braked
            await withdrawals.insert(tx, withdrawal)
        return replace(drafted, held=item.amount)

    async def confirm(self, withdrawal_id: str, user: ChatUser, typed: str | None = None) -> ConfirmOutcome:
        """Confirm a draft and submit it to Banq. Whoever confirms it again is told how it stands.

        `typed`: the last characters of the address, typed once more; needed where it is new.
        """
        draft = await withdrawals.get(self._database.read, withdrawal_id)
        if draft is None or draft.owner != user.key:
            return NotYourWithdrawal()
        if draft.state != "draft":
            return _as_it_stands(draft)
        if draft.expires_at <= self._sources.now():
            await self.expire_drafts()
            return _as_it_stands(await withdrawals.get(self._database.read, draft.id) or draft)
        drafted = _reviewed(draft, await saved_addresses.of_member(self._database.read, user.key))
        if drafted.saved is None and not _is_end_of(draft.address, typed):
            known = await self._nfts.remembered(user)
            item = None if known is None else known.find(draft.token_data_id, draft.source_banq)
            return RetypeNeeded(replace(drafted, held=None if item is None else item.amount), typed)
        link = await links.get(self._database.read, draft.link_id)
        wallet = await self._wallet(link, fresh=True)
        if not isinstance(wallet, Wallet):
            return wallet
        held = wallet.find(draft.token_data_id, draft.source_banq)
        if held is None:
            return NftNotFound()
        if held.amount < draft.amount:
            return AmountRefused(held.amount)
        now = self._sources.now()
        held_in_all = sum(nft.amount for nft in wallet.items if nft.token_data_id == draft.token_data_id)
        async with self._database.transaction() as tx:
            refused = await self._confirm(tx, draft, now, held=min(held_in_all, LARGEST_AMOUNT), typed=typed)
        if refused is not None:
            return refused
        self._changes.announce()
        return Submitted(await self._submitter.submit(draft.id))

    async def cancel(self, withdrawal_id: str, user: ChatUser) -> DraftGone | Submitted | NotYourWithdrawal:
        async with self._database.transaction() as tx:
            draft = await withdrawals.get(tx, withdrawal_id)
            if draft is None or draft.owner != user.key:
                return NotYourWithdrawal()
            if draft.state == "draft":
                await withdrawal_steps.move(tx, draft, "cancelled", self._sources.now(), "member")
                return DraftGone("cancelled")
        return _as_it_stands(draft)

    async def expire_drafts(self) -> None:
        now = self._sources.now()
        for draft in await withdrawals.overdue_drafts(self._database.read, now):
            async with self._database.transaction() as tx:
                await withdrawal_steps.move(tx, draft, "expired", now, "bot")

    async def _wallet(self, link: Link | None, *, fresh: bool = False) -> Wallet | NoWallet:
        stopped = _what_stops(link)
        if link is None or stopped is not None:
            return stopped or NotLinked()
        return await self._nfts.of_link(link, fresh=fresh)

    async def _confirm(
        self, tx: Connection, draft: Withdrawal, now: datetime, *, held: int, typed: str | None
    ) -> DraftGone | AlreadyRunning | Submitted | NoWallet | Braked | RetypeNeeded | None:
        """Draft -> confirmed; None when this call was the one that did it."""
        current = await withdrawals.get(tx, draft.id)
        if current is None or current.state != "draft":
            return _as_it_stands(current or draft)
        if current.expires_at <= now:
            await withdrawal_steps.move(tx, current, "expired", now, "bot")
            return DraftGone("expired")
        link = await links.get(tx, draft.link_id)
        stopped = _what_stops(link)
        if link is None or stopped is not None:
            return stopped or NotLinked()
        running = await withdrawals.live_of_nft(tx, draft.banq_user_id, draft.token_data_id)
        if running is not None:
            return AlreadyRunning(running)
        drafted = _reviewed(draft, await saved_addresses.of_member(tx, draft.owner))
        retyped = _is_end_of(draft.address, typed)
        if drafted.saved is None and not retyped:
            return RetypeNeeded(drafted, typed)
        braked = await self._limits.brake(tx, link, drafted.saved, now)
        if braked is not None:
            return braked
        await withdrawal_steps.confirm(tx, current, now, held=held, retyped=retyped)
        return None


def _what_stops(link: Link | None) -> NotLinked | LinkStale | LinkFrozen | None:
    """Why nothing can be withdrawn through this link, if so."""
    if link is None or link.state == "unlinked":
        return NotLinked()
    if link.state == "stale":
        return LinkStale()
    return LinkFrozen() if link.state == "frozen" else None


def _reviewed(withdrawal: Withdrawal, book: list[SavedAddress]) -> Drafted:
    """The draft with what the member's address book says about its address."""
    to = Address(withdrawal.address, withdrawal.network)
    saved = look_alike = None
    for entry in book:
        if (entry.network, entry.address) == (to.network, to.text):
            saved = entry
        elif resembles(entry.address, to.text):
            look_alike = entry
    return Drafted(withdrawal, saved, look_alike)


def _is_end_of(address: str, typed: str | None) -> bool:
    # It is shown in groups of four, so whoever copies it may have a space within.
    return typed is not None and "".join(typed.split()).casefold() == address[-TYPED_AGAIN:].casefold()


def _find_key(wallet: Wallet, wanted: str) -> str | NftNotFound | NftNotChosen:
    if wanted in wallet.by_key:
        return wanted
    typed = clean(wanted, LONGEST_NAME).casefold()
    named = [key for key, entry in wallet.entries.items() if entry.name.casefold() == typed]
    if typed and len(named) == 1:
        return named[0]
    return NftNotFound() if re.fullmatch(NFT_KEY, wanted) else NftNotChosen()


def _details(nft: Nft) -> str:
    """What tells an NFT from another of the same name."""
    collection = clean(nft.collection or "", 40)
    number = f"#{clean(nft.token_id, 24)}" if nft.token_id else ""
    return " ".join(filter(None, (collection, number)))


def _as_it_stands(withdrawal: Withdrawal) -> DraftGone | Submitted:
    if withdrawal.state in {"cancelled", "expired"}:
        return DraftGone(withdrawal.state, withdrawal.reason)
    return Submitted(withdrawal)
