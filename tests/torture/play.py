"""Plays the members, Banq and the power cut: each withdrawal is driven to its end, whatever it takes."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sandbox.banq.catalogue import NFTS
from sandbox.banq.faults import Fault
from sandbox.banq.identities import Customer
from sandbox.banq.state import Transaction
from sandbox.banq.webhooks import WebhookFault
from sandbox.discord import SeenMessage
from tests.cogs.member import Member
from tests.live import LiveBot
from tests.torture.killable import KILL_AT, KILLED, PASSED
from tests.torture.plan import AFTER_BANQ_TOOK_IT, BEFORE_BANQ_TAKES_IT, Life, Point

PATIENCE_S = 60.0
FINAL = {"completed", "failed", "refused", "cancelled", "expired"}
# Those whose name says which they are.
NAMES = [nft.name for nft in NFTS.values()]
OFFERED = {
    slug: nft
    for slug, nft in NFTS.items()
    if NAMES.count(nft.name) == 1 and len(nft.name) < 50 and nft.name.isascii()
}
PENDING = (
    "SELECT (SELECT count(*) FROM outbox WHERE state = 'pending')"
    " + (SELECT count(*) FROM webhook_inbox WHERE state = 'pending')"
)
LONG_AGO_MS = 2 * 60 * 60 * 1000


class Breach(Exception):
    """What must never be; the text says what was found."""


@dataclass(frozen=True)
class Death:
    point: str
    state: str
    case: "Case"


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
    ended: str = ""


class Play:
    def __init__(self, live: LiveBot, people: Sequence[tuple[Member, Customer]], seed: int) -> None:
        self.live = live
        self._people = people
        self._random = Random(seed)  # noqa: S311 - it is to be repeatable
        self._kill_at = live.config.with_name(KILL_AT)
        self._taken: set[tuple[str, str]] = set()
        self.cases: list[Case] = []
        self.deaths: list[Death] = []
        # What each message said, one text for each time that it changed, with the member it was for.
        self.said: dict[int, list[SeenMessage]] = {}
        live.discord.members.watch(lambda seen: self.said.setdefault(seen.id, []).append(seen))

    async def run(self, lives: Sequence[Life], tell: Callable[[Death], None] = lambda _: None) -> None:
        """Live through all of them, and then give the bot the time that it needs. Raises Breach."""
        for life in lives:
            case = self._case(life)
            self.cases.append(case)
            seen = len(self.deaths)
            self._arm(case, "")
            while not await self._go_on(case):
                await self._revive(case)
            for death in self.deaths[seen:]:
                tell(death)
            self._end(case)
        await self._settle()

    # One case

    def _case(self, life: Life) -> Case:
        member, customer = self._random.choice(self._people)
        held = self.live.banq.store.state.holdings[customer.email]
        free = [slug for slug in OFFERED if (customer.email, slug) not in self._taken]
        if life.journey.meanwhile == "the NFT leaves":
            free = [slug for slug in free if NFTS[slug].token_type == "ERC721"]
        slug = self._random.choice(free)
        several = NFTS[slug].token_type == "ERC1155"
        held[slug] = 50 if several else 1
        self.live.banq.webhooks.misbehave(WebhookFault(duplicates=self._random.choice((0, 0, 1))))
        amount = self._random.randint(1, 5) if several else 1
        return Case(life, member, customer, slug, amount, list(life.points))

    def _end(self, case: Case) -> None:
        row = self._row(case)
        case.ended = "" if row is None else row[1]
        if case.ended not in FINAL:
            self._taken.add((case.customer.email, case.slug))
        self.live.banq.faults.clear()
        if case.ended not in case.life.journey.ends:
            raise Breach(f"a withdrawal that was {case.life.journey.name} ended {case.ended or 'nowhere'}")

    async def _go_on(self, case: Case) -> bool:
        """Drive it on until it is over, or until the process dies: False."""
        while True:
            heard = len(self.live.output)
            row, transaction = self._row(case), self._transaction(case)
            if not case.points and row is not None and self._is_over(case, row[1], transaction):
                return True
            self._arm(case, "" if row is None else row[1])
            if row is not None and row[1] == "draft" and self._dies_at_banq(case):
                await self._confirm_and_kill(case, row[0])
                return False
            step = self._step(case, row, transaction)
            if not await self._do(step or self.live.says_more(heard), case):
                return False

    async def _do(self, step: Coroutine[Any, Any, None], case: Case) -> bool:
        acting, dying = asyncio.create_task(step), asyncio.create_task(self.live.ended())
        done, pending = await asyncio.wait(
            {acting, dying}, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED
        )
        for task in pending:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if not done:
            raise Breach(f"nothing happens any more; {self._stands(case)}")
        if dying in done:
            if acting in done:
                acting.exception()  # It came too late to matter.
            return False
        acting.result()
        return True

    def _step(
        self, case: Case, row: tuple[str, str] | None, transaction: Transaction | None
    ) -> Coroutine[Any, Any, None] | None:
        """What a person or Banq does next; None where it is the bot's turn."""
        journey = case.life.journey
        if row is None:
            return self._draft(case)
        withdrawal_id, state = row
        if state == "draft" and journey.meanwhile != "the review expires":
            label = "Cancel" if journey.owner == "cancels" else "Withdraw"
            message = self._review(case, withdrawal_id, label)
            if message is None:
                return self._draft(case)
            if journey.fault is not None and not case.is_struck:
                case.is_struck = True
                self.live.banq.faults.add(journey.fault)
            return self._press(case, message, label)
        if transaction is not None and state in {"awaiting_owner", "processing", "unknown"}:
            self._banq_goes_on(case, state, transaction)
        return None

    def _banq_goes_on(self, case: Case, state: str, transaction: Transaction) -> None:
        journey, ledger = case.life.journey, self.live.banq.ledger
        if journey.meanwhile == "the NFT leaves":
            return
        if transaction.status == "awaitingApproval":
            if journey.owner == "approves":
                ledger.approve_transfer(transaction.id)
            elif journey.owner == "rejects":
                ledger.reject_transfer(transaction.id)
        if transaction.status == "processing" and (state == "processing" or journey.at_once):
            ledger.finish(transaction.id, journey.banq)

    async def _draft(self, case: Case) -> None:
        assert len(case.addresses) < 8, self._stands(case)
        heard = len(self.live.output)
        case.addresses.append(f"0x{self._random.getrandbits(160):040x}")
        nft, to = NFTS[case.slug].name, case.addresses[-1]
        await case.member.command("withdraw", nft=nft, to=to, amount=case.amount)
        await self._passes("after show", heard)

    async def _press(self, case: Case, message: SeenMessage, label: str) -> None:
        heard = len(self.live.output)
        await case.member.press(message, label)
        await self._passes("after show", heard)

    async def _passes(self, point: str, heard: int) -> None:
        while PASSED + point + "\n" not in self.live.output[heard:]:
            await self.live.says_more(len(self.live.output))

    def _dies_at_banq(self, case: Case) -> bool:
        return bool(case.points) and case.points[0].what in {BEFORE_BANQ_TAKES_IT, AFTER_BANQ_TOOK_IT}

    async def _confirm_and_kill(self, case: Case, withdrawal_id: str) -> None:
        message = self._review(case, withdrawal_id, "Withdraw")
        assert message is not None
        after = case.points[0].what == AFTER_BANQ_TOOK_IT
        faults = self.live.banq.faults
        counted = faults.accepted if after else faults.received
        expected = counted["withdraw"] + 1
        faults.add(Fault(route="withdraw", times=1, hold=True, after_acting=after))
        pressing = asyncio.create_task(case.member.press(message, "Withdraw"))
        await self.live.banq.store.until(lambda: counted["withdraw"] == expected)
        self.deaths.append(Death(case.points[0].what, "submitting", case))
        await self.live.kill()
        pressing.cancel()
        with suppress(asyncio.CancelledError):
            await pressing

    # Death, and what comes after it

    def _arm(self, case: Case, state: str) -> None:
        if case.points and not case.is_armed and case.points[0].once in {None, state}:
            case.is_armed = True
            self._kill_at.write_text(case.points[0].what)

    async def _revive(self, case: Case) -> None:
        """Whatever killed it, start it again; the next death may strike before it is up."""
        while True:
            if self.live.is_running:
                self._note_death(case)
                await self.live.kill()
            del case.points[:1]
            case.is_armed = False
            self._kill_at.unlink(missing_ok=True)
            await self._meanwhile(case)
            self._arm(case, "")
            if await self.live.try_start():
                return

    def _note_death(self, case: Case) -> None:
        last = self.live.output[-1] if self.live.output else ""
        if not last.startswith(KILLED):
            raise Breach(f"the bot ended by itself; {self._stands(case)}")
        point, _, state = last.removeprefix(KILLED).strip().partition(" | ")
        self.deaths.append(Death(point, state, case))

    async def _meanwhile(self, case: Case) -> None:
        """What passes while the process is dead; time, too."""
        self.live.banq.faults.release()
        if not case.addresses:
            return
        transaction = self._transaction(case)
        ledger, webhooks = self.live.banq.ledger, self.live.banq.webhooks
        match case.life.journey.meanwhile:
            case "the review expires":
                self._write(case, "expires_at = created_at")
            case "it is too late":
                self._write(case, f"updated_at = updated_at - {LONG_AGO_MS}")
            case "the NFT leaves" if transaction is not None and transaction.status == "awaitingApproval":
                webhooks.misbehave(WebhookFault(drop=True))
                ledger.approve_transfer(transaction.id)
                ledger.finish(transaction.id, "completed")
                webhooks.misbehave(WebhookFault())
                self._write(case, f"updated_at = updated_at - {LONG_AGO_MS}, next_check_at = 0")
            case "Banq moves" if transaction is not None:
                ledger.approve_transfer(transaction.id)

    async def _settle(self) -> None:
        """Every notice goes out, the members see what is kept for them, and the bot is stopped."""
        while self._read(PENDING) != [(0,)]:
            heard = len(self.live.output)
            async with asyncio.timeout(PATIENCE_S):
                await self.live.says_more(heard)
        for member, _ in self._people:
            while self._read(f"SELECT 1 FROM outbox WHERE state = 'kept' AND recipient = '{member.id}'"):  # noqa: S608
                heard = len(self.live.output)
                await member.command("help")
                await self._passes("after notice marked", heard)
        await self.live.stop()

    # Looking

    def _is_over(self, case: Case, state: str, transaction: Transaction | None) -> bool:
        leaves = case.life.journey.owner == "leaves"
        if state == "unknown":
            return transaction is None or leaves
        return state in FINAL or (state == "awaiting_owner" and leaves)

    def _row(self, case: Case) -> tuple[str, str] | None:
        if not case.addresses:
            return None
        rows = self._read("SELECT id, state FROM withdrawals WHERE lower(address) = ?1", case.addresses[-1])
        return rows[0] if rows else None

    def _transaction(self, case: Case) -> Transaction | None:
        found = [
            transaction
            for transaction in self.live.banq.ledger.transactions
            if case.addresses and transaction.external_address.lower() == case.addresses[-1]
        ]
        if len(found) > 1:
            raise Breach(f"Banq has {len(found)} transactions; {self._stands(case)}")
        return found[0] if found else None

    def _review(self, case: Case, withdrawal_id: str, label: str) -> SeenMessage | None:
        return next(
            (
                message
                for message in self.live.discord.members.seen_by(case.member.id)
                if message.has_button(label)
                and message.button(label)["custom_id"].endswith(f":{withdrawal_id}")
            ),
            None,
        )

    def _read(self, query: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self.live.database_path)) as database:
            return database.execute(query, values).fetchall()

    def _write(self, case: Case, change: str) -> None:
        with closing(sqlite3.connect(self.live.database_path)) as database, database:
            database.execute(
                f"UPDATE withdrawals SET {change} WHERE lower(address) = ?1",  # noqa: S608
                (case.addresses[-1],),
            )

    def _stands(self, case: Case) -> str:
        points = ", ".join(point.what for point in case.points) or "none"
        said = "".join(self.live.output[-30:])
        return f"{case.life.journey.name}, deaths to come: {points}\n{said}"
