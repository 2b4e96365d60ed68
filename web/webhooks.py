"""Takes Banq's webhooks: authenticate, bound, parse, store, answer. The work happens afterwards."""

import hmac

from aiohttp import web

from banq.webhook import MalformedWebhook
from web.keys import INBOX, SETTINGS

routes = web.RouteTableDef()


@routes.post("/webhooks/{secret}")
async def receive(request: web.Request) -> web.Response:
    """204 once stored for good; 404 for a wrong path, 413 for too much, 400 for what is no JSON object."""
    lane = _lane(request)
    if lane is None:
        raise web.HTTPNotFound
    try:
        body = await request.read()
        await request.app[INBOX].accept(lane, body)
    except MalformedWebhook as error:
        raise web.HTTPBadRequest(text=f"Refused: {error}.") from None
    except web.RequestPayloadError:
        raise web.HTTPBadRequest(text="Refused: the body cannot be read.") from None
    return web.Response(status=204)


def _lane(request: web.Request) -> str | None:
    """The lane whose secret stands in the path. Every secret is compared, in constant time."""
    given = request.match_info["secret"].encode(errors="replace")
    found = None
    for lane, secret in request.app[SETTINGS].webhook_secrets.items():
        if hmac.compare_digest(given, secret.encode()):
            found = lane
    return found
