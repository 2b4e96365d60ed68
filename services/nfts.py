"""A member's NFTs, from a short cache or fresh from Banq. An outage is never an empty wallet."""

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from banq.client import BanqClient
from banq.errors import BanqError, Forbidden, NotFound
from banq.models import Nft, UserGuid
from services.foreign_text import clean
from services.identity import ChatUser
from services.links import Links, LinkStale, NotLinked
from services.sources import Sources
from storage.links import Link

log = logging.getLogger(__name__)

CACHE_FOR = timedelta(seconds=60)
DENIAL_HOLDS_AFTER = timedelta(seconds=30)
NFT_KEY = r"[0-9a-f]{20}"
CACHED_WALLETS = 2_000


@dataclass(frozen=True)
class BanqSilent:
    """Banq did not answer usefully; nothing is known about the wallet now."""


@dataclass(frozen=True)
class Denied:
    """A link whose wallet Banq did not show, and since when; a hiccup may look the same."""

    link: Link
    since: datetime


@dataclass(frozen=True)
class Wallet:
    """What Banq says the member holds. `by_key` uses opaque keys that are safe to hand out."""

    items: tuple[Nft, ...]
    unreadable: int
    fetched_at: datetime

    @cached_property
    def by_key(self) -> Mapping[str, Nft]:
        return {nft_key(nft): nft for nft in self.items}

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """A label for each key, at most 100 characters; same-named NFTs are told apart."""
        labels: dict[str, str] = {}
        seen: Counter[str] = Counter()
        for key, nft in self.by_key.items():
            label = _label(nft)
            seen[label] += 1
            # The number of a label that looks numbered already could repeat another's.
            while seen[label] > 1 and seen[numbered := f"{label} ({seen[label]})"]:
                seen[label] += 1
            if seen[label] > 1:
                label = numbered
                seen[label] += 1
            labels[key] = label
        return labels

    def find(self, token_data_id: str, source_banq: str) -> Nft | None:
        same = (nft for nft in self.items if nft.token_data_id == token_data_id)
        return next((nft for nft in same if nft.source_banq == source_banq), None)


def _label(nft: Nft) -> str:
    parts = [clean(nft.name or "", 50) or "Unnamed"]
    parts += [
        clean(part, limit) for part, limit in ((nft.collection, 20), ((nft.chain or "").title(), 10)) if part
    ]
    if nft.token_id:
        parts.append("#" + clean(nft.token_id, 8))
    return " · ".join(parts)[:90]


def nft_key(nft: Nft) -> str:
    """A short name of an NFT within its wallet, without Banq's ids in it."""
    return hashlib.sha256(f"{nft.token_data_id}\n{nft.source_banq}".encode()).hexdigest()[:20]


class Nfts:
    def __init__(self, banq: BanqClient, links: Links, sources: Sources) -> None:
        self._banq = banq
        self._links = links
        self._sources = sources
        self._wallets: dict[str, Wallet] = {}
        # In memory only: after a restart it takes two denials again, which does no harm.
        self._denied: dict[str, Denied] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._readings: set[asyncio.Future[Wallet | NotLinked | LinkStale | BanqSilent]] = set()

    async def of(self, user: ChatUser, *, fresh: bool = False) -> Wallet | NotLinked | LinkStale | BanqSilent:
        """The user's NFTs, at most a minute old, or read now if `fresh`."""
        link = await self._links.of(user)
        if link is None:
            return NotLinked()
        if link.state == "stale":
            return LinkStale()
        return await self.of_link(link, fresh=fresh)

    async def of_link(self, link: Link, *, fresh: bool = False) -> Wallet | LinkStale | BanqSilent:
        asked_at = self._sources.now()
        # One lock per link: a member who types quickly costs Banq one call, not one per key stroke.
        async with self._locks.setdefault(link.id, asyncio.Lock()):
            cached = self._wallets.get(link.id)
            if cached and cached.fetched_at >= (asked_at if fresh else asked_at - CACHE_FOR):
                return cached
            try:
                return await self.look_again(link)
            except BanqError:
                return BanqSilent()

    async def look_again(self, link: Link, *, announced: bool = False) -> Wallet | LinkStale:
        """Read the wallet from Banq now. Where Banq gives no access any more, the link becomes stale.

        `announced`: Banq says itself that the access was taken back, so one denial is enough.
        Raises BanqError where Banq does not answer, and for a denial that may still be a hiccup.
        """
        # Stamped before the call: what Banq says is at least as new as that.
        asked_at = self._sources.now()
        if announced:
            self._denied[link.id] = Denied(link, asked_at - DENIAL_HOLDS_AFTER)
        try:
            found = await self._banq.platform_nfts(UserGuid(link.user_guid))
        except (Forbidden, NotFound):
            # Only if Banq is otherwise well: a wrong address or a proxy in between answers 404, too.
            await self._banq.account_spaces()
            denied = self._denied.setdefault(link.id, Denied(link, asked_at))
            if asked_at - denied.since < DENIAL_HOLDS_AFTER:
                raise
            self.forget(link.id)
            await self._links.access_lost(link.id)
            self._denied.pop(link.id, None)
            return LinkStale()
        self._denied.pop(link.id, None)
        held = tuple(nft for nft in found.items if nft.amount > 0)
        wallet = Wallet(held, found.unreadable, asked_at)
        self._remember(link.id, wallet)
        return wallet

    async def ask_again_about_denials(self) -> None:
        """Whether Banq still denies access some time later: only that is believed."""
        now = self._sources.now()
        for denied in list(self._denied.values()):
            if now - denied.since >= DENIAL_HOLDS_AFTER:
                try:
                    await self.look_again(denied.link)
                except BanqError as error:
                    log.info(
                        "link %s: whether Banq still gives access is not known: %s", denied.link.id, error
                    )

    async def within(
        self, user: ChatUser, patience_s: float
    ) -> Wallet | NotLinked | LinkStale | BanqSilent | None:
        """The user's NFTs; None if they cannot be had that soon. The reading goes on, for the next try."""
        reading = asyncio.ensure_future(self.of(user))
        self._readings.add(reading)
        reading.add_done_callback(self._readings.discard)
        done, _ = await asyncio.wait({reading}, timeout=patience_s)
        return reading.result() if done else None

    async def remembered(self, user: ChatUser) -> Wallet | None:
        """What was last read of the user's NFTs, however long ago; Banq is not asked."""
        link = await self._links.of(user)
        return None if link is None else self._wallets.get(link.id)

    async def close(self) -> None:
        """End readings that nobody waits for any more."""
        for reading in self._readings:
            reading.cancel()
        await asyncio.gather(*self._readings, return_exceptions=True)

    def forget(self, link_id: str) -> None:
        """Drop what is cached: the next look asks Banq."""
        self._wallets.pop(link_id, None)

    def _remember(self, link_id: str, wallet: Wallet) -> None:
        self._wallets.pop(link_id, None)
        self._wallets[link_id] = wallet
        while len(self._wallets) > CACHED_WALLETS:
            oldest = next(iter(self._wallets))
            self._wallets.pop(oldest)
            self._locks.pop(oldest, None)
