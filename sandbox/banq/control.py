"""The control routes under /_control: what the Python objects offer, as validated JSON."""

from collections.abc import Collection
from typing import Any, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sandbox.banq.api import Api, Tokens
from sandbox.banq.catalogue import NFTS
from sandbox.banq.echo import PATTERN
from sandbox.banq.faults import Fault, Faults, Outage
from sandbox.banq.identities import ACCOUNT_SPACE_ID, ACCOUNT_SPACES, PLATFORM_ID, PLATFORMS
from sandbox.banq.ledger import Ledger, Refusal
from sandbox.banq.webhooks import Signature, WebhookFault, Webhooks

Order = TypeVar("Order", bound=BaseModel)


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OutageOrder(_Order):
    mode: Outage | None


class TokensOrder(_Order):
    lifetime_s: float | None = Field(default=None, ge=0)


class WebhookOrder(_Order):
    body: Any
    account_space_id: str = ACCOUNT_SPACE_ID


class SignatureOrder(_Order):
    signature: Signature | None


class ReleaseOrder(_Order):
    reverse: bool = True


class ApprovalOrder(_Order):
    email: str
    platform_id: str = PLATFORM_ID
    active: bool = True
    reference: str | None = Field(default=None, pattern=PATTERN)


class MoveAwayOrder(_Order):
    email: str
    nft: str
    amount: int = Field(default=1, ge=1)


class TransferOrder(_Order):
    status: Literal["processing", "completed", "failed", "rejected", "canceled", "expired"]


class OfferOrder(_Order):
    offered: bool


class Control:
    def __init__(
        self,
        *,
        customers: Collection[str],
        api: Api,
        ledger: Ledger,
        tokens: Tokens,
        faults: Faults,
        webhooks: Webhooks,
    ) -> None:
        self._customers = customers
        self._api = api
        self._ledger = ledger
        self._tokens = tokens
        self._faults = faults
        self._webhooks = webhooks

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/_control/calls", self._calls),
            web.post("/_control/faults", self._add_fault),
            web.delete("/_control/faults", self._clear_faults),
            web.post("/_control/faults/release", self._release_calls),
            web.post("/_control/outage", self._outage),
            web.post("/_control/tokens/expire", self._expire_tokens),
            web.get("/_control/webhooks", self._webhook_log),
            web.post("/_control/webhooks", self._send_webhook),
            web.post("/_control/webhooks/fault", self._webhook_fault),
            web.post("/_control/webhooks/signature", self._webhook_signature),
            web.post("/_control/webhooks/release", self._release_webhooks),
            web.post("/_control/approvals", self._approval),
            web.post("/_control/nfts/move-away", self._move_away),
            web.get("/_control/transactions", self._transactions),
            web.post("/_control/transactions/{id}", self._transfer),
            web.post("/_control/transaction-route", self._offer_transactions),
        ]

    async def _calls(self, _request: web.Request) -> web.Response:
        return web.json_response({"received": self._faults.received, "accepted": self._faults.accepted})

    async def _add_fault(self, request: web.Request) -> web.Response:
        self._faults.add(await _order(Fault, request))
        return _done()

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self._faults.clear()
        return _done()

    async def _release_calls(self, _request: web.Request) -> web.Response:
        self._faults.release()
        return _done()

    async def _outage(self, request: web.Request) -> web.Response:
        self._faults.outage = (await _order(OutageOrder, request)).mode
        return _done()

    async def _expire_tokens(self, request: web.Request) -> web.Response:
        order = await _order(TokensOrder, request)
        self._tokens.expire_all()
        if order.lifetime_s is not None:
            self._tokens.lifetime_s = order.lifetime_s
        return _done()

    async def _webhook_log(self, _request: web.Request) -> web.Response:
        return web.json_response([delivery.model_dump(mode="json") for delivery in self._webhooks.log])

    async def _send_webhook(self, request: web.Request) -> web.Response:
        order = await _order(WebhookOrder, request)
        _known(order.account_space_id, ACCOUNT_SPACES)
        self._webhooks.send(order.account_space_id, order.body)
        return _done()

    async def _webhook_fault(self, request: web.Request) -> web.Response:
        self._webhooks.misbehave(await _order(WebhookFault, request))
        return _done()

    async def _webhook_signature(self, request: web.Request) -> web.Response:
        self._webhooks.signature = (await _order(SignatureOrder, request)).signature
        return _done()

    async def _release_webhooks(self, request: web.Request) -> web.Response:
        self._webhooks.release(reverse=(await _order(ReleaseOrder, request)).reverse)
        return _done()

    async def _approval(self, request: web.Request) -> web.Response:
        order = await _order(ApprovalOrder, request)
        _known(order.email, self._customers)
        _known(order.platform_id, PLATFORMS)
        if order.active:
            self._ledger.approve_platform(order.email, order.platform_id, order.reference)
        else:
            self._ledger.revoke_platform(order.email, order.platform_id)
        return _done()

    async def _move_away(self, request: web.Request) -> web.Response:
        order = await _order(MoveAwayOrder, request)
        _known(order.email, self._customers)
        _known(order.nft, NFTS)
        self._ledger.move_away(order.email, order.nft, order.amount)
        return _done()

    async def _transactions(self, _request: web.Request) -> web.Response:
        return web.json_response([one.model_dump(mode="json") for one in self._ledger.transactions])

    async def _transfer(self, request: web.Request) -> web.Response:
        order = await _order(TransferOrder, request)
        transaction_id = request.match_info["id"]
        if order.status == "processing":
            self._ledger.approve_transfer(transaction_id)
        else:
            self._ledger.finish(transaction_id, order.status)
        return _done()

    async def _offer_transactions(self, request: web.Request) -> web.Response:
        self._api.offers_transactions = (await _order(OfferOrder, request)).offered
        return _done()


async def _order(model: type[Order], request: web.Request) -> Order:
    # A page of another origin can post plain text to loopback without asking, but not this.
    if request.content_type != "application/json":
        raise Refusal(400, "The body must be JSON, sent as application/json.")
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise Refusal(400, f"{where}: {first['msg']}") from None


def _known(name: str, names: Collection[str]) -> None:
    if name not in names:
        raise Refusal(400, f"{name} is not known here.")


def _done() -> web.Response:
    return web.Response(status=204)
