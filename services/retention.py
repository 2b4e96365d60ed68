"""Deletes webhooks some time after they were worked off; what they brought about is kept elsewhere."""

import asyncio
import logging
from datetime import timedelta

from services.sources import Sources
from storage import webhook_inbox
from storage.clock import is_far_ahead
from storage.database import Database

log = logging.getLogger(__name__)

# One transaction, so that whoever else writes waits no longer than for one batch of webhooks.
BATCH = 200
# After each; without it, webhooks came in at half their pace while many are deleted.
REST_S = 0.2


class Retention:
    def __init__(self, database: Database, keep: timedelta, sources: Sources) -> None:
        self._database = database
        self._keep = keep
        self._sources = sources
        # Up to this one only so many parked webhooks are left, and those are looked at once.
        self._done_up_to = self._parked_there = 0

    async def delete_old(self) -> None:
        """Delete all that may go, batch by batch, up to the first batch that is too young altogether."""
        now = self._sources.now()
        before = now - self._keep
        if await webhook_inbox.parked_up_to(self._database.read, self._done_up_to) != self._parked_there:
            # Some were told to be tried again.
            self._done_up_to = self._parked_there = 0
        position, waits, deleted = self._done_up_to, False, 0
        while batch := await webhook_inbox.kept_after(self._database.read, position, BATCH):
            old = [kept for kept in batch if kept.received_at < before]
            if not old and not any(is_far_ahead(kept.received_at, now) for kept in batch):
                break
            ids = [kept.id for kept in old if kept.state == "processed"]
            if ids:
                async with self._database.transaction() as tx:
                    await webhook_inbox.delete(tx, ids)
                await asyncio.sleep(REST_S)
            deleted += len(ids)
            position = batch[-1].id
            waits = waits or len(old) < len(batch) or any(kept.state == "pending" for kept in old)
            if not waits:
                self._done_up_to = position
                self._parked_there += sum(kept.state == "parked" for kept in old)
        if deleted:
            log.info("%s webhooks were deleted, which came before %s", deleted, before.date())
