"""OAuth2 as Discord offers it to websites: authorization code, scope `identify`. No HTTP.

https://discord.com/developers/docs/topics/oauth2
"""

import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from sandbox.discord.cast import APPLICATION_ID, CLIENT_SECRET
from sandbox.discord.wire import UNAUTHORIZED, Json, Problem
from sandbox.discord.world import World

CODE_LIVES_S = 600
TOKEN_LIVES_S = 604_800
SCOPES = {"identify", "email", "guilds", "connections"}


class AuthorizeRefused(Exception):
    """What a website asks for is wrong; Discord shows this on a page of its own and redirects nowhere."""


class TokenRefused(Exception):
    """The token endpoint says no, in the words of RFC 6749."""

    def __init__(self, status: int, error: str, description: str | None = None) -> None:
        super().__init__(error)
        self.status = status
        self.body: Json = {"error": error}
        if description is not None:
            self.body["error_description"] = description


@dataclass(frozen=True)
class Asked:
    """A website's request, checked."""

    redirect_uri: str
    scope: str
    state: str | None
    prompt: str

    def redirect(self, **answer: str) -> str:
        if self.state is not None:
            answer["state"] = self.state
        glue = "&" if urlsplit(self.redirect_uri).query else "?"
        return f"{self.redirect_uri}{glue}{urlencode(answer)}"


@dataclass(frozen=True)
class _Code:
    member_id: int
    redirect_uri: str
    scope: str
    made_at: float


class OAuth:
    """`redirect_uris` are those that the application's owner has registered; others are refused."""

    def __init__(self, world: World, now: Callable[[], float] = time.time) -> None:
        self.redirect_uris: set[str] = set()
        self._world = world
        self._now = now
        self._codes: dict[str, _Code] = {}
        self._tokens: dict[str, int] = {}
        self.issued: list[str] = []

    def expire_codes(self) -> None:
        """Makes every code so far too old."""
        self._codes.clear()

    def check(self, query: Mapping[str, str]) -> Asked:
        """Raises AuthorizeRefused."""
        if query.get("client_id") != str(APPLICATION_ID):
            raise AuthorizeRefused("Unknown application")
        redirect_uri = query.get("redirect_uri", "")
        if redirect_uri not in self.redirect_uris:
            raise AuthorizeRefused("Invalid OAuth2 redirect_uri")
        if query.get("response_type") != "code":
            raise AuthorizeRefused("response_type must be code")
        scope = query.get("scope", "")
        if not scope or not set(scope.split()) <= SCOPES:
            raise AuthorizeRefused("The requested scope is invalid, unknown, or malformed.")
        prompt = query.get("prompt", "consent")
        if prompt not in {"consent", "none"}:
            raise AuthorizeRefused("prompt must be consent or none")
        return Asked(redirect_uri, scope, query.get("state"), prompt)

    def has_account(self, member_id: int) -> bool:
        return member_id not in self._world.deleted

    def needs_consent(self, asked: Asked, member_id: int) -> bool:
        """Whoever agreed before is not asked again, where the website does not insist."""
        return asked.prompt != "none" or asked.scope not in self._world.authorized[member_id]

    def agree(self, asked: Asked, member_id: int) -> str:
        """The member agrees; where the browser goes with the code."""
        self._world.authorized[member_id].add(asked.scope)
        self._world.save()
        code = secrets.token_urlsafe(22)
        self._codes[code] = _Code(member_id, asked.redirect_uri, asked.scope, self._now())
        return asked.redirect(code=code)

    def refuse(self, asked: Asked) -> str:
        description = "The resource owner or authorization server denied the request"
        return asked.redirect(error="access_denied", error_description=description)

    def authorize(self, member_id: int, authorize_url: str, *, agrees: bool = True) -> str:
        """What a browser signed in as this member does with the address; where it ends up."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(authorize_url).query).items()}
        asked = self.check(query)
        return self.agree(asked, member_id) if agrees else self.refuse(asked)

    def exchange(self, authorization: str | None, form: Mapping[str, str]) -> Json:
        """A code for a token, once. Raises TokenRefused."""
        self._check_client(authorization, form)
        if form.get("grant_type") != "authorization_code":
            raise TokenRefused(400, "unsupported_grant_type")
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or self._now() - code.made_at > CODE_LIVES_S:
            raise TokenRefused(400, "invalid_grant", 'Invalid "code" in request.')
        if form.get("redirect_uri") != code.redirect_uri:
            raise TokenRefused(400, "invalid_grant", 'Invalid "redirect_uri" in request.')
        token = secrets.token_urlsafe(22)
        refresh_token = secrets.token_urlsafe(22)
        self._tokens[token] = code.member_id
        self.issued += [token, refresh_token]
        return {
            "token_type": "Bearer",
            "access_token": token,
            "expires_in": TOKEN_LIVES_S,
            "refresh_token": refresh_token,
            "scope": code.scope,
        }

    def member_of(self, authorization: str) -> int:
        """Whose token this is. Raises Problem."""
        member_id = self._tokens.get(authorization.removeprefix("Bearer "))
        if member_id is None or not self.has_account(member_id):
            raise Problem(*UNAUTHORIZED)
        return member_id

    def _check_client(self, authorization: str | None, form: Mapping[str, str]) -> None:
        client_id, client_secret = form.get("client_id", ""), form.get("client_secret", "")
        if authorization is not None:
            try:
                scheme, encoded = authorization.split(" ", 1)
                pair = base64.b64decode(encoded, validate=True).decode()
            except (ValueError, binascii.Error):
                scheme, pair = "", ""
            if scheme.lower() != "basic":
                raise TokenRefused(401, "invalid_client")
            client_id, _, client_secret = pair.partition(":")
        known = hmac.compare_digest(client_secret.encode(), CLIENT_SECRET.encode())
        if client_id != str(APPLICATION_ID) or not known:
            raise TokenRefused(401, "invalid_client")
