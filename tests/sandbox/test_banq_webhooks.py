import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.banq.identities import ACCOUNT_SPACE_ID, ADA, BEN, PLATFORM_ID, SECOND_PLATFORM_ID
from sandbox.banq.webhooks import Signature, WebhookFault
from tests.sandbox.banq_rig import CONFIG_PATH, Rig, running, serving_receiver


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with running() as rig:
        yield rig


async def test_an_approval_and_its_end_are_announced(rig: Rig) -> None:
    await rig.want_webhooks()
    grant = rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    rig.banq.ledger.revoke_platform(ADA.email, PLATFORM_ID)
    await rig.banq.webhooks.settled()
    assert rig.receiver.actions == ["created", "deleted"]
    assert rig.receiver.bodies[0] == {
        "action": "created",
        "resourceType": "UserToken",
        "resourceId": grant.user_guid,
        "data": {"userGuid": grant.user_guid, "userId": ADA.user_id},
    }


async def test_a_transfer_is_announced_step_by_step(rig: Rig) -> None:
    await rig.want_webhooks(webHookTypes=["nftTransaction"])
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    _, first = await rig.withdraw()
    _, second = await rig.withdraw("quiet-hours-4")
    rig.banq.ledger.approve_transfer(first["id"])
    rig.banq.ledger.reject_transfer(second["id"])
    await rig.banq.webhooks.settled()
    assert rig.receiver.bodies == [
        {"action": "processing", "resourceType": "NftTransaction", "resourceId": first["id"]},
        {"action": "completed", "resourceType": "NftTransaction", "resourceId": first["id"]},
        {"action": "rejected", "resourceType": "NftTransaction", "resourceId": second["id"]},
    ]
    assert [delivery.state for delivery in rig.banq.webhooks.log] == ["unwanted"] + 3 * ["delivered"]


async def test_only_the_space_concerned_hears_and_only_while_enabled(rig: Rig) -> None:
    await rig.want_webhooks()
    rig.banq.ledger.approve_platform(ADA.email, SECOND_PLATFORM_ID)
    await rig.call("PATCH", CONFIG_PATH, {"enabled": False})
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    await rig.banq.webhooks.settled()
    assert rig.receiver.bodies == []
    assert [delivery.state for delivery in rig.banq.webhooks.log] == ["unwanted", "unwanted"]


async def test_a_refused_webhook_is_tried_again(rig: Rig) -> None:
    await rig.want_webhooks()
    rig.receiver.answers.extend([500, 302, 404])
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    await rig.banq.webhooks.settled()
    (delivery,) = rig.banq.webhooks.log
    assert delivery.state == "delivered"
    assert [attempt.status for attempt in delivery.attempts] == [500, 302, 404, 200]
    assert rig.receiver.bodies == 4 * rig.receiver.bodies[:1]


async def test_a_webhook_is_given_up_after_its_retries(rig: Rig) -> None:
    await rig.want_webhooks(retryCount=2, url="http://127.0.0.1:9/nobody")
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    await rig.banq.webhooks.settled()
    (delivery,) = rig.banq.webhooks.log
    assert delivery.state == "given up"
    assert [attempt.error for attempt in delivery.attempts] == 3 * ["ClientConnectorError"]
    assert rig.banq.store.state.undelivered == []


async def test_webhooks_can_come_in_copies_or_not_at_all(rig: Rig) -> None:
    await rig.want_webhooks()
    rig.banq.webhooks.misbehave(WebhookFault(duplicates=2))
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    rig.banq.webhooks.misbehave(WebhookFault(drop=True))
    rig.banq.ledger.approve_platform(BEN.email, PLATFORM_ID)
    await rig.banq.webhooks.settled()
    assert [body["resourceId"] for body in rig.receiver.bodies] == 3 * [ADA.user_guid(PLATFORM_ID)]
    assert rig.banq.webhooks.log[-1].state == "dropped"


async def test_held_webhooks_are_released_in_reverse_order(rig: Rig) -> None:
    await rig.want_webhooks()
    rig.banq.webhooks.misbehave(WebhookFault(hold=True))
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    _, started = await rig.withdraw()
    rig.banq.ledger.approve_transfer(started["id"])
    await rig.banq.webhooks.settled()
    assert rig.receiver.bodies == []
    rig.banq.webhooks.release()
    await rig.banq.webhooks.settled()
    assert rig.receiver.actions == ["completed", "processing", "created"]


async def test_a_delayed_webhook_keeps_others_from_nothing(rig: Rig) -> None:
    await rig.want_webhooks()
    rig.banq.webhooks.misbehave(WebhookFault(delay_s=3600))
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    rig.banq.webhooks.misbehave(WebhookFault())
    rig.banq.ledger.approve_platform(BEN.email, PLATFORM_ID)
    await rig.banq.store.until(lambda: rig.banq.webhooks.log[1].state == "delivered")
    assert [body["data"]["userId"] for body in rig.receiver.bodies] == [BEN.user_id]
    assert rig.banq.webhooks.log[0].state == "waiting"


async def test_a_hand_made_webhook_is_sent_as_it_is(rig: Rig) -> None:
    await rig.want_webhooks()
    rig.banq.webhooks.send(ACCOUNT_SPACE_ID, {"action": "created", "resourceType": "Moon"})
    await rig.banq.webhooks.settled()
    assert rig.receiver.bodies == [{"action": "created", "resourceType": "Moon"}]


async def test_with_a_secret_every_attempt_is_signed(rig: Rig) -> None:
    await rig.want_webhooks()
    rig.banq.webhooks.signature = Signature(secret="a secret")
    rig.receiver.answers.append(500)
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    rig.banq.webhooks.send(ACCOUNT_SPACE_ID, {"name": "Zoë"})
    await rig.banq.webhooks.settled()
    assert len(rig.receiver.came) == 3
    for headers, body in rig.receiver.came:
        assert headers["X-Signature"] == hmac.digest(b"a secret", body, "sha256").hex()


async def test_it_can_be_told_to_sign_and_to_stop(rig: Rig) -> None:
    await rig.want_webhooks()
    orders = [{"secret": "a secret", "header": "Banq-Signature"}, {"secret": "another"}, None]
    for order in orders:
        assert await rig.control("POST", "/webhooks/signature", {"signature": order}) == (204, None)
        rig.banq.webhooks.send(ACCOUNT_SPACE_ID, {})
        await rig.banq.webhooks.settled()
    signed = [[name for name in headers if "Signature" in name] for headers, _ in rig.receiver.came]
    assert signed == [["Banq-Signature"], ["X-Signature"], []]
    for bad in ({"secret": ""}, {"secret": "a", "header": "two words"}, {"secret": "a", "header": "a\r\nb"}):
        status, _ = await rig.control("POST", "/webhooks/signature", {"signature": bad})
        assert status == 400


async def test_everything_goes_on_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "banq.json"
    async with serving_receiver() as receiver:
        async with running(path, receiver, settle_after_s=3600) as rig:
            await rig.want_webhooks()
            grant = rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
            await receiver.until(1)
            await rig.banq.webhooks.settled()
            rig.banq.webhooks.misbehave(WebhookFault(hold=True))
            _, started = await rig.withdraw("quiet-hours-11")
            rig.banq.ledger.approve_transfer(started["id"])
            mails = rig.banq.ledger.mails(ADA.email)
        assert json.loads(path.read_text())["transactions"][started["id"]]["status"] == "processing"
        assert not path.with_name("banq.json.new").exists()

        async with running(path, receiver) as rig:
            await rig.banq.webhooks.settled()
            assert receiver.actions == ["created", "processing", "completed"]
            assert rig.banq.ledger.mails(ADA.email)[1:] == mails
            status, body = await rig.call("GET", f"/v1/user-tokens/{grant.user_guid}/platform-nfts")
            assert (status, len(body["items"])) == (200, 31)
            assert (await rig.call("GET", CONFIG_PATH))[1]["url"] == receiver.url

        async with running(path, receiver) as rig:
            await asyncio.wait_for(rig.banq.webhooks.settled(), timeout=5)
            assert rig.banq.ledger.transaction(started["id"]).status == "completed"
            assert len(receiver.bodies) == 3
