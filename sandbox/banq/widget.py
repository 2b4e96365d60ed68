"""The pages inside the widget's iframe: sign in, approve, done.

No cookies, since browsers keep those of a framed site away: the refresh token travels in the iframe's
URL and in the forms, as Banq's own does.
"""

from pathlib import Path

from aiohttp import web

from sandbox.banq.identities import CUSTOMER_PASSWORD, CUSTOMERS, PLATFORMS, AccountSpace, Customer
from sandbox.banq.ledger import Ledger
from sandbox.banq.rendering import page
from sandbox.banq.sessions import Sessions

_SCRIPT = Path(__file__).parent / "static" / "ecommerce.js"


class Widget:
    def __init__(self, ledger: Ledger, sessions: Sessions) -> None:
        self._ledger = ledger
        self._sessions = sessions

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/ecommerce.js", self._script),
            web.get("/widget", self._open),
            web.post("/widget/sign-in", self._sign_in),
            web.post("/widget/approve", self._approve),
        ]

    async def _script(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(_SCRIPT, headers={"Cache-Control": "no-cache"})

    async def _open(self, request: web.Request) -> web.Response:
        platform = PLATFORMS.get(request.query.get("platformId", ""))
        if platform is None:
            return _unknown_platform()
        token = request.query.get("refreshToken", "")
        customer = self._sessions.customer(token)
        if customer is None:
            return _sign_in_page(platform)
        return self._consent_page(platform, customer, token)

    async def _sign_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        platform = PLATFORMS.get(str(form.get("platformId", "")))
        if platform is None:
            return _unknown_platform()
        email = str(form.get("email", ""))
        token = self._sessions.sign_in(email, str(form.get("password", "")))
        customer = self._sessions.customer(token)
        if token is None or customer is None:
            return _sign_in_page(platform, wrong_email=email)
        return self._consent_page(platform, customer, token)

    async def _approve(self, request: web.Request) -> web.Response:
        form = await request.post()
        platform = PLATFORMS.get(str(form.get("platformId", "")))
        if platform is None:
            return _unknown_platform()
        customer = self._sessions.customer(str(form.get("refreshToken", "")))
        if customer is None:
            return _sign_in_page(platform)
        self._ledger.approve_platform(customer.email, platform.identity_id)
        return page("widget_done.html", framable=True, platform=platform, message={"type": "banq:approved"})

    def _consent_page(self, platform: AccountSpace, customer: Customer, token: str) -> web.Response:
        return page(
            "widget_consent.html",
            framable=True,
            platform=platform,
            customer=customer,
            token=token,
            nft_count=len(self._ledger.wallet(customer.email)),
            message={"type": "banq:signed-in", "refreshToken": token},
        )


def _sign_in_page(platform: AccountSpace, wrong_email: str | None = None) -> web.Response:
    return page(
        "widget_sign_in.html",
        status=200 if wrong_email is None else 401,
        framable=True,
        platform=platform,
        wrong_email=wrong_email,
        customers=CUSTOMERS.values(),
        demo_password=CUSTOMER_PASSWORD,
    )


def _unknown_platform() -> web.Response:
    return page("widget_error.html", status=404, framable=True)
