"""Brings an existing database up to the program's schema, and keeps a copy of it first."""

import asyncio
import logging
from datetime import datetime
from pathlib import Path

from rich.console import Console

from bot.config import Config
from bot.lock import replacing
from bot.refusals import StartRefused
from services.sources import Sources
from storage.backup import back_up
from storage.condition import Condition, condition
from storage.database import Database

log = logging.getLogger(__name__)
console = Console(highlight=False, soft_wrap=True)


def migrate(settings: Config, sources: Sources) -> None:
    """Raises StartRefused or storage.refusals.DatabaseRefused; nothing was changed then."""
    path = settings.storage.path
    if not path.exists():
        raise StartRefused(
            f"storage.path: there is no database {path} yet. The bot makes it at its first start: banqbot run"
        )
    with replacing(path):
        found = condition(path)
        if found is None:
            _say(f"{path} is empty, and gets its tables at the first start: banqbot run")
            return
        if not found.is_behind:
            _say(f"{path} has schema {found.version}, the newest. There is nothing to do.")
            return
        kept = asyncio.run(_migrated(path, found, sources.now()))
    _say(f"{path} was brought from schema {found.version} to {found.newest}.")
    _say(f"As it was before, it is kept as {kept}. Next: banqbot run")


async def migrate_before_start(path: Path, sources: Sources) -> None:
    """For whoever holds the bot's lock. Raises storage.refusals.DatabaseRefused; nothing was changed then."""
    found = await asyncio.to_thread(_condition_of_existing, path)
    if found is not None and found.is_behind:
        kept = await _migrated(path, found, sources.now())
        log.info("database: as it was before its migration, it is kept as %s", kept)


def _condition_of_existing(path: Path) -> Condition | None:
    return condition(path) if path.exists() else None


def refuse_if_behind(path: Path) -> None:
    """A command must not change the schema under a bot that runs. Raises StartRefused."""
    found = condition(path)
    if found is not None and found.is_behind:
        raise StartRefused(
            f"{path} has schema {found.version}, and this banqbot needs {found.newest}. Stop the bot, then: "
            "banqbot migrate"
        )


async def _migrated(path: Path, found: Condition, now: datetime) -> Path:
    """Where it is kept as it was."""
    kept = path.with_name(f"{path.name}.before-schema-{found.newest}-{now:%Y%m%d-%H%M%S}")
    await asyncio.to_thread(back_up, path, kept, lambda _done, _all: None)
    try:
        async with Database(path):
            return kept
    except BaseException:
        # Whatever starts the bot again and again would fill the disk with them.
        kept.unlink()
        raise


def _say(sentence: str) -> None:
    console.print(sentence, markup=False)
