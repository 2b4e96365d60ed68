import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from pydantic import ValidationError

from sandbox.banq.faults import ROUTES, Fault
from sandbox.banq.identities import ADA, PLATFORM_ID
from tests.sandbox.banq_rig import CREDENTIALS, Rig, running


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with running() as rig:
        rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
        yield rig


async def test_an_error_before_acting_leaves_nothing_behind(rig: Rig) -> None:
    rig.banq.faults.add(Fault(route="withdraw", times=1, status=500))
    status, body = await rig.withdraw()
    assert (status, body["statusCode"]) == (500, 500)
    assert rig.banq.ledger.transactions == []
    assert (await rig.withdraw())[0] == 201
    assert (rig.banq.faults.received["withdraw"], rig.banq.faults.accepted["withdraw"]) == (2, 1)


async def test_an_error_after_acting_hides_a_transaction(rig: Rig) -> None:
    rig.banq.faults.add(Fault(route="withdraw", times=1, status=502, after_acting=True))
    assert (await rig.withdraw())[0] == 502
    assert len(rig.banq.ledger.transactions) == rig.banq.faults.accepted["withdraw"] == 1


@pytest.mark.parametrize(("after_acting", "made"), [(False, 0), (True, 1)])
async def test_a_dropped_connection_gives_no_answer(rig: Rig, after_acting: bool, made: int) -> None:
    rig.banq.faults.add(Fault(route="withdraw", times=1, drop=True, after_acting=after_acting))
    with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
        await rig.withdraw()
    assert len(rig.banq.ledger.transactions) == made


async def test_a_held_call_waits_for_its_release(rig: Rig) -> None:
    rig.banq.faults.add(Fault(route="withdraw", times=1, hold=True, after_acting=True))
    call = asyncio.create_task(rig.withdraw())
    await rig.banq.store.until(lambda: rig.banq.faults.accepted["withdraw"] == 1)
    assert not call.done()
    rig.banq.faults.release()
    assert (await call)[0] == 201


async def test_a_slow_call_outlasts_an_impatient_client(rig: Rig) -> None:
    rig.banq.faults.add(Fault(route="me", latency_s=3600))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(rig.call("GET", "/v1/users/me"), timeout=0.05)
    rig.banq.faults.clear()
    assert (await rig.call("GET", "/v1/users/me"))[0] == 200


async def test_too_many_requests_say_when_to_come_back(rig: Rig) -> None:
    rig.banq.faults.add(Fault(route="token", times=1, status=429, retry_after_s=7))
    async with rig.http.post(rig.banq.token_url, json=CREDENTIALS) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")


async def test_odd_bodies_come_after_acting(rig: Rig) -> None:
    rig.banq.faults.add(Fault(route="withdraw", times=1, body="not-json"))
    with pytest.raises(json.JSONDecodeError):
        await rig.withdraw()
    assert len(rig.banq.ledger.transactions) == 1
    rig.banq.faults.add(Fault(route="me", times=1, body="wrong-shape"))
    assert await rig.call("GET", "/v1/users/me") == (200, {"unexpected": [1]})


async def test_faults_take_turns_and_end(rig: Rig) -> None:
    rig.banq.faults.add(Fault(route="me", times=2, status=500))
    rig.banq.faults.add(Fault(route="me", times=1, status=503))
    statuses = [(await rig.call("GET", "/v1/users/me"))[0] for _ in range(4)]
    assert statuses == [500, 500, 503, 200]


async def test_a_lasting_fault_lasts_until_cleared(rig: Rig) -> None:
    rig.banq.faults.add(Fault(route="me", status=500))
    assert [(await rig.call("GET", "/v1/users/me"))[0] for _ in range(3)] == [500, 500, 500]
    rig.banq.faults.clear()
    assert (await rig.call("GET", "/v1/users/me"))[0] == 200


async def test_an_outage_takes_everything_but_the_controls(rig: Rig) -> None:
    assert (await rig.control("POST", "/outage", {"mode": "503"}))[0] == 204
    for url in (rig.banq.widget_url, rig.banq.mailbox_url, f"{rig.banq.api_url}/v1/users/me"):
        async with rig.http.get(url) as answer:
            assert answer.status == 503
    assert (await rig.control("POST", "/outage", {"mode": "drop"}))[0] == 204
    with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
        await rig.call("GET", "/v1/users/me")
    assert (await rig.control("POST", "/outage", {"mode": None}))[0] == 204
    assert (await rig.call("GET", "/v1/users/me"))[0] == 200


@pytest.mark.parametrize("route", ROUTES)
async def test_every_route_can_fail(rig: Rig, route: str) -> None:
    status, _ = await rig.control("POST", "/faults", {"route": route, "status": 599})
    assert status == 204
    calls = {
        "token": ("POST", rig.banq.token_url),
        "me": ("GET", f"{rig.banq.api_url}/v1/users/me"),
        "webhook-config": ("PATCH", f"{rig.banq.api_url}/v1/account-spaces/x/webhook-config"),
        "nfts": ("GET", f"{rig.banq.api_url}/v1/user-tokens/x/platform-nfts"),
        "withdraw": ("POST", f"{rig.banq.api_url}/v1/nft-transactions/withdraw"),
        "transaction": ("GET", f"{rig.banq.api_url}/v1/nft-transactions/x"),
    }
    async with rig.http.request(*calls[route]) as answer:
        assert answer.status == 599


def test_a_fault_must_make_sense() -> None:
    for fields in ({}, {"status": 200}, {"status": 500, "drop": True}, {"status": 500, "times": 0}, {"x": 1}):
        with pytest.raises(ValidationError):
            Fault.model_validate({"route": "me"} | fields)


async def test_the_controls_do_what_the_objects_do(rig: Rig) -> None:
    await rig.want_webhooks()
    _, started = await rig.withdraw()
    for method, path, body in (
        ("POST", "/tokens/expire", {"lifetime_s": 60}),
        ("POST", "/webhooks/fault", {"hold": True}),
        ("POST", f"/transactions/{started['id']}", {"status": "expired"}),
        ("POST", "/approvals", {"email": ADA.email, "active": False}),
        ("POST", "/webhooks/release", {"reverse": False}),
        ("POST", "/nfts/move-away", {"email": ADA.email, "nft": "quiet-hours-1"}),
        ("POST", "/transaction-route", {"offered": False}),
        ("POST", "/webhooks/fault", {}),
        ("POST", "/faults/release", None),
        ("DELETE", "/faults", None),
    ):
        assert (await rig.control(method, path, body))[0] == 204, path
    await rig.banq.webhooks.settled()
    assert rig.receiver.actions == ["expired", "deleted"]
    assert (await rig.call("GET", "/v1/users/me"))[0] == 401
    assert "quiet-hours-1" not in [nft.slug for nft, _ in rig.banq.ledger.wallet(ADA.email)]
    _, transactions = await rig.control("GET", "/transactions")
    assert [one["status"] for one in transactions] == ["expired"]
    _, log = await rig.control("GET", "/webhooks")
    assert [delivery["state"] for delivery in log] == ["unwanted", "delivered", "delivered"]
    _, calls = await rig.control("GET", "/calls")
    assert calls["accepted"]["withdraw"] == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/faults", {"route": "moon", "status": 500}),
        ("/outage", {"mode": "maybe"}),
        ("/approvals", {"email": "nobody@meadow.example"}),
        ("/approvals", {"email": ADA.email, "platform_id": "x"}),
        ("/nfts/move-away", {"email": ADA.email, "nft": "quiet-hours-13"}),
        ("/webhooks", {"body": {}, "account_space_id": "x"}),
        ("/webhooks/fault", {"duplicates": -1}),
    ],
)
async def test_the_controls_refuse_nonsense(rig: Rig, path: str, body: dict[str, object]) -> None:
    status, refusal = await rig.control("POST", path, body)
    assert (status, refusal["statusCode"]) == (400, 400)


async def test_the_controls_take_no_plain_text(rig: Rig) -> None:
    async with rig.http.post(f"{rig.banq.url}/_control/outage", data='{"mode": "503"}') as answer:
        assert answer.status == 400
    assert rig.banq.faults.outage is None


async def test_a_settled_transfer_stays_as_it_is(rig: Rig) -> None:
    _, started = await rig.withdraw()
    rig.banq.ledger.finish(started["id"], "failed")
    status, refusal = await rig.control("POST", f"/transactions/{started['id']}", {"status": "completed"})
    assert (status, refusal["message"]) == (400, "The transaction is already failed.")
