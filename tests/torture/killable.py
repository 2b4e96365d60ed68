"""The bot, which kills itself where it is told to; `python -m tests.torture.killable` is called like banqbot.

It says each point that it passes: before and after each commit that moves something, and each call.
"""

import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from functools import wraps
from pathlib import Path
from typing import Any

import discord

from banq.client import BanqClient
from bot.__main__ import cli
from cogs.direct_messages import DiscordMessenger
from storage.database import Connection, Database

PASSED = "[passed] "
KILLED = "[killed] "
# Beside the configuration: the point to die at, if any.
KILL_AT = "kill-at"

# SQLite itself tells what a transaction does, whichever statement does it.
EVENTS = (
    ("INSERT ON main.withdrawals", "'->draft', NEW.id"),
    ("UPDATE OF state ON main.withdrawals", "OLD.state || '->' || NEW.state, NEW.id"),
    ("INSERT ON main.webhook_inbox", "'webhook stored', NULL"),
    ("UPDATE ON main.webhook_inbox", "'webhook marked', NULL"),
    ("UPDATE OF state ON main.outbox", "'notice marked', NEW.object_id"),
)
WATCH = (
    "CREATE TEMP TABLE IF NOT EXISTS seen (what TEXT NOT NULL, withdrawal_id TEXT)",
    *(
        f"CREATE TEMP TRIGGER IF NOT EXISTS see_{number} AFTER {event}"  # noqa: S608
        f" BEGIN INSERT INTO seen VALUES ({values}); END"
        for number, (event, values) in enumerate(EVENTS)
    ),
)
LATEST = "SELECT state, id FROM withdrawals ORDER BY updated_at DESC, rowid DESC LIMIT 1"
THIS_ONE = "SELECT state, id FROM withdrawals WHERE id = ?1"


class Watch:
    def __init__(self, config: Path) -> None:
        self._kill_at = config.with_name(KILL_AT)
        self._database: Path | None = None

    def install(self) -> None:
        """Wrap every commit and every call of this process."""
        self._around_commits()
        self._around(BanqClient, "withdraw", "POST withdraw")
        self._around(BanqClient, "transaction", "GET transaction")
        self._around(BanqClient, "platform_nfts", "GET nfts")
        self._around(DiscordMessenger, "send", "send notice")
        self._around(discord.Interaction, "edit_original_response", "show")
        self._around(discord.Webhook, "send", "show kept notice")

    def reach(self, point: str, withdrawal_id: str | None = None) -> None:
        if self._kill_at.exists() and self._kill_at.read_text() == point:
            _say(f"{KILLED}{point} | {self._state_now(withdrawal_id)}")
            os.kill(os.getpid(), signal.SIGKILL)
        _say(PASSED + point)

    def _around_commits(self) -> None:
        transaction = Database.transaction

        @asynccontextmanager
        async def watched(database: Database) -> AsyncIterator[Connection]:
            self._database = database._path
            async with transaction(database) as tx:
                for statement in WATCH:
                    await tx.execute(statement)
                yield tx
                seen = await tx.fetch_all("SELECT what, withdrawal_id FROM seen ORDER BY rowid")
                await tx.execute("DELETE FROM seen")
                for what, withdrawal_id in seen:
                    self.reach(f"before {what}", withdrawal_id)
            for what, withdrawal_id in seen:
                self.reach(f"after {what}", withdrawal_id)

        Database.transaction = watched  # type: ignore[assignment, method-assign]

    def _around(self, kind: type, name: str, what: str) -> None:
        call: Callable[..., Awaitable[Any]] = getattr(kind, name)

        @wraps(call)
        async def watched(*values: Any, **named: Any) -> Any:
            self.reach(f"before {what}")
            try:
                return await call(*values, **named)
            finally:
                self.reach(f"after {what}")

        setattr(kind, name, watched)

    def _state_now(self, withdrawal_id: str | None) -> str:
        """What is committed of the withdrawal in question, known by its id or because it moved last."""
        if self._database is None:
            return "- | -"
        with closing(sqlite3.connect(self._database)) as database:
            if withdrawal_id is None:
                row = database.execute(LATEST).fetchone()
            else:
                row = database.execute(THIS_ONE, (withdrawal_id,)).fetchone()
        return "- | -" if row is None else f"{row[0]} | {row[1]}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    Watch(Path(sys.argv[sys.argv.index("--config") + 1])).install()
    cli()
