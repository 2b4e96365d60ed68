"""What counts as ready, and how Banq's silence is known."""

import logging
from datetime import timedelta
from functools import partial

import pytest

from banq.errors import BanqError
from sandbox.banq.faults import Fault
from services.banq_watch import ASK_AFTER
from services.health import HealthCheck, gateway_check, workers_check
from services.worker import Worker
from tests.conftest import Clock
from tests.services.rig import Rig


async def nothing() -> None:
    pass


async def test_only_database_gateway_and_workers_keep_it_from_being_ready(rig: Rig) -> None:
    gateway = partial(gateway_check, lambda: True)
    assert (await HealthCheck(rig.database, [gateway, rig.banq_watch.check]).readiness()).status == "degraded"
    await rig.banq.account_spaces()
    assert (await HealthCheck(rig.database, [gateway, rig.banq_watch.check]).readiness()).status == "ready"

    away = partial(gateway_check, lambda: False)
    idle = partial(workers_check, [Worker("linking", nothing, interval_s=1)])
    for check in (away, idle):
        readiness = await HealthCheck(rig.database, [check, rig.banq_watch.check]).readiness()
        assert (readiness.status, readiness.is_ready) == ("not ready", False)
    assert idle().sentence == "linking does not run."


async def test_a_database_that_cannot_be_read_is_not_ready(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    async with rig.database.transaction() as tx:
        await tx.execute("ALTER TABLE links RENAME TO lost")

    [database] = (await HealthCheck(rig.database).readiness()).checks
    assert (database.state, database.sentence) == ("failed", "The database does not answer.")


async def test_banq_is_asked_when_it_was_silent_or_nobody_asked_for_long(
    rig: Rig, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="services.banq_watch")
    watch, received = rig.banq_watch, rig.sandbox.faults.received
    for _ in range(2):
        await watch.look(rig.banq)
    assert received["me"] == 1
    well_at = clock.time

    clock.forward(seconds=ASK_AFTER / timedelta(seconds=1))
    rig.sandbox.faults.add(Fault(route="me", status=503))
    for _ in range(2):
        await watch.look(rig.banq)
    assert received["me"] == 5  # Each is tried twice.
    assert (watch.check().state, watch.check().last_good_at) == ("degraded", well_at)

    rig.sandbox.faults.clear()
    await watch.look(rig.banq)
    assert (watch.check().state, watch.check().last_good_at) == ("ok", clock.time)
    assert [one.getMessage().partition(",")[0] for one in caplog.records if one.name == watch.__module__] == [
        "banq: reachable",
        "banq: cannot be reached now; members are told so until it answers",
        "banq: reachable",
    ]


async def test_a_refusal_is_a_good_answer_and_one_of_our_sign_in_is_not(rig: Rig) -> None:
    rig.sandbox.faults.add(Fault(route="me", times=1, status=404))
    with pytest.raises(BanqError):
        await rig.banq.account_spaces()
    assert rig.banq_watch.check().state == "ok"

    rig.sandbox.faults.add(Fault(route="me", times=2, status=401))
    with pytest.raises(BanqError):
        await rig.banq.account_spaces()
    assert rig.banq_watch.check().sentence == "Banq refuses our sign-in."
