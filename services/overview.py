"""What the operator and the admins of a server may know: how things run, never what members hold."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from banq.client import BanqClient
from banq.errors import BanqError, InvalidCredentials
from services import activity
from services.activity import Activity
from services.refused_webhooks import Refusal, RefusedWebhooks
from services.sources import Sources
from storage import grants, limits, link_sessions, links, outbox, webhook_inbox, withdrawals
from storage.database import Connection, Database
from storage.limits import Pause

BANQ_PATIENCE_S = 2.5


class BanqState(Enum):
    WELL = auto()
    SILENT = auto()
    CREDENTIALS_REFUSED = auto()


@dataclass(frozen=True)
class Overview:
    banq: BanqState
    last_webhook_at: datetime | None
    linking: Mapping[str, int]
    links: Mapping[str, int]
    withdrawals: Mapping[str, int]
    webhooks: Mapping[str, int]
    refused_webhooks: Mapping[Refusal, int]
    parked_webhooks: Mapping[str, int]
    notices: Mapping[str, int]
    dead_notices: int
    oldest_dead_notice_at: datetime | None
    unclaimed_grants_lately: int
    pause: Pause | None


async def banq_state(banq: BanqClient) -> BanqState:
    """Ask Banq for something harmless, to see whether it is there and takes our credentials."""
    try:
        async with asyncio.timeout(BANQ_PATIENCE_S):
            await banq.account_spaces()
    except InvalidCredentials:
        return BanqState.CREDENTIALS_REFUSED
    except (BanqError, TimeoutError):
        return BanqState.SILENT
    return BanqState.WELL


class OverviewReader:
    def __init__(
        self, database: Database, banq: BanqClient, refused: RefusedWebhooks, sources: Sources
    ) -> None:
        self._database = database
        self._banq = banq
        self._refused = refused
        self._sources = sources

    async def read(self) -> Overview:
        read = self._database.read
        dead_notices, oldest_dead_notice_at = await outbox.dead_for_members(read)
        return Overview(
            banq=await banq_state(self._banq),
            last_webhook_at=await webhook_inbox.last_received_at(read),
            linking=Counter(session.state for session in await link_sessions.live(read)),
            links=await links.count_by_state(read),
            withdrawals=await withdrawals.count_by_state(read),
            webhooks=await _webhooks(read),
            refused_webhooks=self._refused.numbers,
            parked_webhooks=await webhook_inbox.parked_reasons(read),
            notices=await outbox.count_by_state(read),
            dead_notices=dead_notices,
            oldest_dead_notice_at=oldest_dead_notice_at,
            unclaimed_grants_lately=await grants.unclaimed_since(
                read, self._sources.now() - timedelta(days=1)
            ),
            pause=await limits.current_pause(read),
        )

    async def activity(self) -> Activity:
        """What happened on each of the last days."""
        return await activity.of_last_days(self._database.read, self._sources.now())


async def _webhooks(read: Connection) -> Mapping[str, int]:
    totals = await webhook_inbox.totals(read)
    unknown = totals.pop("unknown", 0)
    numbers = {
        "pending": await webhook_inbox.pending_count(read),
        "processed": sum(totals.values()),
        "unknown": unknown,
    }
    return {state: number for state, number in numbers.items() if number}
