"""What the operator owes a person, also while the bot runs: all that is stored about them, or its removal."""

import json
from pathlib import Path
from typing import assert_never

import typer
from rich.console import Console

from bot.chat_users import written
from bot.config import Config
from bot.existing_database import existing_database
from bot.links import links_of
from bot.refusals import StartRefused
from services.forgetting import PROOF_FOR, Forgetting, Forgotten, StillRunning
from services.identity import ChatUser
from services.personal_data import PersonalData
from services.sources import Sources
from storage import files
from storage.audit import OPERATOR

console = Console(highlight=False, soft_wrap=True)
# In the order in which they are told.
REMOVED = {
    "links": "links that have ended",
    "link_sessions": "attempts to link",
    "turns": "turns at Banq's page",
    "grants": "approvals that Banq announced",
    "addresses": "entries of the address book",
    "withdrawals": "reviews that were never confirmed, and withdrawals that were over long ago",
    "member_languages": "language",
    "outbox": "direct messages, as far as they are stored",
}
KEPT = {
    "links": "links: the frozen one, or those that the kept withdrawals were made through",
    "link_sessions": "attempts to link, without name and picture: of the last day, since they keep wallets "
    "from the wrong members, or of a link that is kept",
    "turns": "turns at Banq's page, of the same attempts",
    "grants": "approvals that Banq announced within the last day",
    "withdrawals": f"withdrawals: they prove what happened with property, and go {PROOF_FOR.days} days after "
    "their end when this is run again",
    "member_limits": "limits of their own: whoever takes an account must not get rid of them",
    "outbox": "direct messages: about what is kept, or still on their way",
    "audit": "lines of the audit log, which nobody can remove: the account's id, what was "
    "done, by whom and why. Not counted: lines about others who were refused because the wallet was this "
    "account's, which hold its id too",
    "audit_by_them": "lines of the audit log about what they did as one of the team",
    "pauses": "pauses of all withdrawals that they began as one of the team",
}


async def export(settings: Config, user: ChatUser, file: Path | None) -> int:
    """1 where nothing is stored. Raises StartRefused where the file cannot be made."""
    sources = Sources()
    async with existing_database(settings) as database:
        data = await PersonalData(database, settings.storage.keep_webhooks_days, sources).of(user)
    if data is None:
        console.print(f"Nothing is stored about {written(user.key)}. No file was written.")
        return 1
    target = file or Path(f"banqbot-{'-'.join(user.key)}-{sources.now():%Y%m%d-%H%M%S}.json")
    _write(target, json.dumps(data, indent=2, ensure_ascii=False) + "\n")
    console.print(f"Wrote {target}.", markup=False)
    console.print(
        "It is private: it names the person's wallets and addresses in full. Give it to nobody but them, "
        "make sure that it is them, and delete it afterwards. Read it first: reasons are in your "
        "team's own words."
    )
    return 0


def _write(target: Path, text: str) -> None:
    try:
        files.create(target)
    except FileExistsError:
        raise StartRefused(f"There is a file {target} already. Name another one.") from None
    except OSError as error:
        raise StartRefused(f"{target} cannot be written: {error.strerror}.") from error
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        target.unlink()
        raise StartRefused(f"{target} cannot be written: {error.strerror}.") from error


async def forget(settings: Config, user: ChatUser, reason: str, *, is_sure: bool) -> int:
    """1 where withdrawals are under way, or the operator decides against it."""
    async with existing_database(settings) as database:
        forgetting = Forgetting(database, links_of(settings, database), Sources())
        preview = await forgetting.preview(user)
        if isinstance(preview, StillRunning):
            return _refuse(preview)
        if not preview.changed_something:
            console.print(f"Nothing is stored about {written(user.key)} that may go.")
            _tell_kept(preview)
            return 0
        _tell(user, preview)
        if not is_sure and not _is_confirmed():
            console.print("Nothing was changed.")
            return 1
        outcome = await forgetting.forget(user, OPERATOR, reason)
    match outcome:
        case StillRunning():
            return _refuse(outcome)
        case Forgotten():
            console.print("Forgotten." if outcome.changed_something else "It was done meanwhile.")
        case never:
            assert_never(never)
    console.print(
        "Backups of before still hold all of it, and so would the database if one of them were restored: "
        "run this again then. Webhooks that name the wallet go as the settings say, "
        f"{settings.storage.keep_webhooks_days} days after they came."
    )
    return 0


def _refuse(outcome: StillRunning) -> int:
    console.print(
        f"Withdrawals are under way: {outcome.running}. What becomes of them has to be followed and told. "
        "Try again once they are over. Nothing was changed."
    )
    return 1


def _tell(user: ChatUser, preview: Forgotten) -> None:
    console.print(f"[bold]{written(user.key)}[/bold]")
    if preview.unlinked:
        console.print("The wallet is unlinked, and the member is told.")
    console.print("Removed for good:")
    for table, what in REMOVED.items():
        if table in preview.removed:
            console.print(f"- {preview.removed[table]}: {what}")
    if preview.blanked:
        console.print(f"- name and picture in {preview.blanked} attempts to link")
    _tell_kept(preview)


def _tell_kept(preview: Forgotten) -> None:
    if preview.frozen:
        console.print(
            "The wallet is frozen, and stays linked and frozen: forgetting is no way around that. If it may "
            "end, first: banqbot links unlink USER --reason …"
        )
    if preview.kept:
        console.print("Kept:")
    for table, what in KEPT.items():
        if table in preview.kept:
            console.print(f"- {preview.kept[table]}: {what}")


def _is_confirmed() -> bool:
    try:
        return typer.confirm("It cannot be undone. Go on?")
    except typer.Abort:
        # Nobody is there to answer.
        console.print("\nWithout a terminal, say --yes.")
        return False
