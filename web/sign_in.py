"""Signing in with Discord on the link page: sends the browser there, and finds out who comes back."""

import logging

from aiohttp import web

from services.link_page import Gone
from web.discord_sign_in import SignInRefused, SignInUnavailable
from web.keys import LINK_PAGE, SIGN_IN
from web.pages import browser, refuse_other_sites, see_other

log = logging.getLogger(__name__)
routes = web.RouteTableDef()

CALLBACK = "/link/discord"
PLATFORM = "discord"


@routes.post("/link/sign-in")
async def start(request: web.Request) -> web.Response:
    await refuse_other_sites(request)
    return see_other(await next_address(request, browser(request)))


@routes.get(CALLBACK)
async def come_back(request: web.Request) -> web.Response:
    """Discord sends the browser here. What it brings counts once, and only in the browser that was sent."""
    sign_in, page = request.app[SIGN_IN], request.app[LINK_PAGE]
    expected = await page.comes_back(browser(request), request.query.get("state", ""))
    if sign_in is None or not expected:
        return see_other("/link/session")
    code = request.query.get("code", "")
    if not code:
        return see_other("/link/session?discord=denied")
    try:
        account = await sign_in.account(code)
    except SignInRefused:
        return see_other("/link/session?discord=refused")
    except SignInUnavailable as error:
        log.warning("sign-in: Discord cannot be asked now: %s", error)
        return see_other("/link/session?discord=unavailable")
    await page.signed_in(browser(request), PLATFORM, account.id)
    return see_other("/link/session")


async def next_address(request: web.Request, bound: str | None) -> str:
    """Where a bound browser goes next: to Discord, as long as it still has to sign in there."""
    sign_in = request.app[SIGN_IN]
    if sign_in is None:
        return "/link/session"
    secret = await request.app[LINK_PAGE].ask_to_sign_in(bound)
    return "/link/session" if isinstance(secret, Gone) else sign_in.address(secret)
