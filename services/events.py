"""The webhooks that came, for whoever operates the bot: what was set aside, and trying it again."""

from dataclasses import dataclass

from banq import webhook
from services.foreign_text import clean
from services.sources import Sources
from storage import audit, webhook_inbox
from storage.database import Database
from storage.webhook_inbox import Delivery

LONGEST_KIND = 60
# Whoever else writes waits no longer than for so many.
AT_ONCE = 200


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
        parked = await webhook_inbox.parked_ids(self._database.read)
        wanted = set(ids or parked)
        replaying = [delivery_id for delivery_id in parked if delivery_id in wanted]
        number = 0
        for start in range(0, len(replaying), AT_ONCE):
            batch = replaying[start : start + AT_ONCE]
            async with self._database.transaction() as tx:
                number += await webhook_inbox.replay(tx, batch)
                what = f"webhooks {batch[0]} to {batch[-1]}"
                await audit.append(tx, self._sources.now(), actor, "webhooks replayed", object_id=what)
        return Replayed(number, tuple(sorted(wanted.difference(replaying))))


def _event(delivery: Delivery) -> ReceivedEvent:
    try:
        data = webhook.parse(delivery.body)
    except webhook.MalformedWebhook:
        return ReceivedEvent(delivery, "", "")
    kind, action = data.get("resourceType"), data.get("action")
    return ReceivedEvent(delivery, _word(kind), _word(action))


def _word(value: object) -> str:
    return clean(value, LONGEST_KIND) if isinstance(value, str) else ""
