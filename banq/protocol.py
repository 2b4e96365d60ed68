"""Builds requests to Banq and reads its responses. No I/O; every exception is decided here."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from banq.errors import (
    BanqRefused,
    BanqUnavailable,
    Forbidden,
    InvalidCredentials,
    MalformedResponse,
    NotFound,
    OutcomeUnknown,
    RateLimited,
)
from banq.models import (
    AccountSpace,
    AccountSpaceId,
    BanqUserId,
    Nft,
    NftList,
    PlatformId,
    SourceBanq,
    TokenDataId,
    Transaction,
    TransactionId,
    UserGuid,
    WebhookConfig,
)

DEFAULT_RETRY_AFTER_S = 30.0
LONGEST_MESSAGE = 300
DEEPEST = 50
JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d{1000,}(?:\.\d+)?(?:[eE][+-]?\d+)?|[\[\]{}]')

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Request:
    """One call. `repeatable` calls may be sent again; the others never, whatever happens."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    repeatable: bool = True


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes
    reference: str


class Credentials(BaseModel):
    """The integrator's own API credentials (Auth0 password grant); never a member's."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    client_id: str
    username: str
    password: str = Field(repr=False)
    audience: str


class Token(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    # What else may stand in a token could not be sent back in a header.
    access_token: str = Field(pattern=r"^[!-~]+$", repr=False)
    expires_in: float = Field(default=300, gt=0)


@dataclass(frozen=True)
class WithdrawOrder:
    """Everything that the withdraw call takes; ids are JSON text, see banq.models."""

    token_data_id: TokenDataId
    source_banq: SourceBanq
    address: str
    amount: int
    platform_id: PlatformId
    user_id: BanqUserId


# -- requests


def token_request(credentials: Credentials) -> Request:
    return Request("POST", "", body={**credentials.model_dump(), "grant_type": "password"})


def account_spaces_request() -> Request:
    return Request("GET", "/v1/users/me", query={"include": "accountSpaces"})


def webhook_config_request(space: AccountSpaceId) -> Request:
    return Request("GET", _webhook_config_path(space))


def set_webhook_config_request(space: AccountSpaceId, config: WebhookConfig, *, create: bool) -> Request:
    body = {
        "url": config.url,
        "enabled": config.enabled,
        "retryCount": config.retry_count,
        "webHookTypes": list(config.types),
    }
    return Request("POST" if create else "PATCH", _webhook_config_path(space), body=body, repeatable=False)


def platform_nfts_request(user: UserGuid) -> Request:
    return Request("GET", f"/v1/user-tokens/{quote(user, safe='')}/platform-nfts")


def withdraw_request(order: WithdrawOrder) -> Request:
    body = {
        "tokenDataId": json.loads(order.token_data_id),
        "sourceBanq": json.loads(order.source_banq),
        "externalAddress": order.address,
        "amount": order.amount,
        "platformId": order.platform_id,
        "userId": json.loads(order.user_id),
    }
    return Request("POST", "/v1/nft-transactions/withdraw", body=body, repeatable=False)


def transaction_request(transaction: TransactionId) -> Request:
    return Request("GET", f"/v1/nft-transactions/{quote(transaction, safe='')}")


def _webhook_config_path(space: AccountSpaceId) -> str:
    return f"/v1/account-spaces/{quote(space, safe='')}/webhook-config"


# -- responses


def check(request: Request, response: Response) -> None:
    """Return for a 2xx; raise the exception that says who must act for anything else."""
    status, reference = response.status, response.reference
    if 200 <= status < 300:
        return
    # 408 says that the server gave up waiting, not that it did nothing.
    if status >= 500 or status == 408 or status < 400:
        if not request.repeatable:
            raise OutcomeUnknown(
                f"Banq answered {status} to a call that must not be repeated",
                status=status,
                reference=reference,
            )
        raise BanqUnavailable(f"Banq answered {status}", status=status, reference=reference)
    message = _message(response)
    if request.repeatable and status in {403, 404} and not _is_json(response):
        # A proxy or a wrong address answers so as well; only Banq's own word means that access is gone.
        raise BanqUnavailable(
            f"something answered {status}, but not Banq", status=status, reference=reference
        )
    match status:
        case 401:
            raise InvalidCredentials(message, status=status, reference=reference)
        case 403:
            raise Forbidden(message, status=status, reference=reference)
        case 404:
            raise NotFound(message, status=status, reference=reference)
        case 429:
            raise RateLimited(
                message, status=status, retry_after_s=_retry_after_s(response), reference=reference
            )
    raise BanqRefused(message, status=status, reference=reference)


def read_token(response: Response) -> Token:
    """Read the token endpoint's answer. Most 4xx are about the credentials."""
    if response.status in {404, 405}:
        raise BanqUnavailable(
            f"the token URL answers {response.status}", status=response.status, reference=response.reference
        )
    if 400 <= response.status < 500 and response.status != 429:
        raise InvalidCredentials(_message(response), status=response.status, reference=response.reference)
    check(Request("POST", ""), response)
    return _read(Token, _json(response), response)


def read_account_spaces(response: Response) -> tuple[AccountSpace, ...]:
    data = _json(response)
    spaces = data.get("accountSpaces") if isinstance(data, dict) else None
    if not isinstance(spaces, list):
        raise MalformedResponse("Banq's answer has no accountSpaces", reference=response.reference)
    return tuple(_read(AccountSpace, space, response) for space in spaces)


def read_webhook_config(response: Response) -> WebhookConfig:
    return _read(WebhookConfig, _json(response), response)


def read_nfts(response: Response) -> NftList:
    """Read a member's NFTs: an array, or an object with it under `items` or `data`.

    Anything else raises MalformedResponse: an answer that cannot be read is never an empty wallet.
    """
    data = _json(response)
    if isinstance(data, dict):
        data = next((data[key] for key in ("items", "data") if key in data), None)
    if not isinstance(data, list):
        raise MalformedResponse("Banq's NFT list is not a list", reference=response.reference)
    items: list[Nft] = []
    for entry in data:
        try:
            items.append(Nft.model_validate(entry))
        except ValidationError:
            continue
    if data and not items:
        raise MalformedResponse("No entry of Banq's NFT list has usable ids", reference=response.reference)
    return NftList(items=tuple(items), unreadable=len(data) - len(items))


def read_withdrawal(response: Response) -> Transaction:
    """Read the answer to a withdraw call. A 2xx without a usable id was accepted all the same."""
    try:
        return _read(Transaction, _json(response), response)
    except MalformedResponse as error:
        raise OutcomeUnknown(
            "Banq accepted a withdrawal but its answer has no id",
            status=response.status,
            reference=response.reference,
        ) from error


def read_transaction(response: Response) -> Transaction:
    return _read(Transaction, _json(response), response)


def _read(model: type[Model], data: Any, response: Response) -> Model:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, issue["loc"])) for issue in error.errors())
        raise MalformedResponse(
            f"Banq's {model.__name__} is not as the contract says: {fields or 'not an object'}",
            status=response.status,
            reference=response.reference,
        ) from None


def _json(response: Response) -> Any:
    try:
        return _loads(response.body)
    except (ValueError, RecursionError):
        raise MalformedResponse(
            "Banq's answer is not JSON", status=response.status, reference=response.reference
        ) from None


def _loads(body: bytes) -> Any:
    try:
        return json.loads(body)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError):
        # Whoever mints an NFT must not hide a whole wallet by what Python's reader takes offence at.
        return json.loads(_without_excesses(body.decode()))


def _without_excesses(text: str) -> str:
    """JSON without what is nested too deeply in it, and without numbers of too many digits."""
    kept: list[str] = []
    depth = position = 0
    for token in JSON_TOKEN.finditer(text):
        start, end, sign = token.start(), token.end(), token[0][0]
        if sign in "[{":
            depth += 1
            if depth == DEEPEST + 1:
                kept.append(text[position:start])
                position = start
        elif sign in "]}":
            if depth == DEEPEST + 1:
                kept.append("null")
                position = end
            depth -= 1
        elif sign != '"' and depth <= DEEPEST:
            kept += [text[position:start], "null"]
            position = end
    return "".join([*kept, text[position:]])


def _is_json(response: Response) -> bool:
    try:
        return isinstance(json.loads(response.body), dict)
    except (ValueError, RecursionError):
        return False


def _message(response: Response) -> str:
    """Banq's own words for a refusal, wherever they stand; foreign text."""
    try:
        data = json.loads(response.body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(data, dict):
        return ""
    for key in ("message", "error_description", "error", "detail"):
        value = data.get(key)
        if isinstance(value, list):
            value = "; ".join(str(part) for part in value)
        if isinstance(value, str) and value:
            return value[:LONGEST_MESSAGE]
    return ""


def _retry_after_s(response: Response) -> float:
    try:
        seconds = float(response.headers.get("Retry-After", ""))
    except ValueError:
        return DEFAULT_RETRY_AFTER_S
    return min(max(seconds, 0.0), 3600.0) if seconds == seconds else DEFAULT_RETRY_AFTER_S  # noqa: PLR0124 - NaN
