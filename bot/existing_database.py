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
    if not settings.storage.path.exists():
        raise StartRefused(
            f"storage.path: there is no database {settings.storage.path} yet. Start the bot first."
        )
    with in_use(settings.storage.path):
        refuse_if_behind(settings.storage.path)
        async with Database(settings.storage.path) as database:
            yield database
