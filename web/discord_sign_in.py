"""Finds out which Discord account a browser is signed in to: OAuth2, authorization code, scope `identify`.

https://discord.com/developers/docs/topics/oauth2
"""

import logging
from base64 import b64encode
from dataclasses import dataclass, field
from types import TracebackType
from typing import Annotated, Any, Self, TypeVar
from urllib.parse import urlencode

import aiohttp
from pydantic import BaseModel, Field, ValidationError

log = logging.getLogger(__name__)

SCOPE = "identify"
CONNECT_WITHIN_S = 2.0
ANSWER_WITHIN_S = 10.0
LARGEST_ANSWER = 64 * 1024


@dataclass(frozen=True)
class DiscordApp:
    """Our application at Discord; `redirect_uri` must be registered there, to the letter."""

    client_id: str
    client_secret: str = field(repr=False)
    authorize_url: str
    api_url: str
    redirect_uri: str


class DiscordAccount(BaseModel):
    id: Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]


class SignInRefused(Exception):
    """Discord does not take the code: it is forged, used up or too old."""


class SignInUnavailable(Exception):
    """Discord gives no usable answer now; the text names no secret."""


class _Token(BaseModel):
    access_token: Annotated[str, Field(pattern=r"^[!-~]{1,2000}$")]
    token_type: Annotated[str, Field(pattern=r"(?i)^bearer$")]
    scope: str


Answer = TypeVar("Answer", bound=BaseModel)


class DiscordSignIn:
    """Holds the connections; the member's token is used once and kept nowhere."""

    def __init__(self, app: DiscordApp) -> None:
        self._app = app
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S, sock_connect=CONNECT_WITHIN_S)
        self._http = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.close()

    def address(self, state: str) -> str:
        """Where to send the browser; it comes back with this `state`. Who agreed before is not asked."""
        query = {
            "response_type": "code",
            "client_id": self._app.client_id,
            "scope": SCOPE,
            "redirect_uri": self._app.redirect_uri,
            "state": state,
            "prompt": "none",
        }
        return f"{self._app.authorize_url}?{urlencode(query)}"

    async def account(self, code: str) -> DiscordAccount:
        """Whose browser brought this code, which counts once. Raises SignInRefused or SignInUnavailable."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._app.redirect_uri}
        credentials = b64encode(f"{self._app.client_id}:{self._app.client_secret}".encode()).decode()
        authorization = {"Authorization": f"Basic {credentials}"}
        status, body = await self._call("POST", "/oauth2/token", data=form, headers=authorization)
        if status in {400, 401} and b"invalid_client" in body:
            log.error("sign-in: Discord does not accept discord.client_id with discord.client_secret")
            raise SignInUnavailable("our client credentials are refused")
        if status == 400:
            raise SignInRefused
        token = _read(_Token, "token", status, body)
        if SCOPE not in token.scope.split():
            raise SignInRefused
        authorization = {"Authorization": f"Bearer {token.access_token}"}
        status, body = await self._call("GET", "/users/@me", headers=authorization)
        return _read(DiscordAccount, "account", status, body)

    async def _call(self, method: str, path: str, **options: Any) -> tuple[int, bytes]:
        if self._http is None:
            raise AssertionError("DiscordSignIn is used outside its 'async with'")
        try:
            async with self._http.request(
                method, self._app.api_url + path, allow_redirects=False, **options
            ) as response:
                body = await response.content.read(LARGEST_ANSWER + 1)
                while len(body) <= LARGEST_ANSWER and (more := await response.content.read(LARGEST_ANSWER)):
                    body += more
                return response.status, body
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise SignInUnavailable(type(error).__name__) from None


def _read(kind: type[Answer], what: str, status: int, body: bytes) -> Answer:
    if status != 200:
        raise SignInUnavailable(f"the {what} was answered with {status}")
    if len(body) > LARGEST_ANSWER:
        raise SignInUnavailable(f"the {what} is too long")
    try:
        return kind.model_validate_json(body)
    except ValidationError:
        # Its text would quote what Discord sent.
        raise SignInUnavailable(f"the {what} cannot be read") from None
