"""Bots that share one database file, each of which may be killed at any moment, also at a commit."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from sandbox.banq.identities import Customer
from sandbox.banq.server import BanqSandbox
from services.identity import ChatUser
from services.linking import Linked, LinkStarted
from services.sources import Sources
from storage.database import Connection, Database
from storage.limits import Rules
from tests.services.messenger import Messenger
from tests.services.rig import TWO_LANES, Rig, build

T = TypeVar("T")


class MortalDatabase(Database):
    """Once its process has died, at a commit or otherwise, nothing is read or written any more."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.is_dead = False
        self.commits_left: int | None = None
        self.last_one_counts = False

    @property
    def read(self) -> Connection:
        self._only_alive()
        return super().read

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        self._only_alive()
        async with super().transaction() as tx:
            yield tx
            if self.commits_left is not None:
                self.commits_left -= 1
            if self.commits_left == 0 and not self.last_one_counts:
                self.is_dead = True
            self._only_alive()
        if self.commits_left == 0:
            self.is_dead = True
        self._only_alive()

    def _only_alive(self) -> None:
        if self.is_dead:
            raise asyncio.CancelledError


@dataclass
class Process:
    database: MortalDatabase
    rig: Rig
    stack: AsyncExitStack
    under_way: set[asyncio.Task[Any]] = field(default_factory=set)
    failures: list[BaseException] = field(default_factory=list)

    @classmethod
    async def started(
        cls, banq: BanqSandbox, path: Path, sources: Sources, rules: Rules, messenger: Messenger
    ) -> Self:
        stack = AsyncExitStack()
        database = await stack.enter_async_context(MortalDatabase(path))
        rig = await stack.enter_async_context(
            # Calls are given up by the emulator's hanging up, never by the wall's clock.
            build(banq, database, sources, timeout_s=600, withdrawal_rules=rules, platform_ids=TWO_LANES)
        )
        for platform in ("discord", "telegram"):
            rig.outbox.serve(platform, messenger)
        return cls(database, rig, stack)

    async def do(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Do it until it is done, or waits for an answer that Banq holds back."""
        faults, store = self.rig.sandbox.faults, self.rig.sandbox.store
        held = faults.held
        task = asyncio.create_task(work)
        self.under_way.add(task)
        task.add_done_callback(self._ended)
        if not any(fault.hold for fault in faults._waiting):
            await asyncio.wait({task})
            return task
        is_held = asyncio.create_task(store.until(lambda: faults.held > held))
        await asyncio.wait({task, is_held}, return_when=asyncio.FIRST_COMPLETED)
        is_held.cancel()
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self.under_way.discard(task)
        failure = None if task.cancelled() else task.exception()
        if failure is not None:
            self.failures.append(failure)

    async def kill(self) -> None:
        self.database.is_dead = True
        under_way = list(self.under_way)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await self.stack.aclose()


async def link_wallet(rig: Rig, user: ChatUser, customer: Customer) -> bool:
    """The whole way of an honest member; False where the line does not let them in now."""
    started = await rig.linking.start(user)
    if not isinstance(started, LinkStarted):
        return False
    browser = await rig.page.begin(started.url.rsplit("/", maxsplit=1)[1])
    assert isinstance(browser, str)
    turn = (await rig.progress(browser)).turn
    if turn is None:
        return False
    grant = rig.sandbox.ledger.approve_platform(customer.email, turn.platform_id)
    lane = next(name for name, platform_id in TWO_LANES.items() if platform_id == turn.platform_id)
    await rig.granted(grant.user_guid, grant.user_id, lane)
    await rig.page.approved(browser)
    await rig.matching.settle()
    progress = await rig.progress(browser)
    outcome = await rig.linking.finish(started.session_id, user, progress.finish_code)
    return isinstance(outcome, Linked)
