"""A community with a bot that can be killed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox.banq import identities
from sandbox.banq.echo import Echo
from sandbox.discord import ADA, BEN, CLEO
from tests.cogs.member import Member
from tests.live import living
from tests.torture.case import OFFERED
from tests.torture.play import Play

PEOPLE = ((ADA, identities.ADA), (BEN, identities.BEN), (CLEO, identities.CLEO))
NEVER_BY_ITSELF_S = 100_000.0
# Longer than the bot is ever dead: Banq must not give a webhook up.
RETRIES_S = (0.2, 0.5, 1.0, 5.0, 60.0)


@asynccontextmanager
async def tortured(folder: Path, seed: int) -> AsyncIterator[Play]:
    """Three members whose wallets are linked; one of them takes no direct messages."""
    async with living(
        folder,
        "per_day = 1000\nin_flight = 1000",
        # Nobody waits for anybody while linking; and Banq sends nothing on before it is told to.
        echo=Echo("reference", "reference"),
        module="tests.torture.killable",
        settle_after_s=NEVER_BY_ITSELF_S,
        retry_delays_s=RETRIES_S,
    ) as live:
        people = [(Member(live, who), customer) for who, customer in PEOPLE]
        for member, customer in people:
            live.banq.store.state.holdings[customer.email] = dict.fromkeys(OFFERED, 1)
            await member.link(customer)
        yield Play(live, people, seed)
