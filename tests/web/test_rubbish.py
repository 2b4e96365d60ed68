"""What no browser and no Banq would send, byte by byte: a refusal, never a failure of ours."""

import asyncio
import logging
import zlib

import aiohttp
import pytest

from tests.web.side_server import CSRF_COOKIE, SECRET, SideServer
from web import broken_requests

FORM = b"application/x-www-form-urlencoded"
COOKIE = f"Cookie: {CSRF_COOKIE}=a".encode()


async def answer_to(side: SideServer, request: bytes, body: bytes) -> int:
    """Send the bytes as they are; the status of the answer."""
    reader, writer = await connect(side)
    writer.write(complete(request, len(body)) + body)
    await writer.drain()
    return await status_of(reader, writer)


async def connect(side: SideServer) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = side.url.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


def complete(request: bytes, length: int) -> bytes:
    """The whole head of a request, with its placeholders filled in."""
    for placeholder, value in {b"SECRET": SECRET.encode(), b"FORM": FORM, b"COOKIE": COOKIE}.items():
        request = request.replace(placeholder, value)
    return request + b"\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % length


async def status_of(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    status = (await reader.readline()).split(b" ")[1]
    writer.close()
    await writer.wait_closed()
    return int(status)


@pytest.mark.parametrize(
    ("request_", "body", "status"),
    [
        (b"GET /link/session HTTP/1.1\r\nCookie: __Host-banqbot_link=\xff", b"", 404),
        (b"GET /link/state HTTP/1.1\r\nCookie: __Host-banqbot_link=\xff", b"", 404),
        (b"GET /link/session HTTP/1.1\r\nCookie: __Host-banqbot_csrf=\xff", b"", 404),
        (b'GET /link/session HTTP/1.1\r\nCookie: __Host-banqbot_csrf="><b>', b"", 404),
        (b"GET /link/%ff%ed%a0%80 HTTP/1.1", b"", 404),
        (b"GET /link/" + b"x" * 4_000 + b" HTTP/1.1", b"", 404),
        (b"POST /link/approved HTTP/1.1\r\nCookie: __Host-banqbot_csrf=a\r\nX-CSRF-Token: \xff", b"", 403),
        (b"POST /link/approved HTTP/1.1\r\nCookie: __Host-banqbot_csrf=\xff\r\nX-CSRF-Token: \xfe", b"", 403),
        (b"POST /link/x HTTP/1.1\r\nContent-Type: multipart/form-data", b"abc", 403),
        (b"POST /link/x HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x", b"abc", 403),
        (
            b"POST /link/x HTTP/1.1\r\nContent-Type: FORM; charset=none",
            b"abc",
            403,
        ),
        (b"POST /link/x HTTP/1.1\r\nContent-Type: FORM", b"csrf=\xff", 403),
        (b"POST /link/x HTTP/1.1\r\nContent-Type: FORM", b"a" * 70_000, 403),
        (b"POST /link/x HTTP/1.1\r\nCOOKIE\r\nContent-Type: FORM", b"a" * 70_000, 413),
        (b"POST /link/x HTTP/1.1\r\nCOOKIE\r\nContent-Type: FORM", b"csrf=b", 403),
        (b"POST /link/x HTTP/1.1\r\nCOOKIE\r\nContent-Type: FORM", b"csrf=a", 404),
        (b"POST /link/x HTTP/1.1\r\nCOOKIE\r\nContent-Type: FORM", b"csrf=\xff", 403),
        (b"POST /link/x HTTP/1.1\r\nCOOKIE\r\nContent-Type: FORM; charset=none", b"abc", 403),
        (b"POST /link/x HTTP/1.1\r\nCOOKIE\r\nContent-Type: multipart/form-data", b"abc", 403),
        (b"POST /link/x HTTP/1.1\r\nCOOKIE\r\nContent-Type: multipart/form-data; boundary=x", b"abc", 403),
        (b"POST /link/x HTTP/1.1\r\nCOOKIE\r\nContent-Type: FORM\r\nContent-Encoding: gzip", b"abc", 403),
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
    assert {record.name for record in caplog.records} <= {"services.refused_webhooks"}


async def test_without_our_cookie_the_body_is_not_even_waited_for(side: SideServer) -> None:
    reader, writer = await connect(side)
    writer.write(complete(b"POST /link/x HTTP/1.1\r\nContent-Type: FORM", 1000))

    async with asyncio.timeout(10):
        assert await status_of(reader, writer) == 403


class Seen(logging.Handler):
    """Wakes a test when a line is logged."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self._line = line
        self.event = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() == self._line:
            self.event.set()


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        (b"POST /webhooks/SECRET HTTP/1.1", "web POST /webhooks/{secret}: 400"),
        (b"POST /link/x HTTP/1.1\r\nCOOKIE\r\nContent-Type: FORM", "web POST /link/{token}: 400"),
    ],
)
@pytest.mark.parametrize("waits", [True, False])
async def test_a_client_that_hangs_up_is_no_failure_of_ours(
    side: SideServer, caplog: pytest.LogCaptureFixture, request_: bytes, line: str, waits: bool
) -> None:
    caplog.set_level(logging.INFO)
    seen = Seen(line)
    logging.getLogger("web").addHandler(seen)
    _, writer = await connect(side)
    writer.write(complete(request_, 1000) + b"half")
    if waits:
        await writer.drain()
    # Otherwise it is gone before anybody begins to read what it sent.
    writer.close()
    await writer.wait_closed()
    try:
        async with asyncio.timeout(10):
            await seen.event.wait()
    finally:
        logging.getLogger("web").removeHandler(seen)

    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_what_would_take_long_to_read_is_not_read(side: SideServer) -> None:
    """A form of a thousand parts is not taken apart, and a compressed body not inflated."""
    browser = side.browser()
    await browser.get(await side.new_link())
    parts = aiohttp.FormData()
    parts.add_field("csrf", browser.cookies[CSRF_COOKIE], content_type="text/plain")
    async with browser.http.post(f"{side.url}/link/closed", data=parts, cookies=browser.cookies) as answer:
        assert answer.status == 403
    inflated = zlib.compress(b"csrf=" + browser.cookies[CSRF_COOKIE].encode())
    headers = {"Content-Encoding": "deflate", "Content-Type": "application/x-www-form-urlencoded"}
    async with browser.http.post(
        f"{side.url}/link/closed", data=inflated, headers=headers, cookies=browser.cookies
    ) as answer:
        assert answer.status == 403
    assert (await browser.submit("/link/closed")).status == 204


async def test_what_is_no_http_is_one_line_and_does_not_tell_what_was_sent(
    side: SideServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    broken = b"POST /webhooks/SECRET HTTP/1.1\r\nX-Signature: \x00SECRET"

    assert await answer_to(side, broken, b"{}") == 400

    assert caplog.messages == ["web: no HTTP (BadHttpMessage): 400"]


def test_an_error_of_ours_keeps_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    try:
        int("ours")
    except ValueError:
        broken_requests.log.exception("Unhandled exception")
    broken_requests.log.error("Missing return statement on request handler")

    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    assert "ValueError: invalid literal" in caplog.text
