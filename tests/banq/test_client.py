import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from banq.client import CONCURRENT_CALLS, BanqClient, Endpoint
from banq.errors import (
    BanqError,
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
    AccountSpaceId,
    BanqUserId,
    Nft,
    PlatformId,
    SourceBanq,
    TokenDataId,
    TransactionId,
    UserGuid,
    WebhookConfig,
)
from banq.protocol import Credentials, WithdrawOrder
from sandbox.banq import identities
from sandbox.banq.faults import Fault, Route
from sandbox.banq.identities import ADA, PLATFORM_ID
from sandbox.banq.server import BanqSandbox

ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
ADAS_GUID = UserGuid(ADA.user_guid(PLATFORM_ID))
SPACE = AccountSpaceId(identities.ACCOUNT_SPACE_ID)
CREDENTIALS = Credentials(
    client_id=identities.CLIENT_ID,
    username=identities.USERNAME,
    password=identities.PASSWORD,
    audience=identities.AUDIENCE,
)
Call = Callable[[BanqClient], Awaitable[object]]


def order(nft: Nft, *, amount: int = 1) -> WithdrawOrder:
    return WithdrawOrder(
        token_data_id=TokenDataId(nft.token_data_id),
        source_banq=SourceBanq(nft.source_banq),
        address=ADDRESS,
        amount=amount,
        platform_id=PlatformId(PLATFORM_ID),
        user_id=BanqUserId(f'"{ADA.user_id}"'),
    )


@pytest.fixture
async def client(sandbox: BanqSandbox) -> AsyncIterator[BanqClient]:
    sandbox.ledger.approve_platform(ADA.email, PLATFORM_ID)
    async with BanqClient(Endpoint(sandbox.api_url, sandbox.token_url), CREDENTIALS) as opened:
        yield opened


@pytest.fixture
async def an_order(client: BanqClient) -> WithdrawOrder:
    return order((await client.platform_nfts(ADAS_GUID)).items[0])


# -- the five calls


async def test_account_spaces_tell_the_platform_ids(client: BanqClient) -> None:
    spaces = {space.id: space for space in await client.account_spaces()}

    assert spaces[identities.ACCOUNT_SPACE_ID].platform_id == PLATFORM_ID
    assert spaces[identities.ACCOUNT_SPACE_ID].type == "merchant"
    assert spaces[identities.PERSONAL_ACCOUNT_SPACE_ID].type == "personal"


async def test_a_webhook_config_is_created_then_patched(client: BanqClient) -> None:
    assert await client.webhook_config(SPACE) is None
    for url in ("https://a.example/1", "https://a.example/2"):
        wanted = WebhookConfig.model_validate({"url": url, "retryCount": 3, "webHookTypes": ["userToken"]})
        await client.set_webhook_config(SPACE, wanted)
        assert await client.webhook_config(SPACE) == wanted


async def test_a_wallet_is_read_whole(client: BanqClient) -> None:
    found = await client.platform_nfts(ADAS_GUID)

    assert len(found.items) == 32
    assert found.unreadable == 0
    assert "9007199254740993" in {nft.token_data_id for nft in found.items}


async def test_a_withdrawal_is_started_once_and_followed(client: BanqClient, sandbox: BanqSandbox) -> None:
    nfts = (await client.platform_nfts(ADAS_GUID)).items
    nft = next(nft for nft in nfts if nft.token_data_id == "9007199254740993")

    started = await client.withdraw(order(nft))
    sandbox.ledger.finish(sandbox.ledger.transactions[0].id, "completed")
    found = await client.transaction(TransactionId(started.id))

    assert (found.id, found.status, found.address) == (started.id, "completed", ADDRESS)
    assert found.token_data_id == "9007199254740993"
    assert sandbox.faults.accepted["withdraw"] == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.platform_nfts(UserGuid("nobody")),
        lambda client: client.transaction(TransactionId("nothing")),
        lambda client: client.transaction(TransactionId("../users/me")),
    ],
)
async def test_what_does_not_exist_is_not_found(client: BanqClient, call: Call) -> None:
    with pytest.raises(NotFound):
        await call(client)


async def test_a_refused_withdrawal_brings_banqs_own_words(client: BanqClient, sandbox: BanqSandbox) -> None:
    nft = (await client.platform_nfts(ADAS_GUID)).items[0]
    with pytest.raises(BanqRefused) as caught:
        await client.withdraw(order(nft, amount=1000))

    assert caught.value.message
    assert caught.value.status == 400
    assert sandbox.faults.received["withdraw"] == 1


async def test_after_a_revocation_the_wallet_is_closed(client: BanqClient, sandbox: BanqSandbox) -> None:
    sandbox.ledger.revoke_platform(ADA.email, PLATFORM_ID)
    with pytest.raises(BanqRefused) as caught:
        await client.platform_nfts(ADAS_GUID)
    assert type(caught.value) in {Forbidden, NotFound}


# -- the token


async def test_many_calls_share_one_token(client: BanqClient, sandbox: BanqSandbox) -> None:
    await asyncio.gather(*(client.platform_nfts(ADAS_GUID) for _ in range(40)))

    assert sandbox.faults.received["token"] == 1
    assert sandbox.faults.accepted["nfts"] == 40


async def test_a_token_is_replaced_before_it_expires(client: BanqClient, sandbox: BanqSandbox) -> None:
    # Half of a life this short is over at once; the sandbox would still take the token.
    sandbox.tokens.lifetime_s = 1
    await client.account_spaces()
    client._token_stale_at -= 0.5
    sandbox.tokens.lifetime_s = 86_400
    await client.account_spaces()
    await client.account_spaces()

    assert sandbox.faults.received["token"] == 2


async def test_a_token_that_banq_forgot_is_replaced_once(
    client: BanqClient, sandbox: BanqSandbox, an_order: WithdrawOrder
) -> None:
    sandbox.tokens.expire_all()
    await asyncio.gather(client.withdraw(an_order), *(client.platform_nfts(ADAS_GUID) for _ in range(10)))

    assert sandbox.faults.received["token"] == 2
    assert sandbox.faults.accepted["withdraw"] == 1
    assert len(sandbox.ledger.transactions) == 1


async def test_a_second_401_is_believed(client: BanqClient, sandbox: BanqSandbox) -> None:
    sandbox.faults.add(Fault(route="me", status=401))
    with pytest.raises(InvalidCredentials):
        await client.account_spaces()

    assert sandbox.faults.received["me"] == 2
    assert sandbox.faults.received["token"] == 2


@pytest.mark.parametrize("field", ["client_id", "username", "password", "audience"])
async def test_bad_credentials_are_the_operators_to_mend(sandbox: BanqSandbox, field: str) -> None:
    wrong = CREDENTIALS.model_copy(update={field: "wrong"})
    async with BanqClient(Endpoint(sandbox.api_url, sandbox.token_url), wrong) as client:
        with pytest.raises(InvalidCredentials):
            await client.account_spaces()

    assert sandbox.faults.received["me"] == 0


# -- what goes wrong


@pytest.mark.parametrize(
    ("fault", "expected", "received"),
    [
        ({"status": 500}, BanqUnavailable, 2),
        ({"status": 503}, BanqUnavailable, 2),
        ({"drop": True}, BanqUnavailable, 2),
        ({"status": 408}, BanqUnavailable, 1),
        ({"status": 400}, BanqRefused, 1),
        ({"status": 403}, Forbidden, 1),
        ({"status": 404}, NotFound, 1),
        ({"status": 429, "retry_after_s": 7}, RateLimited, 1),
        ({"body": "not-json"}, MalformedResponse, 1),
        ({"body": "wrong-shape"}, MalformedResponse, 1),
        ({"body": "empty"}, MalformedResponse, 1),
    ],
)
@pytest.mark.parametrize("route", ["nfts", "me", "transaction"])
async def test_faults_of_reading_calls(
    client: BanqClient,
    sandbox: BanqSandbox,
    an_order: WithdrawOrder,
    route: Route,
    fault: dict[str, object],
    expected: type[BanqError],
    received: int,
) -> None:
    transaction = TransactionId((await client.withdraw(an_order)).id)
    calls: dict[Route, Call] = {
        "nfts": lambda client: client.platform_nfts(ADAS_GUID),
        "me": lambda client: client.account_spaces(),
        "transaction": lambda client: client.transaction(transaction),
    }
    before = sandbox.faults.received[route]
    sandbox.faults.add(Fault.model_validate({"route": route, **fault}))
    with pytest.raises(BanqError) as caught:
        await calls[route](client)

    assert type(caught.value) is expected
    assert caught.value.reference
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_after_s == 7
    # aiohttp itself sends a GET again when a kept-open connection is cut, so a drop may count double.
    if "drop" not in fault:
        assert sandbox.faults.received[route] - before == received


async def test_a_reading_call_survives_one_hiccup(client: BanqClient, sandbox: BanqSandbox) -> None:
    sandbox.faults.add(Fault(route="nfts", status=502, times=1))

    assert len((await client.platform_nfts(ADAS_GUID)).items) == 32


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 500}, OutcomeUnknown),
        ({"status": 503}, OutcomeUnknown),
        ({"status": 408}, OutcomeUnknown),
        ({"drop": True}, OutcomeUnknown),
        ({"drop": True, "after_acting": True}, OutcomeUnknown),
        ({"status": 502, "after_acting": True}, OutcomeUnknown),
        ({"body": "not-json"}, OutcomeUnknown),
        ({"body": "wrong-shape"}, OutcomeUnknown),
        ({"body": "empty"}, OutcomeUnknown),
        ({"status": 400}, BanqRefused),
        ({"status": 403}, Forbidden),
        ({"status": 404}, NotFound),
        ({"status": 429}, RateLimited),
    ],
)
async def test_a_withdrawal_is_never_sent_twice(
    client: BanqClient,
    sandbox: BanqSandbox,
    an_order: WithdrawOrder,
    fault: dict[str, object],
    expected: type[BanqError],
) -> None:
    sandbox.faults.add(Fault.model_validate({"route": "withdraw", **fault}))
    with pytest.raises(BanqError) as caught:
        await client.withdraw(an_order)

    assert type(caught.value) is expected
    assert sandbox.faults.received["withdraw"] == 1
    assert len(sandbox.ledger.transactions) <= 1


async def test_a_withdrawal_that_is_not_answered_in_time_may_have_happened(sandbox: BanqSandbox) -> None:
    sandbox.ledger.approve_platform(ADA.email, PLATFORM_ID)
    endpoint = Endpoint(sandbox.api_url, sandbox.token_url, timeout_s=1)
    async with BanqClient(endpoint, CREDENTIALS) as client:
        wanted = order((await client.platform_nfts(ADAS_GUID)).items[0])
        sandbox.faults.add(Fault(route="withdraw", hold=True, after_acting=True))
        with pytest.raises(OutcomeUnknown):
            await client.withdraw(wanted)

    assert sandbox.faults.received["withdraw"] == 1
    assert len(sandbox.ledger.transactions) == 1


async def test_a_reading_call_that_is_not_answered_in_time_is_not_repeated(sandbox: BanqSandbox) -> None:
    endpoint = Endpoint(sandbox.api_url, sandbox.token_url, timeout_s=0.5)
    async with BanqClient(endpoint, CREDENTIALS) as client:
        sandbox.faults.add(Fault(route="me", hold=True))
        with pytest.raises(BanqUnavailable):
            await client.account_spaces()

    assert sandbox.faults.received["me"] == 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 500}, BanqUnavailable),
        ({"drop": True}, BanqUnavailable),
        ({"status": 429}, RateLimited),
        ({"body": "not-json"}, MalformedResponse),
        ({"body": "wrong-shape"}, MalformedResponse),
    ],
)
async def test_without_a_token_a_withdrawal_has_not_happened(
    client: BanqClient,
    sandbox: BanqSandbox,
    an_order: WithdrawOrder,
    fault: dict[str, object],
    expected: type[BanqError],
) -> None:
    sandbox.tokens.expire_all()
    sandbox.faults.add(Fault.model_validate({"route": "token", **fault}))
    with pytest.raises(BanqError) as caught:
        await client.withdraw(an_order)

    assert type(caught.value) is expected
    assert sandbox.faults.accepted["withdraw"] == 0


# -- many at once


async def test_a_withdrawal_does_not_wait_behind_those_who_look(
    client: BanqClient, sandbox: BanqSandbox, an_order: WithdrawOrder
) -> None:
    sandbox.faults.add(Fault(route="nfts", hold=True))
    looking = [asyncio.create_task(client.platform_nfts(ADAS_GUID)) for _ in range(CONCURRENT_CALLS + 1)]
    await sandbox.store.until(lambda: sandbox.faults.held == CONCURRENT_CALLS)

    await client.withdraw(an_order)

    assert sandbox.faults.held == CONCURRENT_CALLS
    sandbox.faults.clear()
    await asyncio.gather(*looking)


async def test_nobody_waits_in_line_for_a_banq_that_answers_none_before(sandbox: BanqSandbox) -> None:
    endpoint = Endpoint(sandbox.api_url, sandbox.token_url, timeout_s=0.5)
    async with BanqClient(endpoint, CREDENTIALS) as client:
        sandbox.faults.add(Fault(route="nfts", hold=True))
        looks = (client.platform_nfts(ADAS_GUID) for _ in range(3 * CONCURRENT_CALLS))
        outcomes = await asyncio.gather(*looks, return_exceptions=True)

    assert {type(outcome) for outcome in outcomes} == {BanqUnavailable}
    # One whose time is over just as another's place becomes free may still be sent.
    assert sandbox.faults.received["nfts"] < 2 * CONCURRENT_CALLS


# -- not even there


async def test_an_unreachable_banq_has_done_nothing(an_order: WithdrawOrder) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        async with BanqClient(Endpoint(url, url), CREDENTIALS) as client:
            with pytest.raises(BanqUnavailable):
                await client.account_spaces()
            client._token, client._token_stale_at = "a-token", float("inf")
            with pytest.raises(BanqUnavailable):
                await client.withdraw(an_order)


async def test_a_server_that_accepts_and_hangs_up(an_order: WithdrawOrder, sandbox: BanqSandbox) -> None:
    async with (
        hanging_up() as (url, connections),
        BanqClient(Endpoint(url, sandbox.token_url), CREDENTIALS) as client,
    ):
        with pytest.raises(BanqUnavailable):
            await client.account_spaces()
        connections.clear()
        with pytest.raises(OutcomeUnknown):
            await client.withdraw(an_order)

    assert connections == ["POST /v1/nft-transactions/withdraw HTTP/1.1\r\n"]


@asynccontextmanager
async def hanging_up() -> AsyncIterator[tuple[str, list[str]]]:
    connections: list[str] = []

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append((await reader.readline()).decode())
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", connections


# -- what goes over the wire


async def test_a_redirect_is_not_followed_with_our_token(sandbox: BanqSandbox) -> None:
    seen: list[web.Request] = []

    async def redirect(request: web.Request) -> web.Response:
        seen.append(request)
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    async with serving(redirect) as url, BanqClient(Endpoint(url, sandbox.token_url), CREDENTIALS) as client:
        with pytest.raises(BanqUnavailable):
            await client.account_spaces()

    assert {request.path for request in seen} == {"/v1/users/me"}


async def test_the_company_id_goes_to_the_api_and_not_to_the_sign_in() -> None:
    headers: dict[str, str | None] = {}

    async def answer(request: web.Request) -> web.Response:
        headers[request.path] = request.headers.get("X-Company-Id")
        return web.json_response({"access_token": "t", "accountSpaces": []})

    async with serving(answer) as url:
        endpoint = Endpoint(f"{url}/api/", f"{url}/token", company_id="company-7")
        async with BanqClient(endpoint, CREDENTIALS) as client:
            await client.account_spaces()

    assert headers == {"/token": None, "/api/v1/users/me": "company-7"}


@pytest.mark.parametrize("status", [403, 404])
async def test_only_banqs_own_word_closes_a_wallet(sandbox: BanqSandbox, status: int) -> None:
    async def proxy(_: web.Request) -> web.Response:
        return web.Response(status=status, text="<html>Nothing here.</html>", content_type="text/html")

    async with serving(proxy) as url, BanqClient(Endpoint(url, sandbox.token_url), CREDENTIALS) as client:
        with pytest.raises(BanqUnavailable, match=f"something answered {status}, but not Banq"):
            await client.platform_nfts(ADAS_GUID)


async def test_an_odd_user_guid_stays_in_its_place_of_the_path(sandbox: BanqSandbox) -> None:
    paths: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        paths.append(request.raw_path)
        return web.json_response([])

    async with serving(answer) as url, BanqClient(Endpoint(url, sandbox.token_url), CREDENTIALS) as client:
        for guid in ("../../x", "a b", "100%", "?x=1", "#x", "%2e%2e"):
            await client.platform_nfts(UserGuid(guid))

    for path in paths:
        assert path.startswith("/v1/user-tokens/")
        assert path.endswith("/platform-nfts")
        assert path.count("/") == 4


async def test_the_log_has_no_secret_and_no_wallet(
    client: BanqClient, sandbox: BanqSandbox, an_order: WithdrawOrder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="banq")
    await client.withdraw(an_order)
    sandbox.faults.add(Fault(route="nfts", status=500))
    with pytest.raises(BanqUnavailable):
        await client.platform_nfts(ADAS_GUID)

    assert caplog.messages
    for hidden in (identities.PASSWORD, client._token or "", ADAS_GUID, ADDRESS, ADA.user_id):
        assert hidden not in caplog.text


@asynccontextmanager
async def serving(answer: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
