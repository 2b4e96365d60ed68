"""Banq's web app for customers: the account, a transfer to approve, and live updates of both and of mail."""

from pathlib import Path

from aiohttp import web

from sandbox.banq.catalogue import CHAINS, NFTS
from sandbox.banq.identities import CUSTOMER_PASSWORD, CUSTOMERS, PLATFORMS, Customer
from sandbox.banq.ledger import Ledger, Refusal
from sandbox.banq.rendering import page
from sandbox.banq.sessions import Sessions
from sandbox.banq.state import Store

_STATIC = Path(__file__).parent / "static"
_COOKIE = "banq_session"


class CustomerPages:
    def __init__(self, store: Store, ledger: Ledger, sessions: Sessions) -> None:
        self._store = store
        self._ledger = ledger
        self._sessions = sessions
        self._streams_ended = False

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self._index),
            web.get("/account", self._account),
            web.post("/account/sign-in", self._sign_in),
            web.post("/account/sign-out", self._sign_out),
            web.post("/account/revoke", self._revoke),
            web.get("/transfers/{secret}", self._transfer),
            web.post("/transfers/{secret}/approve", self._approve_transfer),
            web.post("/transfers/{secret}/reject", self._reject_transfer),
            web.get("/live", self._live),
            web.static("/static", _STATIC),
        ]

    def end_streams(self) -> None:
        self._streams_ended = True
        self._store.notify()

    async def _index(self, _request: web.Request) -> web.Response:
        return page("index.html", customers=CUSTOMERS.values())

    async def _account(self, request: web.Request) -> web.Response:
        customer = self._signed_in(request)
        if customer is None:
            return _sign_in_page()
        grants = self._ledger.grants_of(customer.email)
        transfers = [one for one in reversed(self._ledger.transactions) if one.email == customer.email]
        return page(
            "account.html",
            customer=customer,
            connections=[(grant, PLATFORMS[grant.platform_id]) for grant in grants],
            transfers=[(one, NFTS[one.nft]) for one in transfers],
            wallet=self._ledger.wallet(customer.email),
            chains=CHAINS,
        )

    async def _sign_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        email = str(form.get("email", ""))
        token = self._sessions.sign_in(email, str(form.get("password", "")))
        if token is None:
            return _sign_in_page(wrong_email=email)
        answer = _see_other("/account")
        answer.set_cookie(_COOKIE, token, httponly=True, samesite="Strict")
        return answer

    async def _sign_out(self, request: web.Request) -> web.Response:
        self._sessions.sign_out(request.cookies.get(_COOKIE, ""))
        answer = _see_other("/account")
        answer.del_cookie(_COOKIE)
        return answer

    async def _revoke(self, request: web.Request) -> web.Response:
        customer = self._signed_in(request)
        if customer is None:
            return _sign_in_page()
        platform_id = str((await request.post()).get("platformId", ""))
        if platform_id not in PLATFORMS:
            raise Refusal(404, "This platform does not exist.")
        self._ledger.revoke_platform(customer.email, platform_id)
        return _see_other("/account")

    def _signed_in(self, request: web.Request) -> Customer | None:
        return self._sessions.customer(request.cookies.get(_COOKIE))

    async def _transfer(self, request: web.Request) -> web.Response:
        transaction = self._ledger.transaction_by_secret(request.match_info["secret"])
        return page(
            "transfer.html",
            transfer=transaction,
            nft=NFTS[transaction.nft],
            customer=self._store.customers[transaction.email],
            platform=PLATFORMS[transaction.platform_id],
            chains=CHAINS,
        )

    async def _approve_transfer(self, request: web.Request) -> web.Response:
        secret = request.match_info["secret"]
        self._ledger.approve_transfer(self._ledger.transaction_by_secret(secret).id)
        return _see_other(f"/transfers/{secret}")

    async def _reject_transfer(self, request: web.Request) -> web.Response:
        secret = request.match_info["secret"]
        self._ledger.reject_transfer(self._ledger.transaction_by_secret(secret).id)
        return _see_other(f"/transfers/{secret}")

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """A line at every change; it carries nothing, the page asks again for itself."""
        stream = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await stream.prepare(request)
        seen = self._store.saves
        await stream.write(b"retry: 1000\n\n")
        while not self._streams_ended:
            if seen == self._store.saves:
                await self._store.changed()
                continue
            if request.transport is None or request.transport.is_closing():
                break
            seen = self._store.saves
            await stream.write(b"data: changed\n\n")
        return stream


def _sign_in_page(wrong_email: str | None = None) -> web.Response:
    return page(
        "account_sign_in.html",
        status=200 if wrong_email is None else 401,
        wrong_email=wrong_email,
        customers=CUSTOMERS.values(),
        demo_password=CUSTOMER_PASSWORD,
    )


def _see_other(location: str) -> web.Response:
    return web.Response(status=303, headers={"Location": location, "Cache-Control": "no-store"})
