"""What is measured, for Prometheus. Labels hold words of ours only, never anybody's id, address or text."""

import platform
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector

KINDS = ("approval", "revocation", "transaction", "unknown")
# Those of services.refused_webhooks, and what could not be stored.
REFUSED = ("wrong_path", "wrong_signature", "malformed", "full", "not_stored")
BANQ_RESULTS = (
    *("ok", "refused", "rate_limited", "credentials"),
    *("unavailable", "timeout", "outcome_unknown", "malformed", "failed"),
)
OUTCOMES = ("answered", "refused", "failed")
LIVE_WITHDRAWALS = ("draft", "confirmed", "submitting", "awaiting_owner", "processing", "unknown")
LINKS = ("active", "stale", "frozen", "unlinked")
LIVE_SESSIONS = ("issued", "opened", "proven", "waiting", "open", "approved", "matched")

STORE_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
BATCH = (1, 2, 5, 10, 20, 50, 100, 200)
BANQ_S = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
# Discord gives up on an interaction after three seconds.
ANSWER_S = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3)


class Metrics:
    """Counts what happens. What merely stands somewhere is set by services.scrape when somebody asks."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()

        def counter(name: str, help_text: str, *labels: str) -> Counter:
            return Counter(f"banqbot_{name}", help_text, labels, registry=registry)

        def gauge(name: str, help_text: str, *labels: str) -> Gauge:
            return Gauge(f"banqbot_{name}", help_text, labels, registry=registry)

        received = counter("webhooks_received", "Webhooks answered with 2xx: stored now, or before.", "kind")
        self._received = {kind: received.labels(kind) for kind in KINDS}
        refused = counter("webhooks_refused", "Webhooks that were not taken.", "reason")
        self._refused = {reason: refused.labels(reason) for reason in REFUSED}
        self._batch = Histogram(
            "banqbot_intake_batch_webhooks", "Webhooks in one commit.", buckets=BATCH, registry=registry
        )
        self._store = Histogram(
            "banqbot_intake_commit_seconds", "How long a commit took.", buckets=STORE_S, registry=registry
        )
        self.intake_waiting = gauge("intake_waiting", "Webhooks that have come and are not answered yet.")

        self._banq_calls = counter("banq_calls", "Calls to Banq, by how they ended.", "operation", "result")
        self._banq_seconds = Histogram(
            "banqbot_banq_call_seconds",
            "How long calls to Banq took, second tries included.",
            ["operation"],
            buckets=BANQ_S,
            registry=registry,
        )
        self._interactions = counter(
            "interactions",
            "Commands, buttons, menus and forms. 'refused': it was not for this person, or out of date.",
            *("command", "outcome"),
        )
        self._first_answer = Histogram(
            "banqbot_first_answer_seconds",
            "From an interaction's arrival until Discord has taken a first answer to it.",
            buckets=ANSWER_S,
            registry=registry,
        )

        self.webhooks_stored = gauge("webhooks_stored", "Different webhooks that were ever stored.")
        self.webhooks_pending = gauge("webhooks_pending", "Webhooks that are not worked off yet.")
        self.webhooks_parked = gauge("webhooks_parked", "Webhooks that were set aside after failures.")
        self.last_webhook = gauge(
            "last_webhook_timestamp_seconds", "When the last webhook came; 0 if none ever did."
        )
        self.withdrawals = gauge("withdrawals", "Withdrawals that have not ended.", "state")
        self.oldest_unknown = gauge(
            "oldest_unknown_withdrawal_seconds",
            "How long the oldest of those in state unknown is in it; 0 if none.",
        )
        self.links = gauge("links", "Links between members and wallets.", "state")
        self.link_sessions = gauge("link_sessions", "Attempts to link that have not ended.", "state")
        self.notices_waiting = gauge(
            "notices_waiting", "Messages to members and to the team to be delivered."
        )
        self.notices_dead = gauge("notices_dead", "Messages that were given up, and not read since.")
        self.oldest_notice = gauge(
            "oldest_waiting_notice_seconds", "How long the oldest of those to be delivered waits; 0 if none."
        )
        self.paused = gauge("paused", "1 while withdrawals are paused.")
        self.ready = gauge("ready", "1 while /readyz answers 200.")
        self.check_ok = gauge("check_ok", "1 while this check of /readyz is well.", "check")
        self.last_banq_answer = gauge(
            "last_banq_answer_timestamp_seconds",
            "When Banq last answered well; 0 if not since the start.",
        )
        Info("banqbot_build", "Which version runs.", registry=registry).info(
            {"version": _version(), "python": platform.python_version()}
        )
        ProcessCollector(registry=registry)

    def webhook_received(self, kind: str) -> None:
        self._received[kind].inc()

    def webhook_refused(self, reason: str) -> None:
        self._refused[reason].inc()

    def webhooks_committed(self, number: int, seconds: float) -> None:
        self._batch.observe(number)
        self._store.observe(seconds)

    def banq_called(self, operation: str, result: str, seconds: float) -> None:
        self._banq_calls.labels(operation, result).inc()
        self._banq_seconds.labels(operation).observe(seconds)

    def interaction_ended(self, command: str, outcome: str) -> None:
        """`command` must be one of ours, by its name; `outcome`: answered, refused or failed."""
        self._interactions.labels(command, outcome).inc()

    def first_answer_after(self, seconds: float) -> None:
        self._first_answer.observe(seconds)


def _version() -> str:
    try:
        return version("banqbot")
    except PackageNotFoundError:
        return "unknown"
