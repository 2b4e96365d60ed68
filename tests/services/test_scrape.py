"""What a scrape brings changes with what happens, and names nobody."""

import asyncio

import pytest

from banq.errors import BanqError
from sandbox.banq import identities
from sandbox.banq.faults import Fault
from services.health import HealthCheck
from services.scrape import READ_EVERY, Scrape
from storage import outbox
from storage.intake import NotStored
from tests.conftest import Clock
from tests.scraped import samples, value
from tests.services.rig import ADA, BEN, LANE, Rig
from tests.services.test_disk_trouble import nothing_can_be_written
from tests.services.test_following import PICTURE

PAYMENT = b'{"action": "created", "resourceType": "Payment", "eventId": "%d"}'


def scrape_of(rig: Rig) -> Scrape:
    health = HealthCheck(rig.database)
    return Scrape(rig.metrics, rig.database, rig.intake, health, rig.banq_watch, rig.sources)


async def text_of(rig: Rig) -> str:
    return (await scrape_of(rig).text()).decode()


async def test_webhooks_are_counted_as_they_come_and_are_refused(rig: Rig, clock: Clock) -> None:
    for number in (1, 2, 2):
        await rig.inbox.accept(LANE, PAYMENT % number)
    async with nothing_can_be_written(rig):
        with pytest.raises(NotStored):
            await rig.inbox.accept(LANE, PAYMENT % 3)

    text = await text_of(rig)
    assert value(text, "banqbot_webhooks_received_total", kind="unknown") == 3
    assert value(text, "banqbot_webhooks_stored") == 2
    assert value(text, "banqbot_webhooks_refused_total", reason="not_stored") == 1
    assert value(text, "banqbot_intake_batch_webhooks_count") == 3
    assert value(text, "banqbot_intake_commit_seconds_count") == 3
    assert value(text, "banqbot_intake_waiting") == 0
    assert value(text, "banqbot_last_webhook_timestamp_seconds") == clock.time.timestamp()
    assert value(text, "banqbot_check_ok", check="database") == 0


async def test_what_stands_in_the_database_is_told(rig: Rig, clock: Clock) -> None:
    await rig.link(ADA, identities.ADA)
    await rig.start(BEN)
    rig.sandbox.faults.add(Fault(route="withdraw", drop=True, after_acting=True))
    lost = await rig.confirm(ADA, await rig.draft(ADA, PICTURE))
    assert (await rig.stored(lost)).state == "unknown"
    async with rig.database.transaction() as tx:
        await outbox.insert(tx, ADA.key, "frozen_by_admin", "x", clock.time)
    await rig.kill_switch.pause("operator", "We look into it")
    clock.forward(minutes=90)

    text = await text_of(rig)
    assert value(text, "banqbot_withdrawals", state="unknown") == 1
    assert value(text, "banqbot_oldest_unknown_withdrawal_seconds") == 90 * 60
    assert value(text, "banqbot_links", state="active") == 1
    assert value(text, "banqbot_link_sessions", state="waiting") == 1
    assert value(text, "banqbot_oldest_waiting_notice_seconds") == 90 * 60
    assert value(text, "banqbot_paused") == 1
    told = " ".join(label for sample in samples(text) for label in sample.labels.values())
    [guid] = await rig.column("SELECT user_guid FROM links")
    assert all(word not in told for word in (str(guid), ADA.name, lost.address, lost.id))


async def test_what_waits_for_a_closed_audit_channel_is_no_message(rig: Rig, clock: Clock) -> None:
    await rig.kill_switch.pause("operator", "We look into it")
    assert await rig.column("SELECT recipient FROM outbox WHERE state = 'pending'") == ["audit"]
    clock.forward(minutes=180)

    text = await text_of(rig)
    assert value(text, "banqbot_notices_waiting") == 0
    assert value(text, "banqbot_oldest_waiting_notice_seconds") == 0


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        (Fault(route="me", status=503), "unavailable"),
        (Fault(route="me", drop=True), "unavailable"),
        (Fault(route="me", status=429, retry_after_s=1), "rate_limited"),
        (Fault(route="me", status=403), "refused"),
        (Fault(route="me", status=401), "credentials"),
        (Fault(route="me", body="not-json"), "malformed"),
    ],
)
async def test_calls_to_banq_are_counted_by_how_they_end(rig: Rig, fault: Fault, result: str) -> None:
    await rig.banq.account_spaces()
    rig.sandbox.faults.add(fault)
    with pytest.raises(BanqError):
        await rig.banq.account_spaces()

    text = await text_of(rig)
    for ended in ("ok", result):
        assert value(text, "banqbot_banq_calls_total", operation="account_spaces", result=ended) == 1
    assert value(text, "banqbot_banq_call_seconds_count", operation="account_spaces") == 2


async def test_a_call_that_nobody_waits_for_any_more_is_a_timeout(rig: Rig) -> None:
    rig.sandbox.faults.add(Fault(route="me", hold=True))
    async with rig.again(timeout_s=0.05) as impatient:
        with pytest.raises(BanqError):
            await impatient.banq.account_spaces()
        calling = asyncio.create_task(impatient.banq.account_spaces())
        await asyncio.sleep(0)
        calling.cancel()
        await asyncio.wait({calling})
        text = await text_of(impatient)
    rig.sandbox.faults.release()
    assert value(text, "banqbot_banq_calls_total", operation="account_spaces", result="timeout") == 2


async def test_the_database_is_read_once_in_a_while_however_many_scrape(rig: Rig, clock: Clock) -> None:
    scrape = scrape_of(rig)

    async def stored() -> float:
        return value((await scrape.text()).decode(), "banqbot_webhooks_stored")

    assert await stored() == 0
    await rig.inbox.accept(LANE, PAYMENT % 1)
    assert await stored() == 0
    clock.forward(seconds=READ_EVERY.total_seconds())
    assert await stored() == 1
    await rig.inbox.accept(LANE, PAYMENT % 2)
    clock.forward(minutes=-60)
    assert await stored() == 2
