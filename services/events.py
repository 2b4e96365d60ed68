"""The webhooks that came, for whoever operates the bot: what was set aside, and trying it again."""

from dataclasses import dataclass

from banq import webhook
from services.foreign_text import clean
from services.sources import Sources
from storage import audit, webhook_inbox
from storage.database import Database
from storage.webhook_inbox import Delivery

LONGEST_KIND = 60


@dataclass(frozen=True)
class ReceivedEvent:
    """`kind` and `action` are Banq's words, cleaned: '' where it said none."""

    delivery: Delivery
    kind: str
    action: str


@dataclass(frozen=True)
class Replayed:
    """`number` webhooks are tried again from now on; `not_parked` of those asked for are not set aside."""

    number: int
    not_parked: tuple[int, ...]


class Events:
    def __init__(self, database: Database, sources: Sources) -> None:
        self._database = database
        self._sources = sources

    async def failing(self, limit: int) -> list[ReceivedEvent]:
        """Those set aside, and those that failed and are still tried; the newest first."""
        return [_event(one) for one in await webhook_inbox.failing(self._database.read, limit)]

    async def latest(self, limit: int) -> list[ReceivedEvent]:
        """The newest first, whatever became of them."""
        return [_event(one) for one in await webhook_inbox.latest(self._database.read, limit)]

    async def replay(self, ids: list[int], actor: str) -> Replayed:
        """Have webhooks that were set aside tried again: these, or all where none is named."""
        now = self._sources.now()
        async with self._database.transaction() as tx:
            parked = await webhook_inbox.parked_ids(tx)
            wanted = ids or parked
            replayed = [delivery_id for delivery_id in parked if delivery_id in wanted]
            await webhook_inbox.replay(tx, replayed)
            for delivery_id in replayed:
                await audit.append(tx, now, actor, "webhook replayed", object_id=f"webhook {delivery_id}")
        return Replayed(len(replayed), tuple(one for one in wanted if one not in replayed))


def _event(delivery: Delivery) -> ReceivedEvent:
    try:
        data = webhook.parse(delivery.body)
    except webhook.MalformedWebhook:
        return ReceivedEvent(delivery, "", "")
    kind, action = data.get("resourceType"), data.get("action")
    return ReceivedEvent(delivery, _word(kind), _word(action))


def _word(value: object) -> str:
    return clean(value, LONGEST_KIND) if isinstance(value, str) else ""
