"""Works webhooks off, after they were answered. Effects are idempotent.

Approvals ask nothing of Banq, and members wait for them: they take effect at once, in the order they came.
The rest are hints, after which Banq itself is asked: in order about each wallet or transaction, and otherwise
beside each other.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any, assert_never

from banq import webhook
from banq.errors import BanqError, BanqRefused, InvalidCredentials, RateLimited
from banq.models import UserGuid
from banq.webhook import AccessGranted, AccessRevoked, Event, TransactionMoved, Unrecognised
from services.matching import Matching
from services.nfts import Nfts
from services.reconciler import Reconciler, TooEarly
from services.sources import Sources
from services.worker import Worker
from storage import links, webhook_inbox
from storage.database import CannotWrite, Database
from storage.webhook_inbox import Delivery

log = logging.getLogger(__name__)

# A burst is worked off in pieces with rests between them, in which the intake has the database to itself.
BATCH = 50
REST_S = 0.05
INTERVAL_S = 2.0
SUBJECTS_AT_ONCE = 64
# So few at a time hold the database only for moments, and the intake waits no longer.
APPROVALS_AT_ONCE = 10
TRIES = 5
HINT_PATIENCE_S = 5.0
RETRY_AFTER = timedelta(seconds=2)
RETRY_AT_MOST_EVERY = timedelta(minutes=2)
LONGEST_PAUSE = timedelta(hours=12)


class Processor:
    def __init__(
        self,
        database: Database,
        matching: Matching,
        reconciler: Reconciler,
        nfts: Nfts,
        sources: Sources,
        *,
        wake_settling: Callable[[], None],
        granting_actions: Collection[str] = webhook.GRANTED,
        reference_field: str | None = None,
    ) -> None:
        self._database = database
        self._matching = matching
        self._wake_settling = wake_settling
        self._granting_actions = granting_actions
        self._reference_field = reference_field
        self._reconciler = reconciler
        self._nfts = nfts
        self._sources = sources
        self._approvals = Worker("webhook", self.work_off, INTERVAL_S, REST_S)
        self._hints = Worker("hint", self._start_following, INTERVAL_S, REST_S)
        self._following: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Work until cancelled. What is under way then is done again after the next start."""
        try:
            async with asyncio.TaskGroup() as workers:
                workers.create_task(self._approvals.run())
                workers.create_task(self._hints.run())
        finally:
            under_way = list(self._following.values())
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    @property
    def workers(self) -> tuple[Worker, ...]:
        return (self._approvals, self._hints)

    def wake(self, *, hint: bool) -> None:
        (self._hints if hint else self._approvals).wake()

    def read(self, data: dict[str, Any]) -> Event:
        return webhook.read(data, self._granting_actions, self._reference_field)

    async def work_off(self) -> None:
        """Let approvals that are due take effect."""
        due = await webhook_inbox.due(self._database.read, self._sources.now(), BATCH)
        approvals: list[tuple[Delivery, AccessGranted]] = []
        for delivery in due:
            match await self._event(delivery):
                case AccessGranted() as granted:
                    approvals.append((delivery, granted))
                case AccessRevoked() | TransactionMoved() | Unrecognised() as other:
                    # Other settings took it for an approval.
                    await self._follow(delivery, other)
                case None:
                    pass
        for start in range(0, len(approvals), APPROVALS_AT_ONCE):
            await self._record(approvals[start : start + APPROVALS_AT_ONCE])
        if len(due) == BATCH:
            self._approvals.wake()

    async def follow_hints(self) -> None:
        """Ask Banq about all that hints are about which are due now, and wait until that is done."""
        await self._start_following()
        if self._following:
            await asyncio.wait(self._following.values())

    async def _start_following(self) -> None:
        """One task per subject, so that none waits for another one's slow answer."""
        if self._database.cannot_write:
            # Whatever Banq answers could not be kept.
            return
        # Twice as many, since those under way are among them.
        for subject in await webhook_inbox.due_subjects(
            self._database.read, self._sources.now(), 2 * SUBJECTS_AT_ONCE
        ):
            if len(self._following) >= SUBJECTS_AT_ONCE:
                return
            if subject not in self._following:
                self._following[subject] = asyncio.create_task(self._follow_all(*subject))

    async def _event(self, delivery: Delivery) -> Event | None:
        """What a stored webhook says; None for what cannot be read, which counts as a failed try."""
        try:
            return self.read(webhook.parse(delivery.body))
        except webhook.MalformedWebhook as error:
            await self._retry(delivery, error, poison=True)
            return None

    async def _record(self, approvals: list[tuple[Delivery, AccessGranted]]) -> None:
        """All of them in one transaction; if that fails, one by one, so that one spoils no other."""
        try:
            async with self._database.transaction() as tx:
                for delivery, granted in approvals:
                    await self._matching.record_grant(tx, delivery, granted)
                deliveries = [delivery for delivery, _ in approvals]
                await webhook_inbox.mark_processed(tx, deliveries, self._sources.now())
        except CannotWrite:
            # Not the webhook's fault, and the next one would fare no better.
            raise
        except Exception as error:
            if len(approvals) > 1:
                for one in approvals:
                    await self._record([one])
                return
            [(delivery, _)] = approvals
            log.exception("webhook %s could not be processed", delivery.id)
            await self._retry(delivery, error, poison=True)
            return
        self._wake_settling()
        self._matching.changes.announce()

    async def _follow_all(self, lane: str, subject: str) -> None:
        """All hints about one subject, in order, up to the first that fails: the others wait for it."""
        try:
            for hint in await webhook_inbox.pending_hints(self._database.read, lane, subject, BATCH):
                event = await self._event(hint)
                if event is None or not await self._follow(hint, event):
                    break
            self._hints.wake()
        except CannotWrite:
            # Not woken: it would fail at once again. The database has said so.
            pass
        except Exception:
            log.exception("hints could not be followed; it is tried again")
        finally:
            del self._following[lane, subject]

    async def _follow(self, hint: Delivery, event: Event) -> bool:
        """Look at Banq whether it is as the hint says; False if that failed, and is tried again."""
        try:
            # A slow Banq must not hold up the webhooks behind this one.
            async with asyncio.timeout(HINT_PATIENCE_S):
                match event:
                    case AccessRevoked():
                        await self._check_access(event.user_guid)
                    case TransactionMoved():
                        await self._reconciler.transaction_moved(
                            hint.lane, event.transaction_id, event.action
                        )
                    case AccessGranted():
                        await self._record([(hint, event)])
                        return True
                    case Unrecognised():
                        pass
                    case never:
                        assert_never(never)
            async with self._database.transaction() as tx:
                await webhook_inbox.mark_processed(tx, [hint], self._sources.now())
        except (BanqError, TooEarly, TimeoutError) as error:
            # A refusal stays one; anything else is not the webhook's fault and heals in time.
            final = isinstance(error, BanqRefused) and not isinstance(error, InvalidCredentials | RateLimited)
            await self._retry(hint, error, poison=final)
            return False
        except CannotWrite:
            raise
        except Exception as error:
            log.exception("webhook %s could not be processed", hint.id)
            await self._retry(hint, error, poison=True)
            return False
        return True

    async def _check_access(self, user_guid: UserGuid) -> None:
        """A revocation is a hint: looking at the wallet tells whether Banq agrees."""
        for link in await links.of_approval(self._database.read, user_guid):
            if link.state != "stale":
                await self._nfts.look_again(link, announced=True)

    async def _retry(self, delivery: Delivery, error: Exception, *, poison: bool) -> None:
        """Try again later; what is poison is parked after a few tries, for the operator to look at."""
        wait = min(RETRY_AFTER * 2 ** min(delivery.attempts, 10), RETRY_AT_MOST_EVERY)
        if isinstance(error, RateLimited):
            wait = max(wait, min(timedelta(seconds=error.retry_after_s), LONGEST_PAUSE))
        next_try_at = self._sources.now() + wait
        park = poison and delivery.attempts + 1 >= TRIES
        async with self._database.transaction() as tx:
            await webhook_inbox.mark_failed(tx, delivery.id, _reason(error), next_try_at, park=park)


def _reason(error: Exception) -> str:
    """What the team reads. Banq's errors carry nothing that is secret; of others only the kind is told."""
    return str(error) if isinstance(error, BanqError) else type(error).__name__
