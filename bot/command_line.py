"""What all commands share: the configuration, a reason, a member; and errors as sentences with exit codes.

Exit codes: 0 well, 1 failed, 2 the configuration or the call is wrong.
"""

import asyncio
import gc
import signal
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer
from rich.console import Console

from bot import config
from bot.chat_users import NOT_A_USER, chat_user
from bot.database_words import why_damaged, why_not_written, why_refused
from bot.refusals import StartRefused, unwrap
from services import reasons
from services.foreign_text import clean
from services.identity import ChatUser
from storage.database import CannotWrite, is_damage
from storage.refusals import DatabaseRefused

errors = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
User = Annotated[str, typer.Argument(metavar="USER", help="A Discord user id.")]
UserOption = Annotated[str, typer.Option("--user", metavar="USER", help="A Discord user id.")]
Limit = Annotated[int, typer.Option(help="How many to show.", min=1, max=10_000)]
ReasonOption = Annotated[str, typer.Option(help="Why; it is kept in the audit log.")]
Reason = Annotated[str, typer.Argument(help="Why; it is kept in the audit log.")]


def load(context: typer.Context) -> config.Config:
    try:
        return config.load(context.obj)
    except config.ConfigRefused as refused:
        errors.print(str(refused), markup=False)
        raise typer.Exit(2) from None


def kept_reason(reason: str) -> str:
    """The reason as it is kept, by the same rule as in chat."""
    # Cut well beyond what is allowed, so that nothing is kept in part.
    cleaned = clean(reason, 2 * reasons.LONGEST)
    if reasons.SHORTEST <= len(cleaned) <= reasons.LONGEST:
        return cleaned
    errors.print(
        f"The reason must be {reasons.SHORTEST} to {reasons.LONGEST} characters long. Nothing was changed."
    )
    raise typer.Exit(2)


def member_of(user: str) -> ChatUser:
    """The member whose id this is."""
    member = chat_user(user)
    if member is None:
        errors.print(NOT_A_USER, markup=False)
        raise typer.Exit(2)
    return member


def execute(work: Callable[[], Coroutine[Any, Any, int | None]]) -> None:
    in_words(lambda: asyncio.run(work()))


def in_words(work: Callable[[], int | None]) -> None:
    """Run, and turn what was foreseen into a sentence and an exit code."""
    # What is loaded by now stays to the end, so no collection need ever look at it again.
    gc.freeze()
    gc.enable()
    try:
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            # Put aside while the program was loaded.
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = work()
    except* (StartRefused, DatabaseRefused, config.ConfigRefused) as group:
        refused = unwrap(group)
        said = why_refused(refused) if isinstance(refused, DatabaseRefused) else str(refused)
        errors.print(said, markup=False)
        code = 2 if isinstance(refused, config.ConfigRefused) else 1
    except* PermissionError as group:
        denied = unwrap(group)
        if not isinstance(denied, PermissionError) or denied.filename is None:
            raise
        errors.print(
            f"This user may not use {denied.filename}. Nothing was changed. "
            "Run the command as the bot's user.",
            markup=False,
        )
        code = 1
    except* CannotWrite as group:
        errors.print(why_not_written(unwrap(group)), markup=False)
        code = 1
    except* sqlite3.DatabaseError as group:
        error = unwrap(group)
        if not is_damage(error):
            raise
        errors.print(why_damaged(error), markup=False)
        code = 1
    except* KeyboardInterrupt:
        code = 130
    raise typer.Exit(code or 0)
