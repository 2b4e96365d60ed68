"""The database for a command that works beside the bot, or without it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.config import Config
from bot.lock import in_use
from bot.refusals import StartRefused
from bot.upgrade import refuse_if_behind
from storage.database import Database


@asynccontextmanager
async def existing_database(settings: Config) -> AsyncIterator[Database]:
    """Raises StartRefused where there is none yet: a mistyped path must not make a new one."""
    path = settings.storage.path
    if not path.exists():
        raise StartRefused(
            f"storage.path: there is no database {path.absolute()} yet. Start the bot first, "
            "or run the command where the bot runs."
        )
    with in_use(path):
        refuse_if_behind(path)
        async with Database(path) as database:
            yield database
