"""A withdrawal that is to be tortured, and what the records say of it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.banq.catalogue import NFTS
from sandbox.banq.identities import Customer
from sandbox.banq.ledger import Ledger
from sandbox.banq.state import Transaction
from tests.cogs.member import Member
from tests.torture.plan import Life, Point

FINAL = {"completed", "failed", "refused", "cancelled", "expired"}
LONG_AGO_MS = 2 * 60 * 60 * 1000
# Those whose name says which they are, and that can go to any address of Ethereum's kind.
NAMES = [nft.name for nft in NFTS.values()]
OFFERED = tuple(
    slug
    for slug, nft in NFTS.items()
    if NAMES.count(nft.name) == 1 and len(nft.name) < 50 and nft.collection.chain in {"ethereum", "polygon"}
)


class Breach(Exception):
    """What must never be; the text says what was found."""


@dataclass(frozen=True)
class Death:
    """`withdrawal_id` is the one in question, or the one that moved last; `state` is what was committed."""

    point: str
    state: str
    withdrawal_id: str


@dataclass
class Case:
    """One withdrawal that a member wants, with an address of its own for each attempt to draft it."""

    life: Life
    member: Member
    customer: Customer
    slug: str
    amount: int
    points: list[Point] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    is_armed: bool = False
    is_struck: bool = False


class Records:
    """The bot's database, opened for each look: a killed bot must find its file as it left it."""

    def __init__(self, path: Path, ledger: Ledger) -> None:
        self._path = path
        self._ledger = ledger

    @property
    def has_pending(self) -> bool:
        """Whether a notice is still to be delivered, or a webhook to be worked off."""
        notices = self._read("SELECT 1 FROM outbox WHERE state = 'pending'")
        return bool(notices or self._read("SELECT 1 FROM webhook_inbox WHERE state = 'pending'"))

    def has_kept(self, member_id: int) -> bool:
        kept = "SELECT 1 FROM outbox WHERE state NOT IN ('pending', 'delivered') AND recipient = ?1"
        return bool(self._read(kept, str(member_id)))

    def is_untold(self, withdrawal_id: str) -> bool:
        """Whether a notice about it is still to be delivered, or to be struck out."""
        waiting = "SELECT 1 FROM outbox WHERE state = 'pending' AND object_id = ?1"
        return bool(self._read(waiting, withdrawal_id))

    def states(self) -> dict[str, str]:
        """How each withdrawal stands, by its id."""
        return dict(self._read("SELECT id, state FROM withdrawals"))

    def row(self, case: Case) -> tuple[str, str] | None:
        """The id and the state of what was drafted last."""
        if not case.addresses:
            return None
        rows = self._read("SELECT id, state FROM withdrawals WHERE lower(address) = ?1", case.addresses[-1])
        return rows[0] if rows else None

    def transaction(self, case: Case) -> Transaction | None:
        for transaction in self._ledger.transactions:
            if case.addresses and transaction.external_address.lower() == case.addresses[-1]:
                return transaction
        return None

    def let_review_expire(self, case: Case) -> None:
        self._change(case, "expires_at = created_at")

    def age(self, case: Case) -> None:
        """As if it had been so for long, and its NFT been gone all the time."""
        long_ago = f"updated_at - {LONG_AGO_MS}"
        self._change(case, f"updated_at = {long_ago}, gone_since = {long_ago}, next_check_at = 0")

    def _read(self, query: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self._path)) as database:
            return database.execute(query, values).fetchall()

    def _change(self, case: Case, what: str) -> None:
        change = f"UPDATE withdrawals SET {what} WHERE lower(address) = ?1"  # noqa: S608
        with closing(sqlite3.connect(self._path)) as database, database:
            database.execute(change, case.addresses[-1:])
