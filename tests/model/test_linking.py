"""Linking under random interleavings: four people, one or two lanes, webhooks in any order.

No wallet may ever get to a chat user whose own browser did not approve it; nothing may be stuck for ever.
"""

import asyncio
import itertools
import tempfile
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sandbox.banq import identities
from sandbox.banq.server import BanqSandbox
from services.identity import ChatUser
from services.link_page import Gone
from services.linking import AlreadyLinked, CoolingDown, Linked, LinkStarted, UnderWay
from services.linking_rules import LinkingRules
from services.sources import Sources
from storage.database import Database
from storage.link_sessions import ENDED, Proof
from tests.conftest import Clock
from tests.services.rig import ONE_LANE, TWO_LANES, Rig, build

T = TypeVar("T")

PEOPLE = 4
EXAMPLES = 66
STEPS = 50
# Of each of the four variants; some examples end early.
STEPS_AT_LEAST = 2500
CUSTOMERS = identities.crowd(PEOPLE + 1)
# Somebody who approves on a page of their own, or of a thief's.
STRANGER = PEOPLE
# How late Banq's webhook may be: what docs/architecture.md promises to hold against.
LATEST_IF_REPORTED = timedelta(minutes=9)
LATEST_OTHERWISE = timedelta(seconds=110)

people = st.integers(0, PEOPLE - 1)
which = st.integers(0, 1000)
seldom = st.integers(0, 5).map(lambda number: number == 5)
LIVE = {"issued", "opened", "proven", "waiting", "open", "approved", "matched"}


@dataclass
class Page:
    """One browser with a link open: whose link it is, and who sits in front of it."""

    owner: int
    session_id: str
    token: str
    sits: int | None = None
    browser: str | None = None
    is_open: bool = True
    approved: set[str] = field(default_factory=set)
    unreported: bool = False


@dataclass
class Webhook:
    lane: str
    user_guid: str
    user_id: str
    latest: datetime
    page: Page | None


class LinkingMachine(RuleBasedStateMachine):
    proof: ClassVar[Proof]
    lanes: ClassVar[dict[str, str]]
    runner: ClassVar[asyncio.Runner]
    banq: ClassVar[BanqSandbox]
    steps = 0
    links_made = 0

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.users = [ChatUser("discord", str(100 + number), f"User {number}") for number in range(PEOPLE)]
        self.pages: list[Page] = []
        self.underway: list[Webhook] = []
        self.delivered: list[Webhook] = []
        self.folder = tempfile.TemporaryDirectory()
        self.stack = AsyncExitStack()
        ids, tokens, codes = itertools.count(1), itertools.count(1), itertools.count(100_001)
        self.sources = Sources(
            now=self.clock,
            monotonic=self.clock.monotonic,
            new_id=lambda: f"{next(ids):016x}",
            new_token=lambda: f"token-{next(tokens):037}",
            new_code=lambda: str(next(codes)),
        )
        self.rig = self.run(self.started())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        # `runner.run` would set up the handling of Ctrl-C for each of ten thousand calls.
        return self.runner.get_loop().run_until_complete(work)

    async def started(self) -> Rig:
        database = await self.stack.enter_async_context(Database(Path(self.folder.name) / "db.sqlite3"))
        rig = await self.stack.enter_async_context(
            build(
                self.banq,
                database,
                self.sources,
                rules=LinkingRules(proof=self.proof),
                platform_ids=self.lanes,
            )
        )
        await rig.linking.settings_may_have_changed()
        return rig

    def teardown(self) -> None:
        self.run(self.nothing_is_stuck())
        self.run(self.stack.aclose())
        self.folder.cleanup()

    # What people do

    @rule(user=people, steps=st.integers(1, 6), is_reported=st.booleans(), sits=people, is_sent_on=seldom)
    def go_on(self, user: int, steps: int, is_reported: bool, sits: int, is_sent_on: bool) -> None:
        """A member goes on as the page and the chat ask; sometimes the link was sent to somebody else."""
        for _ in range(steps):
            page = self.page_in(LIVE, 0, of=user)
            match self.run(self.state_of(page)):
                case None:
                    self.link(user)
                case "issued":
                    self.open_link(page, sits if is_sent_on else user)
                case "opened":
                    self.sign_in(page)
                case "proven":
                    self.run(self.rig.page.join_again(page.browser if page else None))
                case "open":
                    self.approve(page, is_reported=is_reported)
                case "approved" if self.underway:
                    self.deliver(0, 1)
                    self.run(self.looked_at())
                case "matched":
                    self.confirm(page)

    @rule(user=people)
    def link(self, user: int) -> None:
        started = self.run(self.rig.linking.start(self.users[user]))
        if isinstance(started, LinkStarted):
            token = started.url.rsplit("/", maxsplit=1)[1]
            self.pages.append(Page(user, started.session_id, token))
        else:
            assert isinstance(started, AlreadyLinked | CoolingDown | UnderWay)

    def open_link(self, page: Page | None, sits: int) -> None:
        assert page is not None
        browser = self.run(self.rig.page.begin(page.token))
        assert isinstance(browser, str)
        assert isinstance(self.run(self.rig.page.begin(page.token)), Gone)
        page.browser = browser
        page.sits = sits

    def sign_in(self, page: Page | None) -> None:
        assert page is not None
        assert page.sits is not None
        secret = self.run(self.rig.page.ask_to_sign_in(page.browser))
        assert isinstance(secret, str)
        assert self.run(self.rig.page.comes_back(page.browser, secret))
        assert not self.run(self.rig.page.comes_back(page.browser, secret))
        self.run(self.rig.page.signed_in(page.browser, "discord", self.users[page.sits].id))
        after = {"open", "proven", "waiting"} if page.sits == page.owner else {"wrong_browser"}
        assert self.run(self.state_of(page)) in after

    def approve(self, page: Page | None, *, is_reported: bool) -> None:
        """Whoever sits in front of an open widget approves their own wallet in it."""
        assert page is not None
        if page.browser is None or page.sits is None or not page.is_open:
            return
        if not page.unreported:
            turn = self.run(self.rig.progress(page.browser)).turn
            assert turn is not None
            grant = self.banq.ledger.approve_platform(CUSTOMERS[page.sits].email, turn.platform_id)
            page.approved.add(grant.user_guid)
            page.unreported = True
            self.send(turn.platform_id, grant.user_guid, grant.user_id, page)
        if is_reported:
            self.reported(page)

    def confirm(self, page: Page | None) -> None:
        """The owner says yes to a wallet that holds what theirs does, with what their own browser shows."""
        assert page is not None
        assert page.browser is not None
        progress = self.run(self.rig.progress(page.browser))
        owner = self.users[page.owner]
        mine = len(self.banq.ledger.wallet(CUSTOMERS[page.owner].email))
        if page.sits != page.owner:
            # Another's browser: its code is not the owner's to type.
            assert self.proof == "code"
            self.run(self.rig.linking.finish(page.session_id, owner, "000000"))
        elif progress.standing.nft_count == mine:
            outcome = self.run(self.rig.linking.finish(page.session_id, owner, progress.finish_code))
            type(self).links_made += isinstance(outcome, Linked)
        else:
            self.run(self.rig.linking.cancel(page.session_id, owner))

    @rule(page=which)
    def close_widget(self, page: int) -> None:
        opened = self.page_in({"open"}, page)
        if opened is not None and not opened.unreported:
            self.run(self.rig.page.closed(opened.browser))

    @precondition(lambda self: any(page.unreported for page in self.pages))
    @rule(page=which)
    def report_late(self, page: int) -> None:
        """The page's own signal comes whenever it may, also after its turn."""
        unreported = [each for each in self.pages if each.unreported]
        self.reported(unreported[page % len(unreported)])

    @rule(page=which)
    def leave_or_come_back(self, page: int) -> None:
        opened = self.page_in(LIVE, page)
        if opened is not None:
            opened.is_open = not opened.is_open

    @rule(page=which, user=people, typed=st.sampled_from(["000000", "12345", None]))
    def confirm_wrongly(self, page: int, user: int, typed: str | None) -> None:
        """Before its time, by somebody else, with a wrong code, or with none where one is needed."""
        opened = self.page_in(LIVE, page)
        if opened is None or (self.proof == "sign_in" and user == opened.owner and typed is None):
            return
        outcome = self.run(self.rig.linking.finish(opened.session_id, self.users[user], typed))
        assert not isinstance(outcome, Linked)

    @rule(page=which, user=people, really=seldom)
    def cancel(self, page: int, user: int, really: bool) -> None:
        opened = self.page_in(LIVE, page)
        if opened is not None and (really or user != opened.owner):
            self.run(self.rig.linking.cancel(opened.session_id, self.users[user]))

    @rule(user=people, really=seldom)
    def unlink(self, user: int, really: bool) -> None:
        if really:
            self.run(self.rig.links.unlink(self.users[user], "member", "asked in chat"))

    @rule(lane=st.integers(0, 1), really=seldom)
    def stranger_approves_elsewhere(self, lane: int, really: bool) -> None:
        if really:
            platform_id = list(self.lanes.values())[lane % len(self.lanes)]
            grant = self.banq.ledger.approve_platform(CUSTOMERS[STRANGER].email, platform_id)
            self.send(platform_id, grant.user_guid, grant.user_id, None)

    # What Banq and time do

    @precondition(lambda self: self.underway)
    @rule(webhook=which, times=st.integers(1, 5))
    def deliver(self, webhook: int, times: int) -> None:
        arrived = self.underway.pop(webhook % len(self.underway))
        self.delivered.append(arrived)
        for _ in range(times):
            self.run(self.rig.granted(arrived.user_guid, arrived.user_id, arrived.lane))

    @precondition(lambda self: self.underway)
    @rule(webhook=which, really=seldom)
    def lose(self, webhook: int, really: bool) -> None:
        if really:
            self.underway.pop(webhook % len(self.underway))

    @precondition(lambda self: self.delivered)
    @rule(webhook=which)
    def repeat(self, webhook: int) -> None:
        repeated = self.delivered[webhook % len(self.delivered)]
        if self.clock.time < repeated.latest:
            self.run(self.rig.granted(repeated.user_guid, repeated.user_id, repeated.lane))

    @rule(seconds=st.sampled_from([1, 1, 10, 10, 30, 61, 121, 301]))
    def time_passes(self, seconds: int) -> None:
        """No further than the latest moment at which a webhook under way may come."""
        until = self.clock.time + timedelta(seconds=seconds)
        latest = min((webhook.latest for webhook in self.underway), default=until)
        self.clock.time = max(min(until, latest), self.clock.time)
        self.run(self.looked_at())

    @rule()
    def workers_run(self) -> None:
        self.run(self.rig.time_passes())

    @rule()
    def restart(self) -> None:
        self.run(self.stack.aclose())
        self.rig = self.run(self.started())

    # What must hold

    @invariant()
    def no_wallet_is_on_a_user_whose_browser_did_not_approve_it(self) -> None:
        for owner, guid in self.run(self.links()):
            assert any(
                guid in page.approved and self.users[page.owner].id == owner and page.sits == page.owner
                for page in self.pages
            ), f"user {owner} got a wallet that their browser did not approve"

    @invariant()
    def an_approval_matches_the_browser_that_gave_it(self) -> None:
        strangers = {CUSTOMERS[STRANGER].user_guid(platform_id) for platform_id in self.lanes.values()}
        rows = self.run(
            self.rig.database.read.fetch_all(
                "SELECT id, user_guid FROM link_sessions WHERE state = 'matched'"
            )
        )
        for session_id, guid in rows:
            page = next(page for page in self.pages if page.session_id == session_id)
            assert guid in page.approved | strangers, "an approval fell into somebody else's turn"

    @invariant()
    def no_turn_is_held_twice(self) -> None:
        type(self).steps += 1
        rows = self.run(self.rig.database.read.fetch_all("SELECT lane FROM turns WHERE ended_at IS NULL"))
        held = [row[0] for row in rows]
        assert len(set(held)) == len(held)

    async def nothing_is_stuck(self) -> None:
        """With all pages closed everything ends by itself, and then an honest member links as usual."""
        for page in self.pages:
            page.is_open = False
        # As long as a wallet that spoiled another's turn counts for nobody.
        for _ in range(40):
            self.clock.forward(minutes=2)
            await self.rig.matching.keep_time()
            await self.rig.matching.settle()
        assert await self.rig.column("SELECT id FROM turns WHERE ended_at IS NULL") == []
        states = set(await self.rig.column("SELECT state FROM link_sessions"))
        assert states <= ENDED
        self.rig.open_pages.clear()
        user = self.users[0]
        await self.rig.links.unlink(user, "member", "to link again")
        start = self.rig.signed_in if self.proof == "sign_in" else self.rig.start
        session_id, browser = await start(user)
        turn = (await self.rig.progress(browser)).turn
        assert turn is not None, "the line is stuck"
        grant = self.banq.ledger.approve_platform(CUSTOMERS[0].email, turn.platform_id)
        await self.rig.granted(grant.user_guid, grant.user_id, self.lane_of(turn.platform_id))
        await self.rig.page.approved(browser)
        await self.rig.matching.settle()
        holders = [owner for owner, guid in await self.links() if guid == grant.user_guid]
        code = (await self.rig.progress(browser)).finish_code
        outcome = await self.rig.linking.finish(session_id, user, code)
        assert isinstance(outcome, Linked) or holders

    # Parts

    def page_in(self, states: set[str], number: int, of: int | None = None) -> Page | None:
        """One of the pages whose sessions are in one of these states."""
        rows = self.run(self.rig.database.read.fetch_all("SELECT id, state FROM link_sessions"))
        found = {row[0] for row in rows if row[1] in states}
        pages = [page for page in self.pages if page.session_id in found and of in (None, page.owner)]
        return pages[number % len(pages)] if pages else None

    async def state_of(self, page: Page | None) -> str | None:
        if page is None:
            return None
        row = await self.rig.database.read.fetch_one(
            "SELECT state FROM link_sessions WHERE id = ?1", page.session_id
        )
        return str(row[0]) if row else None

    def reported(self, page: Page) -> None:
        """The page's own signal arrives; from then on a late webhook is waited for longer."""
        self.run(self.rig.page.approved(page.browser))
        page.unreported = False
        for webhook in self.underway:
            if webhook.page is page:
                webhook.latest += LATEST_IF_REPORTED - LATEST_OTHERWISE

    def send(self, platform_id: str, user_guid: str, user_id: str, page: Page | None) -> None:
        latest = self.clock.time + LATEST_OTHERWISE
        self.underway.append(Webhook(self.lane_of(platform_id), user_guid, user_id, latest, page))

    def lane_of(self, platform_id: str) -> str:
        return next(lane for lane, other in self.lanes.items() if other == platform_id)

    async def looked_at(self) -> None:
        for page in self.pages:
            if page.is_open and page.browser is not None:
                await self.rig.page.progress(page.browser)
        await self.rig.matching.keep_time()
        await self.rig.matching.settle()

    async def links(self) -> list[tuple[str, str]]:
        rows = await self.rig.database.read.fetch_all(
            "SELECT chat_user_id, user_guid FROM links WHERE state <> 'unlinked'"
        )
        return [(row[0], row[1]) for row in rows]


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.mark.parametrize("proof", ["sign_in", "code"])
@pytest.mark.parametrize("lanes", [ONE_LANE, TWO_LANES], ids=["one lane", "two lanes"])
def test_no_wallet_gets_to_the_wrong_person(
    runner: asyncio.Runner, proof: Proof, lanes: dict[str, str]
) -> None:
    banq = BanqSandbox(crowd=PEOPLE + 1)
    runner.run(banq.start())

    class Machine(LinkingMachine):
        pass

    Machine.proof, Machine.lanes, Machine.runner, Machine.banq = proof, lanes, runner, banq
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
    print(f"{Machine.steps} steps, {Machine.links_made} links")  # noqa: T201 - shown with -s
    assert Machine.steps >= STEPS_AT_LEAST
    assert Machine.links_made > 0, "nobody was ever linked, so nothing was shown"
