import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banq import webhook
from banq.models import BanqUserId, TransactionId, UserGuid
from banq.webhook import AccessGranted, AccessRevoked, Event, MalformedWebhook, TransactionMoved, Unrecognised
from tests.hostile_bodies import REFUSED, TAKEN

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KNOWN_KEYS = st.sampled_from(
    [
        "action",
        "resourceType",
        "resourceId",
        "userGuid",
        "userId",
        "id",
        "data",
        "payload",
        "resource",
        "eventId",
    ]
)
KINDS = st.sampled_from(["UserToken", "user_token", "NftTransaction", "nft-transaction", "Payment"])
OBJECTS = st.dictionaries(KNOWN_KEYS | st.text(max_size=5), ANY_JSON | KINDS, max_size=8)

USELESS = Unrecognised("UserToken", "created")
GRANT = AccessGranted(UserGuid("guid-1"), BanqUserId('"user-1"'))
MOVED = TransactionMoved(TransactionId("tx-1"), "completed")


@given(OBJECTS, KINDS)
def test_no_json_object_makes_read_raise(body: dict[str, Any], kind: str) -> None:
    webhook.read(body)
    webhook.read(body | {"resourceType": kind})
    webhook.event_id(body)


@given(st.binary())
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    with contextlib.suppress(MalformedWebhook):
        assert isinstance(webhook.parse(body), dict)


def test_hostile_bodies_are_objects_or_refused() -> None:
    assert {name for name, body in TAKEN.items() if not _is_object(body)} == set()
    assert {name for name, body in REFUSED.items() if _is_object(body)} == set()


def _is_object(body: bytes) -> bool:
    try:
        data = webhook.parse(body)
    except MalformedWebhook:
        return False
    webhook.read(data)
    webhook.event_id(data)
    return True


def test_how_deep_a_body_may_be_does_not_hang_on_who_reads_it() -> None:
    def deeper(frames: int, body: bytes) -> bool:
        return _is_object(body) if frames == 0 else deeper(frames - 1, body)

    for body in (*TAKEN.values(), *REFUSED.values()):
        assert deeper(500, body) == _is_object(body)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'"text"', b"null", b"{", b"\xff\xfe\xff", b'{"a": 1} x', b"[" * 10_000]
)
def test_what_is_no_json_object_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedWebhook):
        webhook.parse(body)


@pytest.mark.parametrize("place", [None, "data", "payload", "resource"])
@pytest.mark.parametrize("kind", ["UserToken", "userToken", "user-token", "USER_TOKEN"])
def test_a_grant_is_found_wherever_banq_puts_it(kind: str, place: str | None) -> None:
    ids = {"userGuid": "guid-1", "userId": "user-1"}
    body = {"resourceType": kind, "action": "created", **(ids if place is None else {place: ids})}

    assert webhook.read(body) == GRANT


@pytest.mark.parametrize(
    ("body", "event"),
    [
        ({"resourceId": "guid-1", "userId": "user-1"}, GRANT),
        ({"userGuid": "guid-1", "data": {"userId": "user-1"}}, GRANT),
        ({"userGuid": 7, "userId": 2**60}, AccessGranted(UserGuid("7"), BanqUserId(str(2**60)))),
        ({"userGuid": 10**40 - 1, "userId": 1}, AccessGranted(UserGuid("9" * 40), BanqUserId("1"))),
        ({"userGuid": 10**40, "userId": 1}, USELESS),
        ({"userGuid": "guid-1", "userId": 10**40}, USELESS),
        ({"userGuid": "guid-1", "userId": -(10**40)}, USELESS),
        ({"userGuid": "guid-1"}, USELESS),
        ({"userId": "user-1"}, USELESS),
        ({"userGuid": "", "userId": "user-1"}, USELESS),
        ({"userGuid": "g" * 201, "userId": "user-1"}, USELESS),
        ({"userGuid": True, "userId": "user-1"}, USELESS),
        ({"userGuid": ".", "userId": "user-1"}, USELESS),
        ({"userGuid": "..", "userId": "user-1"}, USELESS),
        ({"userGuid": "\ud800", "userId": "user-1"}, USELESS),
        ({"userGuid": "guid-1", "userId": 1.5}, USELESS),
        ({"userGuid": "guid-1", "action": "deleted"}, AccessRevoked(UserGuid("guid-1"))),
        ({"resourceId": "guid-1", "action": "REVOKED"}, AccessRevoked(UserGuid("guid-1"))),
        ({"userGuid": "guid-1", "userId": "user-1", "action": "removed"}, AccessRevoked(UserGuid("guid-1"))),
        ({"action": "disconnected"}, Unrecognised("UserToken", "disconnected")),
    ],
)
def test_what_a_user_token_says(body: dict[str, Any], event: Event) -> None:
    assert webhook.read({"resourceType": "UserToken", "action": "created", **body}) == event


@pytest.mark.parametrize(
    "action", ["created", "approved", "granted", "connected", "linked", "completed", "Created", "APPROVED"]
)
def test_these_actions_say_that_a_member_has_approved(action: str) -> None:
    body = {"resourceType": "UserToken", "userGuid": "guid-1", "userId": "user-1", "action": action}

    assert webhook.read(body) == GRANT


@pytest.mark.parametrize(
    "action", ["updated", "viewed", "refreshed", "declined", "createdd", "", None, 5, ["created"]]
)
def test_no_other_action_grants_anything(action: object) -> None:
    body = {"resourceType": "UserToken", "userGuid": "guid-1", "userId": "user-1", "action": action}

    assert webhook.read(body) == Unrecognised("UserToken", str(action).lower())
    assert isinstance(webhook.read({key: body[key] for key in body if key != "action"}), Unrecognised)


def test_an_operator_may_name_the_actions_that_grant() -> None:
    ids = {"resourceType": "UserToken", "userGuid": "guid-1", "userId": "user-1"}

    assert webhook.read({**ids, "action": "Shared"}, {"shared"}) == GRANT
    assert webhook.read({**ids, "action": "created"}, {"shared"}) == USELESS
    revoked = webhook.read({**ids, "action": "revoked"}, {"revoked"})
    assert revoked == AccessRevoked(UserGuid("guid-1"))


@pytest.mark.parametrize(
    ("body", "event"),
    [
        ({"resourceId": "tx-1", "action": "Completed"}, MOVED),
        ({"resource": {"id": "tx-1"}, "action": "completed"}, MOVED),
        ({"resourceId": 9, "action": "new word"}, TransactionMoved(TransactionId("9"), "new word")),
        ({"resourceId": "9"}, TransactionMoved(TransactionId("9"), "")),
        ({"action": "completed"}, Unrecognised("NftTransaction", "completed")),
        ({"resourceId": [], "action": "completed"}, Unrecognised("NftTransaction", "completed")),
        ({"resourceId": 10**40, "action": "completed"}, Unrecognised("NftTransaction", "completed")),
        ({"resourceId": "..", "action": "completed"}, Unrecognised("NftTransaction", "completed")),
    ],
)
def test_what_a_transaction_says(body: dict[str, Any], event: Event) -> None:
    assert webhook.read({"resourceType": "NftTransaction", **body}) == event


def test_a_transactions_number_and_its_text_are_the_same() -> None:
    number, text = (
        webhook.read({"resourceType": "NftTransaction", "resourceId": given}) for given in (123, "123")
    )

    assert number == text == TransactionMoved(TransactionId("123"), "")


@pytest.mark.parametrize("kind", ["Payment", "", None, 5, ["UserToken"], "UserToken ", "x" * 1000])
def test_other_kinds_are_unrecognised(kind: object) -> None:
    body = {"resourceType": kind, "resourceId": "guid-1", "userId": "user-1", "action": "completed"}

    assert isinstance(webhook.read(body), Unrecognised)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("e-1", "e-1"),
        ("", None),
        ("e" * 200, "e" * 200),
        ("e" * 201, None),
        ("\ud800", None),
        (1, "1"),
        ("1", "1"),
        (2**53 + 1, "9007199254740993"),
        (10**40, None),
        (1.0, None),
        (True, None),
        ("..", None),
        (None, None),
        ([1], None),
        ({"id": 1}, None),
    ],
)
def test_a_short_text_or_a_number_is_an_event_id(value: object, found: str | None) -> None:
    assert webhook.event_id({"eventId": value}) == found


def test_an_integer_beyond_two_to_the_53_keeps_its_digits() -> None:
    body = json.dumps({"resourceType": "NftTransaction", "resourceId": 2**53 + 1}).encode()

    assert webhook.read(webhook.parse(body)) == TransactionMoved(TransactionId("9007199254740993"), "")
