"""Builds the side server. What is not explicitly offered is refused; what goes wrong becomes a sentence."""

import logging
import secrets
from collections import Counter

from aiohttp import web

from services.health import HealthCheck
from services.inbox import Inbox
from services.link_page import LinkPage
from services.wording.language import languages
from services.wording.pages import failed
from storage.database import CannotWrite
from web import broken_requests, health, link_events, link_page, pictures, stopping, webhooks
from web import sign_in as sign_in_page
from web.client_address import client_address
from web.discord_sign_in import DiscordSignIn
from web.keys import HEALTH, INBOX, LIMITS, LINK_PAGE, SETTINGS, SIGN_IN, TEMPLATES, Limits, WebSettings
from web.languages import language_of_reader, templates_in, told_in
from web.pages import too_many
from web.stopping import CUT_OFF_WITHIN_S, Handler

log = logging.getLogger(__name__)

LARGEST_BODY = 64 * 1024
# Longer than a reverse proxy keeps its connections; what sends no whole request is closed after it, too.
KEEP_ALIVE_S = 180


def create_app(
    settings: WebSettings,
    page: LinkPage,
    inbox: Inbox,
    health_check: HealthCheck,
    limits: Limits,
    sign_in: DiscordSignIn | None,
) -> web.Application:
    app = web.Application(
        middlewares=[stopping.count, _answer_every_error, _limit], client_max_size=LARGEST_BODY
    )
    app[SETTINGS] = settings
    app[LINK_PAGE] = page
    app[INBOX] = inbox
    app[HEALTH] = health_check
    app[LIMITS] = limits
    app[SIGN_IN] = sign_in
    app[link_events.STREAMS] = Counter()
    app[TEMPLATES] = {language: templates_in(language) for language in languages()}
    app.add_routes(health.for_anybody)
    app.add_routes(webhooks.routes)
    app.add_routes(pictures.routes)
    app.add_routes(link_events.routes)
    app.add_routes(sign_in_page.routes)
    app.add_routes(link_page.routes)
    app.on_response_prepare.append(_lock_down)
    stopping.prepare(app)
    return app


def create_runner(app: web.Application) -> web.AppRunner:
    """Nobody who calls us compresses; inflating a stranger's body would keep everybody else waiting."""
    return web.AppRunner(
        app,
        access_log=None,
        logger=broken_requests.log,
        auto_decompress=False,
        keepalive_timeout=KEEP_ALIVE_S,
        read_bufsize=LARGEST_BODY,
        shutdown_timeout=CUT_OFF_WITHIN_S,
    )


@web.middleware
async def _answer_every_error(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The log names the route, never the path: paths hold tokens and secrets."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        # Its headers say more, such as when to come back.
        response = web.Response(status=error.status, text=error.text, headers=error.headers)
        response.force_close()
    except (ConnectionError, web.RequestPayloadError):
        # The client went away or sent half a body; nobody is there to be answered.
        response = web.Response(status=400)
        response.force_close()
    except Exception as error:
        reference = secrets.token_hex(4)
        # Each open page fails each second while the disk is full, and the log may be on it.
        log.exception(
            "Ref %s: %s %s failed",
            reference,
            request.method,
            _route(request),
            exc_info=not isinstance(error, CannotWrite),
            extra={"ref": reference},
        )
        language = language_of_reader(request)
        text = failed(language, reference)
        response = web.Response(status=500, text=text, headers=told_in(language))
    route = _route(request)
    # The page asks for its state every second, and Banq sends many; only what is not routine is worth a line.
    routine = response.status < 400 and (request.method == "GET" or route == webhooks.ROUTE)
    # Of these, the intake and the inbox tell how many there are.
    routine = routine or (response.status in {401, 404, 503} and route == webhooks.ROUTE)
    log.log(
        logging.DEBUG if routine else logging.INFO, "web %s %s: %s", request.method, route, response.status
    )
    return response


async def _lock_down(_request: web.Request, response: web.StreamResponse) -> None:
    """On each answer, a stream's as well."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cache-Control", "no-store")
    # No window of another site may hold a handle on ours, to which Banq's widget would listen.
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers["Server"] = "banqbot"


@web.middleware
async def _limit(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One network must not wear out the link page for all others. Webhooks are never turned away here."""
    route = _route(request)
    if not route.startswith("/link/") or route == link_page.STATIC_ROUTE:
        return await handler(request)
    address = client_address(
        request.remote,
        request.headers.getall("X-Forwarded-For", []),
        request.app[SETTINGS].trusted_proxies,
    )
    limits = request.app[LIMITS]
    retry_after_s = limits.requests.take(address)
    if retry_after_s is None and route == link_page.LINK_ROUTE:
        retry_after_s = limits.links.take(address)
    if retry_after_s is not None:
        return too_many(request, retry_after_s)
    return await handler(request)


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(no such route)"
