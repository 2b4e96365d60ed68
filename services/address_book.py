"""The addresses that a member has saved: labels for people, and the start of a new address's hold."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.addresses import Address, AddressProblem, recognise, resembles
from services.foreign_text import clean
from services.identity import ChatUser
from services.sources import Sources
from storage import address_book, audit, limits
from storage.address_book import SavedAddress
from storage.database import Database

LONGEST_LABEL = 40
MOST_ENTRIES = 25
# What autocomplete hands out for an entry; no address looks like it.
KEY_PREFIX = "saved:"
# Whole or cut short, with or without mistakes: what stands for an entry must not pass for another address.
LIKE_AN_ADDRESS = re.compile(r"0x.*|[0-9a-z]{25,}", re.IGNORECASE)


@dataclass(frozen=True)
class Listed:
    """`held_until`: where the entry is still too new to be used."""

    entry: SavedAddress
    held_until: datetime | None


@dataclass(frozen=True)
class Added:
    """`look_alike`: another saved address that could be taken for this one."""

    entry: SavedAddress
    held_until: datetime | None
    look_alike: SavedAddress | None


@dataclass(frozen=True)
class LabelRefused:
    """It is empty, too long, or looks like an address itself."""


@dataclass(frozen=True)
class LabelTaken:
    entry: SavedAddress


@dataclass(frozen=True)
class AddressSaved:
    """The member has this address already."""

    entry: SavedAddress


@dataclass(frozen=True)
class BookFull:
    most: int


@dataclass(frozen=True)
class NotInBook:
    """The member has no such entry."""


@dataclass(frozen=True)
class Removed:
    """`hold`: how long the address will have to wait when it is added again."""

    entry: SavedAddress
    hold: timedelta


AddOutcome = Added | LabelRefused | LabelTaken | AddressSaved | BookFull | AddressProblem


class AddressBook:
    def __init__(self, database: Database, sources: Sources) -> None:
        self._database = database
        self._sources = sources

    async def entries(self, user: ChatUser) -> list[SavedAddress]:
        return await address_book.of_member(self._database.read, user.key)

    async def hold(self, user: ChatUser) -> timedelta:
        """How long a new address of this member has to wait."""
        return await limits.address_hold(self._database.read, user.key, self._sources.now())

    async def listed(self, user: ChatUser) -> list[Listed]:
        """The entries by label, each with the hold that is running for it."""
        hold, now = await self.hold(user), self._sources.now()
        return [Listed(entry, _held_until(entry, hold, now)) for entry in await self.entries(user)]

    async def add(self, user: ChatUser, label: str, text: str) -> AddOutcome:
        label = _cleaned(label)
        if not 1 <= len(label) <= LONGEST_LABEL or label.casefold().startswith(KEY_PREFIX):
            return LabelRefused()
        if LIKE_AN_ADDRESS.fullmatch(label) or isinstance(recognise(label), Address):
            return LabelRefused()
        address = recognise(text)
        if not isinstance(address, Address):
            return address
        now = self._sources.now()
        async with self._database.transaction() as tx:
            entries = await address_book.of_member(tx, user.key)
            for entry in entries:
                if (entry.network, entry.address) == (address.network, address.text):
                    return AddressSaved(entry)
                if entry.label.casefold() == label.casefold():
                    return LabelTaken(entry)
            if len(entries) >= MOST_ENTRIES:
                return BookFull(MOST_ENTRIES)
            entry = SavedAddress(self._sources.new_id(), *user.key, label, address.network, address.text, now)
            await address_book.insert(tx, entry)
            await audit.append(tx, now, "member", "address saved", member=user.key, object_id=entry.id)
            held_until = _held_until(entry, await limits.address_hold(tx, user.key, now), now)
        look_alike = next((other for other in entries if resembles(other.address, entry.address)), None)
        return Added(entry, held_until, look_alike)

    async def remove(self, user: ChatUser, wanted: str) -> Removed | NotInBook:
        """Remove an entry, named by its key or its label."""
        now = self._sources.now()
        async with self._database.transaction() as tx:
            entry = find(await address_book.of_member(tx, user.key), wanted)
            if entry is None:
                return NotInBook()
            await address_book.remove(tx, entry.id, now)
            await audit.append(tx, now, "member", "address removed", member=user.key, object_id=entry.id)
            hold = await limits.address_hold(tx, user.key, now)
        return Removed(entry, hold)


def key_of(entry: SavedAddress) -> str:
    """What stands for an entry where a person has chosen it from a list."""
    return KEY_PREFIX + entry.id


def find(entries: list[SavedAddress], wanted: str) -> SavedAddress | None:
    """The entry of this key or label."""
    label = _cleaned(wanted).casefold()
    for entry in entries:
        if wanted == key_of(entry) or entry.label.casefold() == label:
            return entry
    return None


def _cleaned(label: str) -> str:
    """Cut far beyond the longest label: one that is too long must never be taken for a shorter one."""
    return clean(label, 2 * LONGEST_LABEL)


def _held_until(entry: SavedAddress, hold: timedelta, now: datetime) -> datetime | None:
    until = entry.added_at + hold
    return until if until > now else None
