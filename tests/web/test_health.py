"""How the process is: for anybody in a word, and with the reason where nobody else reads it."""

import logging

import pytest
from aiohttp import web

from services.health import HealthCheck
from services.scrape import Scrape
from tests.web.side_server import SideServer
from web.app import create_runner
from web.health import PROGRAM, PROGRAM_HEADER
from web.metrics import create_private_app


async def test_health_is_told(side: SideServer) -> None:
    answer = await side.browser().get("/healthz")
    assert (answer.status, answer.body) == (200, '{"status": "ok"}')
    assert answer.headers[PROGRAM_HEADER] == PROGRAM


async def test_a_database_that_does_not_answer_is_told_and_by_its_name_in_private(
    side: SideServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    async with side.rig.database.transaction() as tx:
        await tx.execute("ALTER TABLE links RENAME TO lost")

    answer = await side.browser().get("/healthz")
    assert (answer.status, answer.body) == (503, '{"status": "not well"}')
    assert answer.headers[PROGRAM_HEADER] == PROGRAM
    assert await told_in_private(side) == (503, {"status": "the database does not answer"})


async def told_in_private(side: SideServer) -> tuple[int, dict[str, str]]:
    rig = side.rig
    health = HealthCheck(rig.database)
    scrape = Scrape(rig.metrics, rig.database, rig.intake, health, rig.banq_watch, rig.sources)
    runner = create_runner(create_private_app(health, scrape))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with side.http.get(f"http://127.0.0.1:{runner.addresses[0][1]}/healthz") as answer:
            return answer.status, await answer.json()
    finally:
        await runner.cleanup()
