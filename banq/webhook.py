"""Reads the webhooks that Banq sends. Pure: bytes in, an event out.

A webhook is a hint: nothing it claims takes effect before an authenticated call to Banq agrees.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from banq.models import BanqUserId, TransactionId, UserGuid, id_to_json_text

GRANTED = frozenset({"created", "approved", "granted", "connected", "linked", "completed"})
REVOKED = {"deleted", "revoked", "removed", "disconnected"}
USER_TOKEN = {"usertoken", "user-token", "user_token"}
LONGEST_ID = 200
LONGEST_NUMBER = 40
DEEPEST = 100
NFT_TRANSACTION = {"nfttransaction", "nft-transaction", "nft_transaction"}


class MalformedWebhook(ValueError):
    """The body is not a JSON object."""


@dataclass(frozen=True)
class AccessGranted:
    """`reference` is what our page gave the widget, where Banq is known to send it back."""

    user_guid: UserGuid
    user_id: BanqUserId
    reference: str | None = None


@dataclass(frozen=True)
class AccessRevoked:
    user_guid: UserGuid


@dataclass(frozen=True)
class TransactionMoved:
    transaction_id: TransactionId
    action: str


@dataclass(frozen=True)
class Unrecognised:
    """A webhook of a kind, or with contents, that this program has no use for."""

    resource_type: str
    action: str


Event = AccessGranted | AccessRevoked | TransactionMoved | Unrecognised


def parse(body: bytes) -> dict[str, Any]:
    """The body as a JSON object, no deeper than DEEPEST. Raises MalformedWebhook."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedWebhook("the body is not JSON") from None
    if not isinstance(data, dict):
        raise MalformedWebhook("the body is not a JSON object")
    # How deep the parser itself gets hangs on its caller's stack: what is stored must be readable later too.
    if body.count(b"{") + body.count(b"[") > DEEPEST and _is_deeper(data, DEEPEST):
        raise MalformedWebhook("the body is nested too deep")
    return data


def event_id(data: dict[str, Any]) -> str | None:
    """The sender's own id of this event, if it names one; only this makes a duplicate.

    A number and its text are the same id, as with every other id of Banq.
    """
    return _text(data.get("eventId"))


def read(
    data: dict[str, Any], granting_actions: Collection[str] = GRANTED, reference_field: str | None = None
) -> Event:
    """What the webhook says happened. Never raises: what cannot be used is Unrecognised.

    `reference_field`: the name under which Banq echoes what the widget was given.
    """
    resource_type = str(data.get("resourceType", ""))[:100]
    action = str(data.get("action", "")).lower()[:100]
    kind = resource_type.lower()
    if kind in USER_TOKEN:
        guid = _find_text(data, "userGuid") or _text(data.get("resourceId"))
        if guid and action in REVOKED:
            return AccessRevoked(UserGuid(guid))
        user_id = _find_id(data, "userId")
        if guid and user_id and action in granting_actions:
            reference = _find_text(data, reference_field) if reference_field else None
            return AccessGranted(UserGuid(guid), BanqUserId(user_id), reference)
    if kind in NFT_TRANSACTION:
        transaction_id = _text(data.get("resourceId")) or _find_text(data, "id")
        if transaction_id:
            return TransactionMoved(TransactionId(transaction_id), action)
    return Unrecognised(resource_type, action)


def _is_deeper(data: dict[str, Any], levels: int) -> bool:
    level: list[Any] = [data]
    for _ in range(levels):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    return bool(level)


def _places(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Where Banq may put values: at top level, or one level down."""
    yield data
    for key in ("data", "payload", "resource"):
        if isinstance(data.get(key), dict):
            yield data[key]


def _find_text(data: dict[str, Any], key: str) -> str | None:
    return next((text for place in _places(data) if (text := _text(place.get(key)))), None)


def _find_id(data: dict[str, Any], key: str) -> str | None:
    return next((found for place in _places(data) if (found := _id(place.get(key)))), None)


def _text(value: Any) -> str | None:
    """An id that goes into a URL path: nothing in it may lead out of its segment."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**LONGEST_NUMBER:
        return str(value)
    usable = isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value not in {".", ".."}
    return value if usable and value.isprintable() else None


def _id(value: Any) -> str | None:
    """The JSON text of an id, as it goes into a body and, for a transaction, into a path."""
    return id_to_json_text(value) if _text(value) is not None else None
