"""Answers a scrape: what stands in the database and elsewhere is looked up then, and not too often."""

import logging
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from services.banq_watch import BanqWatch
from services.health import HealthCheck
from services.metrics import LINKS, LIVE_SESSIONS, LIVE_WITHDRAWALS, Metrics
from services.sources import Sources
from storage import limits, link_sessions, links, outbox, webhook_inbox, withdrawals
from storage.database import Database
from storage.intake import Intake

log = logging.getLogger(__name__)

CONTENT_TYPE = CONTENT_TYPE_LATEST
# However many scrape, and however often.
READ_EVERY = timedelta(seconds=3)


class Scrape:
    def __init__(
        self,
        metrics: Metrics,
        database: Database,
        intake: Intake,
        health: HealthCheck,
        banq: BanqWatch,
        sources: Sources,
    ) -> None:
        self._metrics = metrics
        self._database = database
        self._intake = intake
        self._health = health
        self._banq = banq
        self._sources = sources
        self._read_at: datetime | None = None

    async def text(self) -> bytes:
        """All that is measured, in Prometheus's text format."""
        await self._look_around()
        now = self._sources.now()
        # A clock that was set back must not keep us from reading.
        if self._read_at is None or not timedelta(0) <= now - self._read_at < READ_EVERY:
            self._read_at = now
            try:
                await self._read_database(now)
            except sqlite3.Error:
                # The rest still tells a person what is wrong; of these, the last ones that were read stand.
                log.exception("the database could not be measured")
        return generate_latest(self._metrics.registry)

    async def _look_around(self) -> None:
        metrics, readiness = self._metrics, await self._health.readiness()
        metrics.ready.set(readiness.is_ready)
        for check in readiness.checks:
            metrics.check_ok.labels(check.name).set(check.state == "ok")
        metrics.intake_waiting.set(self._intake.waiting)
        metrics.last_banq_answer.set(_timestamp(self._banq.last_good_at))

    async def _read_database(self, now: datetime) -> None:
        metrics, read = self._metrics, self._database.read
        metrics.webhooks_stored.set(await webhook_inbox.newest_id(read))
        metrics.webhooks_pending.set(await webhook_inbox.pending_count(read))
        metrics.webhooks_parked.set(await webhook_inbox.parked_count(read))
        metrics.last_webhook.set(_timestamp(await webhook_inbox.last_received_at(read)))
        _set_all(metrics.withdrawals, LIVE_WITHDRAWALS, await withdrawals.count_live(read))
        metrics.oldest_unknown.set(_age_s(await withdrawals.oldest_unknown_since(read), now))
        _set_all(metrics.links, LINKS, await links.count_by_state(read))
        _set_all(metrics.link_sessions, LIVE_SESSIONS, await link_sessions.count_live(read))
        waiting, oldest = await outbox.waiting(read)
        metrics.notices_waiting.set(waiting)
        metrics.oldest_notice.set(_age_s(oldest, now))
        metrics.notices_dead.set(await outbox.dead_count(read))
        metrics.paused.set(await limits.current_pause(read) is not None)


def _set_all(gauge: Gauge, states: Sequence[str], numbers: Mapping[str, int]) -> None:
    for state in states:
        gauge.labels(state).set(numbers.get(state, 0))


def _timestamp(time: datetime | None) -> float:
    return 0 if time is None else time.timestamp()


def _age_s(since: datetime | None, now: datetime) -> float:
    return 0 if since is None else max((now - since).total_seconds(), 0)
