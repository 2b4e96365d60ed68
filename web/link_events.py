"""Tells the page how its session stands: as it happens, or when asked."""

import asyncio
import json
from collections import Counter
from typing import Any

from aiohttp import web

from services.link_page import Gone, Progress
from storage.link_sessions import ENDED
from web.keys import LINK_PAGE, SETTINGS
from web.pages import browser

routes = web.RouteTableDef()

# A page that is open is heard of this often, whether or not anything happens.
LOOK_AGAIN_S = 5.0
# However much happens at once, a page is told no more often than this.
TELL_AT_MOST_EVERY_S = 0.25
STREAMS_PER_BROWSER = 4
STREAMS_AT_MOST = 2000
# That time goes by is no news: the page counts down by itself.
TICKING = {"turnEndsInS": None, "coolsDownInS": None}

STREAMS = web.AppKey("STREAMS", Counter[str])
STOPPING = web.AppKey("STOPPING", asyncio.Event)


@routes.get("/link/state")
async def state(request: web.Request) -> web.Response:
    """For browsers to which nothing can be streamed."""
    progress = await request.app[LINK_PAGE].progress(browser(request))
    if isinstance(progress, Gone):
        return web.json_response({"state": "gone"}, status=404)
    return web.json_response(as_json(request, progress))


@routes.get("/link/events")
async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events: the state, whenever it has changed, until it has ended."""
    page, secret = request.app[LINK_PAGE], browser(request)
    streams, stopping = request.app[STREAMS], request.app[STOPPING]
    progress = await page.progress(secret)
    if isinstance(progress, Gone) or secret is None:
        return web.json_response({"state": "gone"}, status=404)
    if streams[secret] >= STREAMS_PER_BROWSER or streams.total() >= STREAMS_AT_MOST:
        raise web.HTTPServiceUnavailable(headers={"Retry-After": "5"})
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    streams[secret] += 1
    try:
        await response.prepare(request)
        told = None
        while not stopping.is_set():
            count = page.changes.count
            progress = await page.progress(secret)
            if isinstance(progress, Gone):
                break
            news = as_json(request, progress)
            # A comment keeps the connection alive, and finds out whether anybody is still there.
            is_news = {**news, **TICKING} != told
            await response.write(f"data: {json.dumps(news)}\n\n".encode() if is_news else b":\n\n")
            told = {**news, **TICKING}
            if progress.standing.state in ENDED:
                break
            await asyncio.sleep(TELL_AT_MOST_EVERY_S)
            await page.changes.after(count, LOOK_AGAIN_S)
    except ConnectionError:
        # The page was closed.
        pass
    finally:
        streams[secret] -= 1
        if not streams[secret]:
            del streams[secret]
    return response


async def end_streams(app: web.Application) -> None:
    """A stream would hold up the shutdown; its page comes back by itself."""
    app[STOPPING].set()
    app[LINK_PAGE].changes.announce()


def as_json(request: web.Request, progress: Progress) -> dict[str, Any]:
    standing, turn, cools_down_for = progress.standing, progress.turn, progress.cools_down_for
    return {
        "state": standing.state,
        "proof": standing.proof,
        "place": standing.place,
        "waitS": None if standing.wait is None else round(standing.wait.total_seconds() / 15) * 15,
        "platformId": None if turn is None else turn.platform_id,
        "reference": None if turn is None else turn.reference,
        "referenceOption": request.app[SETTINGS].reference_option,
        "turnEndsInS": None if turn is None else turn.ends_in_s,
        "finishCode": progress.finish_code,
        "nftCount": standing.nft_count,
        "coolsDownInS": None if cools_down_for is None else cools_down_for.total_seconds(),
    }
