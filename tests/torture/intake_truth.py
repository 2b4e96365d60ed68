"""What must hold of the webhooks when everything is over: what was taken is there, and took effect once."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from sandbox.banq.state import Delivery
from tests.torture.flood import Webhook

KINDS = {
    ("UserToken", "created"): "approval",
    ("UserToken", "deleted"): "revocation",
    ("NftTransaction", "processing"): "transaction",
    ("NftTransaction", "completed"): "transaction",
}
# None of these may find anything.
NEVER = {
    "{} webhooks are {}": (
        "SELECT count(*), state FROM webhook_inbox WHERE state <> 'processed' GROUP BY state"
    ),
    "event {} is there {} times": (
        "SELECT event_id, count(*) FROM webhook_inbox WHERE event_id IS NOT NULL"
        " GROUP BY event_id HAVING count(*) > 1"
    ),
    "webhook {} made {} grants": "SELECT inbox_id, count(*) FROM grants GROUP BY 1 HAVING count(*) > 1",
    "the notice {} of {} was written twice": (
        "SELECT kind, object_id FROM outbox GROUP BY kind, object_id HAVING count(*) > 1"
    ),
    "'{}' of {} was audited twice": (
        "SELECT action, object_id FROM audit GROUP BY action, object_id HAVING count(*) > 1"
    ),
    "link {} is {}": "SELECT id, state FROM links WHERE state <> 'stale'",
    "link {} is stale and its owner was not told": (
        "SELECT id FROM links WHERE id NOT IN (SELECT object_id FROM outbox WHERE kind = 'link_stale')"
    ),
    "withdrawal {} is {}": "SELECT id, state FROM withdrawals WHERE state <> 'completed'",
    "the database is damaged: {}": "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
}


def breaches(
    path: Path, sent: Sequence[Webhook], banqs: Iterable[Delivery], output: Iterable[str]
) -> list[str]:
    """Every wallet was revoked and every withdrawal completed at Banq by then; the bot has been stopped."""
    with closing(sqlite3.connect(path)) as database:
        stored = database.execute("SELECT id, body FROM webhook_inbox").fetchall()
        told = [
            sentence.format(*row)
            for sentence, query in NEVER.items()
            for row in database.execute(query).fetchall()
        ]
        granted = {row[0] for row in database.execute("SELECT inbox_id FROM grants")}
        totals = dict(database.execute("SELECT kind, number FROM webhook_totals"))
    told += _of_bodies(Counter(body for _, body in stored), sent, banqs)
    kinds = {inbox_id: _kind(body) for inbox_id, body in stored}
    if totals != Counter(kinds.values()):
        told.append(f"counted {totals}, and there are {Counter(kinds.values())}")
    if granted != {inbox_id for inbox_id, kind in kinds.items() if kind == "approval"}:
        told.append("the grants are not those of the approvals")
    told += [f"the log has {line.strip()}" for line in output if "Traceback" in line or " ERROR " in line]
    return told


def _of_bodies(there: Counter[bytes], sent: Sequence[Webhook], banqs: Iterable[Delivery]) -> Iterator[str]:
    """Byte for byte: at least as often as it was taken, and no more often than it was sent."""
    for webhook in sent:
        times = there.pop(webhook.body, 0)
        if webhook.is_taken and not times:
            yield f"taken and not there: {webhook.body!r}"
        if times > (webhook.tries if webhook.event_id is None else 1):
            yield f"there {times} times: {webhook.body!r}"
    taken: Counter[bytes] = Counter()
    tried: Counter[bytes] = Counter()
    for delivery in banqs:
        body = delivery.body.encode()
        taken[body] += sum(attempt.status == 204 for attempt in delivery.attempts)
        tried[body] += len(delivery.attempts)
    for body in tried:
        times = there.pop(body, 0)
        if not taken[body] <= times <= tried[body]:
            yield f"taken {taken[body]} times and there {times} times: {body!r}"
    for body in there:
        yield f"never sent and there: {body!r}"


def _kind(body: bytes) -> str:
    said = json.loads(body)
    return KINDS.get((said["resourceType"], said["action"]), "unknown")
