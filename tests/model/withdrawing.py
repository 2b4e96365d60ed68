"""The world of the withdrawal model: three members, two bots on one database, and Banq's books beside it."""

import asyncio
import hashlib
import itertools
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hypothesis.stateful import RuleBasedStateMachine

from sandbox.banq import identities
from sandbox.banq.server import BanqSandbox
from sandbox.banq.state import OPEN_STATUSES, State, Transaction
from services.identity import ChatUser
from services.settling import Settlement
from services.sources import Sources
from services.withdrawals import Drafted, Submitted
from services.wording.withdrawal_list import list_entry
from services.wording.withdrawal_story import withdrawal_news
from storage.database import Database
from storage.limits import Rules
from storage.withdrawals import Withdrawal
from tests.conftest import Clock
from tests.model.processes import Process, link_wallet
from tests.model.withdrawal_truth import FINAL, Books
from tests.services.messenger import Messenger
from tests.services.rig import ADA, BEN, GOOD_ADDRESS, TWO_LANES, Rig, build, key_of

T = TypeVar("T")

# On another platform, with a wallet that Ada has linked as well, through another lane.
TED = ChatUser("telegram", "4", "Ted")
MEMBERS = ((ADA, identities.ADA), (BEN, identities.BEN), (TED, identities.ADA))
HELD = {
    identities.ADA.email: {"quiet-hours-1": 1, "pebble-folk-1": 1, "glaze-garden-8": 5},
    identities.BEN.email: {"quiet-hours-13": 1, "glaze-garden-8": 4},
}
RULES = Rules(
    link_hold=timedelta(minutes=1),
    address_hold=timedelta(0),
    per_day=6,
    in_flight=2,
    loosening=timedelta(hours=24),
)


class WithdrawalWorld(RuleBasedStateMachine):
    """`told` are the states that members read in chat; `busy` is who waits for their NFTs in which bot."""

    template: ClassVar[Path]
    grants: ClassVar[State]
    linked_at: ClassVar[datetime]
    runner: ClassVar[asyncio.Runner]
    banq: ClassVar[BanqSandbox]
    ends: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "db.sqlite3"
        shutil.copy(self.template, self.path)
        self.clock = Clock()
        self.clock.time = self.linked_at
        self.sources = sources(self.clock, 1000)
        self.banq.store.state = self.grants.model_copy(deep=True)
        self.banq.faults.orders.clear()
        self.messenger = Messenger()
        self.books = Books(self.banq, self.path, RULES.per_day, RULES.in_flight)
        self.processes: list[Process | None] = [None, None]
        self.numbers = itertools.count()
        self.drafts: list[Withdrawal] = []
        self.told: set[tuple[str, str]] = set()
        self.busy: set[tuple[int, ChatUser]] = set()
        for number in (0, 1):
            self.process(number)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        # `runner.run` would set up the handling of Ctrl-C for each of ten thousand calls.
        return self.runner.get_loop().run_until_complete(work)

    def process(self, number: int) -> Process:
        """That bot; started if it is dead."""
        found = self.processes[number]
        if found is None:
            found = self.run(Process.started(self.banq, self.path, self.sources, RULES, self.messenger))
            self.processes[number] = found
        return found

    def rig(self, number: int) -> Rig:
        return self.process(number).rig

    def do(self, number: int, work: Coroutine[Any, Any, T]) -> T | None:
        """None where Banq holds the answer back, or where the bot died at it."""
        task = self.run(self.process(number).do(work))
        self.banq.faults._waiting.clear()
        self.bury()
        return task.result() if task.done() and not task.cancelled() else None

    def end(self, number: int) -> None:
        """The bot dies, whatever it is at."""
        process = self.processes[number]
        if process is not None:
            self.processes[number] = None
            self.busy = {(other, member) for other, member in self.busy if other != number}
            self.run(process.kill())

    def bury(self) -> None:
        """End the bots that have died at a commit; nothing else may have gone wrong in any."""
        for number, process in enumerate(self.processes):
            if process is not None and process.failures:
                raise process.failures[0]
            if process is not None and process.database.is_dead:
                self.end(number)

    async def confirming(self, rig: Rig, draft: Withdrawal) -> None:
        """Confirm, and read the answer in chat."""
        outcome = await rig.withdrawals.confirm(draft.id, owner_of(draft), draft.address[-6:])
        if isinstance(outcome, Submitted):
            withdrawal_news(self.messenger.plain, outcome.withdrawal)
            await rig.history.mark_told(outcome.withdrawal)
            self.told.add((draft.id, outcome.withdrawal.state))

    def release(self) -> None:
        """Banq goes on with what it holds, and whoever waits for it gets their answer."""
        self.run(self._released())
        self.bury()

    def give_up(self) -> None:
        """Nobody waits any longer. What Banq holds, it still acts on once it is released."""
        self.banq.hang_up()
        self.run(self._nothing_under_way())
        self.bury()

    async def _released(self) -> None:
        self.banq.faults.release()
        await self.banq.store.until(lambda: not self.banq.faults.held)
        await self._nothing_under_way()

    async def _nothing_under_way(self) -> None:
        self.busy.clear()
        under_way = [task for process in self.processes if process for task in process.under_way]
        if under_way:
            await asyncio.wait(under_way)

    def new_address(self) -> str:
        """Of its own for each draft, so that Banq's books tell whose each transaction is."""
        return "0x" + hashlib.sha256(str(next(self.numbers)).encode()).hexdigest()[:40]

    def latest_draft(self, number: int) -> Withdrawal:
        return self.drafts[-1 - number % min(len(self.drafts), 4)]

    def latest_transaction(self, number: int) -> Transaction:
        found = self.banq.ledger.transactions
        return found[-1 - number % min(len(found), 4)]

    def hear(self, process: int, transaction: Transaction, action: str) -> None:
        lane = next(lane for lane, platform in TWO_LANES.items() if platform == transaction.platform_id)
        self.arrive(process, lane, moved(transaction.id, action))

    def arrive(self, process: int, lane: str, body: dict[str, str]) -> None:
        self.do(process, self.rig(process).inbox.accept(lane, json.dumps(body).encode()))

    def settle(self, process: int, number: int) -> None:
        """Truthfully: somebody has looked at Banq, and says nothing while it is still open there."""
        stuck = self.books.rows("SELECT id, address FROM withdrawals WHERE state = 'unknown' ORDER BY rowid")
        if not stuck:
            return
        withdrawal, address = stuck[number % len(stuck)]
        transaction = self.books.transaction_of(address)
        if transaction is None or transaction.status not in OPEN_STATUSES:
            is_sent = transaction is not None and transaction.status == "completed"
            settlement: Settlement = "sent" if is_sent else "not_sent"
            settling = self.rig(process).settling
            self.do(process, settling.settle(withdrawal, settlement, "admin:1", "looked at Banq"))

    # How it ends

    def teardown(self) -> None:
        try:
            self.all_ends_well()
        finally:
            for number in (0, 1):
                self.end(number)
            self.books.close()
            self.folder.cleanup()

    def all_ends_well(self) -> None:
        """With all well again everything comes to an end that its owner knows, and a new withdrawal works."""
        self.release()
        for number in (0, 1):
            self.process(number).database.commits_left = None
        self.run(self.rig(0).kill_switch.resume("admin:1", "all is well"))
        for position in range(12):
            self.go_on_well(position % 2)
            if position > 1 and not self.books.rows("SELECT 1 FROM outbox WHERE state = 'pending'"):
                break
        assert {row["state"] for row in self.books.withdrawals()} <= FINAL, "something is stuck"
        assert not self.books.rows("SELECT id FROM webhook_inbox WHERE state <> 'processed'")
        self.check_everybody_was_told()
        assert self.run(self.withdraw_again(self.rig(0))) == "awaiting_owner"

    def go_on_well(self, process: int) -> None:
        rig = self.rig(process)
        for transaction in self.banq.ledger.transactions:
            if transaction.status in OPEN_STATUSES:
                self.banq.ledger.finish(transaction.id, "completed")
        for work in (rig.work_off, rig.reconciler.step, rig.withdrawals.expire_drafts, rig.outbox.step):
            self.do(process, work())
        self.settle(process, 0)
        for member, _ in MEMBERS:
            history = self.run(self.rig(process).history.of(member))
            for withdrawal in history.items:
                list_entry(self.messenger.plain, withdrawal)
        self.books.check()
        self.clock.forward(minutes=61)

    def check_everybody_was_told(self) -> None:
        notices = self.books.rows("SELECT * FROM outbox WHERE state <> 'pending'")
        told = self.told | {(row["object_id"], row["kind"].removeprefix("withdrawal_")) for row in notices}
        for row in self.books.withdrawals():
            type(self).ends[row["state"]] += 1
            was_confirmed = row["confirmed_at"] is not None
            assert not was_confirmed or (row["id"], row["state"]) in told, f"untold: {row['reason']}"

    async def withdraw_again(self, rig: Rig) -> str:
        """Of an NFT that Ada holds, by a fresh link, on a new day, and with no limits of her own."""
        await rig.limits.set_own(ADA, "per_day", RULES.per_day)
        await rig.limits.set_own(ADA, "in_flight", RULES.in_flight)
        await rig.limits.set_own(ADA, "address_hold_ms", 0)
        self.clock.forward(minutes=60 * 48)
        for member in (ADA, TED):
            await rig.links.unlink(member, "member", "to link again")
        assert await link_wallet(rig, ADA, identities.ADA)
        self.clock.forward(minutes=2)
        self.banq.store.state.holdings[identities.ADA.email]["quiet-hours-1"] = 1
        drafted = await rig.withdrawals.draft(ADA, key_of("quiet-hours-1"), GOOD_ADDRESS, 1)
        assert isinstance(drafted, Drafted), drafted
        return (await rig.confirm(ADA, drafted.withdrawal)).state


def owner_of(draft: Withdrawal) -> ChatUser:
    return next(member for member, _ in MEMBERS if member.key == draft.owner)


def moved(transaction_id: str, action: str) -> dict[str, str]:
    return {"action": action, "resourceType": "NftTransaction", "resourceId": transaction_id}


def sources(clock: Clock, first: int) -> Sources:
    ids, tokens, codes = itertools.count(first), itertools.count(first), itertools.count(100_000 + first)
    return Sources(
        now=clock,
        monotonic=clock.monotonic,
        new_id=lambda: f"{next(ids):016x}",
        new_token=lambda: f"token-{next(tokens):037}",
        new_code=lambda: str(next(codes)),
    )


async def all_linked(banq: BanqSandbox, path: Path, clock: Clock) -> State:
    """A database in which all members are linked, and what Banq then remembers."""
    for email, held in HELD.items():
        banq.store.state.holdings[email] = dict(held)
    async with (
        Database(path) as database,
        build(banq, database, sources(clock, 1), withdrawal_rules=RULES, platform_ids=TWO_LANES) as rig,
    ):
        for member, customer in MEMBERS:
            assert await link_wallet(rig, member, customer)
            clock.forward(minutes=11)
    return banq.store.state.model_copy(deep=True)
