"""Webhooks that nobody sends, over real sockets: nothing fails, and what was promised is kept."""

import asyncio
import contextlib
import json
import logging
import os
import tracemalloc
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.banq.server import BanqSandbox
from services.sources import Sources
from storage.database import Database
from tests.conftest import Clock
from tests.hostile_bodies import REFUSED, TAKEN
from tests.services.rig import build
from tests.web.hostile_requests import CASES, GOODBYE, LINE, chunks, good, of
from tests.web.side_server import SETTINGS, SideServer, serving
from tests.web.test_rubbish import connect
from web.app import LARGEST_BODY

# A body has to come along with its head: nothing here waits for what never comes.
AT_ONCE = replace(SETTINGS, body_within_s=0)
PENDING = "SELECT count(*) FROM webhook_inbox WHERE state = 'pending'"
# More of them by hand, before a release: WEBHOOK_EXAMPLES=20000.
fuzzed = settings(
    max_examples=int(os.environ.get("WEBHOOK_EXAMPLES", "60")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
async def side(database: Database, sources: Sources) -> AsyncIterator[SideServer]:
    """Banq is there, and knows nothing of what is asked about."""
    banq = BanqSandbox()
    await banq.start()
    try:
        async with build(banq, database, sources) as rig, serving(rig, AT_ONCE) as started:
            yield started
    finally:
        await banq.close()


@pytest.fixture
async def patient(side: SideServer) -> AsyncIterator[SideServer]:
    """It waits for bodies as long as the real one."""
    async with serving(side.rig) as started:
        yield started


@pytest.fixture(autouse=True)
def nothing_fails(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.INFO)
    yield
    # That an approval is nobody's is worth a warning: an invented one is. So is what cannot be read.
    told = {"services.matching", "services.refused_webhooks"}
    records = [one for one in caplog.get_records("call") if one.name not in told]
    assert [one.getMessage() for one in records if one.levelno > logging.INFO or one.exc_info] == []


async def converse(side: SideServer, sent: bytes, *, packets: Iterable[bytes] = ()) -> list[int]:
    """Send bytes, or packet after packet; the statuses of all answers until the server hangs up."""
    reader, writer = await connect(side)
    statuses = []
    try:
        for packet in packets:
            writer.write(packet)
            await writer.drain()
            await asyncio.sleep(0)
        writer.write(sent)
        async with asyncio.timeout(20):
            while head := await _head(reader):
                statuses.append(int(head[9:12]))
                await reader.readexactly(_length(head))
                if b"\r\nConnection: close" in head:
                    break
    finally:
        writer.close()
    return [status for status in statuses if status != 100]


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def _length(head: bytes) -> int:
    lines = [line for line in head.split(b"\r\n") if line.startswith(b"Content-Length: ")]
    return int(lines[0].removeprefix(b"Content-Length: ")) if lines else 0


async def stored(side: SideServer) -> list[object]:
    return [body for (body,) in await side.rows("SELECT body FROM webhook_inbox ORDER BY id")]


async def is_well(side: SideServer) -> bool:
    """Whether a good webhook is taken on a fresh connection."""
    return await converse(side, good(b'{"well": 1}') + GOODBYE) == [204, 200]


# -- what is known to hurt


async def test_odd_requests_are_refused_or_taken_whole(side: SideServer) -> None:
    outcomes = {}
    for name, case in CASES.items():
        before = len(await stored(side))
        statuses = await converse(side, case.sent + (b"" if case.closes else GOODBYE))
        outcomes[name] = (
            [status for status in statuses if status >= 500 or not statuses],
            statuses.count(204),
            (await stored(side))[before:],
        )
        assert await is_well(side), name

    assert outcomes == {name: ([], len(case.taken), list(case.taken)) for name, case in CASES.items()}


async def test_odd_bodies_are_refused_or_kept_byte_for_byte(side: SideServer) -> None:
    statuses = {}
    for name, body in {**TAKEN, **REFUSED}.items():
        [statuses[name], *_] = await converse(side, good(body) + GOODBYE)

    assert statuses == dict.fromkeys(TAKEN, 204) | dict.fromkeys(REFUSED, 400)
    assert await stored(side) == list(TAKEN.values())


async def test_odd_bodies_are_worked_off_and_nothing_of_them_waits(side: SideServer, clock: Clock) -> None:
    for body in TAKEN.values():
        await side.rig.inbox.accept("main", body)

    for _ in range(12):
        await side.rig.work_off()
        clock.forward(minutes=5)

    assert await side.rows(PENDING) == [(0,)]
    assert await side.rows("SELECT error FROM webhook_inbox WHERE state = 'parked'") == []


@pytest.mark.parametrize(
    ("refused", "status"),
    [
        (good(b"["), 400),
        (good(head=LINE.replace(b"webhooks/", b"webhooks/x")), 404),
        (good(head=LINE.replace(b"POST", b"PUT")), 405),
        (good(b" " * (LARGEST_BODY + 1)), 413),
        (chunks(b" " * LARGEST_BODY, b" "), 413),
    ],
)
async def test_after_a_refusal_nothing_more_is_taken(side: SideServer, refused: bytes, status: int) -> None:
    """What comes behind it may be its own body."""
    reader, writer = await connect(side)
    writer.write(refused + good())

    async with asyncio.timeout(20):
        answers = await reader.read()

    writer.close()
    assert answers.startswith(b"HTTP/1.1 %d " % status)
    assert answers.count(b"HTTP/1.1") == 1
    assert await stored(side) == []


async def test_a_body_may_come_when_it_is_asked_for(patient: SideServer) -> None:
    reader, writer = await connect(patient)
    writer.write(LINE + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert await _head(reader) == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"{}")
    assert (await _head(reader)).startswith(b"HTTP/1.1 204 ")
    writer.close()


async def test_who_leaves_between_two_requests_is_no_failure_of_ours(side: SideServer) -> None:
    _, writer = await connect(side)
    await asyncio.sleep(0)
    writer.write(good(head=LINE + b"Expect: the-moon\r\n") + of(100))
    # It is gone at the very moment at which its second request begins to be read.
    await asyncio.sleep(0)
    writer.close()

    assert await is_well(side)


async def test_bodies_without_an_end_hold_no_more_than_they_may(patient: SideServer) -> None:
    """Each connection holds one body, at both of its ends and a little around it."""
    count, body = 20, b"{" + b" " * (LARGEST_BODY - 2) + b"}"
    tracemalloc.start()
    ends = [await connect(patient) for _ in range(count)]
    try:
        for _, writer in ends:
            writer.write(of(LARGEST_BODY, body[:-1]))
            await writer.drain()
        while await is_well(patient) and patient.bytes_held() < count * (LARGEST_BODY - 1):
            pass
        assert tracemalloc.get_traced_memory()[0] < count * 3 * LARGEST_BODY
        for reader, writer in ends:
            writer.write(body[-1:])
            assert (await _head(reader)).startswith(b"HTTP/1.1 204 ")
    finally:
        tracemalloc.stop()
        for _, writer in ends:
            writer.close()
    assert (await stored(patient)).count(body) == count


# -- what nobody has thought of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(["action", "resourceType", "resourceId", "userGuid", "userId", "data", "resource"])
WORDS = st.sampled_from(["created", "deleted", "completed", "UserToken", "NftTransaction", "g-1"])
OBJECTS = st.dictionaries(KEYS | st.text(max_size=9), JSON | WORDS, max_size=6).map(
    lambda body: json.dumps(body).encode()
)
SEEDS = st.sampled_from([body for body in (*TAKEN.values(), *REFUSED.values()) if b"eventId" not in body])
BODIES = OBJECTS | SEEDS | st.binary(max_size=40)
SIZES = st.lists(st.integers(1, 3000), max_size=8)


def cut(body: bytes, sizes: list[int]) -> list[bytes]:
    """The body in pieces of these sizes, and the rest of it."""
    pieces = []
    for size in sizes:
        pieces.append(body[:size])
        body = body[size:]
    return [piece for piece in (*pieces, body) if piece]


FRAMED = st.builds(good, BODIES) | st.builds(lambda body, sizes: chunks(*cut(body, sizes)), BODIES, SIZES)


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """Some requests, with a few places overwritten, taken out, doubled or put in."""
    sent = b"".join(draw(st.lists(FRAMED, min_size=1, max_size=4)))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, min(len(sent), 600)))
        end = start + draw(st.integers(0, 12))
        sent = sent[:start] + draw(st.just(sent[start:end] * 2) | st.binary(max_size=8)) + sent[end:]
    return sent[: draw(st.integers(1, len(sent) + 50))]


@given(mangled())
@fuzzed
async def test_whatever_comes_each_promise_is_one_row(side: SideServer, sent: bytes) -> None:
    before = len(await stored(side))

    statuses = await converse(side, sent + GOODBYE)

    assert all(status < 500 for status in statuses)
    assert statuses.count(204) == len(await stored(side)) - before
    assert await is_well(side)


@given(st.lists(SEEDS | OBJECTS, min_size=1, max_size=4), SIZES, st.booleans())
@fuzzed
async def test_however_it_is_cut_it_arrives_whole(
    patient: SideServer, bodies: list[bytes], sizes: list[int], in_chunks: bool
) -> None:
    before = len(await stored(patient))
    requests = [chunks(*cut(body, sizes)) if in_chunks else good(body) for body in bodies]

    statuses = await converse(patient, GOODBYE, packets=cut(b"".join(requests), sizes))

    kept = (await stored(patient))[before:]
    assert kept == bodies[: len(kept)]
    assert statuses == [204] * len(kept) + ([200] if kept == bodies else [400])


@given(mangled(), st.booleans())
@fuzzed
async def test_whoever_hangs_up_does_no_harm(side: SideServer, sent: bytes, abruptly: bool) -> None:
    _, writer = await connect(side)
    writer.write(sent)
    await asyncio.sleep(0)
    if abruptly:
        writer.transport.abort()
    else:
        writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()

    assert await is_well(side)


@given(mangled())
@fuzzed
async def test_whatever_was_kept_is_worked_off(side: SideServer, clock: Clock, sent: bytes) -> None:
    await converse(side, sent + GOODBYE)

    for _ in range(6):
        await side.rig.work_off()
        clock.forward(minutes=5)

    assert await side.rows(PENDING) == [(0,)]
