"""What Banq hands out, read tolerantly: only ids are required, and they are kept exactly as they came."""

import json
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Annotated, Any, NewType

from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WrapValidator,
    model_validator,
)

UserGuid = NewType("UserGuid", str)
PlatformId = NewType("PlatformId", str)
AccountSpaceId = NewType("AccountSpaceId", str)

TransactionId = NewType("TransactionId", str)

# Ids that we send back in a JSON body. Banq may use strings or integers, so these hold the JSON text.
BanqUserId = NewType("BanqUserId", str)
TokenDataId = NewType("TokenDataId", str)
SourceBanq = NewType("SourceBanq", str)


def id_to_json_text(value: Any) -> str:
    """The JSON text of an id. Raises ValueError for anything but a non-empty string or an integer."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise ValueError("an id must be a non-empty string or an integer")
    return json.dumps(value)


def is_same_id(one: str, other: str | None) -> bool:
    """Whether two JSON texts are the same id; a number and its text are, since Banq may write either."""
    return other is not None and one.strip('"') == other.strip('"')


def id_to_text(value: Any) -> str:
    """An id that only ever goes into a URL path, where a number and its text are the same."""
    if isinstance(value, bool) or not isinstance(value, str | int) or str(value) in {"", ".", ".."}:
        raise ValueError("an id must be a non-empty string or an integer")
    text = str(value)
    text.encode()  # Half a surrogate pair is a ValueError, too: nothing could store it.
    return text


def _none_if_unreadable(value: Any, read: Callable[[Any], Any]) -> Any:
    """None also for text that is no Unicode, such as half a surrogate pair: nothing could store it."""
    try:
        found = read(value)
        if isinstance(found, str):
            # More is never shown, and a wallet is kept in memory.
            found = found[:LONGEST_TEXT]
            found.encode()
    except ValueError:
        return None
    return found


def _number_to_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _one_if_unreadable(value: Any, read: Callable[[Any], Any]) -> Any:
    try:
        return min(read(value), LARGEST_AMOUNT)
    except ValueError:
        return 1


def _traits(value: Any) -> tuple[tuple[str, str], ...]:
    """Names and values, from a list of objects or from one object; what is no text or number is left out."""
    pairs: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        pairs = islice(value.items(), MOST_TRAITS)
    elif isinstance(value, list):
        objects = (each for each in value[:MOST_TRAITS] if isinstance(each, dict))
        pairs = ((next((o[key] for key in TRAIT_NAMES if key in o), ""), o.get("value")) for o in objects)
    return tuple(
        (_short(name) if isinstance(name, str) else "", _short(str(text)))
        for name, text in pairs
        if isinstance(text, str | int | float)
    )


def _short(text: str) -> str:
    """Half a surrogate pair, which nothing could store, becomes a question mark."""
    return text[:LONGEST_TRAIT].encode(errors="replace").decode()


LARGEST_AMOUNT = 2**63 - 1
LONGEST_TRAIT = 200
LONGEST_TEXT = 2_000
MOST_TRAITS = 100
TRAIT_NAMES = ("trait_type", "traitType", "name", "key")

JsonId = Annotated[str, BeforeValidator(id_to_json_text)]
Text = Annotated[str | None, WrapValidator(_none_if_unreadable), BeforeValidator(_number_to_text)]
Amount = Annotated[int, Field(ge=0), WrapValidator(_one_if_unreadable)]


class _Tolerant(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_missing(cls, data: Any) -> Any:
        """So that a null under one name does not hide the value under another."""
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None}


class Nft(_Tolerant):
    """One NFT of one member. Every text is foreign: whoever minted it wrote it."""

    token_data_id: JsonId = Field(validation_alias="tokenDataId")
    source_banq: JsonId = Field(validation_alias="sourceBanq")
    name: Text = Field(default=None, validation_alias=AliasChoices("name", "title", "tokenName"))
    description: Text = None
    image_url: Text = Field(
        default=None,
        validation_alias=AliasChoices("imageUrl", "image", "image_url", "thumbnailUrl", "mediaUrl"),
    )
    collection: Text = Field(
        default=None,
        validation_alias=AliasChoices("collectionName", AliasPath("collection", "name"), "collection"),
    )
    chain: Text = Field(
        default=None,
        validation_alias=AliasChoices(AliasPath("chain", "name"), "chain", "blockchain", "network"),
    )
    contract: Text = Field(
        default=None,
        validation_alias=AliasChoices("contractAddress", AliasPath("contract", "address"), "contract"),
    )
    token_id: Text = Field(default=None, validation_alias=AliasChoices("tokenId", "token_id"))
    traits: Annotated[tuple[tuple[str, str], ...], BeforeValidator(_traits)] = Field(
        default=(), validation_alias=AliasChoices("attributes", "traits", "properties")
    )
    amount: Amount = Field(
        default=1, validation_alias=AliasChoices("amount", "amountOwned", "quantity", "balance")
    )


class NftList(_Tolerant):
    """A member's NFTs. `unreadable` counts entries without usable ids: there, but not to be shown."""

    items: tuple[Nft, ...]
    unreadable: int = 0


class AccountSpace(_Tolerant):
    """An account space; a merchant's has a platform id (`identity.id`)."""

    id: str
    name: Text = None
    type: Text = Field(default=None, validation_alias=AliasChoices("type", AliasPath("identity", "type")))
    platform_id: Text = Field(default=None, validation_alias=AliasPath("identity", "id"))


class WebhookConfig(_Tolerant):
    """Where Banq sends webhooks of an account space, and which."""

    url: str
    enabled: bool = True
    retry_count: int = Field(default=5, validation_alias=AliasChoices("retryCount", "retry_count"))
    types: tuple[str, ...] = Field(default=(), validation_alias=AliasChoices("webHookTypes", "webhookTypes"))


class Transaction(_Tolerant):
    """A withdrawal as Banq sees it. `status` is Banq's word, lower-cased; unknown words are possible."""

    id: Annotated[str, BeforeValidator(id_to_text)]
    status: Annotated[str, BeforeValidator(lambda value: str(value).lower())] = ""
    token_data_id: Annotated[JsonId | None, WrapValidator(_none_if_unreadable)] = Field(
        default=None, validation_alias="tokenDataId"
    )
    address: Text = Field(default=None, validation_alias="externalAddress")
    amount: Annotated[int | None, WrapValidator(_none_if_unreadable)] = None
    transaction_hash: Text = Field(
        default=None, validation_alias=AliasChoices("transactionHash", "txHash", "hash")
    )
