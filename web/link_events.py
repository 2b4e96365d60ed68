"""Tells the page how its session stands: as it happens, or when asked."""

import asyncio
import json
from collections import Counter
from typing import Any

from aiohttp import web

from services.link_page import Gone, Progress
from services.wording.linking import expected_wait
from services.wording.pages import holding
from storage.link_sessions import ENDED
from web.keys import LINK_PAGE, SETTINGS
from web.languages import language_of_reader, told_in
from web.pages import browser
from web.stopping import UNDER_WAY

routes = web.RouteTableDef()

# Nothing is told later than this, even if nobody announced it.
LOOK_AGAIN_S = 5.0
# How many times a page is asked whether it is still there, within the time after which it counts as closed.
PULSES_BEFORE_SILENCE = 3
# However much happens at once, a page is told no more often than this.
TELL_AT_MOST_EVERY_S = 0.25
STREAMS_PER_BROWSER = 4
STREAMS_AT_MOST = 2000
# That time goes by is no news: the page counts down by itself.
TICKING = {"turnEndsInS": None, "coolsDownInS": None}

STREAMS = web.AppKey("STREAMS", Counter[str])


@routes.get("/link/state")
async def state(request: web.Request) -> web.Response:
    """For browsers to which nothing can be streamed."""
    progress = await request.app[LINK_PAGE].progress(browser(request))
    if isinstance(progress, Gone):
        return web.json_response({"state": "gone"}, status=404)
    return web.json_response(as_json(request, progress), headers=told_in(language_of_reader(request)))


@routes.get("/link/events")
async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events: the state, whenever it has changed, until it has ended."""
    page, secret = request.app[LINK_PAGE], browser(request)
    streams, stopping = request.app[STREAMS], request.app[UNDER_WAY].stopping
    pulse_every_s = request.app[SETTINGS].heard_within_s / PULSES_BEFORE_SILENCE
    clock = asyncio.get_running_loop().time
    progress = await page.progress(secret)
    if isinstance(progress, Gone) or secret is None:
        return web.json_response({"state": "gone"}, status=404)
    if streams[secret] >= STREAMS_PER_BROWSER or streams.total() >= STREAMS_AT_MOST:
        raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"})
    response = web.StreamResponse(
        headers={
            **told_in(language_of_reader(request)),
            "Content-Type": "text/event-stream",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
    )
    streams[secret] += 1
    try:
        await response.prepare(request)
        told, pulse_at = None, clock() + pulse_every_s
        while not stopping.is_set():
            count = page.changes.count
            # That this can still be written says nothing about the page, which may be long gone.
            progress = await page.current(secret)
            if isinstance(progress, Gone):
                break
            news = as_json(request, progress)
            if {**news, **TICKING} != told:
                await response.write(f"data: {json.dumps(news)}\n\n".encode())
            elif clock() >= pulse_at:
                # The page answers by asking for its state.
                await response.write(b"event: pulse\ndata:\n\n")
                pulse_at = clock() + pulse_every_s
            else:
                # A comment finds out whether the connection is still there.
                await response.write(b":\n\n")
            told = {**news, **TICKING}
            if progress.standing.state in ENDED:
                break
            await asyncio.sleep(TELL_AT_MOST_EVERY_S)
            await page.changes.after(count, min(LOOK_AGAIN_S, pulse_every_s))
    except ConnectionError:
        # The page was closed.
        pass
    finally:
        streams[secret] -= 1
        if not streams[secret]:
            del streams[secret]
    return response


def as_json(request: web.Request, progress: Progress) -> dict[str, Any]:
    standing, turn, cools_down_for = progress.standing, progress.turn, progress.cools_down_for
    language, nft_count = language_of_reader(request), standing.nft_count
    return {
        "state": standing.state,
        "proof": standing.proof,
        "place": standing.place,
        "wait": None if standing.wait is None else expected_wait(language, standing.wait),
        "platformId": None if turn is None else turn.platform_id,
        "reference": None if turn is None else turn.reference,
        "referenceOption": request.app[SETTINGS].reference_option,
        "turnEndsInS": None if turn is None else turn.ends_in_s,
        "finishCode": progress.finish_code,
        "holding": None if nft_count is None else holding(language, nft_count),
        "coolsDownInS": None if cools_down_for is None else cools_down_for.total_seconds(),
    }
