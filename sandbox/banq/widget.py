"""The pages inside the widget's iframe: sign in, approve, done.

No cookies, since browsers keep those of a framed site away: the refresh token travels in the iframe's
URL and in the forms, as Banq's own does.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from sandbox.banq.echo import Echo, is_reference
from sandbox.banq.identities import CUSTOMER_PASSWORD, CUSTOMERS, PLATFORMS, AccountSpace, Customer
from sandbox.banq.ledger import Ledger, Refusal
from sandbox.banq.rendering import page
from sandbox.banq.sessions import Sessions

_SCRIPT = Path(__file__).parent / "static" / "ecommerce.js"


@dataclass(frozen=True)
class Asked:
    """What the embedding page gave the widget; without an echo a reference is not looked at."""

    platform: AccountSpace
    reference: str | None


class Widget:
    def __init__(self, ledger: Ledger, sessions: Sessions, echo: Echo | None) -> None:
        self._ledger = ledger
        self._sessions = sessions
        self._echo = echo

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/ecommerce.js", self._script),
            web.get("/widget", self._open),
            web.post("/widget/sign-in", self._sign_in),
            web.post("/widget/approve", self._approve),
        ]

    async def _script(self, _request: web.Request) -> web.Response:
        option = json.dumps(self._echo.option if self._echo else None)
        script = _SCRIPT.read_text(encoding="utf-8").replace("echoed = null", f"echoed = {option}")
        headers = {"Cache-Control": "no-cache"}
        return web.Response(text=script, content_type="text/javascript", headers=headers)

    async def _open(self, request: web.Request) -> web.Response:
        asked = self._asked(request.query)
        token = request.query.get("refreshToken", "")
        customer = self._sessions.customer(token)
        if customer is None:
            return _sign_in_page(asked)
        return self._consent_page(asked, customer, token)

    async def _sign_in(self, request: web.Request) -> web.Response:
        form = await _form(request)
        asked = self._asked(form)
        email = form.get("email", "")
        token = self._sessions.sign_in(email, form.get("password", ""))
        customer = self._sessions.customer(token)
        if token is None or customer is None:
            return _sign_in_page(asked, wrong_email=email)
        return self._consent_page(asked, customer, token)

    async def _approve(self, request: web.Request) -> web.Response:
        form = await _form(request)
        asked = self._asked(form)
        customer = self._sessions.customer(form.get("refreshToken", ""))
        if customer is None:
            return _sign_in_page(asked)
        self._ledger.approve_platform(customer.email, asked.platform.identity_id, asked.reference)
        message = {"type": "banq:approved"}
        return page("widget_done.html", framable=True, platform=asked.platform, message=message)

    def _asked(self, fields: Mapping[str, str]) -> Asked:
        platform = PLATFORMS.get(fields.get("platformId", ""))
        if platform is None:
            raise _misled(404, "a platform id that Banq does not know")
        reference = fields.get("reference") if self._echo else None
        if reference is not None and not is_reference(reference):
            raise _misled(400, "a reference that Banq does not take")
        return Asked(platform, reference)

    def _consent_page(self, asked: Asked, customer: Customer, token: str) -> web.Response:
        return page(
            "widget_consent.html",
            framable=True,
            platform=asked.platform,
            reference=asked.reference,
            customer=customer,
            token=token,
            nft_count=len(self._ledger.wallet(customer.email)),
            message={"type": "banq:signed-in", "refreshToken": token},
        )


async def _form(request: web.Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.post()).items()}


def _misled(status: int, given: str) -> Refusal:
    return Refusal(status, f"The site that opened this window gave {given}. Please tell its owners.")


def _sign_in_page(asked: Asked, wrong_email: str | None = None) -> web.Response:
    return page(
        "widget_sign_in.html",
        status=200 if wrong_email is None else 401,
        framable=True,
        platform=asked.platform,
        reference=asked.reference,
        wrong_email=wrong_email,
        customers=CUSTOMERS.values(),
        demo_password=CUSTOMER_PASSWORD,
    )
