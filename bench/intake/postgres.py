"""The intake's design on PostgreSQL: all that waits in one INSERT. `python -m bench.intake.postgres DSN`."""

import asyncio
import sys
import time
from typing import Any

import asyncpg

from bench.intake.bare import runner_of
from bench.intake.program import serve
from bench.intake.webhooks import LANE

MOST_AT_ONCE = 200
SCHEMA = """\
CREATE TABLE IF NOT EXISTS webhook_inbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lane text NOT NULL,
    received_at bigint NOT NULL,
    body bytea NOT NULL,
    event_id text
);
CREATE UNIQUE INDEX IF NOT EXISTS one_delivery_per_event ON webhook_inbox (lane, event_id)
    WHERE event_id IS NOT NULL;
"""
INSERT = """\
INSERT INTO webhook_inbox (lane, received_at, body, event_id)
SELECT $1, * FROM unnest($2::bigint[], $3::bytea[], $4::text[])
ON CONFLICT (lane, event_id) WHERE event_id IS NOT NULL DO NOTHING
"""
Row = tuple[int, bytes, str | None]


class GroupCommit:
    """The same shape as storage.intake.Intake."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection
        self._waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def store(self, body: bytes, webhook: dict[str, Any]) -> None:
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(((int(time.time() * 1000), body, webhook["eventId"]), stored))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        await stored

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            times, bodies, event_ids = zip(*(row for row, _ in batch), strict=True)
            await self._connection.execute(INSERT, LANE, times, bodies, event_ids)
            for _, stored in batch:
                stored.set_result(None)
        self._writing = None


async def main() -> None:
    connection = await asyncpg.connect(sys.argv[1])
    await connection.execute(SCHEMA)
    await serve(runner_of(GroupCommit(connection).store))
    await connection.close()


if __name__ == "__main__":
    asyncio.run(main())
