"""Banq's API as integrators know it: the token endpoint and /api. JSON in, JSON out, strict."""

import secrets
import time
from collections.abc import Callable
from itertools import cycle
from typing import Any, TypeVar

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from sandbox.banq import identities
from sandbox.banq.catalogue import NFTS, Nft
from sandbox.banq.faults import Faults
from sandbox.banq.ledger import Ledger, Refusal
from sandbox.banq.state import Store, Transaction, WebhookConfig

Body = TypeVar("Body", bound=BaseModel)


class WithdrawBody(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)

    token_data_id: int | str
    source_banq: str
    external_address: str
    amount: int
    platform_id: str
    user_id: str


class Tokens:
    """The integrator's access tokens. `lifetime_s` applies to tokens given out from now on.

    `issued` are all that were ever given out.
    """

    def __init__(self) -> None:
        self.lifetime_s = 86_400.0
        self.issued: list[str] = []
        self._expiries: dict[str, float] = {}

    def issue(self) -> str:
        token = secrets.token_urlsafe(32)
        self._expiries[token] = time.monotonic() + self.lifetime_s
        self.issued.append(token)
        return token

    def is_good(self, token: str) -> bool:
        return self._expiries.get(token, 0.0) > time.monotonic()

    def expire_all(self) -> None:
        self._expiries.clear()


class Api:
    def __init__(
        self, *, store: Store, ledger: Ledger, tokens: Tokens, faults: Faults, own_url: Callable[[], str]
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._tokens = tokens
        self._faults = faults
        self._own_url = own_url
        self.offers_transactions = True
        self._hoards: dict[str, list[dict[str, object]]] = {}

    def hoard(self, email: str, count: int) -> None:
        """Give the customer so many more NFTs to look at. Nobody can withdraw one of these."""
        kinds = [self._nft(nft, 1) for nft in NFTS.values()]
        self._hoards[email] = [
            kind
            | {"tokenDataId": f"hoard-{number}", "tokenId": str(number), "name": f"{kind['name']} {number}"}
            for number, kind in zip(range(1, count + 1), cycle(kinds), strict=False)
        ]

    def routes(self) -> list[web.RouteDef]:
        around = self._faults.around
        config_path = "/api/v1/account-spaces/{id}/webhook-config"
        return [
            web.post("/oauth/token", around("token", self._token)),
            web.get("/api/v1/users/me", around("me", self._bearer(self._me))),
            web.get(config_path, around("webhook-config", self._bearer(self._get_webhook_config))),
            web.post(config_path, around("webhook-config", self._bearer(self._post_webhook_config))),
            web.patch(config_path, around("webhook-config", self._bearer(self._patch_webhook_config))),
            web.get(
                "/api/v1/user-tokens/{user_guid}/platform-nfts", around("nfts", self._bearer(self._nfts))
            ),
            web.post("/api/v1/nft-transactions/withdraw", around("withdraw", self._bearer(self._withdraw))),
            web.get("/api/v1/nft-transactions/{id}", around("transaction", self._bearer(self._transaction))),
        ]

    async def _token(self, request: web.Request) -> web.Response:
        fields = await _json_object(request, OAuthRefusal(400, "invalid_request", "The body must be JSON."))
        for name in ("client_id", "username", "password", "audience", "grant_type"):
            if not isinstance(fields.get(name), str):
                raise OAuthRefusal(400, "invalid_request", f"Missing required parameter: {name}")
        if fields["grant_type"] != "password":
            raise OAuthRefusal(400, "invalid_request", "Only the password grant is offered.")
        if fields["client_id"] != identities.CLIENT_ID:
            raise OAuthRefusal(401, "access_denied", "Unauthorized")
        if fields["audience"] != identities.AUDIENCE:
            raise OAuthRefusal(401, "access_denied", f"Service not found: {fields['audience']}")
        if (fields["username"], fields["password"]) != (identities.USERNAME, identities.PASSWORD):
            raise OAuthRefusal(403, "invalid_grant", "Wrong email or password.")
        return web.json_response(
            {
                "access_token": self._tokens.issue(),
                "token_type": "Bearer",
                "expires_in": int(self._tokens.lifetime_s),
            }
        )

    def _bearer(self, handler: Handler) -> Handler:
        async def authorized(request: web.Request) -> web.StreamResponse:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme != "Bearer" or not self._tokens.is_good(token):
                raise Refusal(401, "Unauthorized")
            return await handler(request)

        return authorized

    async def _me(self, request: web.Request) -> web.Response:
        answer: dict[str, object] = {
            "id": identities.PERSONAL_IDENTITY_ID,
            "email": identities.USERNAME,
            "name": "Maya Holm",
        }
        included = request.query.get("include")
        if included not in {None, "accountSpaces"}:
            raise Refusal(400, "include must be accountSpaces.")
        if included:
            answer["accountSpaces"] = [
                {
                    "id": space.id,
                    "name": space.name,
                    "type": space.type,
                    "identity": {"id": space.identity_id, "name": space.name},
                }
                for space in identities.ACCOUNT_SPACES.values()
            ]
        return web.json_response(answer)

    async def _get_webhook_config(self, request: web.Request) -> web.Response:
        return web.json_response(self._existing_config(request).model_dump())

    async def _post_webhook_config(self, request: web.Request) -> web.Response:
        space_id = _account_space_id(request)
        config = _validated(WebhookConfig, await _json_object(request))
        if space_id in self._store.state.webhook_configs:
            raise Refusal(400, "This account space has a webhook config already.")
        return self._keep_config(space_id, config, status=201)

    async def _patch_webhook_config(self, request: web.Request) -> web.Response:
        before = self._existing_config(request)
        changes = await _json_object(request)
        config = _validated(WebhookConfig, before.model_dump() | changes)
        return self._keep_config(_account_space_id(request), config, status=200)

    def _existing_config(self, request: web.Request) -> WebhookConfig:
        config = self._store.state.webhook_configs.get(_account_space_id(request))
        if config is None:
            raise Refusal(404, "This account space has no webhook config.")
        return config

    def _keep_config(self, space_id: str, config: WebhookConfig, status: int) -> web.Response:
        self._store.state.webhook_configs[space_id] = config
        self._store.save()
        return web.json_response(config.model_dump(), status=status)

    async def _nfts(self, request: web.Request) -> web.Response:
        grant = self._ledger.grant(request.match_info["user_guid"])
        items = [self._nft(nft, amount) for nft, amount in self._ledger.wallet(grant.email)]
        return web.json_response({"items": items + self._hoards.get(grant.email, [])})

    def _nft(self, nft: Nft, amount: int) -> dict[str, object]:
        fields: dict[str, object] = {
            "tokenDataId": nft.token_data_id,
            "sourceBanq": nft.source_banq,
            "name": nft.name,
            "description": nft.description,
            "imageUrl": nft.odd_image_url or f"{self._own_url()}{nft.picture_path}",
            "collectionName": nft.collection.name,
            "chain": nft.collection.chain,
            "contractAddress": nft.contract_address,
            "tokenId": nft.token_id,
            "tokenType": nft.token_type,
            "attributes": [{"trait_type": trait, "value": value} for trait, value in nft.traits],
            "amount": amount,
        }
        return {name: value for name, value in fields.items() if name not in nft.omitted}

    async def _withdraw(self, request: web.Request) -> web.Response:
        body = _validated(WithdrawBody, await _json_object(request))
        transaction = self._ledger.withdraw(**body.model_dump())
        return web.json_response(_transaction(transaction), status=201)

    async def _transaction(self, request: web.Request) -> web.Response:
        if not self.offers_transactions:
            raise Refusal(404, f"Cannot GET {request.path}")
        return web.json_response(_transaction(self._ledger.transaction(request.match_info["id"])))


class OAuthRefusal(Exception):
    """A refusal in the shape of Auth0."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}


def _transaction(transaction: Transaction) -> dict[str, object]:
    nft = NFTS[transaction.nft]
    answer: dict[str, object] = {
        "id": transaction.id,
        "status": transaction.status,
        "tokenDataId": nft.token_data_id,
        "sourceBanq": nft.source_banq,
        "externalAddress": transaction.external_address,
        "amount": transaction.amount,
        "createdAt": transaction.created_at.isoformat(),
    }
    if transaction.transaction_hash:
        answer["transactionHash"] = transaction.transaction_hash
    return answer


def _account_space_id(request: web.Request) -> str:
    space_id = request.match_info["id"]
    if space_id not in identities.ACCOUNT_SPACES:
        raise Refusal(404, "Account space not found.")
    return space_id


async def _json_object(request: web.Request, refusal: Exception | None = None) -> dict[str, Any]:
    refusal = refusal or Refusal(400, "The body must be a JSON object, sent as application/json.")
    if request.content_type != "application/json":
        raise refusal
    try:
        body = await request.json()
    except ValueError:
        raise refusal from None
    if not isinstance(body, dict):
        raise refusal
    return body


def _validated(model: type[Body], fields: dict[str, Any]) -> Body:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refusal(400, f"{where}: {first['msg']}") from None
