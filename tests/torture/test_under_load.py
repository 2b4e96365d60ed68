"""A few of the deaths of `make torture` while webhooks pour in; and a stop, which loses no answer."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.live import living
from tests.torture.flood import Flood
from tests.torture.under_load import killing

SEED = 7


async def test_whenever_it_is_killed_what_was_taken_is_there_and_takes_effect_once(tmp_path: Path) -> None:
    async with killing(tmp_path, 3, SEED) as run:
        assert await run.run(5) == []
        assert sum(webhook.is_taken for webhook in run.flood.sent) > 0


async def test_a_stop_under_load_answers_all_that_is_stored(tmp_path: Path) -> None:
    async with living(tmp_path) as live:
        flood = Flood(live.webhook_url, SEED, only_once=True)
        async with flood.going():
            await flood.takes(200)
            await live.stop()

        with closing(sqlite3.connect(live.database_path)) as database:
            there = Counter(body for (body,) in database.execute("SELECT body FROM webhook_inbox"))
        assert there == Counter(webhook.body for webhook in flood.sent if webhook.is_taken)
        assert [line for line in live.output if "Traceback" in line or " ERROR " in line] == []
