"""Takes webhooks in, and works them off after they were answered. Effects are idempotent."""

import asyncio
import logging
from collections.abc import Callable, Collection
from datetime import timedelta

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
from storage.database import Database
from storage.webhook_inbox import Delivery

log = logging.getLogger(__name__)

BATCH = 100
TRIES = 5
HINT_PATIENCE_S = 5.0
RETRY_AFTER = timedelta(seconds=2)
RETRY_AT_MOST_EVERY = timedelta(minutes=5)


class Inbox:
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
        self.worker = Worker("webhook", self.step, interval_s=2)

    async def accept(self, lane: str, body: bytes) -> None:
        """Store a webhook for good. Raises MalformedWebhook for what is not a JSON object."""
        data = webhook.parse(body)
        async with self._database.transaction() as tx:
            await webhook_inbox.insert(tx, lane, self._sources.now(), body, webhook.event_id(data))
        self.worker.wake()

    async def step(self) -> None:
        """Work off what is due: first the approvals, which members wait for and which ask nothing of Banq."""
        due = await webhook_inbox.pending(self._database.read, self._sources.now(), BATCH)
        hints: list[tuple[Delivery, Event]] = []
        for delivery in due:
            try:
                data = webhook.parse(delivery.body)
                event = webhook.read(data, self._granting_actions, self._reference_field)
            except webhook.MalformedWebhook as error:
                await self._retry(delivery, error, poison=True)
                continue
            if isinstance(event, AccessGranted):
                await self._process(delivery, event)
            else:
                hints.append((delivery, event))
        async with asyncio.TaskGroup() as under_way:
            for delivery, event in hints:
                under_way.create_task(self._process(delivery, event))
        if len(due) == BATCH:
            self.worker.wake()

    async def _process(self, delivery: Delivery, event: Event) -> None:
        try:
            await self._take_effect(delivery, event)
        except (BanqError, TooEarly, TimeoutError) as error:
            # A refusal stays one; anything else is not the webhook's fault and heals in time.
            final = isinstance(error, BanqRefused) and not isinstance(error, InvalidCredentials | RateLimited)
            await self._retry(delivery, error, poison=final)
        except Exception as error:
            log.exception("webhook %s could not be processed", delivery.id)
            await self._retry(delivery, error, poison=True)

    async def _take_effect(self, delivery: Delivery, event: Event) -> None:
        match event:
            case AccessGranted():
                async with self._database.transaction() as tx:
                    await self._matching.record_grant(tx, delivery, event)
                    await webhook_inbox.mark_processed(tx, delivery.id, self._sources.now())
                self._wake_settling()
                self._matching.changes.announce()
                return
            case AccessRevoked():
                # A slow Banq must not hold up the webhooks behind this one.
                async with asyncio.timeout(HINT_PATIENCE_S):
                    await self._check_access(event.user_guid)
            case TransactionMoved():
                async with asyncio.timeout(HINT_PATIENCE_S):
                    await self._reconciler.transaction_moved(
                        delivery.lane, event.transaction_id, event.action
                    )
            case Unrecognised():
                log.info(
                    "webhook %s is of no use here: %r %r", delivery.id, event.resource_type, event.action
                )
        async with self._database.transaction() as tx:
            await webhook_inbox.mark_processed(tx, delivery.id, self._sources.now())

    async def _check_access(self, user_guid: UserGuid) -> None:
        """A revocation is a hint: looking at the wallet tells whether Banq agrees."""
        for link in await links.of_approval(self._database.read, user_guid):
            if link.state != "stale":
                await self._nfts.look_again(link, announced=True)

    async def _retry(self, delivery: Delivery, error: Exception, *, poison: bool) -> None:
        """Try again later; what is poison is parked after a few tries, for the operator to look at."""
        wait = min(RETRY_AFTER * 2 ** min(delivery.attempts, 10), RETRY_AT_MOST_EVERY)
        if isinstance(error, RateLimited):
            wait = max(wait, timedelta(seconds=error.retry_after_s))
        park = poison and delivery.attempts + 1 >= TRIES
        async with self._database.transaction() as tx:
            await webhook_inbox.mark_failed(
                tx, delivery.id, type(error).__name__, self._sources.now() + wait, park=park
            )
