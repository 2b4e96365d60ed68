"""Requests to the webhook's path that no client sends, byte by byte, and the bodies in them that count."""

from dataclasses import dataclass

from tests.web.side_server import SECRET

LINE = f"POST /webhooks/{SECRET} HTTP/1.1\r\nHost: x\r\n".encode()
OLD_LINE = LINE.replace(b"HTTP/1.1", b"HTTP/1.0")
CHUNKED = LINE + b"Transfer-Encoding: chunked\r\n"
LARGEST = 64 * 1024
# What ends every conversation. It is no request where something before it has swallowed it.
GOODBYE = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Case:
    """`taken`: the bodies that have to be stored, one for each 204, in this order.

    `closes`: the server hangs up by itself; anything more in the same packet would spoil what was good.
    """

    sent: bytes
    taken: tuple[bytes, ...] = ()
    closes: bool = False


def of(length: object, body: bytes = b"{}", head: bytes = LINE) -> bytes:
    """A request that claims its body to be so long."""
    return head + f"Content-Length: {length}\r\n\r\n".encode() + body


def good(body: bytes = b"{}", head: bytes = LINE) -> bytes:
    return of(len(body), body, head)


def chunks(*parts: bytes, end: bytes = b"0\r\n\r\n", head: bytes = CHUNKED) -> bytes:
    return head + b"\r\n" + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + end


def raw_chunks(rest: bytes) -> bytes:
    return CHUNKED + b"\r\n" + rest


LENGTHS = {
    name: Case(of(length))
    for name, length in {
        "negative": -1,
        "minus zero": "-0",
        "plus two": "+2",
        "fractional": "2.0",
        "hexadecimal": "0x2",
        "not ASCII": "\u0662",
        "empty": "",
        "two in one": "2, 2",
        "a blank within": "2 2",
        "underscored": "1_0",
        "of 2^63": 2**63,
        "of 2^64": 2**64,
        "of 2^64 and two": 2**64 + 2,
        "of 5000 digits": "9" * 5000,
        "too large": LARGEST + 1,
        "of 10 GB": 10 * 2**30,
        "too long for what comes": 3 + len(GOODBYE),
        "much too long": 1000,
    }.items()
}
CASES: dict[str, Case] = {
    "good": Case(good(), (b"{}",)),
    "a blank body": Case(good(b"")),
    "no length": Case(LINE + b"\r\n{}"),
    "a length too short": Case(of(1)),
    "a length too short for the second": Case(of(2, b"{}{}")),
    "leading zeros of a length": Case(of("0002"), (b"{}",)),
    "the same length twice": Case(of(2, head=LINE + b"Content-Length: 2\r\n")),
    "two lengths": Case(of(2, head=LINE + b"Content-Length: 3\r\n")),
    "chunked": Case(chunks(b"{", b"}"), (b"{}",)),
    "chunked byte by byte": Case(chunks(*(bytes([one]) for one in b'{"a": 1}')), (b'{"a": 1}',)),
    "chunked, 9000 of one byte": Case(chunks(b"{", *[b" "] * 9000, b"}"), (b"{" + b" " * 9000 + b"}",)),
    "chunked, of the largest size": Case(
        chunks(b"{" + b" " * (LARGEST - 2) + b"}"), (b"{" + b" " * (LARGEST - 2) + b"}",)
    ),
    "chunked and too large": Case(chunks(b"{", b" " * LARGEST, b"}")),
    "chunked and too large in small ones": Case(chunks(b"{", *[b" " * 512] * 130, b"}")),
    "chunked with nothing": Case(chunks()),
    "chunked with an extension": Case(raw_chunks(b'2;name="va;lue"\r\n{}\r\n0\r\n\r\n'), (b"{}",)),
    "chunked with trailers": Case(chunks(b"{}", end=b"0\r\nX-Signature: a\r\nA: b\r\n\r\n"), (b"{}",)),
    "chunked with leading zeros": Case(raw_chunks(b"0002\r\n{}\r\n000\r\n\r\n"), (b"{}",)),
    "chunked in upper case": Case(raw_chunks(b"A\r\n{        }\r\n0\r\n\r\n"), (b"{        }",)),
    "chunked without an end": Case(raw_chunks(b"2\r\n{}\r\n")),
    "chunked with half an end": Case(raw_chunks(b"2\r\n{}\r\n0\r\n")),
    "a chunk too short": Case(raw_chunks(b"1\r\n{}\r\n0\r\n\r\n")),
    "a chunk too long": Case(raw_chunks(b"9\r\n{}\r\n0\r\n\r\n")),
    "a negative chunk": Case(raw_chunks(b"-2\r\n{}\r\n0\r\n\r\n")),
    "a chunk with a plus": Case(raw_chunks(b"+2\r\n{}\r\n0\r\n\r\n")),
    "a chunk of hexadecimal": Case(raw_chunks(b"0x2\r\n{}\r\n0\r\n\r\n")),
    "a chunk without a size": Case(raw_chunks(b"\r\n{}\r\n0\r\n\r\n")),
    "a chunk of letters": Case(raw_chunks(b"zz\r\n{}\r\n0\r\n\r\n")),
    "a chunk of 2^64": Case(raw_chunks(b"1" + b"0" * 16 + b"\r\n{}\r\n0\r\n\r\n")),
    "a chunk of 2^64 and two": Case(raw_chunks(b"1" + b"0" * 15 + b"2\r\n{}\r\n0\r\n\r\n")),
    "a chunk of 5000 digits": Case(raw_chunks(b"f" * 5000 + b"\r\n{}\r\n0\r\n\r\n")),
    "an endless extension": Case(raw_chunks(b"2;" + b"a" * 100_000)),
    "endless trailers": Case(chunks(b"{}", end=b"0\r\n" + b"A: b\r\n" * 9_000 + b"\r\n")),
    "chunks with bare line feeds": Case(raw_chunks(b"2\n{}\n0\n\n")),
    "chunks of NUL": Case(raw_chunks(b"\x00" * 100)),
    "chunked with a length": Case(of(2, head=CHUNKED)),
    "chunked with a length, in chunks": Case(chunks(b"{}", head=CHUNKED + b"Content-Length: 12\r\n")),
    "twice chunked": Case(chunks(b"{}", head=CHUNKED + b"Transfer-Encoding: chunked\r\n")),
    "chunked, chunked": Case(chunks(b"{}", head=LINE + b"Transfer-Encoding: chunked, chunked\r\n")),
    "chunked and gzip": Case(chunks(b"{}", head=LINE + b"Transfer-Encoding: chunked, gzip\r\n")),
    "identity": Case(of(2, head=LINE + b"Transfer-Encoding: identity\r\n")),
    "chunkedx": Case(chunks(b"{}", head=LINE + b"Transfer-Encoding: xchunked\r\n")),
    "chunked after a tab": Case(chunks(b"{}", head=LINE + b"Transfer-Encoding:\tchunked\r\n"), (b"{}",)),
    "a blank before the colon": Case(chunks(b"{}", head=LINE + b"Transfer-Encoding : chunked\r\n")),
    "chunked, HTTP/1.0": Case(chunks(b"{}", head=OLD_LINE + b"Transfer-Encoding: chunked\r\n")),
    "HTTP/1.0": Case(good(head=OLD_LINE), (b"{}",), closes=True),
    "HTTP/1.0, kept alive": Case(good(head=OLD_LINE + b"Connection: keep-alive\r\n") * 2, (b"{}", b"{}")),
    "HTTP/0.9": Case(LINE.split(b" HTTP")[0] + b"\r\n"),
    "HTTP/9.9": Case(good(head=LINE.replace(b"1.1", b"9.9"))),
    "HTTP/2": Case(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"),
    "TLS": Case(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256))),
    "SSH": Case(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "no method": Case(LINE[5:] + b"\r\n"),
    "a method nobody knows": Case(good(head=b"BREW" + LINE[4:])),
    "a method in lower case": Case(good(head=b"post" + LINE[4:])),
    "a path of everything": Case(
        good(head=b"POST /webhooks/" + bytes(range(0x80, 0x100)) + b" HTTP/1.1\r\n")
    ),
    "a path too long": Case(good(head=b"POST /webhooks/" + b"x" * 10_000 + b" HTTP/1.1\r\n")),
    "a whole address": Case(good(head=LINE.replace(b"POST ", b"POST http://x")), (b"{}",)),
    "a broken address": Case(good(head=LINE.replace(b"POST ", b"POST http://[::1"))),
    "an asterisk": Case(good(head=b"POST * HTTP/1.1\r\n")),
    "CONNECT": Case(b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n"),
    "NUL in the path": Case(good(head=LINE.replace(b" HTTP", b"\x00 HTTP"))),
    "NUL in a header": Case(good(head=LINE + b"A: \x00\r\n")),
    "a line feed in a header": Case(good(head=LINE + b"A: b\nX: c\r\n")),
    "a header over two lines": Case(good(head=LINE + b"A: b\r\n c\r\n")),
    "a header without a name": Case(good(head=LINE + b": b\r\n")),
    "a header without a colon": Case(good(head=LINE + b"A\r\n")),
    "a header too long": Case(good(head=LINE + b"A: " + b"b" * 10_000 + b"\r\n")),
    "too many headers": Case(good(head=LINE + b"A: b\r\n" * 1_000)),
    "no host": Case(good(head=LINE.replace(b"Host: x\r\n", b""))),
    "no host, HTTP/1.0": Case(good(head=OLD_LINE.replace(b"Host: x\r\n", b"")), (b"{}",), closes=True),
    "bare line feeds": Case(good().replace(b"\r\n", b"\n")),
    "empty lines before": Case(b"\r\n\r\n" + good(), (b"{}",)),
    "a half before": Case(b"POST" + good()),
    "no type": Case(good(), (b"{}",)),
    "a type of nonsense": Case(good(head=LINE + b"Content-Type: \xff/;;=;charset\r\n"), (b"{}",)),
    "a charset nobody knows": Case(good(head=LINE + b"Content-Type: text/x; charset=none\r\n"), (b"{}",)),
    "a charset that is a codec": Case(good(head=LINE + b"Content-Type: a/b; charset=zlib\r\n"), (b"{}",)),
    "a form of parts": Case(good(head=LINE + b"Content-Type: multipart/form-data\r\n"), (b"{}",)),
    "said to be gzip": Case(good(head=LINE + b"Content-Encoding: gzip\r\n"), (b"{}",)),
    "said to be br": Case(good(head=LINE + b"Content-Encoding: br\r\n"), (b"{}",)),
    "said to be gzip, chunked": Case(chunks(b"{}", head=CHUNKED + b"Content-Encoding: gzip\r\n"), (b"{}",)),
    "expects to continue": Case(good(head=LINE + b"Expect: 100-continue\r\n"), (b"{}",)),
    "expects to continue, too large": Case(of(LARGEST + 1, head=LINE + b"Expect: 100-continue\r\n")),
    "expects the moon": Case(good(head=LINE + b"Expect: the-moon\r\n")),
    "an upgrade": Case(good(head=LINE + b"Connection: upgrade\r\nUpgrade: websocket\r\n"), (b"{}",)),
    "an upgrade to HTTP/2": Case(
        good(head=LINE + b"Connection: upgrade, close\r\nUpgrade: h2c\r\n"), (b"{}",), closes=True
    ),
    "closes": Case(good(head=LINE + b"Connection: close\r\n"), (b"{}",), closes=True),
    "ranges and conditions": Case(
        good(head=LINE + b"Range: bytes=9-1\r\nIf-Match: *\r\nIf-Modified-Since: x\r\n"), (b"{}",)
    ),
    "cookies": Case(good(head=LINE + b"Cookie: \xff=\xfe; ;;=\r\n"), (b"{}",)),
    "forwarded by everybody": Case(good(head=LINE + b"X-Forwarded-For: \xff, ::1%x,,\r\n"), (b"{}",)),
    "a hundred in one packet": Case(
        b"".join(
            good(b"[%d]" % number if number % 2 else b'{"a": %d}' % number) for number in range(0, 200, 2)
        ),
        tuple(b'{"a": %d}' % number for number in range(0, 200, 2)),
    ),
    "two in a packet, the second one bad": Case(good() + good(b"["), (b"{}",)),
    "two in a packet, the first one bad": Case(good(b"[") + good()),
    "two in a packet, half of the second": Case(good() + of(100, b"{"), (b"{}",)),
    "two in a packet, one of them chunked": Case(good() + chunks(b"{", b'"a":1}'), (b"{}", b'{"a":1}')),
    "one hidden in another": Case(of(2 + len(good(b'{"a":1}')), b"[]" + good(b'{"a":1}'))),
    **{f"a length {name}": case for name, case in LENGTHS.items()},
}
