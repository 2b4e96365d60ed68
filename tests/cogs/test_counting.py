"""What members do is counted by our own names for it, and by how it ended."""

import asyncio
import logging

import pytest

from sandbox.discord import BEN
from services.health import HealthCheck
from services.scrape import Scrape
from tests.cogs.inside import Inside
from tests.cogs.member import InChat
from tests.scraped import samples


async def counted(inside: Inside) -> dict[tuple[str, str], float]:
    await asyncio.gather(*inside.commands)
    rig = inside.rig
    scrape = Scrape(
        rig.metrics, rig.database, rig.intake, HealthCheck(rig.database), rig.banq_watch, rig.sources
    )
    return {
        (sample.labels["command"], sample.labels["outcome"]): sample.value
        for sample in samples((await scrape.text()).decode())
        if sample.name == "banqbot_interactions_total"
    }


async def test_commands_and_buttons_are_counted_by_how_they_end(
    linked: Inside, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    wallet = await linked.ada.command("wallet")
    unlink = wallet.button("Unlink")["custom_id"]
    await linked.discord.members.press(BEN, wallet.id, unlink, force=True)
    await linked.ada.press(wallet, "Freeze")
    async with linked.rig.database.transaction() as tx:
        await tx.execute("ALTER TABLE links RENAME TO lost")
    await InChat(linked.discord, BEN).command("wallet")

    assert await counted(linked) == {
        ("/wallet", "answered"): 1,
        ("freeze-ask", "answered"): 1,
        ("unlink-ask", "refused"): 1,
        ("/wallet", "failed"): 1,
    }
