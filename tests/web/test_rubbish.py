"""What no browser and no Banq would send, byte by byte: a refusal, never a failure of ours."""

import asyncio
import logging

import pytest

from tests.web.side_server import SECRET, SideServer

FORM = b"application/x-www-form-urlencoded"


async def answer_to(side: SideServer, request: bytes, body: bytes) -> int:
    """Send the bytes as they are; the status of the answer."""
    request = request.replace(b"SECRET", SECRET.encode()).replace(b"FORM", FORM)
    host, port = side.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = b"\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    writer.write(request + head + body)
    await writer.drain()
    status = (await reader.readline()).split(b" ")[1]
    writer.close()
    await writer.wait_closed()
    return int(status)


@pytest.mark.parametrize(
    ("request_", "body", "status"),
    [
        (b"GET /link/session HTTP/1.1\r\nCookie: banqbot_link=\xff", b"", 404),
        (b"GET /link/state HTTP/1.1\r\nCookie: banqbot_link=\xff", b"", 404),
        (b"GET /link/session HTTP/1.1\r\nCookie: banqbot_csrf=\xff", b"", 404),
        (b'GET /link/session HTTP/1.1\r\nCookie: banqbot_csrf="><b>', b"", 404),
        (b"GET /link/%ff%ed%a0%80 HTTP/1.1", b"", 404),
        (b"GET /link/" + b"x" * 4_000 + b" HTTP/1.1", b"", 404),
        (b"POST /link/approved HTTP/1.1\r\nCookie: banqbot_csrf=a\r\nX-CSRF-Token: \xff", b"", 403),
        (b"POST /link/approved HTTP/1.1\r\nCookie: banqbot_csrf=\xff\r\nX-CSRF-Token: \xfe", b"", 403),
        (b"POST /link/x HTTP/1.1\r\nContent-Type: multipart/form-data", b"abc", 403),
        (b"POST /link/x HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x", b"abc", 403),
        (
            b"POST /link/x HTTP/1.1\r\nContent-Type: FORM; charset=none",
            b"abc",
            403,
        ),
        (b"POST /link/x HTTP/1.1\r\nContent-Type: FORM", b"csrf=\xff", 403),
        (b"POST /link/x HTTP/1.1\r\nContent-Type: FORM", b"a" * 70_000, 413),
        (b"POST /webhooks/%ff HTTP/1.1", b"{}", 404),
        (b"POST /webhooks/SECRET HTTP/1.1\r\nContent-Encoding: gzip", b"abc", 400),
        (b"POST /webhooks/SECRET HTTP/1.1", b'{"eventId": "\\ud800"}', 204),
        (b"POST /webhooks/SECRET HTTP/1.1", b'{"userGuid": "\\ud800", "resourceType": "UserToken"}', 204),
        (b"POST /webhooks/SECRET HTTP/1.1\r\nContent-Type: text/plain; charset=none", b"{}", 204),
    ],
)
async def test_rubbish_is_refused(
    side: SideServer, caplog: pytest.LogCaptureFixture, request_: bytes, body: bytes, status: int
) -> None:
    caplog.set_level(logging.WARNING)

    assert await answer_to(side, request_, body) == status
    assert [record.message for record in caplog.records if not record.name.startswith("aiohttp")] == []
