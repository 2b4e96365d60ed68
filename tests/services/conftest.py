from collections.abc import AsyncIterator

import pytest

from sandbox.banq import identities
from sandbox.banq.server import BanqSandbox
from services.sources import Sources
from storage.database import Database
from tests.services.messenger import Messenger
from tests.services.rig import ADA, Rig, build


@pytest.fixture
async def sandbox() -> AsyncIterator[BanqSandbox]:
    started = BanqSandbox()
    await started.start()
    yield started
    await started.close()


@pytest.fixture
async def rig(sandbox: BanqSandbox, database: Database, sources: Sources) -> AsyncIterator[Rig]:
    async with build(sandbox, database, sources) as built:
        yield built


@pytest.fixture
async def linked(rig: Rig) -> Rig:
    """The rig once Ada is linked, to a wallet of 32 NFTs."""
    await rig.link(ADA, identities.ADA)
    return rig


@pytest.fixture
def messenger(rig: Rig) -> Messenger:
    served = Messenger()
    rig.outbox.serve("discord", served)
    return served
