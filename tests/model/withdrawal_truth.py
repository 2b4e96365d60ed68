"""What must hold of all withdrawals at any moment, read from the database file and from Banq's own books."""

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sandbox.banq.catalogue import NFTS
from sandbox.banq.server import BanqSandbox
from sandbox.banq.state import Transaction

NEXT = {
    "": {"confirmed", "cancelled", "expired"},
    "confirmed": {"submitting", "cancelled"},
    "submitting": {"awaiting_owner", "refused", "unknown"},
    "unknown": {"awaiting_owner", "refused", "processing", "completed", "failed"},
    "awaiting_owner": {"processing", "completed", "failed"},
    "processing": {"completed", "failed"},
}
LIVE = {"confirmed", "submitting", "awaiting_owner", "processing", "unknown"}
FINAL = {"completed", "failed", "refused", "cancelled", "expired"}
DAY_MS = timedelta(days=1) // timedelta(milliseconds=1)


@dataclass
class Books:
    """`second_posts` is how often a 401 may have let a call be repeated; `sold` are tokenDataIds."""

    banq: BanqSandbox
    path: Path
    per_day: int
    in_flight: int
    second_posts: int = 0
    sold: set[str] = field(default_factory=set)
    states: dict[str, str] = field(default_factory=dict)
    paths: Counter[tuple[str, str]] = field(default_factory=Counter)
    seen: int = 0
    is_paused: bool = False
    ended_links: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._connection = sqlite3.connect(self.path)
        self._connection.row_factory = sqlite3.Row

    def close(self) -> None:
        self._connection.close()

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        return self._connection.execute(sql, values).fetchall()

    def withdrawals(self) -> list[sqlite3.Row]:
        return self.rows("SELECT * FROM withdrawals ORDER BY rowid")

    def check(self) -> None:
        rows = self.withdrawals()
        self._check_history({row["id"]: row for row in rows})
        self._check_calls(rows)
        for row in rows:
            self._check_against_banq(row)
        self._check_limits(rows)

    def transaction_of(self, address: str) -> Transaction | None:
        """Every draft has an address of its own, so a second transaction to it was asked for twice."""
        found = [each for each in self.banq.ledger.transactions if each.external_address == address]
        assert len(found) <= 1, "Banq took one withdrawal twice"
        return found[0] if found else None

    def _check_history(self, rows: dict[str, sqlite3.Row]) -> None:
        """Each state once, on a legal path; and nothing is sent after it was stopped."""
        for line in self.rows("SELECT * FROM audit WHERE id > ?1 ORDER BY id", self.seen):
            self.seen = line["id"]
            match line["action"]:
                case "withdrawals paused":
                    self.is_paused = True
                case "withdrawals resumed":
                    self.is_paused = False
                case "wallet frozen" | "wallet unlinked" | "access revoked":
                    self.ended_links.add(line["object_id"])
            if not line["action"].startswith("withdrawal: "):
                continue
            state = line["action"].removeprefix("withdrawal: ")
            withdrawal = line["object_id"]
            assert state in NEXT[self.states.get(withdrawal, "")], (self.states.get(withdrawal), state)
            self.paths[self.states.get(withdrawal, "draft"), state] += 1
            self.states[withdrawal] = state
            if state in {"confirmed", "submitting"}:
                assert not self.is_paused, f"{state} in a pause"
                assert rows[withdrawal]["link_id"] not in self.ended_links, f"{state} without its link"
        for row in rows.values():
            assert row["state"] == self.states.get(row["id"], "draft"), "a step without its audit row"

    def _check_calls(self, rows: list[sqlite3.Row]) -> None:
        calls = Counter(str(json.loads(order)["externalAddress"]) for order in self.banq.faults.orders)
        assert calls.total() - len(calls) <= self.second_posts, "Banq was asked twice"
        submitted = {row["address"] for row in rows if self.states.get(row["id"]) not in {None, "confirmed"}}
        assert set(calls) <= submitted, "Banq was asked before the intent was written down"

    def _check_against_banq(self, row: sqlite3.Row) -> None:
        transaction = self.transaction_of(row["address"])
        status = None if transaction is None else transaction.status
        match row["state"]:
            case "completed":
                sold = row["reason"] == "left_the_wallet" and row["token_data_id"] in self.sold
                assert status == "completed" or sold, f"said to be completed, but at Banq it is {status}"
            case "failed":
                assert status in {None, "failed", "rejected", "canceled", "expired"}, status
                assert status is not None or row["reason"] == "settled_by_team"
            case "draft" | "confirmed" | "cancelled" | "expired" | "refused":
                assert status is None, f"{row['state']}, but Banq has it: {status}"
            case "awaiting_owner" | "processing":
                assert transaction is not None
                assert transaction.id == row["banq_transaction_id"]
                nft = NFTS[transaction.nft]
                assert json.dumps(nft.token_data_id) == row["token_data_id"]
                assert transaction.amount == row["amount"]

    def _check_limits(self, rows: list[sqlite3.Row]) -> None:
        live = Counter((row["banq_user_id"], row["token_data_id"]) for row in rows if row["state"] in LIVE)
        assert all(count == 1 for count in live.values()), "one NFT is being withdrawn twice"
        for whose in ("banq_user_id", "chat_user_id"):
            under_way = Counter(row[whose] for row in rows if row["state"] in LIVE)
            assert all(count <= self.in_flight for count in under_way.values())
            sent: dict[str, list[int]] = {}
            for row in rows:
                if row["confirmed_at"] is not None and row["state"] not in {"cancelled", "refused"}:
                    sent.setdefault(row[whose], []).append(row["confirmed_at"])
            for times in sent.values():
                for time in times:
                    within = sum(time - DAY_MS < other <= time for other in times)
                    assert within <= self.per_day, "too many on one day"
