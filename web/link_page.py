"""The page on which a member links a wallet. A GET changes nothing; the first browser to POST is bound."""

from pathlib import Path

from aiohttp import web

from services.link_page import Bound, Gone, Invitation
from web import link_events, sign_in
from web.keys import LINK_PAGE, SETTINGS
from web.pages import SESSION_COOKIE, browser, gone, page, refuse_other_sites, see_other, set_cookie

routes = web.RouteTableDef()

LINK_ROUTE = "/link/{token}"
STATIC_ROUTE = "/link/static/{name}"
STATIC = Path(__file__).parent / "static"
STATIC_TYPES = {"link.css": "text/css", "link.js": "text/javascript"}


@routes.get("/link/session")
async def session(request: web.Request) -> web.Response:
    progress = await request.app[LINK_PAGE].progress(browser(request))
    if isinstance(progress, Gone):
        return gone(request)
    # Banq's script may load only where it is needed: not before the browser has proven itself.
    with_widget = progress.standing.state in {"proven", "waiting", "open", "approved"}
    return page(
        request,
        "session.html",
        with_widget=with_widget,
        has_widget=with_widget,
        standing=progress.standing,
        state=link_events.as_json(request, progress),
        sign_in=request.query.get("discord", ""),
        heard_within_s=request.app[SETTINGS].heard_within_s,
    )


@routes.post("/link/approved")
async def approved(request: web.Request) -> web.Response:
    await refuse_other_sites(request)
    await request.app[LINK_PAGE].approved(browser(request))
    return web.Response(status=204)


@routes.post("/link/closed")
async def closed(request: web.Request) -> web.Response:
    await refuse_other_sites(request)
    await request.app[LINK_PAGE].closed(browser(request))
    return web.Response(status=204)


@routes.post("/link/again")
async def again(request: web.Request) -> web.Response:
    await refuse_other_sites(request)
    await request.app[LINK_PAGE].join_again(browser(request))
    return web.Response(status=204)


@routes.get(STATIC_ROUTE)
async def static(request: web.Request) -> web.Response:
    """The page's own files, and nothing else that may lie in their folder."""
    name = request.match_info["name"]
    if name not in STATIC_TYPES:
        raise web.HTTPNotFound
    body = (STATIC / name).read_bytes()
    return web.Response(body=body, content_type=STATIC_TYPES[name], charset="utf-8")


@routes.get(LINK_ROUTE)
async def invitation(request: web.Request) -> web.Response:
    match await request.app[LINK_PAGE].look(request.match_info["token"], browser(request)):
        case Invitation() as found:
            return page(request, "invitation.html", invitation=found)
        case Bound():
            return see_other("/link/session")
        case Gone():
            return gone(request)


@routes.post(LINK_ROUTE)
async def begin(request: web.Request) -> web.Response:
    """Consume the link: from here on only this browser's cookie opens the session."""
    await refuse_other_sites(request)
    bound = await request.app[LINK_PAGE].begin(request.match_info["token"])
    if isinstance(bound, Gone):
        return gone(request)
    response = see_other(await sign_in.next_address(request, bound))
    set_cookie(request, response, SESSION_COOKIE, bound)
    return response
