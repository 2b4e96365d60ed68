"""Takes Banq's webhooks: authenticate, bound, parse, store, answer. The work happens afterwards."""

import asyncio
import hmac
from base64 import b64encode

from aiohttp import web

from banq.webhook import MalformedWebhook
from services.refused_webhooks import Refusal
from storage.intake import IntakeFull, NotStored
from web.bodies import whole_body
from web.keys import INBOX, SETTINGS

routes = web.RouteTableDef()

ROUTE = "/webhooks/{secret}"
FULL_FOR_S, DISK_FAILS_FOR_S = 1, 10


@routes.post(ROUTE)
async def receive(request: web.Request) -> web.Response:
    """204 once stored for good, and only then.

    404 for a wrong path, 413 for too much, 408 for too slow, 401 for a wrong signature, 400 for what is no
    JSON object; 503 with Retry-After where it cannot be stored now. What is not 2xx, Banq sends again.
    """
    inbox = request.app[INBOX]
    lane = _lane(request)
    if lane is None:
        inbox.refused.count(Refusal.WRONG_PATH)
        raise web.HTTPNotFound
    body = await _body(request)
    if not _is_signed(request, lane, body):
        inbox.refused.count(Refusal.WRONG_SIGNATURE)
        raise web.HTTPUnauthorized(text="Refused: the signature is missing or wrong.")
    try:
        await inbox.accept(lane, body)
    except MalformedWebhook as error:
        inbox.refused.count(Refusal.MALFORMED)
        raise web.HTTPBadRequest(text=f"Refused: {error}.") from None
    except IntakeFull:
        raise _come_back("Too many webhooks at once.", FULL_FOR_S) from None
    except NotStored:
        raise _come_back("It cannot be stored now.", DISK_FAILS_FOR_S) from None
    return web.Response(status=204)


def _lane(request: web.Request) -> str | None:
    """The lane whose secret stands in the path. Every secret is compared, in constant time."""
    given = request.match_info["secret"].encode(errors="replace")
    found = None
    for lane, secret in request.app[SETTINGS].webhook_secrets.items():
        if hmac.compare_digest(given, secret.encode()):
            found = lane
    return found


async def _body(request: web.Request) -> bytes:
    """All of it, as it came. A body that is too large is refused by its length alone, where it tells one."""
    if request.content_length is not None and request.content_length > request.client_max_size:
        raise web.HTTPRequestEntityTooLarge(request.client_max_size, request.content_length)
    if request.content.is_eof():
        # It has come with the head, as almost every one does: a timer for it would cost more than reading it.
        return await whole_body(request)
    try:
        async with asyncio.timeout(request.app[SETTINGS].body_within_s):
            return await whole_body(request)
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="Refused: the body came too slowly.") from None


def _is_signed(request: web.Request, lane: str, body: bytes) -> bool:
    """Whether a secret of the lane made the HMAC-SHA256 in the header, in hex or base64; or it has none."""
    settings = request.app[SETTINGS]
    secrets = settings.signature_secrets.get(lane, ())
    if not secrets:
        return True
    signatures = request.headers.getall(settings.signature_header, [])
    if len(signatures) != 1:
        # Of two, nobody can say which one a proxy in between has looked at.
        return False
    given = signatures[0].removeprefix("sha256=").encode(errors="replace")
    matches = False
    for secret in secrets:
        digest = hmac.digest(secret.encode(), body, "sha256")
        if len(given) == 2 * len(digest):
            matches |= hmac.compare_digest(given.lower(), digest.hex().encode())
        else:
            matches |= hmac.compare_digest(given, b64encode(digest))
    return matches


def _come_back(sentence: str, after_s: int) -> web.HTTPServiceUnavailable:
    return web.HTTPServiceUnavailable(
        text=f"{sentence} Send it again in {after_s} seconds.", headers={"Retry-After": str(after_s)}
    )
