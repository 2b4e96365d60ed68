"""What every page of the side server has in common: its head, its policy, its cookies, its form token."""

import hmac
import secrets
from typing import Any

from aiohttp import web

from services.wording.pages import not_from_our_page
from web.bodies import whole_body
from web.keys import SETTINGS, TEMPLATES, origin
from web.languages import language_of_reader, told_in

# Longer than any line; the session itself says when it ends.
COOKIE_LIVES_S = 24 * 3600
SESSION_COOKIE = "banqbot_link"
CSRF_COOKIE = "banqbot_csrf"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
AVATARS = "https://cdn.discordapp.com"


def page(
    request: web.Request, template: str, *, status: int = 200, with_widget: bool = False, **values: Any
) -> web.Response:
    """Render a page. Only one that shows Banq's widget may load anything of Banq's."""
    settings = request.app[SETTINGS]
    nonce = secrets.token_urlsafe(16)
    csrf = cookie(request, CSRF_COOKIE) or secrets.token_urlsafe(32)
    language = language_of_reader(request)
    html = (
        request.app[TEMPLATES][language]
        .get_template(template)
        .render(settings=settings, nonce=nonce, csrf=csrf, **values)
    )
    response = web.Response(
        status=status,
        text=html,
        content_type="text/html",
        headers={
            **told_in(language),
            "Content-Security-Policy": _policy(request, nonce, with_widget=with_widget),
            "X-Frame-Options": "DENY",
            "X-Robots-Tag": "noindex, nofollow",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        },
    )
    set_cookie(request, response, CSRF_COOKIE, csrf)
    return response


def _policy(request: web.Request, nonce: str, *, with_widget: bool) -> str:
    settings = request.app[SETTINGS]
    sources: dict[str, str] = {
        "default-src": "'none'",
        "script-src": f"'nonce-{nonce}'",
        "style-src": "'self'",
        "img-src": f"'self' data: {AVATARS}",
        "connect-src": "'self'",
        # Forms that lead to signing in: browsers hold the redirect against this, too.
        "form-action": " ".join(("'self'", *settings.sign_in_origins)),
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    if with_widget:
        widget = origin(settings.widget_url)
        # The widget is a foreign script: it may load from its own origin, open its frame, and nothing else.
        sources |= {
            "script-src": f"'nonce-{nonce}' {widget}",
            "style-src": f"'self' 'unsafe-inline' {widget}",
            "img-src": f"{sources['img-src']} {widget}",
            "connect-src": f"'self' {widget}",
            "frame-src": " ".join(settings.widget_frame_origins or (widget,)),
        }
    return "; ".join(f"{name} {value}" for name, value in sources.items())


def gone(request: web.Request) -> web.Response:
    """Expired, used and unknown links are told alike, so that guessing teaches nothing."""
    return page(request, "gone.html", status=404)


def too_many(request: web.Request, retry_after_s: float) -> web.Response:
    response = page(request, "too_many.html", status=429)
    response.headers["Retry-After"] = str(max(1, round(retry_after_s)))
    return response


def see_other(location: str) -> web.Response:
    return web.Response(status=303, headers={"Location": location})


def browser(request: web.Request) -> str | None:
    """The secret that binds a browser to its session."""
    return cookie(request, SESSION_COOKIE)


def cookie(request: web.Request, name: str) -> str | None:
    return request.cookies.get(_cookie_name(request, name))


def set_cookie(request: web.Request, response: web.Response, name: str, value: str) -> None:
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


def _cookie_name(request: web.Request, name: str) -> str:
    """With this prefix, browsers take the cookie from no other host, not even a sibling; https only."""
    return f"__Host-{name}" if request.app[SETTINGS].secure else name


async def refuse_other_sites(request: web.Request) -> None:
    """A page elsewhere must not act for the member: it can neither read nor set our cookie.

    (The Origin header would not do: with `no-referrer`, browsers send "null" with our own forms.)
    """
    language = language_of_reader(request)
    refusal = web.HTTPForbidden(text=not_from_our_page(language), headers=told_in(language))
    expected = cookie(request, CSRF_COOKIE)
    if not expected:
        raise refusal
    given = request.headers.get(CSRF_HEADER) or await _form_field(request, CSRF_FIELD)
    if not hmac.compare_digest(
        given.encode(errors="surrogateescape"), expected.encode(errors="surrogateescape")
    ):
        raise refusal


async def _form_field(request: web.Request, name: str) -> str:
    """A field of a form such as our pages send, or nothing where the body is something else.

    Taking apart a form of many parts would keep everybody else waiting.
    """
    if request.content_type != "application/x-www-form-urlencoded":
        return ""
    await whole_body(request)
    try:
        return str((await request.post()).get(name, ""))
    except (ValueError, LookupError):
        return ""
