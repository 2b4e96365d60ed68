"""The operator's backups: making one while the bot runs, and putting one in the database's place."""

import asyncio
from datetime import datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.progress import Progress

from bot.config import Config
from bot.database_words import why_refused
from bot.lock import in_use, only_one, replacing
from bot.printing import in_utc
from bot.refusals import StartRefused
from services.restoring import MadeSafe, make_safe
from services.sources import Sources
from storage import backup, files, restore
from storage.database import Database
from storage.refusals import DatabaseRefused
from storage.verification import Contents

console = Console(highlight=False, soft_wrap=True)
BACKUPS = "backups"


def back_up(settings: Config, file: str | None) -> None:
    """To a new file, or into a folder. Raises StartRefused or storage.refusals.DatabaseRefused."""
    source = settings.storage.path
    if not source.exists():
        raise StartRefused(f"storage.path: there is no database {source} yet. Start the bot first.")
    target = _target(source, file, Sources().now())
    progress = Progress(console=console, transient=True, disable=not console.is_terminal)
    with in_use(source), progress as shown:
        copying = shown.add_task("Copying", total=None)
        contents = backup.back_up(
            source, target, lambda done, total: shown.update(copying, completed=done, total=total)
        )
    size = decimal(target.stat().st_size)
    _say(f"{target} is whole, and has {size}. It holds {_counted(contents)}.")


def _target(source: Path, named: str | None, now: datetime) -> Path:
    name = f"banqbot-{_stamp(now)}.sqlite3"
    if named is None:
        folder = source.parent / BACKUPS
        try:
            if not folder.is_dir():
                folder.mkdir(mode=0o700)
                files.give_to_owner_of(source.parent, folder)
        except OSError as error:
            raise StartRefused(f"The folder {folder} cannot be made: {error.strerror}.") from error
        return folder / name
    if named == "-":
        raise StartRefused(
            "A backup is looked at before it counts, so it has to be a file. Name one instead of -."
        )
    file = Path(named)
    if file.is_dir():
        return file / name
    if named.endswith("/"):
        raise StartRefused(f"There is no folder {file}. Make it first, or name another one.")
    if not file.parent.is_dir():
        # Made unasked, it might hide that a disk is not mounted.
        raise StartRefused(f"There is no folder {file.parent}. Make it first, or name another file.")
    return file


def put_back(settings: Config, file: Path, *, is_sure: bool) -> int:
    """1 where the operator decides against it. Raises StartRefused or storage.refusals.DatabaseRefused."""
    # A link stays, and what it leads to is replaced.
    target = files.real(settings.storage.path)
    if file.exists() and target.exists() and file.samefile(target):
        raise StartRefused(f"{file} is the database itself. Name a backup of it. Nothing was changed.")
    if files.beside(files.real(file), ".lock").exists():
        with only_one(file):
            pass
    now = Sources().now()
    kept = target.with_name(f"{target.name}.before-restore-{_stamp(now)}")
    with replacing(target), restore.copied_beside(file, target) as (copy, contents):
        _tell_what_is_lost(file, contents)
        if not is_sure and not _is_confirmed(target):
            _say("Nothing was changed.")
            return 1
        safe = asyncio.run(_made_safe(copy))
        is_kept = restore.put_in_place(copy, target, kept)
    _tell_what_was_done(target, kept if is_kept else None, safe)
    return 0


async def _made_safe(copy: Path) -> MadeSafe:
    try:
        async with Database(copy) as database:
            return await make_safe(database, Sources())
    except DatabaseRefused as refused:
        # It was verified, so that room is missing or somebody reads it.
        raise StartRefused(
            f"{why_refused(refused)} Nothing was changed. Free space on its disk, or close whatever "
            "reads that file, and try again."
        ) from refused


def _is_confirmed(target: Path) -> bool:
    try:
        return typer.confirm(f"Put it in the place of {target}?")
    except typer.Abort:
        # Nobody is there to answer.
        _say("\nWithout a terminal, say --yes.")
        return False


def _tell_what_is_lost(file: Path, contents: Contents) -> None:
    since = in_utc(contents.newest) if contents.newest else "it was made"
    _say(f"{file} is whole. It holds {_counted(contents)}; the last thing it knows of is from {since}.")
    _say(
        "It knows nothing of what happened after it was made:\n"
        "- Withdrawals sent since may show as not sent, or not at all. Banq has them all the same.\n"
        "- Whoever has unlinked or frozen a wallet since is linked again and not frozen; stricter limits and "
        "pauses of since then are gone; whoever has linked since has to link again.\n"
        "- Messages that were sent since may be sent once more.\n"
        "- Webhooks that came since are gone; Banq does not send them again.\n"
        "So withdrawals will be paused for everybody, until you end that."
    )


def _tell_what_was_done(target: Path, kept: Path | None, safe: MadeSafe) -> None:
    _say(f"Restored {target}." + (f" What was there before is kept as {kept}." if kept else ""))
    _say(
        f"Withdrawals that were confirmed and may have been sent: {safe.in_doubt}. The bot asks Banq about "
        f"them and sends none of them. Drafts that were ended: {safe.ended_drafts}."
    )
    _say(
        "Withdrawals are paused. Start the bot, look at Banq for what was sent since the backup and freeze "
        "whom you have to, then: banqbot resume REASON"
    )


def _counted(contents: Contents) -> str:
    links, withdrawals = _so_many(contents.links, "link"), _so_many(contents.withdrawals, "withdrawal")
    return f"{links}, {withdrawals} and {_so_many(contents.webhooks, 'webhook')}"


def _so_many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _stamp(now: datetime) -> str:
    return f"{now:%Y%m%d-%H%M%S}"


def _say(sentence: str) -> None:
    console.print(sentence, markup=False)
