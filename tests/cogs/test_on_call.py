"""What the person on call sees of a live bot."""

from pathlib import Path
from typing import Any

import aiohttp

from sandbox.banq.faults import Fault
from sandbox.discord import ADA, CLEO
from tests.cogs.member import InChat
from tests.live import LiveBot, living
from tests.scraped import value


async def test_a_live_bot_tells_what_it_does_and_what_keeps_it_from_that(tmp_path: Path) -> None:
    async with living(tmp_path) as live, aiohttp.ClientSession() as http:
        await live.has_said("banq: reachable")
        assert (await readiness(live, http))[:2] == (200, "ready")
        assert await status_of(http, f"{live.url}/metrics") == 404

        await InChat(live.discord, ADA).command("help")
        members = live.discord.members
        await members.settled(ADA, await members.run_command(ADA, "admin status", {}, force=True))
        await http.post(live.webhook_url, json={"action": "created", "resourceType": "Payment"})
        await http.post(f"{live.webhook_url}x", json={})
        live.banq.faults.add(Fault(route="me", status=503))
        await InChat(live.discord, CLEO).command("admin status")

        text = await metrics(live, http)
        assert value(text, "banqbot_interactions_total", command="/help", outcome="answered") == 1
        assert value(text, "banqbot_interactions_total", command="/admin status", outcome="refused") == 1
        assert value(text, "banqbot_first_answer_seconds_count") == 3
        assert value(text, "banqbot_webhooks_received_total", kind="unknown") == 1
        assert value(text, "banqbot_webhooks_refused_total", reason="wrong_path") == 1
        assert value(text, "banqbot_banq_calls_total", operation="account_spaces", result="unavailable") == 1
        assert value(text, "process_resident_memory_bytes") > 0
        status, word, checks = await readiness(live, http)
        assert (status, word, checks["banq"]["state"]) == (200, "degraded", "degraded")
        assert checks["banq"]["last_good_answer"]

        await gateway_goes_away_and_comes_back(live, http)


async def gateway_goes_away_and_comes_back(live: LiveBot, http: aiohttp.ClientSession) -> None:
    await live.discord.gateway.go_away()
    status, word, checks = await readiness(live, http)
    assert (status, word, checks["gateway"]["state"]) == (503, "not ready", "failed")
    async with http.get(f"{live.url}/readyz") as answer:
        assert (answer.status, await answer.json()) == (503, {"status": "not ready"})
    assert value(await metrics(live, http), "banqbot_ready") == 0

    live.discord.gateway.come_back()
    await live.has_said("RESUMED")
    assert (await readiness(live, http))[0] == 200
    async with http.get(f"{live.url}/readyz") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})


async def readiness(live: LiveBot, http: aiohttp.ClientSession) -> tuple[int, str, dict[str, Any]]:
    async with http.get(f"{live.private_url}/readyz") as answer:
        told = await answer.json()
        return answer.status, told["status"], told["checks"]


async def metrics(live: LiveBot, http: aiohttp.ClientSession) -> str:
    async with http.get(f"{live.private_url}/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
        return await answer.text()


async def status_of(http: aiohttp.ClientSession, url: str) -> int:
    async with http.get(url) as answer:
        return answer.status
