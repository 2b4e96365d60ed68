from collections.abc import AsyncIterator

import pytest

from sandbox.banq import identities
from sandbox.banq.server import BanqSandbox
from services.sources import Sources
from storage.database import Database
from tests.cogs.inside import ADA_IN_CHAT, Inside, running
from tests.services.rig import Rig, build


@pytest.fixture
async def rig(database: Database, sources: Sources) -> AsyncIterator[Rig]:
    banq = BanqSandbox()
    await banq.start()
    async with build(banq, database, sources) as built:
        yield built
    await banq.close()


@pytest.fixture
async def inside(database: Database, sources: Sources) -> AsyncIterator[Inside]:
    async with running(database, sources) as started:
        yield started


@pytest.fixture
async def linked(inside: Inside) -> Inside:
    """Once Ada is linked, to a wallet of 32 NFTs."""
    await inside.rig.link(ADA_IN_CHAT, identities.ADA)
    return inside
