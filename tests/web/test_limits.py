"""How often somebody may ask, by itself and on the link page."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Clock
from tests.web.side_server import SECRET, SETTINGS, Answer, SideServer, serving
from web.keys import WebSettings
from web.limits import BUCKETS_AT_MOST, RequestLimit

BEHIND_A_PROXY = replace(SETTINGS, trusted_proxies=(ip_network("127.0.0.1"),))
UNKNOWN_LINK = f"/link/{'x' * 43}"


def taken(limit: RequestLimit, key: str, times: int) -> int:
    """How many of so many requests are allowed."""
    return [limit.take(key) for _ in range(times)].count(None)


def test_a_burst_is_allowed_and_no_more(clock: Clock) -> None:
    limit = RequestLimit(burst=3, per_s=1, now=clock)
    assert [limit.take("a") for _ in range(5)] == [None, None, None, 1.0, 1.0]


def test_it_says_how_long_to_wait(clock: Clock) -> None:
    limit = RequestLimit(burst=1, per_s=0.25, now=clock)
    assert limit.take("a") is None
    assert limit.take("a") == 4.0
    clock.forward(seconds=3)
    assert limit.take("a") == 1.0
    clock.forward(seconds=1)
    assert limit.take("a") is None
    assert limit.take("a") == 4.0


def test_asking_too_early_makes_nobody_wait_longer(clock: Clock) -> None:
    limit = RequestLimit(burst=2, per_s=0.5, now=clock)
    for _ in range(100):
        limit.take("a")
        clock.forward(seconds=0.01)
    clock.forward(seconds=1)
    assert limit.take("a") is None


def test_more_are_allowed_as_time_passes_up_to_a_burst(clock: Clock) -> None:
    limit = RequestLimit(burst=4, per_s=2, now=clock)
    assert taken(limit, "a", 9) == 4
    clock.forward(seconds=1)
    assert taken(limit, "a", 9) == 2
    clock.forward(minutes=1_000)
    assert taken(limit, "a", 9) == 4


def test_one_key_takes_nothing_from_another(clock: Clock) -> None:
    limit = RequestLimit(burst=2, per_s=1, now=clock)
    assert taken(limit, "a", 9) == 2
    assert taken(limit, "b", 9) == 2
    assert taken(limit, "", 9) == 2


def test_among_very_many_those_unheard_of_for_longest_are_forgotten(clock: Clock) -> None:
    limit = RequestLimit(burst=1, per_s=1, now=clock)
    limit.take("insistent")
    limit.take("silent")
    for number in range(BUCKETS_AT_MOST - 2):
        limit.take(str(number))
    # Room for all so far; who is refused counts as heard of.
    assert limit.take("insistent") is not None

    limit.take("one too many")

    assert limit.take("insistent") is not None
    assert limit.take("silent") is None


def test_a_clock_put_back_locks_nobody_out(clock: Clock) -> None:
    limit = RequestLimit(burst=1, per_s=1, now=clock)
    limit.take("a")
    clock.forward(minutes=-60)
    assert limit.take("a") == 1.0
    clock.forward(seconds=1)
    assert limit.take("a") is None


@given(
    burst=st.integers(1, 50),
    per_s=st.floats(0.01, 100),
    pauses_s=st.lists(st.floats(0, 20), max_size=60),
)
def test_whatever_the_pace_the_limit_holds_and_the_wait_is_enough(
    burst: int, per_s: float, pauses_s: list[float]
) -> None:
    clock = Clock()
    limit = RequestLimit(burst=burst, per_s=per_s, now=clock)
    started, allowed = clock.time, 0
    for pause_s in pauses_s:
        clock.forward(seconds=pause_s)
        allowed += taken(limit, "a", 3)
        assert allowed <= burst + per_s * (clock.time - started).total_seconds() + 1e-6
    wait_s = None
    while wait_s is None:
        wait_s = limit.take("a")
    assert 0 < wait_s <= 1 / per_s

    clock.forward(seconds=math.ceil(wait_s))

    assert limit.take("a") is None


# -- on the link page


@asynccontextmanager
async def limited(
    side: SideServer, settings: WebSettings = SETTINGS, *, links: int = 1000, requests: int = 1000
) -> AsyncIterator[SideServer]:
    async with serving(side.rig, settings, links_at_once=links, requests_at_once=requests) as started:
        yield started


async def get(side: SideServer, path: str, forwarded_for: str | None = None) -> Answer:
    headers = {} if forwarded_for is None else {"X-Forwarded-For": forwarded_for}
    return await side.browser().call("GET", path, headers=headers)


async def test_guessing_links_is_slowed_down_and_told_so(side: SideServer, clock: Clock) -> None:
    async with limited(side, links=3) as started:
        assert [(await get(started, UNKNOWN_LINK)).status for _ in range(4)] == [404, 404, 404, 429]

        refused = await get(started, UNKNOWN_LINK)
        assert refused.headers["Retry-After"] == "1"
        assert "Too many requests" in refused.body
        clock.forward(seconds=1)
        assert (await get(started, UNKNOWN_LINK)).status == 404


async def test_a_refused_request_leaves_the_link_as_it_was(side: SideServer, clock: Clock) -> None:
    link = await side.new_link()
    async with limited(side, links=1) as started:
        browser = started.browser()
        assert (await browser.get(link)).status == 200
        assert (await browser.submit(link)).status == 429
        clock.forward(seconds=1)
        assert (await browser.submit(link)).status == 303


async def test_an_open_page_goes_on_where_links_are_used_up(side: SideServer) -> None:
    link = await side.new_link()
    async with limited(side, links=2) as started:
        browser = started.browser()
        await browser.open(link)
        assert (await browser.get(link)).status == 429
        assert (await browser.get("/link/session")).status == 200
        assert (await browser.tell("closed")).status == 204


@pytest.mark.parametrize("path", ["/link/session", "/link/state", "/link/events", "/link/discord"])
async def test_every_page_of_the_link_has_a_limit(side: SideServer, path: str) -> None:
    async with limited(side, requests=1) as started:
        assert (await get(started, path)).status != 429
        assert (await get(started, path)).status == 429


async def test_banq_and_the_operator_are_never_turned_away(side: SideServer) -> None:
    async with limited(side, requests=1) as started:
        assert [(await get(started, "/link/session")).status for _ in range(2)] == [404, 429]
        for _ in range(3):
            async with started.http.post(f"{started.url}/webhooks/{SECRET}", data=b"{}") as answer:
                assert answer.status == 204
            assert (await get(started, "/healthz")).status == 200
            assert (await get(started, "/link/static/link.css")).status == 200


async def test_each_network_behind_our_proxy_has_its_own_limit(side: SideServer) -> None:
    async with limited(side, BEHIND_A_PROXY, requests=1) as started:
        assert (await get(started, "/link/session", "192.0.2.1")).status == 404
        assert (await get(started, "/link/session", "192.0.2.2")).status == 404
        assert (await get(started, "/link/session", "192.0.2.1")).status == 429


async def test_nobody_gets_round_the_limit_by_an_invented_address(side: SideServer) -> None:
    async with limited(side, BEHIND_A_PROXY, requests=1) as started:
        claims = [f"198.51.100.{number}, 192.0.2.1" for number in range(4)]
        statuses = [(await get(started, "/link/session", claim)).status for claim in claims]
        assert statuses == [404, 429, 429, 429]
    async with limited(side, requests=1) as started:
        claims = [f"198.51.100.{number}" for number in range(4)]
        statuses = [(await get(started, "/link/session", claim)).status for claim in claims]
        assert statuses == [404, 429, 429, 429]
