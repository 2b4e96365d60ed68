"""Takes webhooks in: read, then stored for good. What they bring about comes after they were answered."""

from typing import assert_never

from banq import webhook
from banq.webhook import AccessGranted, AccessRevoked, Event, TransactionMoved, Unrecognised
from services.metrics import Metrics
from services.processor import Processor
from services.refused_webhooks import RefusedWebhooks
from services.sources import Sources
from storage.intake import Intake, IntakeFull, NotStored, Received


class Inbox:
    def __init__(self, intake: Intake, processor: Processor, metrics: Metrics, sources: Sources) -> None:
        self._intake = intake
        self._processor = processor
        self._metrics = metrics
        self._sources = sources
        self.refused = RefusedWebhooks(metrics, sources)

    async def accept(self, lane: str, body: bytes) -> None:
        """Store a webhook for good. Raises MalformedWebhook, or what Intake.store raises."""
        data = webhook.parse(body)
        kind, subject = _kind_and_subject(self._processor.read(data))
        event_id = webhook.event_id(data)
        try:
            await self._intake.store(Received(lane, self._sources.now(), body, kind, event_id, subject))
        except IntakeFull:
            self._metrics.webhook_refused("full")
            raise
        except NotStored:
            self._metrics.webhook_refused("not_stored")
            raise
        self._metrics.webhook_received(kind)
        if kind != "unknown":
            self._processor.wake(hint=subject is not None)


def _kind_and_subject(event: Event) -> tuple[str, str | None]:
    """The subject is what Banq has to be asked about, if anything: hints about one are followed in order."""
    match event:
        case AccessRevoked():
            return "revocation", f"wallet {event.user_guid}"
        case TransactionMoved():
            return "transaction", f"transaction {event.transaction_id}"
        case AccessGranted():
            return "approval", None
        case Unrecognised():
            return "unknown", None
        case never:
            assert_never(never)
