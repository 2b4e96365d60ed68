"""Builds the side server. What is not explicitly offered is refused; what goes wrong becomes a sentence."""

import logging
import secrets
from collections.abc import Awaitable, Callable

import jinja2
from aiohttp import web

from services.health import HealthCheck
from services.inbox import Inbox
from services.link_page import LinkPage
from web import health, link_page, webhooks
from web.keys import HEALTH, INBOX, LINK_PAGE, SETTINGS, TEMPLATES, WebSettings

log = logging.getLogger(__name__)

LARGEST_BODY = 64 * 1024
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def create_app(
    settings: WebSettings, page: LinkPage, inbox: Inbox, health_check: HealthCheck
) -> web.Application:
    app = web.Application(middlewares=[_answer_every_error], client_max_size=LARGEST_BODY)
    app[SETTINGS] = settings
    app[LINK_PAGE] = page
    app[INBOX] = inbox
    app[HEALTH] = health_check
    app[TEMPLATES] = jinja2.Environment(
        loader=jinja2.PackageLoader("web", "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    app.add_routes(health.routes)
    app.add_routes(webhooks.routes)
    app.add_routes(link_page.routes)
    return app


@web.middleware
async def _answer_every_error(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The log names the route, never the path: paths hold tokens and secrets."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = web.Response(status=error.status, text=error.text, headers={"Connection": "close"})
    except (ConnectionError, web.RequestPayloadError):
        # The client went away or sent half a body; nobody is there to be answered.
        response = web.Response(status=400, headers={"Connection": "close"})
    except Exception:
        reference = secrets.token_hex(4)
        log.exception("Ref %s: %s %s failed", reference, request.method, _route(request))
        response = web.Response(status=500, text=f"Something went wrong on our side. Ref {reference}")
    # The page asks for its state every second; only what is not routine is worth a line.
    routine = request.method == "GET" and response.status < 400
    log.log(
        logging.DEBUG if routine else logging.INFO,
        "web %s %s: %s",
        request.method,
        _route(request),
        response.status,
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cache-Control", "no-store")
    # No window of another site may hold a handle on ours, to which Banq's widget would listen.
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers["Server"] = "banqbot"
    return response


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(no such route)"
