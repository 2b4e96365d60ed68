"""The page's stream of events, read as a browser reads it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from tests.conftest import Clock
from tests.services.rig import ADA, BEN, CLEO
from tests.web.side_server import SESSION_COOKIE, SETTINGS, Browser, SideServer, serving
from web import link_events
from web.link_events import STREAMS_PER_BROWSER

# Only where nothing comes any more, a test waits so long.
PATIENCE_S = 10


class Stream:
    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer

    async def next(self) -> dict[str, Any]:
        """The next news; what only keeps the connection alive is passed over."""
        async with asyncio.timeout(PATIENCE_S):
            async for line in self.answer.content:
                if line.startswith(b"data: "):
                    return dict(json.loads(line.removeprefix(b"data: ")))
        raise EOFError

    async def rest(self) -> list[dict[str, Any]]:
        """All that comes until the server ends the stream, which it does in good order."""
        found = []
        while True:
            try:
                found.append(await self.next())
            except EOFError:
                return found


@asynccontextmanager
async def streaming(browser: Browser) -> AsyncIterator[Stream]:
    """With a connection of its own, which is closed like a page."""
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.get(f"{browser.url}/link/events", cookies=browser.cookies) as answer,
    ):
        yield Stream(answer)


@pytest.fixture
async def browser(side: SideServer) -> Browser:
    """Ada's, whose turn it is."""
    opened = side.browser()
    await opened.open(await side.new_link())
    return opened


async def test_the_state_is_told_at_once_and_whenever_it_changes(side: SideServer, browser: Browser) -> None:
    second = side.browser()
    await second.open(await side.new_link(BEN))
    async with streaming(browser) as mine, streaming(second) as theirs:
        assert mine.answer.status == 200
        assert mine.answer.headers["Content-Type"] == "text/event-stream"
        assert mine.answer.headers["Cache-Control"] == "no-store"
        assert "Content-Length" not in mine.answer.headers

        first = await mine.next()
        assert first == json.loads((await browser.get("/link/state")).body)
        assert first["state"] == "open"
        waiting = await theirs.next()
        assert (waiting["state"], waiting["place"]) == ("waiting", 1)
        for what, state in (("closed", "proven"), ("again", "open"), ("approved", "approved")):
            await browser.tell(what)
            assert (await mine.next())["state"] == state
            assert theirs.answer.status == 200


async def test_what_changes_nothing_is_no_news(side: SideServer, browser: Browser) -> None:
    async with streaming(browser) as stream:
        assert (await stream.next())["state"] == "open"
        # Others come and go, which wakes every stream.
        for user in (BEN, CLEO):
            await side.browser().open(await side.new_link(user))
        assert await stream.answer.content.readline() == b"\n"
        assert await stream.answer.content.readline() == b":\n"
        await browser.tell("closed")
        assert (await stream.next())["state"] == "proven"


async def test_the_stream_ends_with_its_session(side: SideServer, browser: Browser) -> None:
    async with streaming(browser) as stream:
        await stream.next()
        await side.new_link(ADA)  # it replaces the one that is open
        assert [news["state"] for news in await stream.rest()] == ["cancelled"]
    async with streaming(browser) as late:
        assert [news["state"] for news in await late.rest()] == ["cancelled"]


async def test_without_a_session_there_is_no_stream(side: SideServer, browser: Browser) -> None:
    stranger = side.browser()
    guesser = side.browser()
    guesser.cookies[SESSION_COOKIE] = "guessed"
    for each in (stranger, guesser):
        async with streaming(each) as stream:
            assert stream.answer.status == 404
            assert await stream.answer.json() == {"state": "gone"}
    async with streaming(browser) as stream:
        assert stream.answer.status == 200


async def test_a_browser_has_a_few_streams_and_is_told_when_to_come_back(
    side: SideServer, browser: Browser
) -> None:
    second = side.browser()
    await second.open(await side.new_link(BEN))
    async with AsyncExitStack() as pages:
        for _ in range(STREAMS_PER_BROWSER):
            stream = await pages.enter_async_context(streaming(browser))
            assert (await stream.next())["state"] == "open"

        async with streaming(browser) as refused:
            assert refused.answer.status == 503
            assert int(refused.answer.headers["Retry-After"]) > 0
        async with streaming(second) as other:
            assert other.answer.status == 200, "another browser is not held up by it"
        assert '"open"' in (await browser.get("/link/state")).body, "what is refused a stream can still ask"

    # All pages are closed; the server finds out as it tells them something.
    status = 503
    async with asyncio.timeout(PATIENCE_S):
        while status == 503:
            side.rig.page.changes.announce()
            async with streaming(browser) as stream:
                status = stream.answer.status
    assert status == 200


async def test_a_page_that_only_listens_is_not_heard_of(
    side: SideServer, browser: Browser, clock: Clock
) -> None:
    """A connection can stay open for long after its page has gone."""
    heard_since = "SELECT seen_at > waiting_since FROM link_sessions"
    async with streaming(browser) as stream:
        await stream.next()
        clock.forward(minutes=1)
        await browser.tell("closed")
        assert (await stream.next())["state"] == "proven"
        assert await side.rows(heard_since) == [(0,)]
        await browser.get("/link/state")
        assert await side.rows(heard_since) == [(1,)]


async def test_a_page_is_asked_now_and_then_whether_it_is_there(side: SideServer) -> None:
    async with serving(side.rig, replace(SETTINGS, heard_within_s=0.03)) as hasty:
        browser = hasty.browser()
        await browser.open(await hasty.new_link())
        async with streaming(browser) as stream:
            await stream.next()
            lines = [await stream.answer.content.readline() for _ in range(3)]
            assert lines == [b"\n", b"event: pulse\n", b"data:\n"]
            await browser.tell("closed")


async def test_all_browsers_together_have_so_many_streams(
    side: SideServer, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_events, "STREAMS_AT_MOST", 1)
    second = side.browser()
    await second.open(await side.new_link(BEN))

    async with streaming(browser) as stream, streaming(second) as refused:
        assert (stream.answer.status, refused.answer.status) == (200, 503)


async def test_a_shutdown_ends_the_streams_in_good_order(side: SideServer) -> None:
    async with AsyncExitStack() as pages:
        async with serving(side.rig) as started:
            browser = started.browser()
            await browser.open(await started.new_link())
            stream = await pages.enter_async_context(streaming(browser))
            assert (await stream.next())["state"] == "open"
        # The stream is over, not broken off: otherwise reading it would raise.
        assert await stream.rest() == []
