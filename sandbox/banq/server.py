"""Banq on loopback: the API, the widget, the customers' pages and mail, and the webhooks."""

from collections.abc import Sequence
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.banq.api import Api, OAuthRefusal, Tokens
from sandbox.banq.catalogue import CHAINS
from sandbox.banq.control import Control
from sandbox.banq.customer_pages import CustomerPages
from sandbox.banq.echo import Echo
from sandbox.banq.explorer import Explorer
from sandbox.banq.faults import Dropped, FaultAnswer, Faults
from sandbox.banq.gallery import Gallery
from sandbox.banq.ledger import Ledger, Refusal
from sandbox.banq.mailbox import Mailbox
from sandbox.banq.rendering import page
from sandbox.banq.sessions import Sessions
from sandbox.banq.state import Store
from sandbox.banq.webhooks import Signature, Webhooks
from sandbox.banq.widget import Widget


class BanqSandbox:
    """`settle_after_s` is the time from a customer's approval of a transfer to its completion.

    `retry_delays_s` are the pauses before each repeat of a webhook; the last one serves for any more.
    `crowd` is the number of customers beyond the three named ones. With `echo`, the webhook of an approval
    names what the page gave the widget. With `webhook_signature`, every webhook is signed.
    """

    def __init__(
        self,
        *,
        state_path: Path | None = None,
        settle_after_s: float = 0.0,
        retry_delays_s: Sequence[float] = (1.0, 2.0, 4.0, 8.0, 16.0),
        crowd: int = 0,
        echo: Echo | None = None,
        webhook_signature: Signature | None = None,
    ) -> None:
        self.store = Store(state_path, crowd)
        self.webhooks = Webhooks(self.store, retry_delays_s, webhook_signature)
        self.ledger = Ledger(self.store, self.webhooks, settle_after_s, echo)
        self.tokens = Tokens()
        self.faults = Faults(self.store)
        self.api = Api(
            store=self.store,
            ledger=self.ledger,
            tokens=self.tokens,
            faults=self.faults,
            own_url=lambda: self.url,
        )
        sessions = Sessions(self.store.customers)
        self._widget = Widget(self.ledger, sessions, echo)
        self._pages = CustomerPages(self.store, self.ledger, sessions)
        self._mailbox = Mailbox(self.ledger, self.store.customers)
        self._gallery = Gallery()
        self._explorer = Explorer(self.ledger)
        self._control = Control(
            customers=self.store.customers,
            api=self.api,
            ledger=self.ledger,
            tokens=self.tokens,
            faults=self.faults,
            webhooks=self.webhooks,
        )
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def start(self, port: int = 0) -> None:
        """Listens on 127.0.0.1; with port 0 the system picks one, and `url` tells which."""
        app = web.Application(middlewares=[self._answer_errors, self.faults.outages])
        app.add_routes(self.api.routes())
        app.add_routes(self._control.routes())
        app.add_routes(self._widget.routes())
        app.add_routes(self._pages.routes())
        app.add_routes(self._mailbox.routes())
        app.add_routes(self._gallery.routes())
        app.add_routes(self._explorer.routes())
        app.on_shutdown.append(self._end_streams)
        await self.webhooks.start()
        self.ledger.start()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port, backlog=1024).start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Undelivered webhooks and unsettled transfers go on at the next start from the same state."""
        self.ledger.close()
        if self._runner:
            self.faults.release()
            await self._runner.cleanup()
        await self.webhooks.close()

    def hang_up(self) -> None:
        """Breaks all connections. Calls that are held act all the same once they are released."""
        if self._runner and self._runner.server:
            for connection in self._runner.server.connections:
                if connection.transport:
                    connection.transport.abort()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api"

    @property
    def token_url(self) -> str:
        return f"{self.url}/oauth/token"

    @property
    def widget_url(self) -> str:
        return f"{self.url}/ecommerce.js"

    @property
    def explorer_urls(self) -> dict[str, str]:
        """For each chain, where a transaction can be looked at; {hash} stands for its hash."""
        return {chain: f"{self.url}/explorer/{chain}/tx/{{hash}}" for chain in CHAINS}

    @property
    def mailbox_url(self) -> str:
        return f"{self.url}/mail"

    async def _end_streams(self, _app: web.Application) -> None:
        self._pages.end_streams()

    @web.middleware
    async def _answer_errors(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Each part of Banq says no in its own shape: Auth0's, the API's, or a page."""
        try:
            return await handler(request)
        except Dropped:
            if request.transport:
                request.transport.abort()
            return web.Response()
        except OAuthRefusal as refusal:
            return web.json_response(refusal.body, status=refusal.status)
        except FaultAnswer as answer:
            response = _refusal(request, answer.status, "Something went wrong at Banq.")
            response.headers.update(answer.headers)
            return response
        except Refusal as refusal:
            return _refusal(request, refusal.status, refusal.message)
        except web.HTTPException as error:
            if error.status in {404, 405} and request.path.startswith("/api/"):
                return _api_error(404, f"Cannot {request.method} {request.path}")
            raise


def _refusal(request: web.Request, status: int, message: str) -> web.Response:
    if request.path.startswith(("/api/", "/oauth/", "/_control/")):
        return _api_error(status, message)
    if request.path.startswith("/widget"):
        return page("widget_error.html", status=status, framable=True, message=message)
    return page("refusal.html", status=status, message=message)


def _api_error(status: int, message: str) -> web.Response:
    return web.json_response({"statusCode": status, "message": message}, status=status)
