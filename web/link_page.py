"""The page on which a member links a wallet. A GET changes nothing; the first browser to POST is bound."""

import hmac
import secrets
from pathlib import Path
from typing import Any

from aiohttp import web

from services.link_page import Bound, Gone, Invitation, Progress
from web.keys import LINK_PAGE, SETTINGS, TEMPLATES, origin

routes = web.RouteTableDef()

COOKIE = "banqbot_link"
# Longer than any line; the session itself says when it ends.
COOKIE_LIVES_S = 24 * 3600
CSRF_COOKIE = "banqbot_csrf"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
STATIC = Path(__file__).parent / "static"
STATIC_TYPES = {"link.css": "text/css", "link.js": "text/javascript"}
NOT_FROM_OUR_PAGE = "This did not come from our own page. Open your link again."
AVATARS = "https://cdn.discordapp.com"


@routes.get("/link/session")
async def session(request: web.Request) -> web.Response:
    progress = await request.app[LINK_PAGE].progress(_browser(request))
    if isinstance(progress, Gone):
        return _gone(request)
    return _page(request, "session.html", progress=progress, state=_state(progress))


@routes.get("/link/state")
async def state(request: web.Request) -> web.Response:
    """How far this browser's session is, for the page's own script."""
    progress = await request.app[LINK_PAGE].progress(_browser(request))
    if isinstance(progress, Gone):
        return web.json_response({"state": "gone"}, status=404)
    return web.json_response(_state(progress))


@routes.post("/link/approved")
async def approved(request: web.Request) -> web.Response:
    await _refuse_other_sites(request)
    await request.app[LINK_PAGE].approved(_browser(request))
    return web.Response(status=204)


@routes.post("/link/closed")
async def closed(request: web.Request) -> web.Response:
    await _refuse_other_sites(request)
    await request.app[LINK_PAGE].closed(_browser(request))
    return web.Response(status=204)


@routes.post("/link/again")
async def again(request: web.Request) -> web.Response:
    await _refuse_other_sites(request)
    await request.app[LINK_PAGE].join_again(_browser(request))
    return web.Response(status=204)


@routes.get("/link/static/{name}")
async def static(request: web.Request) -> web.Response:
    """The page's own files, and nothing else that may lie in their folder."""
    name = request.match_info["name"]
    if name not in STATIC_TYPES:
        raise web.HTTPNotFound
    body = (STATIC / name).read_bytes()
    return web.Response(body=body, content_type=STATIC_TYPES[name], charset="utf-8")


@routes.get("/link/{token}")
async def invitation(request: web.Request) -> web.Response:
    match await request.app[LINK_PAGE].look(request.match_info["token"], _browser(request)):
        case Invitation() as found:
            return _page(request, "invitation.html", invitation=found)
        case Bound():
            return _to_session()
        case Gone():
            return _gone(request)


@routes.post("/link/{token}")
async def begin(request: web.Request) -> web.Response:
    """Consume the link: from here on only this browser's cookie opens the session."""
    await _refuse_other_sites(request)
    browser = await request.app[LINK_PAGE].begin(request.match_info["token"])
    if isinstance(browser, Gone):
        return _gone(request)
    response = _to_session()
    _set_cookie(request, response, COOKIE, browser)
    return response


def _to_session() -> web.Response:
    return web.Response(status=303, headers={"Location": "/link/session"})


def _browser(request: web.Request) -> str | None:
    return _cookie(request, COOKIE)


def _cookie(request: web.Request, name: str) -> str | None:
    return request.cookies.get(_cookie_name(request, name))


def _cookie_name(request: web.Request, name: str) -> str:
    """With this prefix, browsers take the cookie from no other host, not even a sibling; https only."""
    return f"__Host-{name}" if request.app[SETTINGS].secure else name


async def _refuse_other_sites(request: web.Request) -> None:
    """A page elsewhere must not act for the member: it can neither read nor set our cookie.

    (The Origin header would not do: with `no-referrer`, browsers send "null" with our own forms.)
    """
    expected = _cookie(request, CSRF_COOKIE)
    if not expected:
        raise web.HTTPForbidden(text=NOT_FROM_OUR_PAGE)
    given = request.headers.get(CSRF_HEADER) or await _form_field(request, CSRF_FIELD)
    if not hmac.compare_digest(
        given.encode(errors="surrogateescape"), expected.encode(errors="surrogateescape")
    ):
        raise web.HTTPForbidden(text=NOT_FROM_OUR_PAGE)


async def _form_field(request: web.Request, name: str) -> str:
    """A field of a form, or nothing where the body is no form at all."""
    try:
        return str((await request.post()).get(name, ""))
    except (ValueError, LookupError):
        return ""


def _state(progress: Progress) -> dict[str, Any]:
    return {
        "state": progress.state,
        "place": progress.place,
        "platformId": progress.platform_id,
        "turnEndsInS": progress.turn_ends_in_s,
        "finishCode": progress.finish_code,
        "nftCount": progress.nft_count,
    }


def _gone(request: web.Request) -> web.Response:
    """Expired, used and unknown links are told alike, so that guessing teaches nothing."""
    return _page(request, "gone.html", status=404)


def _page(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    settings = request.app[SETTINGS]
    nonce = secrets.token_urlsafe(16)
    csrf = _cookie(request, CSRF_COOKIE) or secrets.token_urlsafe(32)
    html = (
        request.app[TEMPLATES]
        .get_template(template)
        .render(settings=settings, nonce=nonce, csrf=csrf, **values)
    )
    widget = origin(settings.widget_url)
    frames = " ".join(settings.widget_frame_origins or (widget,))
    # The widget is a foreign script, so it may load from its own origin, open its frame, and nothing else.
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data: {AVATARS} {widget}; connect-src 'self' {widget}; frame-src {frames}; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    response = web.Response(
        status=status,
        text=html,
        content_type="text/html",
        headers={
            "Content-Security-Policy": policy,
            "X-Frame-Options": "DENY",
            "X-Robots-Tag": "noindex, nofollow",
        },
    )
    _set_cookie(request, response, CSRF_COOKIE, csrf)
    return response


def _set_cookie(request: web.Request, response: web.Response, name: str, value: str) -> None:
    """Lax, so that opening the link from chat once more finds the session, and keeps an open tab working."""
    response.set_cookie(
        _cookie_name(request, name),
        value,
        max_age=COOKIE_LIVES_S,
        path="/",
        httponly=True,
        secure=request.app[SETTINGS].secure,
        samesite="Lax",
    )
