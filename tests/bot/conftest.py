import os
from collections.abc import AsyncIterator

import pytest

from sandbox.banq.server import BanqSandbox


@pytest.fixture(autouse=True)
def _no_settings_of_a_live_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("BANQBOT_")]:
        monkeypatch.delenv(name)


@pytest.fixture
async def sandbox() -> AsyncIterator[BanqSandbox]:
    started = BanqSandbox()
    await started.start()
    yield started
    await started.close()
