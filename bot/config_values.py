"""What a value of the configuration may be: each kind with its check, and what its schema calls it."""

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    HttpUrl,
    SecretStr,
    TypeAdapter,
    WebsocketUrl,
    WithJsonSchema,
)

from services.wording.language import languages

PLACEHOLDER = "CHANGE-ME"


def _no_placeholder(value: Any) -> Any:
    if isinstance(value, str) and PLACEHOLDER.lower() in value.lower():
        raise ValueError(f"still says {PLACEHOLDER}; put the real value there")
    return value


def _http_url(value: str) -> str:
    return str(TypeAdapter(HttpUrl).validate_python(value)).rstrip("/")


def _websocket_url(value: str) -> str:
    return str(TypeAdapter(WebsocketUrl).validate_python(value)).rstrip("/")


def _public_origin(value: str) -> str:
    url = urlsplit(value)
    if url.scheme != "https" and url.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ValueError("must start with https://, since members sign in through it")
    if url.path or url.query:
        raise ValueError("must be a host without a path, such as https://bot.example.com")
    return value


def _explorer_url(value: str) -> str:
    if "{hash}" not in value:
        raise ValueError("must have {hash} in it, where the transaction's hash belongs")
    _http_url(value.replace("{hash}", "0"))
    return value


def _known_language(value: str) -> str:
    known = [language.code for language in languages()]
    if value not in known:
        raise ValueError(f"must be a language that the bot speaks: {' or '.join(known)}")
    return value


def _ipfs_gateway(value: str) -> str:
    _http_url(value)
    if not (value.startswith("https://") and value.endswith("/ipfs/")):
        raise ValueError("must start with https:// and end with /ipfs/, such as https://ipfs.io/ipfs/")
    return value


def _safe_in_a_path(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[A-Za-z0-9_-]*", value.get_secret_value()):
        raise ValueError("may have only letters, digits, '-' and '_'")
    return value


URL = WithJsonSchema({"type": "string", "format": "uri"})

Text = Annotated[str, Field(min_length=1), BeforeValidator(_no_placeholder)]
LowerText = Annotated[Text, AfterValidator(str.lower)]
Secret = Annotated[SecretStr, Field(min_length=1), BeforeValidator(_no_placeholder)]
# Long enough that it cannot be guessed, and safe in a URL path.
PathSecret = Annotated[
    SecretStr,
    Field(min_length=24, max_length=200),
    BeforeValidator(_no_placeholder),
    AfterValidator(_safe_in_a_path),
]
Url = Annotated[str, BeforeValidator(_no_placeholder), AfterValidator(_http_url), URL]
PublicUrl = Annotated[Url, AfterValidator(_public_origin)]
IpfsGateway = Annotated[str, AfterValidator(_ipfs_gateway), URL]
ExplorerUrl = Annotated[str, AfterValidator(_explorer_url), URL]
GatewayUrl = Annotated[str, AfterValidator(_websocket_url), URL]
KnownLanguage = Annotated[str, AfterValidator(_known_language)]
Snowflake = Annotated[int, Field(gt=0, lt=2**64), WithJsonSchema({"type": "integer", "format": "discord-id"})]
