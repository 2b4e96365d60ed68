from collections.abc import AsyncIterator

import pytest

from sandbox.banq.server import BanqSandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[BanqSandbox]:
    started = BanqSandbox()
    await started.start()
    yield started
    await started.close()
