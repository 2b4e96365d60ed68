"""Takes webhooks in: read, then stored for good. What they bring about comes after they were answered."""

from typing import assert_never

from banq import webhook
from banq.webhook import AccessGranted, AccessRevoked, Event, TransactionMoved, Unrecognised
from services.processor import Processor
from services.sources import Sources
from storage.intake import Intake, Received


class Inbox:
    def __init__(self, intake: Intake, processor: Processor, sources: Sources) -> None:
        self._intake = intake
        self._processor = processor
        self._sources = sources

    async def accept(self, lane: str, body: bytes) -> None:
        """Store a webhook for good. Raises MalformedWebhook, or what Intake.store raises."""
        data = webhook.parse(body)
        subject = _subject(self._processor.read(data))
        received = Received(lane, self._sources.now(), body, webhook.event_id(data), subject)
        await self._intake.store(received)
        self._processor.wake(hint=subject is not None)


def _subject(event: Event) -> str | None:
    """What Banq has to be asked about, if anything: hints about one subject are followed in order."""
    match event:
        case AccessRevoked():
            return event.user_guid
        case TransactionMoved():
            return event.transaction_id
        case AccessGranted() | Unrecognised():
            return None
        case never:
            assert_never(never)
