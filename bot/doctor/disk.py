"""The database, its disk and its backups; and what it says about Banq's webhooks."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.filesize import decimal

from bot.backup import BACKUPS
from bot.database_words import why_refused
from bot.doctor.findings import Finding, error, not_checked, ok, warning
from bot.lock import in_use
from bot.printing import in_utc
from bot.refusals import StartRefused
from storage.condition import Condition, condition, last_webhook_at, paused_since
from storage.refusals import DatabaseRefused

DATABASE, DISK, BACKUP = "database", "disk", "backup"
LAST_WEBHOOK, PAUSE = "last webhook", "withdrawals"
BACKUP_OLD_AFTER = timedelta(days=7)
LITTLE_BYTES, TOO_LITTLE_BYTES = 500 * 1000 * 1000, 20 * 1000 * 1000


def look_at_disk(path: Path, now: datetime) -> list[Finding]:
    disk = _disk(path)
    if not path.exists():
        missing = warning(
            DATABASE,
            f"There is no database {path} yet.",
            "The bot makes it at its first start. If it has run before, correct [storage] path.",
        )
        return [
            disk,
            missing,
            *(not_checked(check, "there is no database yet") for check in (BACKUP, LAST_WEBHOOK, PAUSE)),
        ]
    try:
        with in_use(path):
            found = condition(path)
            is_readable = found is not None and not found.is_behind
            last_webhook = last_webhook_at(path) if is_readable else None
            paused = paused_since(path) if is_readable else None
    except PermissionError as denied:
        refused = error(
            DATABASE,
            f"This user may not write to {denied.filename}.",
            "Run the bot, and its commands, as one user whose own the folder and its files are.",
        )
        return [disk, refused, _backup(path, now), *_unusable()]
    except (DatabaseRefused, StartRefused) as problem:
        why = why_refused(problem) if isinstance(problem, DatabaseRefused) else str(problem)
        refused = error(DATABASE, why, "")
        return [disk, refused, _backup(path, now), *_unusable()]
    return [disk, _schema(path, found), _backup(path, now), _last_webhook(last_webhook), _pause(paused)]


def _unusable() -> list[Finding]:
    return [not_checked(check, "the database cannot be used") for check in (LAST_WEBHOOK, PAUSE)]


def _schema(path: Path, found: Condition | None) -> Finding:
    if found is None:
        return ok(DATABASE, f"{path} is empty, and gets its tables when the bot starts.")
    if found.is_behind:
        return warning(
            DATABASE,
            f"{path} has schema {found.version}, and this banqbot needs {found.newest}.",
            "Stop the bot, then: banqbot migrate",
        )
    return ok(DATABASE, f"{path} opens and can be written; its schema is the newest, {found.version}.")


def _disk(path: Path) -> Finding:
    folder = next(folder for folder in path.absolute().parents if folder.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
        return error(
            DISK,
            f"storage.path: this user may not make files in {folder}.",
            "Give the folder to the bot's user, or name another one under [storage] path.",
        )
    free = shutil.disk_usage(folder).free
    if free < TOO_LITTLE_BYTES:
        return error(
            DISK, f"Only {decimal(free)} are free in {folder}.", "Make room; webhooks would be refused."
        )
    if free < LITTLE_BYTES:
        return warning(DISK, f"Only {decimal(free)} are free in {folder}.", "Make room soon.")
    return ok(DISK, f"{folder} can be written, and has {decimal(free)} free.")


def _backup(path: Path, now: datetime) -> Finding:
    folder = path.parent / BACKUPS
    fix = "Make one now, and let cron or a timer make one each day: banqbot backup"
    try:
        made = max((file.stat().st_mtime for file in folder.glob("*.sqlite3")), default=None)
    except OSError as problem:
        return warning(BACKUP, f"{folder} cannot be read: {problem.strerror}.", "")
    if made is None:
        return warning(BACKUP, f"There is no backup in {folder}.", fix)
    age = now - datetime.fromtimestamp(made, UTC)
    if age > BACKUP_OLD_AFTER:
        return warning(BACKUP, f"The newest backup in {folder} is {age.days} days old.", fix)
    return ok(BACKUP, f"The newest backup in {folder} is not older than {BACKUP_OLD_AFTER.days} days.")


def _last_webhook(at: datetime | None) -> Finding:
    if at is None:
        return warning(
            LAST_WEBHOOK,
            "No webhook has come yet.",
            "Let somebody link a wallet. If none comes then, look at: banqbot webhooks show",
        )
    return ok(LAST_WEBHOOK, f"The last webhook came at {in_utc(at)}.")


def _pause(since: datetime | None) -> Finding:
    if since is None:
        return ok(PAUSE, "Withdrawals are not paused.")
    return warning(
        PAUSE,
        f"Withdrawals are paused for everybody since {in_utc(since)}.",
        "When you are ready: banqbot resume REASON",
    )
