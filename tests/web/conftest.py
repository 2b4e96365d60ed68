from collections.abc import AsyncIterator

import pytest

from sandbox.banq.server import BanqSandbox
from services.sources import Sources
from storage.database import Database
from tests.services.rig import build
from tests.web.side_server import SideServer, serving


@pytest.fixture
async def side(database: Database, sources: Sources) -> AsyncIterator[SideServer]:
    # Nothing here asks Banq, so the emulator need not be started.
    async with build(BanqSandbox(), database, sources) as rig, serving(rig) as started:
        yield started
