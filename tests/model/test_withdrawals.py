"""Withdrawals under random interleavings: two bots on one database, and a Banq that fails in every way.

Whatever dies when, Banq is asked for each withdrawal at most once, and members are told what is true.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Literal, get_args

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from sandbox.banq.catalogue import NFTS
from sandbox.banq.faults import Fault
from sandbox.banq.identities import Customer
from sandbox.banq.server import BanqSandbox
from sandbox.banq.state import OPEN_STATUSES, Transaction
from services.identity import ChatUser
from services.links import Frozen, Unlinked
from services.messenger import DeliveryFailed, DirectMessagesClosed
from services.withdrawals import Drafted, DraftGone, NotYourWithdrawal, RetypeNeeded, Submitted
from storage.limits import LimitKind
from tests.conftest import Clock
from tests.model.processes import Process, link_wallet
from tests.model.withdrawing import HELD, MEMBERS, WithdrawalWorld, all_linked, moved, owner_of
from tests.services.rig import ADA, BEN, CLEO, TWO_LANES, key_of

EXAMPLES = 25
STEPS = 120
# Some examples end early.
STEPS_AT_LEAST = 2000
# How long a call is waited for, and how late Banq may still act on one that nobody waits for.
PATIENCE = timedelta(seconds=30)
LATEST_ACT = timedelta(minutes=5)

HOLDS = [Fault(route="withdraw", times=1, hold=True, after_acting=acted) for acted in (False, True)]
DOUBTS = [
    *(Fault(route="withdraw", times=1, drop=True, after_acting=acted) for acted in (False, True)),
    *(Fault(route="withdraw", times=1, status=500, after_acting=acted) for acted in (False, True)),
    *(Fault(route="withdraw", times=1, hold=True, drop=True, after_acting=acted) for acted in (False, True)),
    *(Fault(route="withdraw", times=1, hold=True, status=504, after_acting=acted) for acted in (False, True)),
    Fault(route="withdraw", times=1, body="not-json"),
    Fault(route="withdraw", times=1, body="wrong-shape"),
    Fault(route="withdraw", times=1, hold=True, body="empty"),
]
REFUSALS = [
    *(Fault(route="withdraw", times=1, status=status) for status in (400, 401, 403, 404, 409, 429)),
    Fault(route="withdraw", times=1, hold=True, status=400),
]
NO_LIST = [
    Fault(route="nfts", times=1, hold=True, after_acting=True),
    Fault(route="nfts", times=2, status=503),
    Fault(route="nfts", times=1, body="wrong-shape"),
]
NO_NEWS = [
    *(
        Fault(route="transaction", times=times, status=status)
        for times, status in ((2, 503), (1, 404), (1, 429))
    ),
    Fault(route="transaction", times=2, drop=True),
    Fault(route="transaction", times=1, body="not-json"),
]
REFUSED_MESSAGES = [DirectMessagesClosed(), DeliveryFailed("later")]

faults = st.one_of(st.none(), *(st.sampled_from(each) for each in (HOLDS, DOUBTS, REFUSALS, NO_LIST)))
Member = tuple[ChatUser, Customer]
Decision = Literal["approve", "completed", "rejected", "expired", "failed"]
Death = tuple[int, bool] | None

one_of_two = st.integers(0, 1)
members = st.sampled_from(MEMBERS)
which = st.integers(0, 1000)
# At which commit a bot dies, and whether that one still counts: confirmed, submitting, the answer, told.
deaths = st.none() | st.tuples(st.integers(1, 4), st.booleans())
seldom = st.integers(0, 7).map(lambda number: number == 7)


class WithdrawalMachine(WithdrawalWorld):
    steps = 0

    # What members do

    @rule(
        process=one_of_two,
        user=st.integers(0, 2),
        nft=which,
        amount=st.integers(1, 3),
        is_saved=seldom,
        is_left_alone=seldom,
        fault=faults,
        death=deaths,
    )
    def withdraw(
        self,
        process: int,
        user: int,
        nft: int,
        amount: int,
        is_saved: bool,
        is_left_alone: bool,
        fault: Fault | None,
        death: Death = None,
    ) -> None:
        member, customer = MEMBERS[user]
        slugs = list(HELD[customer.email])
        slug = slugs[nft % len(slugs)]
        address = self.new_address()
        if is_saved:
            book = self.rig(process).address_book
            self.do(process, book.add(member, f"Label {address}"[:20], address))
        if (process, member) in self.busy:
            return
        amount = min(amount, HELD[customer.email][slug])
        drafted = self.do(process, self.rig(process).withdrawals.draft(member, key_of(slug), address, amount))
        if isinstance(drafted, Drafted):
            self.drafts.append(drafted.withdrawal)
            if not is_left_alone:
                self.confirm(process, 0, fault, death)

    @rule(process=one_of_two, user=st.integers(0, 2), nft=which, fault=faults)
    def withdraw_and_wait(self, process: int, user: int, nft: int, fault: Fault | None) -> None:
        """For Banq, which goes on with what is open there and says so, and is heard."""
        for customer, held in HELD.items():
            self.banq.store.state.holdings[customer] = dict(held)
        self.withdraw(process, user, nft, 2, is_saved=False, is_left_alone=False, fault=fault)
        self.all_goes_on_at_banq()
        self.time_passes(20)
        for number in (process, 1 - process):
            self.do(number, self.rig(number).work_off())
            self.do(number, self.rig(number).reconciler.step())

    @precondition(lambda self: self.drafts)
    @rule(process=one_of_two, draft=which, fault=faults, death=deaths)
    def confirm(self, process: int, draft: int, fault: Fault | None, death: Death) -> None:
        """For the first time, or again."""
        found = self.latest_draft(draft)
        member = owner_of(found)
        if (process, member) in self.busy:
            return
        if fault is not None:
            self.banq.faults.add(fault)
            self.books.second_posts += fault.status == 401
        if death is not None:
            self.doom(process, *death)
        task = self.run(self.process(process).do(self.confirming(self.rig(process), found)))
        self.banq.faults._waiting.clear()
        if fault is not None and fault.route == "nfts" and not task.done():
            self.busy.add((process, member))
        self.bury()

    @precondition(lambda self: self.drafts and not self.busy and not self.banq.faults.held)
    @rule(draft=which, fault=st.none() | st.sampled_from(HOLDS + DOUBTS))
    def confirm_everywhere_at_once(self, draft: int, fault: Fault | None) -> None:
        """In both bots, twice in each."""
        both = [self.process(number) for number in (0, 1)]
        if fault is not None:
            self.banq.faults.add(fault)

        async def all_confirm(processes: list[Process]) -> None:
            found = self.latest_draft(draft)
            presses = [(process, self.confirming(process.rig, found)) for process in processes]
            await asyncio.gather(*(process.do(press) for process, press in presses))

        self.run(all_confirm(both * 2))
        self.banq.faults._waiting.clear()
        self.bury()

    @precondition(lambda self: self.drafts)
    @rule(process=one_of_two, draft=which, typed=st.sampled_from([None, "", "123", "zzzzzz"]))
    def press_wrongly(self, process: int, draft: int, typed: str | None) -> None:
        """As a stranger, or with another end of the address than it has."""
        found = self.latest_draft(draft)
        owner = owner_of(found)
        rig = self.rig(process)
        for stranger in {CLEO, ADA, BEN} - {owner}:
            for press in (rig.withdrawals.confirm, rig.withdrawals.cancel, rig.history.story):
                assert self.do(process, press(found.id, stranger)) in {NotYourWithdrawal(), None}
        saved = self.books.rows("SELECT 1 FROM addresses WHERE address = ?1", found.address)
        if not saved and (process, owner) not in self.busy:
            outcome = self.do(process, self.rig(process).withdrawals.confirm(found.id, owner, typed))
            assert isinstance(outcome, RetypeNeeded | Submitted | DraftGone | None)

    @precondition(lambda self: self.drafts)
    @rule(process=one_of_two, draft=which)
    def cancel(self, process: int, draft: int) -> None:
        found = self.latest_draft(draft)
        outcome = self.do(process, self.rig(process).withdrawals.cancel(found.id, owner_of(found)))
        assert isinstance(outcome, DraftGone | Submitted | None)

    @rule(
        process=one_of_two,
        member=members,
        kind=st.sampled_from(["per_day", "in_flight", "address_hold_ms"]),
        value=st.sampled_from([0, 1, 2, 3, 60_000]),
        really=seldom,
    )
    def set_own_limit(self, process: int, member: Member, kind: LimitKind, value: int, really: bool) -> None:
        if really:
            self.do(process, self.rig(process).limits.set_own(member[0], kind, value))

    @precondition(lambda self: self.drafts)
    @rule(process=one_of_two, draft=which, is_removed=st.booleans())
    def change_the_address_book(self, process: int, draft: int, is_removed: bool) -> None:
        found = self.latest_draft(draft)
        book = self.rig(process).address_book
        label = f"Label {found.address.lower()}"[:20]
        if is_removed:
            self.do(process, book.remove(owner_of(found), label))
        else:
            self.do(process, book.add(owner_of(found), label, found.address))

    # What ends a link or brings it back, and what stops everything

    @rule(process=one_of_two, member=members, by_admin=st.booleans(), freeze=st.booleans(), really=seldom)
    def end_link(self, process: int, member: Member, by_admin: bool, freeze: bool, really: bool) -> None:
        if not really:
            return
        links = self.rig(process).links
        end = links.freeze if freeze else links.unlink
        before = dict(self.books.states)
        outcome = self.do(process, end(member[0], "admin:1" if by_admin else "member", "to be safe"))
        self.books.check()
        if isinstance(outcome, Frozen | Unlinked) and not by_admin:
            # The answer counts what it has cancelled.
            ended = {each for each, state in self.books.states.items() if state == "cancelled"}
            self.told |= {(each, "cancelled") for each in ended if before.get(each) == "confirmed"}

    @rule(process=one_of_two, member=members)
    def link_again(self, process: int, member: Member) -> None:
        link = self.run(self.rig(process).links.of(member[0]))
        if link is None or link.state != "active":
            self.time_passes(660)
            self.do(process, link_wallet(self.rig(process), *member))
            self.time_passes(61)

    @rule(process=one_of_two, member=members, really=seldom)
    def take_the_approval_back(self, process: int, member: Member, really: bool) -> None:
        if really:
            _, customer = member
            for lane, platform_id in TWO_LANES.items():
                self.banq.ledger.revoke_platform(customer.email, platform_id)
                guid = customer.user_guid(platform_id)
                body = {"action": "deleted", "resourceType": "UserToken", "resourceId": guid}
                self.arrive(process, lane, body)

    @rule(process=one_of_two, really=seldom)
    def pause_or_resume(self, process: int, really: bool) -> None:
        switch = self.rig(process).kill_switch
        if self.books.is_paused:
            self.do(process, switch.resume("admin:1", "all is well"))
        elif really:
            self.do(process, switch.pause("admin:1", "to be safe"))

    @rule(
        process=one_of_two,
        user=st.integers(0, 2),
        nft=which,
        stop=st.sampled_from(["time", "pause", "unlink", "freeze", "revoke", "limit"]),
        by_admin=st.booleans(),
        is_confirmed=st.booleans(),
    )
    def stop_before_it_is_sent(
        self, process: int, user: int, nft: int, stop: str, by_admin: bool, is_confirmed: bool
    ) -> None:
        """It is only drafted, or its bot dies once it is confirmed; then comes what must stop it."""
        drafts = len(self.drafts)
        left_alone = not is_confirmed
        self.withdraw(
            process, user, nft, 1, is_saved=False, is_left_alone=left_alone, fault=None, death=(1, True)
        )
        other = 1 - process
        match stop:
            case "time":
                self.time_passes(601)
            case "pause":
                self.pause_or_resume(other, really=True)
            case "unlink" | "freeze":
                freeze = stop == "freeze"
                self.end_link(other, MEMBERS[user], by_admin=by_admin, freeze=freeze, really=True)
            case "revoke":
                self.take_the_approval_back(other, MEMBERS[user], really=True)
                self.work_off_webhooks(other, None)
            case "limit":
                self.set_own_limit(other, MEMBERS[user], "in_flight", 0, really=True)
        self.look_at_what_is_under_way(other, None)
        if len(self.drafts) > drafts:
            self.confirm(other, 0, None, None)
        if stop == "pause" and self.books.is_paused:
            self.pause_or_resume(other, really=True)

    # What Banq does, and its customers there

    @precondition(lambda self: self.banq.faults.held)
    @rule()
    def banq_goes_on(self) -> None:
        self.release()

    @precondition(lambda self: self.banq.faults.held)
    @rule()
    def nobody_waits_any_longer(self) -> None:
        self.give_up()

    @precondition(lambda self: self.banq.ledger.transactions)
    @rule(
        process=one_of_two,
        number=which,
        decision=st.sampled_from(get_args(Decision)),
        is_heard=st.booleans(),
    )
    def it_goes_on_at_banq(self, process: int, number: int, decision: Decision, is_heard: bool) -> None:
        transaction = self.latest_transaction(number)
        if transaction.status not in OPEN_STATUSES:
            return
        self.run(self.decide(transaction, decision))
        if is_heard:
            self.hear(process, transaction, transaction.status)

    async def decide(self, transaction: Transaction, decision: Decision) -> None:
        """The owner approves it, which takes its time, or it ends at once."""
        if decision == "approve":
            self.banq.ledger.approve_transfer(transaction.id)
        else:
            self.banq.ledger.finish(transaction.id, decision)

    @rule()
    def all_goes_on_at_banq(self) -> None:
        for number in range(len(self.banq.ledger.transactions[-4:])):
            is_open = self.latest_transaction(number).status == "awaitingApproval"
            self.it_goes_on_at_banq(0, number, "approve" if is_open else "completed", is_heard=True)

    @precondition(lambda self: self.banq.ledger.transactions)
    @rule(
        process=one_of_two,
        number=which,
        action=st.sampled_from(["created", "processing", "completed", "failed", "expired", "dreaming"]),
        times=st.integers(1, 3),
    )
    def webhook(self, process: int, number: int, action: str, times: int) -> None:
        """Early, late, twice, in any order, and not always true."""
        for _ in range(times):
            self.hear(process, self.latest_transaction(number), action)

    @rule(process=one_of_two, lane=st.sampled_from(list(TWO_LANES)), really=seldom)
    def made_up_webhook(self, process: int, lane: str, really: bool) -> None:
        if really:
            self.arrive(process, lane, moved("made-up", "completed"))

    @rule(member=members, nft=which, is_sold=seldom)
    def sell_or_buy(self, member: Member, nft: int, is_sold: bool) -> None:
        """Outside of the bot."""
        email = member[1].email
        slugs = list(HELD[email])
        slug = slugs[nft % len(slugs)]
        held = self.banq.store.state.holdings[email]
        if is_sold and held[slug]:
            self.banq.ledger.move_away(email, slug)
            self.books.sold.add(json.dumps(NFTS[slug].token_data_id))
        elif not is_sold:
            held[slug] = HELD[email][slug]

    @rule(really=seldom)
    def tokens_expire(self, really: bool) -> None:
        if really:
            self.banq.tokens.expire_all()
            self.books.second_posts += len(self.processes)

    # What the bots do by themselves, and what befalls them

    @rule(process=one_of_two, fault=st.none() | st.sampled_from(NO_NEWS))
    def work_off_webhooks(self, process: int, fault: Fault | None) -> None:
        if fault is not None:
            self.banq.faults.add(fault)
        self.do(process, self.rig(process).work_off())

    @rule(process=one_of_two, fault=st.none() | st.sampled_from(NO_NEWS + NO_LIST[1:] + HOLDS + DOUBTS[:2]))
    def look_at_what_is_under_way(self, process: int, fault: Fault | None) -> None:
        if fault is not None:
            self.banq.faults.add(fault)
        self.do(process, self.rig(process).reconciler.step())

    @rule(
        process=one_of_two, refusal=st.sampled_from([None, DirectMessagesClosed(), DeliveryFailed("later")])
    )
    def deliver(self, process: int, refusal: Exception | None) -> None:
        self.messenger.refusal = refusal
        self.do(process, self.rig(process).outbox.step())
        self.do(process, self.rig(process).withdrawals.expire_drafts())
        self.messenger.refusal = None

    @rule(process=one_of_two, number=which)
    def settle_by_hand(self, process: int, number: int) -> None:
        self.settle(process, number)

    @rule(seconds=st.sampled_from([1, 5, 20, 31, 120, 601, 3601, 90_000]))
    def time_passes(self, seconds: int) -> None:
        duration = timedelta(seconds=seconds)
        if duration > PATIENCE:
            self.give_up()
        if duration > LATEST_ACT:
            self.release()
        self.clock.time += duration

    @rule(number=one_of_two)
    def kill(self, number: int) -> None:
        self.end(number)

    @rule(number=one_of_two, commits=st.integers(1, 5), last_one_counts=st.booleans())
    def doom(self, number: int, commits: int, last_one_counts: bool) -> None:
        """The bot will die just before one of its next commits, or just after it."""
        database = self.process(number).database
        database.commits_left, database.last_one_counts = commits, last_one_counts

    # What must hold

    @invariant()
    def the_books_agree(self) -> None:
        type(self).steps += 1
        # No two steps are at the very same time.
        self.clock.time += timedelta(milliseconds=3)
        self.books.check()


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


def test_every_withdrawal_ends_in_a_state_that_is_true(runner: asyncio.Runner, tmp_path: Path) -> None:
    # A transfer is under way there until the model says that it is done.
    banq = BanqSandbox(settle_after_s=86_400)
    runner.run(banq.start())
    clock = Clock()

    class Machine(WithdrawalMachine):
        pass

    Machine.template = tmp_path / "linked.sqlite3"
    Machine.grants = runner.run(all_linked(banq, Machine.template, clock))
    Machine.linked_at = clock.time
    Machine.runner, Machine.banq, Machine.ends = runner, banq, Counter()
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    runner.run(banq.close())
    print(f"{Machine.steps} steps, {dict(Machine.ends)}")  # noqa: T201 - shown with -s
    assert Machine.steps >= STEPS_AT_LEAST
    assert Machine.ends["completed"] > 0 < Machine.ends["failed"], "too little was sent to show anything"
