"""A member's NFTs, from a short cache or fresh from Banq. An outage is never an empty wallet."""

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from banq.client import BanqClient
from banq.errors import BanqError, Forbidden, NotFound
from banq.models import UserGuid
from services.identity import ChatUser
from services.links import Links, LinkStale, NotLinked
from services.sources import Sources
from services.wallet import Wallet
from storage.links import Link

log = logging.getLogger(__name__)

CACHE_FOR = timedelta(seconds=60)
# Whoever turns pages looks at one state of the wallet, whose age is told.
LOOKED_THROUGH_FOR = timedelta(minutes=10)
NOW = timedelta(0)
AUTOCOMPLETE_PATIENCE_S = 0.7
DENIAL_HOLDS_AFTER = timedelta(seconds=30)
# Places at Banq stay free for members.
ASKED_AGAIN_AT_ONCE = 16
# Each takes about 4 KB.
CACHED_NFTS = 20_000


@dataclass(frozen=True)
class BanqSilent:
    """Banq did not answer usefully; nothing is known about the wallet now."""


@dataclass(frozen=True)
class Denied:
    """A link whose wallet Banq did not show, and since when; a hiccup may look the same."""

    link: Link
    since: datetime


class Nfts:
    def __init__(self, banq: BanqClient, links: Links, sources: Sources) -> None:
        self._banq = banq
        self._links = links
        self._sources = sources
        self._wallets: dict[str, Wallet] = {}
        # In memory only: after a restart it takes two denials again, which does no harm.
        self._denied: dict[str, Denied] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._failures: Counter[str] = Counter()
        self._readings: set[asyncio.Future[Wallet | NotLinked | LinkStale | BanqSilent]] = set()

    async def of(
        self, user: ChatUser, *, fresh: bool = False, not_older_than: timedelta = CACHE_FOR
    ) -> Wallet | NotLinked | LinkStale | BanqSilent:
        """The user's NFTs, a minute old at most if nothing else is said, or read now if `fresh`."""
        link = await self._links.of(user)
        if link is None:
            return NotLinked()
        if link.state == "stale":
            return LinkStale()
        return await self.of_link(link, fresh=fresh, not_older_than=not_older_than)

    async def of_link(
        self, link: Link, *, fresh: bool = False, not_older_than: timedelta = CACHE_FOR
    ) -> Wallet | LinkStale | BanqSilent:
        asked_at = self._sources.now()
        failures = self._failures[link.id]
        # One lock per link: a member who types quickly costs Banq one call, not one per key stroke.
        async with self._locks.setdefault(link.id, asyncio.Lock()):
            cached = self._wallets.get(link.id)
            oldest = asked_at if fresh else asked_at - not_older_than
            # One that is read only later was read before the clock was put back.
            if cached and oldest <= cached.fetched_at <= self._sources.now():
                return cached
            if self._failures[link.id] != failures:
                # It failed while this one waited: in turn, each would wait for a Banq that does not answer.
                return BanqSilent()
            try:
                return await self.look_again(link)
            except BanqError:
                self._failures[link.id] += 1
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
        await asyncio.to_thread(lambda: wallet.entries)
        self._remember(link.id, wallet)
        return wallet

    async def ask_again_about_denials(self) -> None:
        """Whether Banq still denies access some time later: only that is believed."""
        now = self._sources.now()
        due = [denied.link for denied in self._denied.values() if now - denied.since >= DENIAL_HOLDS_AFTER]
        async with asyncio.TaskGroup() as asking:
            for link in due[:ASKED_AGAIN_AT_ONCE]:
                # To the end, so that the others have their turn while Banq says nothing of this one.
                self._denied[link.id] = self._denied.pop(link.id)
                asking.create_task(self._ask_again(link))

    async def _ask_again(self, link: Link) -> None:
        try:
            await self.look_again(link)
        except BanqError as error:
            log.info("link %s: whether Banq still gives access is not known: %s", link.id, error)

    async def within(
        self, user: ChatUser, patience_s: float
    ) -> Wallet | NotLinked | LinkStale | BanqSilent | None:
        """The user's NFTs; None if they cannot be had that soon. The reading goes on, for the next try."""
        reading = asyncio.ensure_future(self.of(user))
        self._readings.add(reading)
        reading.add_done_callback(self._readings.discard)
        done, _ = await asyncio.wait({reading}, timeout=patience_s)
        return reading.result() if done else None

    async def soon(self, user: ChatUser) -> Wallet | NotLinked | LinkStale | BanqSilent | None:
        """For autocomplete: what Banq tells at once, or else what it last told; None if that is nothing."""
        wallet = await self.within(user, AUTOCOMPLETE_PATIENCE_S)
        if wallet is None or isinstance(wallet, BanqSilent):
            return await self.remembered(user) or wallet
        return wallet

    async def remembered(self, user: ChatUser) -> Wallet | None:
        """What was last read of the user's NFTs, however long ago; Banq is not asked."""
        link = await self._links.of(user)
        return None if link is None or link.state == "stale" else self._wallets.get(link.id)

    async def close(self) -> None:
        """End readings that nobody waits for any more."""
        for reading in self._readings:
            reading.cancel()
        await asyncio.gather(*self._readings, return_exceptions=True)

    def forget(self, link_id: str) -> None:
        """Drop what is cached: the next look asks Banq."""
        self._wallets.pop(link_id, None)

    def _remember(self, link_id: str, wallet: Wallet) -> None:
        """Forget the one read longest ago until there is room; an empty wallet takes some as well."""
        self._wallets.pop(link_id, None)
        self._wallets[link_id] = wallet
        kept = sum(len(wallet.items) + 1 for wallet in self._wallets.values())
        while kept > CACHED_NFTS and len(self._wallets) > 1:
            oldest = next(iter(self._wallets))
            kept -= len(self._wallets.pop(oldest).items) + 1
            self._locks.pop(oldest, None)
