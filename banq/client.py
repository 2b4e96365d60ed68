"""Talks to Banq over HTTP: timeouts, the token's life cycle, bounded concurrency; protocol.py decides."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp

from banq import protocol
from banq.errors import BanqError, BanqUnavailable, NotFound, OutcomeUnknown
from banq.models import (
    AccountSpace,
    AccountSpaceId,
    NftList,
    Transaction,
    TransactionId,
    UserGuid,
    WebhookConfig,
)
from banq.protocol import Credentials, Request, Response, WithdrawOrder

log = logging.getLogger(__name__)

CONCURRENT_CALLS = 64
REFRESH_EARLY_S = 60.0
ATTEMPTS = 2

# The name of a call, how many seconds it took, and the error it ended with, if any: a BanqError mostly, or
# CancelledError where the caller waited no longer.
Observer = Callable[[str, float, BaseException | None], None]


@dataclass(frozen=True)
class Endpoint:
    """Where Banq is. `company_id` goes into X-Company-Id, which some deployments want."""

    api_url: str
    token_url: str
    company_id: str | None = None
    connect_timeout_s: float = 5.0
    timeout_s: float = 30.0


class BanqClient:
    """Banq's calls. Each raises a BanqError; only calls that change nothing are ever sent twice."""

    def __init__(
        self, endpoint: Endpoint, credentials: Credentials, observer: Observer | None = None
    ) -> None:
        self._endpoint = endpoint
        self._credentials = credentials
        self._observer = observer
        # A withdrawal has places of its own: it never waits behind those who only look.
        self._looking = asyncio.Semaphore(CONCURRENT_CALLS)
        self._changing = asyncio.Semaphore(CONCURRENT_CALLS)
        self._token: str | None = None
        self._token_stale_at = 0.0
        self._fetching: asyncio.Task[str] | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(
            total=self._endpoint.timeout_s, connect=self._endpoint.connect_timeout_s
        )
        # Our semaphore bounds the calls; a limit here would count waiting for a place as connecting.
        self._session = aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
        if self._session is not None:
            await self._session.close()

    async def account_spaces(self) -> tuple[AccountSpace, ...]:
        with self._observed("account_spaces"):
            return protocol.read_account_spaces(await self._call(protocol.account_spaces_request()))

    async def webhook_config(self, space: AccountSpaceId) -> WebhookConfig | None:
        """The space's webhook configuration, or None where none was ever made. The GET is inferred."""
        try:
            with self._observed("webhook_config"):
                return protocol.read_webhook_config(await self._call(protocol.webhook_config_request(space)))
        except NotFound:
            return None

    async def set_webhook_config(self, space: AccountSpaceId, config: WebhookConfig) -> None:
        """Patch the space's webhook configuration, or create it the first time."""
        try:
            with self._observed("set_webhook_config"):
                await self._call(protocol.set_webhook_config_request(space, config, create=False))
        except NotFound:
            with self._observed("set_webhook_config"):
                await self._call(protocol.set_webhook_config_request(space, config, create=True))

    async def platform_nfts(self, user: UserGuid) -> NftList:
        with self._observed("platform_nfts"):
            response = await self._call(protocol.platform_nfts_request(user))
            # A wallet of thousands takes long to read; nobody else waits for that.
            return await asyncio.to_thread(protocol.read_nfts, response)

    async def withdraw(self, order: WithdrawOrder) -> Transaction:
        """Start a withdrawal. Not idempotent: after OutcomeUnknown it must never be sent again."""
        with self._observed("withdraw"):
            return protocol.read_withdrawal(await self._call(protocol.withdraw_request(order)))

    async def transaction(self, transaction: TransactionId) -> Transaction:
        with self._observed("transaction"):
            return protocol.read_transaction(await self._call(protocol.transaction_request(transaction)))

    @contextmanager
    def _observed(self, operation: str) -> Iterator[None]:
        if self._observer is None:
            yield
            return
        started = time.monotonic()
        error: BaseException | None = None
        try:
            yield
        except BaseException as raised:
            error = raised
            raise
        finally:
            self._observer(operation, time.monotonic() - started, error)

    async def _call(self, request: Request) -> Response:
        url = self._endpoint.api_url.rstrip("/") + request.path
        async with self._place_for(request):
            token = await self._valid_token()
            response = await self._send(request, url, token)
            if response.status == 401:
                # A 401 was refused before anything was done, so even a withdrawal may be sent again.
                token = await self._valid_token(instead_of=token)
                response = await self._send(request, url, token)
        protocol.check(request, response)
        return response

    @asynccontextmanager
    async def _place_for(self, request: Request) -> AsyncIterator[None]:
        """One of a bounded number of calls at a time. Raises BanqUnavailable where none becomes free."""
        places = self._looking if request.repeatable else self._changing
        try:
            # As long as for an answer: when so many calls got none by then, the next would get none either.
            async with asyncio.timeout(self._endpoint.timeout_s):
                await places.acquire()
        except TimeoutError as error:
            reference = secrets.token_hex(4)
            log.warning("banq %s %s: too many calls wait for an answer", request.method, reference)
            raise BanqUnavailable("Banq keeps too many calls waiting", reference=reference) from error
        try:
            yield
        finally:
            places.release()

    async def _valid_token(self, *, instead_of: str | None = None) -> str:
        fresh = time.monotonic() < self._token_stale_at and self._token != instead_of
        if self._token is not None and fresh:
            return self._token
        # One fetch for all who wait, and one failure for all: in turn, each would wait for a dead Banq.
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch_token())
            self._fetching.add_done_callback(self._fetched)
        return await asyncio.shield(self._fetching)

    async def _fetch_token(self) -> str:
        request = protocol.token_request(self._credentials)
        token = protocol.read_token(await self._send(request, self._endpoint.token_url, None))
        self._token = token.access_token
        early = min(REFRESH_EARLY_S, token.expires_in / 2)
        self._token_stale_at = time.monotonic() + token.expires_in - early
        return self._token

    def _fetched(self, fetching: asyncio.Task[str]) -> None:
        self._fetching = None
        if not fetching.cancelled():
            fetching.exception()  # Marked as seen, in case everybody who waited for it has gone.

    async def _send(self, request: Request, url: str, token: str | None) -> Response:
        """Send, and again only where the request is repeatable and Banq was briefly not there."""
        for attempt in range(1, ATTEMPTS + 1):
            reference = secrets.token_hex(4)
            last = attempt == ATTEMPTS or not request.repeatable
            started = time.monotonic()
            try:
                response = await self._exchange(request, url, token, reference)
            except BanqError as error:
                log.warning("banq %s %s: %s", request.method, reference, error)
                # Not even a connection: trying again at once would only make the member wait.
                if last or isinstance(error.__cause__, aiohttp.ClientConnectorError | TimeoutError):
                    raise
                continue
            milliseconds = (time.monotonic() - started) * 1000
            log.info("banq %s %s: %s in %.0f ms", request.method, reference, response.status, milliseconds)
            if response.status < 500 or last:
                return response
        raise AssertionError("the last attempt returns or raises")

    async def _exchange(self, request: Request, url: str, token: str | None, reference: str) -> Response:
        if self._session is None:
            raise AssertionError("BanqClient is used outside its 'async with'")
        headers = {"Accept": "application/json", "X-Request-Id": reference}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if token is not None and self._endpoint.company_id is not None:
            headers["X-Company-Id"] = self._endpoint.company_id
        try:
            async with self._session.request(
                request.method,
                url,
                params=request.query,
                json=request.body,
                headers=headers,
                allow_redirects=False,
            ) as answer:
                body = await answer.read()
                return Response(answer.status, dict(answer.headers), body, reference)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise BanqUnavailable("Banq cannot be reached", reference=reference) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            if request.repeatable:
                raise BanqUnavailable("Banq did not answer", reference=reference) from error
            raise OutcomeUnknown("Banq did not answer", reference=reference) from error
