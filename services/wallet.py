"""What a member holds, as Banq told it, and how a person looks through it: sorted, searched, page by page."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from banq.models import Nft
from services.foreign_text import clean, cut

LONGEST_NAME = 100
# In code points no more than 100.
LONGEST_COLLECTION = 50
# Together with a number that tells it from another, no more than 100.
LONGEST_LABEL = 90
NFT_KEY = r"[0-9a-f]{20}"
# What an NFT without a name is called where there is room for a word only; it is one in any language.
UNNAMED = "NFT"
_NUMBERS = re.compile(r"(\d+)")
_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Entry:
    """One NFT in a wallet. `name` and `collection` are cleaned and may be empty.

    `key` is opaque and safe to hand out. `label`, of at most 100 characters, is unique within the wallet;
    `twin` counts from 1 where others would have the same label.
    """

    key: str
    nft: Nft
    name: str
    collection: str
    collection_key: str
    label: str
    twin: int
    searched: str


@dataclass(frozen=True)
class Selection:
    """What of a wallet is to be seen: all, or one collection by its key, or what has each of these words."""

    collection: str = ""
    search: str = ""


EVERYTHING = Selection()


@dataclass(frozen=True)
class Page:
    """`number` of `pages`, each at least 1; `count` is what the selection leaves."""

    entries: Sequence[Entry]
    number: int
    pages: int
    count: int


@dataclass(frozen=True)
class Collection:
    key: str
    name: str
    count: int


@dataclass(frozen=True)
class Wallet:
    """What Banq said at `fetched_at`; `unreadable` counts NFTs that are there but cannot be shown."""

    items: tuple[Nft, ...]
    unreadable: int
    fetched_at: datetime

    @cached_property
    def by_key(self) -> Mapping[str, Nft]:
        # Where Banq names one twice, the first counts, as it does for `find`.
        return {nft_key(nft): nft for nft in reversed(self.items)}

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """By key, by collection and name. For thousands of NFTs this takes a while: once, in a thread."""
        labels: Counter[str] = Counter()
        cleaned = [
            (key, nft, clean(nft.name or "", LONGEST_NAME), clean(nft.collection or "", LONGEST_COLLECTION))
            for key, nft in self.by_key.items()
        ]
        cleaned.sort(key=lambda one: (_in_order(one[3]), _in_order(one[2]), _in_order(_number(one[1]))))
        return {
            key: Entry(
                key,
                nft,
                name,
                collection,
                collection_key(collection),
                *_unique(_label(nft, name, collection), labels),
                f"{name} {collection} {nft.chain or ''} #{_number(nft)}".casefold(),
            )
            for key, nft, name, collection in cleaned
        }

    @cached_property
    def collections(self) -> Sequence[Collection]:
        """The largest first; what belongs to none is not among them."""
        # By key: somebody may have minted a collection whose name has the key of another's.
        counts = Counter(entry.collection_key for entry in self.entries.values() if entry.collection)
        names = {entry.collection_key: entry.collection for entry in self.entries.values()}
        return [Collection(key, names[key], count) for key, count in counts.most_common()]

    def select(self, selection: Selection) -> list[Entry]:
        found = list(self.entries.values())
        if selection.collection:
            found = [entry for entry in found if entry.collection_key == selection.collection]
        words = selection.search[:LONGEST_NAME].casefold().split()
        for word in dict.fromkeys(words):
            found = [entry for entry in found if word in entry.searched]
        return found

    def page(self, selection: Selection, number: int, per_page: int) -> Page:
        """The page of this number, or the nearest that there is."""
        found = self.select(selection)
        pages = max(-(-len(found) // per_page), 1)
        number = min(max(number, 1), pages)
        return Page(found[(number - 1) * per_page : number * per_page], number, pages, len(found))

    def find(self, token_data_id: str, source_banq: str) -> Nft | None:
        same = (nft for nft in self.items if nft.token_data_id == token_data_id)
        return next((nft for nft in same if nft.source_banq == source_banq), None)


def nft_key(nft: Nft) -> str:
    """A short name of an NFT within its wallet, without Banq's ids in it."""
    return hashlib.sha256(f"{nft.token_data_id}\n{nft.source_banq}".encode()).hexdigest()[:20]


def collection_key(name: str) -> str:
    """The same for a collection, by its cleaned name."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def _number(nft: Nft) -> str:
    """As much of the token id as anybody reads."""
    return (nft.token_id or "")[:LONGEST_NAME]


def _label(nft: Nft, name: str, collection: str) -> str:
    parts = [clean(name, 50) or UNNAMED, clean(collection, 20), clean((nft.chain or "").title(), 10)]
    if number := clean(nft.token_id or "", 8):
        parts.append(f"#{number}")
    label = " · ".join(part for part in parts if part)
    return label if len(label) <= LONGEST_LABEL else cut(label, LONGEST_LABEL, LONGEST_LABEL)


def _unique(label: str, taken: Counter[str]) -> tuple[str, int]:
    """Numbered where it is taken, and the number; a label that looks numbered already could be another's."""
    taken[label] += 1
    if taken[label] == 1:
        return label, 1
    while taken[numbered := f"{label} ({taken[label]})"]:
        taken[label] += 1
    taken[numbered] += 1
    return numbered, taken[label]


def _in_order(text: str) -> list[tuple[int, str]]:
    """So that 9 comes before 10, no sign pushes itself forward, and what has no text comes last."""
    words = _SIGNS.sub(" ", text).strip().casefold()
    if not words:
        return [(10**6, text) if text else (10**6 + 1, "")]
    parts = _NUMBERS.split(words)
    return [(len(part), part) if part.isdecimal() else (0, part) for part in parts]
