"""Plays the members, Banq and the power cut: each withdrawal is driven to its end, whatever it takes."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Sequence
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
from tests.torture.case import FINAL, OFFERED, Breach, Case, Death, Records
from tests.torture.killable import KILL_AT, KILLED, PASSED
from tests.torture.plan import AFTER_BANQ_TOOK_IT, OUTSIDE, UNDISTURBED, Life

# For one withdrawal, from one death to the next.
PATIENCE_S = 120.0
COMPANY = 0.5
MOST_DRAFTS = 8


class Play:
    def __init__(self, live: LiveBot, people: Sequence[tuple[Member, Customer]], seed: int) -> None:
        self.live = live
        self.records = Records(live.database_path, live.banq.ledger)
        self.deaths: list[Death] = []
        # Each message with all that it ever said.
        self.said: dict[int, list[SeenMessage]] = {}
        live.discord.members.watch(lambda seen: self.said.setdefault(seen.id, []).append(seen))
        self._people = people
        self._random = Random(seed)  # noqa: S311 - it is to be repeatable
        self._kill_at = live.config.with_name(KILL_AT)
        # NFTs of withdrawals that stay open, and of those that are told without their address.
        self._taken: set[tuple[str, str]] = set()
        self._told_by_name: set[tuple[str, str]] = set()

    async def run(
        self,
        lives: Sequence[Life],
        *,
        company: bool = False,
        tell: Callable[[Death], None] = lambda _: None,
    ) -> None:
        """Live through all of them, and then give the bot the time that it needs. Raises Breach.

        With `company`, a second withdrawal is often under way, and a death may strike that one first.
        """
        for life in lives:
            cases = [self._case(life)]
            if company and life.may_have_company and self._random.random() < COMPANY:
                cases.append(self._case(Life(self._random.choice(UNDISTURBED))))
            self._arm(cases[0], "")
            while not await self._go_on(cases):
                await self._revive(cases[0], tell)
            self.live.banq.faults.clear()
            for case in cases:
                self._end(case)
        await self._settle()

    def _case(self, life: Life) -> Case:
        member, customer = self._random.choice(self._people)
        taken = self._taken | self._told_by_name if life.journey.is_told_by_name else self._taken
        free = [slug for slug in OFFERED if (customer.email, slug) not in taken]
        if life.journey.meanwhile == "the NFT leaves":
            free = [slug for slug in free if NFTS[slug].token_type == "ERC721"]
        slug = self._random.choice(free)
        if life.journey.is_told_by_name:
            self._told_by_name.add((customer.email, slug))
        several = NFTS[slug].token_type == "ERC1155"
        self._taken.add((customer.email, slug))
        self.live.banq.store.state.holdings[customer.email][slug] = 50 if several else 1
        self.live.banq.webhooks.misbehave(WebhookFault(duplicates=self._random.choice((0, 0, 1))))
        amount = self._random.randint(1, 5) if several else 1
        return Case(life, member, customer, slug, amount, list(life.points))

    def _end(self, case: Case) -> None:
        row = self.records.row(case)
        ended = "nowhere" if row is None else row[1]
        if ended in FINAL:
            self._taken.discard((case.customer.email, case.slug))
        if ended not in case.life.journey.ends:
            raise Breach(f"a withdrawal that was {case.life.journey.name} ended {ended}")

    # Life

    async def _go_on(self, cases: Sequence[Case]) -> bool:
        """Drive them on until all are over, or until the process dies: False."""
        driving = asyncio.create_task(self._drive_all(cases))
        dying = asyncio.create_task(self.live.ended())
        await asyncio.wait({driving, dying}, return_when=asyncio.FIRST_COMPLETED)
        if dying.done():
            # Whatever somebody could not finish now is not the bot's fault.
            driving.cancel()
            await asyncio.gather(driving, return_exceptions=True)
            return False
        dying.cancel()
        await driving
        return True

    async def _drive_all(self, cases: Sequence[Case]) -> None:
        await asyncio.gather(*(self._drive(case) for case in cases))

    async def _drive(self, case: Case) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._drive_to_its_end(case)
        except TimeoutError:
            raise Breach(f"nothing happens any more; {self._stands(case)}") from None

    async def _drive_to_its_end(self, case: Case) -> None:
        while True:
            heard = len(self.live.output)
            row, transaction = self.records.row(case), self.records.transaction(case)
            if not case.points and row is not None and self._is_over(case, row[1], transaction):
                return
            self._arm(case, "" if row is None else row[1])
            await (self._step(case, row, transaction) or self.live.says_more(heard))

    def _is_over(self, case: Case, state: str, transaction: Transaction | None) -> bool:
        leaves = case.life.journey.owner == "leaves"
        if state == "unknown":
            return transaction is None or leaves
        return state in FINAL or (state == "awaiting_owner" and leaves)

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
            if case.points and case.points[0].what in OUTSIDE:
                return self._confirm_and_kill(case, withdrawal_id, message)
            if journey.fault is not None and not case.is_struck:
                case.is_struck = True
                self.live.banq.faults.add(journey.fault)
            return self._press(case, message, label, withdrawal_id)
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
        heard = len(self.live.output)
        case.addresses.append(f"0x{self._random.getrandbits(160):040x}")
        nft, to = NFTS[case.slug].name, case.addresses[-1]
        answer = await case.member.command("withdraw", nft=nft, to=to, amount=case.amount)
        if len(case.addresses) == MOST_DRAFTS:
            raise Breach(f"no review for {case.amount} of {nft}: {answer.text}; {self._stands(case)}")
        await self._passes("after show", heard)

    async def _press(self, case: Case, message: SeenMessage, label: str, withdrawal_id: str) -> None:
        heard = len(self.live.output)
        if label == "Withdraw":
            await case.member.confirm(message, case.addresses[-1][-6:])
        else:
            await case.member.press(message, label)
        await self._passes("after show", heard)
        while self.records.is_untold(withdrawal_id):
            await self.live.says_more(len(self.live.output))

    async def _passes(self, point: str, heard: int) -> None:
        while PASSED + point + "\n" not in self.live.output[heard:]:
            await self.live.says_more(len(self.live.output))

    def _review(self, case: Case, withdrawal_id: str, label: str) -> SeenMessage | None:
        for message in self.live.discord.members.seen_by(case.member.id):
            if message.has_button(label):
                custom_id: str = message.button(label)["custom_id"]
                if custom_id.endswith(f":{withdrawal_id}"):
                    return message
        return None

    # Death, and what comes after it

    def _arm(self, case: Case, state: str) -> None:
        if case.points and not case.is_armed and case.points[0].once in {None, state}:
            case.is_armed = True
            self._kill_at.write_text(case.points[0].what)

    async def _confirm_and_kill(self, case: Case, withdrawal_id: str, message: SeenMessage) -> None:
        after = case.points[0].what == AFTER_BANQ_TOOK_IT
        faults = self.live.banq.faults
        counted = faults.accepted if after else faults.received
        expected = counted["withdraw"] + 1
        faults.add(Fault(route="withdraw", times=1, hold=True, after_acting=after))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(case.member.confirm(message, case.addresses[-1][-6:]))
            await self.live.banq.store.until(lambda: counted["withdraw"] == expected)
            self.deaths.append(Death(case.points[0].what, "submitting", withdrawal_id))
            self.live.send_signal(signal.SIGKILL)

    async def _revive(self, case: Case, tell: Callable[[Death], None]) -> None:
        """Whatever killed it, start it again; the next death may strike before it is up."""
        is_up = False
        while not is_up:
            self._note_death(case)
            tell(self.deaths[-1])
            await self.live.kill()
            del case.points[:1]
            case.is_armed = False
            self._kill_at.unlink(missing_ok=True)
            self._meanwhile(case)
            self._arm(case, "")
            is_up = await self.live.try_start()

    def _note_death(self, case: Case) -> None:
        last = self.live.output[-1] if self.live.output else ""
        if last.startswith(KILLED):
            point, state, withdrawal_id = last.removeprefix(KILLED).strip().split(" | ")
            self.deaths.append(Death(point, state, withdrawal_id))
        elif not (case.points and case.points[0].what in OUTSIDE):
            raise Breach(f"the bot ended by itself; {self._stands(case)}")

    def _meanwhile(self, case: Case) -> None:
        """What passes while the process is dead; time, too."""
        self.live.banq.faults.release()
        transaction = self.records.transaction(case)
        ledger, webhooks = self.live.banq.ledger, self.live.banq.webhooks
        match case.life.journey.meanwhile:
            case "the review expires":
                self.records.let_review_expire(case)
            case "it is too late":
                self.records.age(case)
            case "the NFT leaves" if transaction is not None and transaction.status == "awaitingApproval":
                webhooks.misbehave(WebhookFault(drop=True))
                ledger.approve_transfer(transaction.id)
                ledger.finish(transaction.id, "completed")
                webhooks.misbehave(WebhookFault())
                self.records.age(case)
            case "Banq moves" if transaction is not None:
                ledger.approve_transfer(transaction.id)

    async def _settle(self) -> None:
        """Every notice goes out, the members see what is kept for them, and the bot is stopped."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while self.records.has_pending:
                    await self.live.says_more(len(self.live.output))
        except TimeoutError:
            raise Breach("there is no end of notices or webhooks") from None
        for member, _ in self._people:
            while self.records.has_kept(member.id):
                heard = len(self.live.output)
                await member.command("help")
                await self._passes("after notice marked", heard)
        await self.live.stop()

    def _stands(self, case: Case) -> str:
        points = ", ".join(point.what for point in case.points) or "none"
        said = "".join(self.live.output[-30:])
        return f"{case.life.journey.name}, deaths to come: {points}\n{said}"
