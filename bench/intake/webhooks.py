"""The webhooks that are sent here: 400 bytes each, signed, half of them with an event id of their own."""

import hmac
import json
import secrets
from collections.abc import Iterator
from itertools import chain, count, islice
from typing import Literal

LANE = "main"
PATH_SECRET = "a-webhook-secret-of-measurements"
SIGNATURE_SECRET = "a-signature-secret-of-measurements"
BYTES = 400
Kind = Literal["of no use", "approval"]


def requests(kind: Kind, prebuilt: int) -> Iterator[bytes]:
    """Endless, no two alike. The first ones are made now, so that sending them costs little."""
    endless = (_request(_body(kind, number)) for number in count())
    return chain(list(islice(endless, prebuilt)), endless)


def is_signed(body: bytes, signature: str) -> bool:
    """As the measured peers check it."""
    wanted = hmac.digest(SIGNATURE_SECRET.encode(), body, "sha256").hex()
    return hmac.compare_digest(wanted.encode(), signature.encode())


def _body(kind: Kind, number: int) -> bytes:
    unique = secrets.token_hex(16)
    is_grant = kind == "approval"
    webhook = {
        "eventId": unique if number % 2 else None,
        "resourceType": "UserToken" if is_grant else "Payment",
        "action": "created" if is_grant else "updated",
        "resourceId": unique,
        "data": {"userGuid": unique, "userId": "1234567"} if is_grant else {"amount": "12.50"},
        "note": "",
    }
    webhook["note"] = "n" * (BYTES - len(json.dumps(webhook)))
    return json.dumps(webhook).encode()


def _request(body: bytes) -> bytes:
    signature = hmac.digest(SIGNATURE_SECRET.encode(), body, "sha256").hex()
    head = (
        f"POST /webhooks/{PATH_SECRET} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
