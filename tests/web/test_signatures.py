"""Signed webhooks: besides the secret in the path, the HMAC of the body counts where a lane has secrets."""

import hmac
import logging
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from banq.models import AccountSpaceId, WebhookConfig
from sandbox.banq import identities
from sandbox.banq.server import BanqSandbox
from sandbox.banq.webhooks import Signature
from services.linking import Linked
from services.refused_webhooks import Refusal
from services.sources import Sources
from storage.database import Database
from tests.services.rig import ADA, Rig, build
from tests.web.side_server import SECOND_SECRET, SECRET, SETTINGS, SideServer, serving
from tests.web.test_rubbish import connect
from tests.web.test_webhooks import BODY, STORED
from web.app import LARGEST_BODY

NEW, OLD, OTHER = "the-new-signing-secret", "the-old-signing-secret", "the-second-lanes"
SPACE = AccountSpaceId(identities.ACCOUNT_SPACE_ID)
SIGNED = replace(SETTINGS, signature_secrets={"main": [NEW, OLD], "second": [OTHER]})


@pytest.fixture
async def signed(side: SideServer) -> AsyncIterator[SideServer]:
    async with serving(side.rig, SIGNED) as started:
        yield started


def digest(body: bytes = BODY, secret: str = NEW) -> bytes:
    return hmac.digest(secret.encode(), body, "sha256")


def in_hex(body: bytes = BODY, secret: str = NEW) -> bytes:
    return digest(body, secret).hex().encode()


async def deliver(
    side: SideServer,
    signatures: Sequence[bytes],
    body: bytes = BODY,
    *,
    path: str = SECRET,
    header: bytes = b"X-Signature",
    length: int | None = None,
) -> int:
    """Send these headers as they are, byte by byte; the status of the answer."""
    reader, writer = await connect(side)
    lines = [
        b"POST /webhooks/%s HTTP/1.1" % path.encode(),
        b"Host: x",
        b"Connection: close",
        b"Content-Length: %d" % (len(body) if length is None else length),
        *(header + b": " + signature for signature in signatures),
    ]
    writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
    status = int((await reader.readline()).split(b" ")[1])
    writer.close()
    await writer.wait_closed()
    return status


RIGHT = {
    "hex": in_hex(),
    "upper hex": in_hex().upper(),
    "named hex": b"sha256=" + in_hex(),
    "named upper hex": b"sha256=" + in_hex().upper(),
    "base64": b64encode(digest()),
    "named base64": b"sha256=" + b64encode(digest()),
    "blanks around": b"  " + in_hex() + b" \t",
    "old secret": in_hex(secret=OLD),
    "old secret in base64": b64encode(digest(secret=OLD)),
}
WRONG = {
    "none": [],
    "empty": [b""],
    "only its name": [b"sha256="],
    "a zero": [b"0" * 64],
    "cut": [in_hex()[:-1]],
    "longer": [in_hex() + b"0"],
    "one digit off": [in_hex()[:-1] + (b"0" if in_hex()[-1:] != b"0" else b"1")],
    "twice": [in_hex(), in_hex()],
    "right, then wrong": [in_hex(), b"0" * 64],
    "wrong, then right": [b"0" * 64, in_hex()],
    "two in one": [in_hex() + b", " + in_hex(secret=OLD)],
    "named twice": [b"sha256=sha256=" + in_hex()],
    "another name": [b"sha512=" + in_hex()],
    "swapped case in base64": [b64encode(digest()).swapcase()],
    "not ASCII": [b"\xff\xfe" + in_hex()],
    "not ASCII, and UTF-8": ["é".encode() + in_hex()[2:]],
    "full width": ["".join(chr(one + 0xFEE0) for one in in_hex()).encode()],
    "raw bytes": [bytes(one | 0x80 for one in digest())],
    "of another body": [in_hex(BODY + b" ")],
    "of nothing": [in_hex(b"")],
    "by another lane's secret": [in_hex(secret=OTHER)],
    "by the secret of the path": [in_hex(secret=SECRET)],
    "by nothing": [in_hex(secret="")],
    "sha1": [hmac.digest(NEW.encode(), BODY, "sha1").hex().encode()],
    "no HMAC": [hmac.new(b"", NEW.encode() + BODY, "sha256").hexdigest().encode()],
}


@pytest.mark.parametrize("signature", RIGHT.values(), ids=RIGHT)
async def test_a_right_signature_is_taken(signed: SideServer, signature: bytes) -> None:
    assert await deliver(signed, [signature]) == 204
    assert await signed.rows(STORED) == [("main", BODY, None, "processed")]


@pytest.mark.parametrize("signatures", WRONG.values(), ids=WRONG)
async def test_any_other_is_refused(
    signed: SideServer, caplog: pytest.LogCaptureFixture, signatures: list[bytes]
) -> None:
    caplog.set_level(logging.DEBUG)

    assert await deliver(signed, signatures) == 401

    assert await signed.rows(STORED) == []
    assert [record.message for record in caplog.records if record.name.startswith("web")] == [
        "web POST /webhooks/{secret}: 401"
    ]
    assert signed.rig.inbox.refused.numbers == {Refusal.WRONG_SIGNATURE: 1}


async def test_a_body_changed_by_one_bit_is_refused(signed: SideServer) -> None:
    for place, byte in enumerate(BODY):
        changed = BODY[:place] + bytes([byte ^ 1]) + BODY[place + 1 :]
        assert await deliver(signed, [in_hex()], changed) == 401
    assert await signed.rows(STORED) == []


@pytest.mark.parametrize(
    "body", [b'{"a": "\xc3\xa9"}', b'{"a":1}\r\n ', b'{"a": 1, "a": 2}', b"\xef\xbb\xbf{}"]
)
async def test_it_is_the_bytes_that_are_signed(signed: SideServer, body: bytes) -> None:
    assert await deliver(signed, [in_hex(body)], body) == 204
    assert await signed.rows("SELECT body FROM webhook_inbox") == [(body,)]


async def test_each_lane_has_secrets_of_its_own(signed: SideServer) -> None:
    assert await deliver(signed, [in_hex(secret=OTHER)], path=SECOND_SECRET) == 204
    for secret in (NEW, OLD):
        assert await deliver(signed, [in_hex(secret=secret)], path=SECOND_SECRET) == 401
    assert [row[0] for row in await signed.rows(STORED)] == ["second"]


async def test_a_secret_that_is_no_longer_named_counts_no_more(side: SideServer) -> None:
    async with serving(side.rig, replace(SIGNED, signature_secrets={"main": [NEW]})) as rotated:
        assert await deliver(rotated, [in_hex(secret=OLD)]) == 401
        assert await deliver(rotated, [in_hex()]) == 204


async def test_a_lane_without_a_secret_looks_at_no_signature(side: SideServer) -> None:
    async with serving(side.rig, replace(SIGNED, signature_secrets={"main": [NEW], "second": []})) as partly:
        assert await deliver(partly, [b"0" * 64], path=SECOND_SECRET) == 204
        assert await deliver(partly, [], path=SECOND_SECRET) == 204
        assert await deliver(partly, []) == 401


async def test_the_header_has_the_name_it_was_given(side: SideServer) -> None:
    async with serving(side.rig, replace(SIGNED, signature_header="Banq-Signature")) as named:
        assert await deliver(named, [in_hex()]) == 401
        assert await deliver(named, [in_hex()], header=b"banq-SIGNATURE") == 204


async def test_a_signature_is_no_key_to_another_path(signed: SideServer) -> None:
    for path in ("wrong", SECRET[:-1], NEW, in_hex().decode()):
        assert await deliver(signed, [in_hex()], path=path) == 404
    assert await signed.rows(STORED) == []


async def test_a_wrong_path_is_told_before_anything_is_read(signed: SideServer) -> None:
    assert await deliver(signed, [b"0" * 64], b"half", path="wrong", length=LARGEST_BODY + 1) == 404
    assert await deliver(signed, [b"0" * 64], b"half", path="wrong", length=1000) == 404


async def test_too_large_a_body_is_told_before_its_signature(signed: SideServer) -> None:
    body = b"{" + b" " * LARGEST_BODY + b"}"

    for signature in (in_hex(body), b"0" * 64):
        # Not even its bytes are waited for.
        assert await deliver(signed, [signature], b"half", length=len(body)) == 413
        assert await deliver(signed, [signature], body) == 413
    assert await signed.rows(STORED) == []


@pytest.mark.parametrize("body", [b"", b"rubbish", b"[" * 20_000, b"\xff", b"[]"])
async def test_a_bad_signature_is_told_before_the_body_is_looked_at(signed: SideServer, body: bytes) -> None:
    assert await deliver(signed, [b"0" * 64], body) == 401
    assert await deliver(signed, [in_hex(body)], body) == 400
    assert await signed.rows(STORED) == []


async def test_no_secret_and_no_signature_is_in_the_log(
    signed: SideServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for signatures in ([in_hex()], [in_hex(secret=OLD)], [in_hex(secret=OTHER)], [in_hex(), in_hex()]):
        await deliver(signed, signatures)

    for secret in (NEW, OLD, OTHER, SECRET):
        assert secret not in caplog.text
        assert in_hex(secret=secret).decode() not in caplog.text


# -- from the emulator, all the way


@asynccontextmanager
async def banq_sends_to_us(
    database: Database, sources: Sources, signature: Signature | None
) -> AsyncIterator[Rig]:
    """The emulator and the side server, each on its socket; what is refused is not sent again."""
    banq = BanqSandbox(webhook_signature=signature)
    await banq.start()
    try:
        async with build(banq, database, sources) as rig, serving(rig, SIGNED) as started:
            config = {
                "url": f"{started.url}/webhooks/{SECRET}",
                "retryCount": 0,
                "webHookTypes": ["userToken"],
            }
            await rig.banq.set_webhook_config(SPACE, WebhookConfig.model_validate(config))
            yield rig
    finally:
        await banq.close()


async def test_a_member_links_by_a_signed_webhook(database: Database, sources: Sources) -> None:
    async with banq_sends_to_us(database, sources, Signature(secret=OLD)) as rig:
        session_id, browser = await rig.start(ADA)
        await rig.approve(identities.ADA)
        await rig.sandbox.webhooks.settled()
        assert [delivery.state for delivery in rig.sandbox.webhooks.log] == ["delivered"]

        await rig.work_off()
        await rig.page.approved(browser)
        await rig.time_passes()

        code = await rig.code_of(browser)
        assert isinstance(await rig.linking.finish(session_id, ADA, code), Linked)


@pytest.mark.parametrize("signature", [None, Signature(secret=OTHER), Signature(secret=NEW, header="Banq")])
async def test_nobody_links_by_one_that_is_not_signed_as_agreed(
    database: Database, sources: Sources, signature: Signature | None
) -> None:
    async with banq_sends_to_us(database, sources, signature) as rig:
        _, browser = await rig.start(ADA)
        await rig.approve(identities.ADA)
        await rig.sandbox.webhooks.settled()
        [delivery] = rig.sandbox.webhooks.log
        assert [attempt.status for attempt in delivery.attempts] == [401]

        await rig.work_off()
        await rig.page.approved(browser)
        await rig.time_passes()

        assert await rig.column("SELECT id FROM webhook_inbox") == []
        assert await rig.state_of(browser) == "approved"
