"""The command line. Exit codes: 0 well, 1 failed, 2 the configuration or the call is wrong."""

import asyncio
import gc
import sqlite3
import sys
from collections.abc import Callable, Coroutine
from enum import Enum, StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bot import config, logs
from bot.chat_users import NOT_A_USER, chat_user
from bot.database_words import why_damaged, why_not_written, why_refused
from bot.refusals import StartRefused, unwrap
from services import reasons
from services.foreign_text import clean
from services.identity import ChatUser
from storage.database import CannotWrite, is_damage
from storage.refusals import DatabaseRefused

cli = typer.Typer(
    name="banqbot",
    help="Lets a community's members link their Banq wallet, see their NFTs and withdraw them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
webhooks = typer.Typer(help="What Banq sends to us, and where.", no_args_is_help=True)
cli.add_typer(webhooks, name="webhooks")
withdrawals = typer.Typer(help="Members' withdrawals, and those that need a person.", no_args_is_help=True)
cli.add_typer(withdrawals, name="withdrawals")
events = typer.Typer(help="Webhooks that came, and what became of them.", no_args_is_help=True)
cli.add_typer(events, name="events")
links = typer.Typer(help="Members' links to their wallets.", no_args_is_help=True)
cli.add_typer(links, name="links")
errors = Console(stderr=True, highlight=False, soft_wrap=True)

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
User = Annotated[str, typer.Argument(metavar="USER", help="A Discord user id.")]
UserOption = Annotated[str, typer.Option("--user", metavar="USER", help="A Discord user id.")]
Limit = Annotated[int, typer.Option(help="How many to show.", min=1, max=10_000)]
ReasonOption = Annotated[str, typer.Option(help="Why; it is kept in the audit log.")]
Reason = Annotated[str, typer.Argument(help="Why; it is kept in the audit log.")]


class Outcome(Enum):
    SENT = "sent"
    NOT_SENT = "not-sent"


class LinkState(StrEnum):
    ACTIVE = "active"
    STALE = "stale"
    FROZEN = "frozen"
    UNLINKED = "unlinked"


class WithdrawalState(StrEnum):
    DRAFT = "draft"
    CONFIRMED = "confirmed"
    SUBMITTING = "submitting"
    AWAITING_OWNER = "awaiting_owner"
    PROCESSING = "processing"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


@cli.callback()
def options(
    context: typer.Context,
    config_file: Annotated[
        Path, typer.Option("--config", "-c", help="The configuration file.", envvar="BANQBOT_CONFIG")
    ] = Path("config.toml"),
) -> None:
    context.obj = config_file
    # Until all is loaded: next to nothing of that is garbage.
    gc.disable()
    if context.invoked_subcommand != "run":
        logs.be_quiet()


@cli.command()
def run(context: typer.Context) -> None:
    """Run the bot and its side server, until stopped."""
    settings = _load(context)
    logs.set_up()
    from bot import app  # noqa: PLC0415 - no other command should wait for what only this one uses

    _execute(lambda: app.run(settings))


@cli.command()
def doctor(context: typer.Context) -> None:
    """Sign in at Banq and say which ids belong where in the configuration."""
    from bot.doctor import examine  # noqa: PLC0415

    _execute(lambda: examine(context.obj))


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="The first of three ports to use.", min=1024, max=65533)] = 8700,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path(".demo"),
) -> None:
    """Play the whole way in your browser, with no account anywhere."""
    from bot.demo import play  # noqa: PLC0415 - a live bot is installed without what the demo needs

    _execute(lambda: play(folder, port))


@webhooks.command("show")
def webhooks_show(context: typer.Context, as_json: AsJson = False) -> None:
    """Print what Banq has configured for each lane."""
    from bot import webhook_setup  # noqa: PLC0415

    settings = _load(context)
    _execute(lambda: webhook_setup.show(settings, as_json=as_json))


@webhooks.command("set")
def webhooks_set(context: typer.Context) -> None:
    """Tell Banq to send its webhooks to this bot, for each lane."""
    from bot import webhook_setup  # noqa: PLC0415

    settings = _load(context)
    _execute(lambda: webhook_setup.update(settings))


@cli.command()
def pause(context: typer.Context, reason: Reason) -> None:
    """Stop all withdrawals at once, for everybody. Works while the bot runs."""
    from bot import withdrawals as operator  # noqa: PLC0415

    settings, kept = _load(context), _kept(reason)
    _execute(lambda: operator.pause(settings, kept))


@cli.command()
def resume(context: typer.Context, reason: Reason) -> None:
    """Let members withdraw again."""
    from bot import withdrawals as operator  # noqa: PLC0415

    settings, kept = _load(context), _kept(reason)
    _execute(lambda: operator.resume(settings, kept))


@withdrawals.command("list")
def withdrawals_list(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Not only those, but the newest of all.")] = False,
    state: Annotated[WithdrawalState | None, typer.Option(help="The newest in this state.")] = None,
    limit: Annotated[int, typer.Option(help="How many of the newest to show.", min=1, max=10_000)] = 20,
    as_json: AsJson = False,
) -> None:
    """List the withdrawals that Banq gave no answer about, with what to ask Banq for."""
    from bot import withdrawal_list as operator  # noqa: PLC0415

    settings = _load(context)
    if every or state is not None:
        _execute(lambda: operator.show_all(settings, state, limit, as_json=as_json))
    else:
        _execute(lambda: operator.show_stuck(settings, as_json=as_json))


@withdrawals.command("show")
def withdrawals_show(
    context: typer.Context,
    withdrawal_id: Annotated[str, typer.Argument(metavar="ID", help="As 'withdrawals list' shows it.")],
    as_json: AsJson = False,
) -> None:
    """Show one, with each of its steps."""
    from bot import withdrawal_list as operator  # noqa: PLC0415

    settings = _load(context)
    _execute(lambda: operator.show(settings, withdrawal_id, as_json=as_json))


@withdrawals.command("settle")
def withdrawals_settle(
    context: typer.Context,
    withdrawal_id: Annotated[str, typer.Argument(metavar="ID", help="As 'withdrawals list' shows it.")],
    outcome: Annotated[Outcome, typer.Option(help="What you found out at Banq.")],
    reason: Annotated[str, typer.Option(help="How you know; it is kept in the audit log.")],
) -> None:
    """Settle one of them with what you found out. Its owner is told; it cannot be undone."""
    from bot import withdrawals as operator  # noqa: PLC0415

    settings, kept = _load(context), _kept(reason)
    _execute(
        lambda: operator.settle(
            settings, withdrawal_id, "sent" if outcome is Outcome.SENT else "not_sent", kept
        )
    )


@events.command("list")
def events_list(
    context: typer.Context,
    every: Annotated[
        bool, typer.Option("--all", help="Not only those that fail, but the newest of all.")
    ] = False,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List the webhooks that were set aside after failures, or still fail, with the reason."""
    from bot import events as operator  # noqa: PLC0415

    settings = _load(context)
    _execute(lambda: operator.show(settings, limit, every=every, as_json=as_json))


@events.command("replay")
def events_replay(
    context: typer.Context,
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]…", help="As 'events list' shows them; without: all.")
    ] = None,
) -> None:
    """Let webhooks that were set aside be tried again, also while the bot runs."""
    from bot import events as operator  # noqa: PLC0415

    settings = _load(context)
    _execute(lambda: operator.replay(settings, ids or []))


@links.command("list")
def links_list(
    context: typer.Context,
    state: Annotated[LinkState | None, typer.Option(help="Only those in this state.")] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List who is or was linked, the newest first; never to which wallet."""
    from bot import links as operator  # noqa: PLC0415

    settings = _load(context)
    _execute(lambda: operator.show_all(settings, state, limit, as_json=as_json))


@links.command("show")
def links_show(context: typer.Context, user: User, as_json: AsJson = False) -> None:
    """Show whether a member is linked, and what was done with the link and why."""
    from bot import links as operator  # noqa: PLC0415

    settings, member = _load(context), _member(user)
    _execute(lambda: operator.show(settings, member, as_json=as_json))


@links.command("unlink")
def links_unlink(context: typer.Context, user: User, reason: ReasonOption) -> None:
    """Unlink a member's wallet. The member is told; what is not sent yet is cancelled."""
    from bot import links as operator  # noqa: PLC0415

    settings, member, kept = _load(context), _member(user), _kept(reason)
    _execute(lambda: operator.unlink(settings, member, kept))


@links.command("freeze")
def links_freeze(context: typer.Context, user: User, reason: ReasonOption) -> None:
    """Stop a member from withdrawing, until the wallet is linked again. The member is told."""
    from bot import links as operator  # noqa: PLC0415

    settings, member, kept = _load(context), _member(user), _kept(reason)
    _execute(lambda: operator.freeze(settings, member, kept))


@cli.command()
def export(
    context: typer.Context,
    user: UserOption,
    file: Annotated[Path | None, typer.Argument(help="A new file; without: one in this folder.")] = None,
) -> None:
    """Write all that is stored about a person to a file, for that person."""
    from bot import people as operator  # noqa: PLC0415

    settings, member = _load(context), _member(user)
    _execute(lambda: operator.export(settings, member, file))


@cli.command()
def forget(
    context: typer.Context,
    user: UserOption,
    reason: ReasonOption,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Unlink a person and remove what is stored about them, but for what proves what happened."""
    from bot import people as operator  # noqa: PLC0415

    settings, member, kept = _load(context), _member(user), _kept(reason)
    _execute(lambda: operator.forget(settings, member, kept, is_sure=yes))


@cli.command()
def backup(
    context: typer.Context,
    # A path would forget that it ends in a slash.
    file: Annotated[
        str | None,
        typer.Argument(help="A new file, or a folder; without: the folder 'backups' beside the database."),
    ] = None,
) -> None:
    """Copy the database to a file, and look whether the copy is whole. Works while the bot runs."""
    from bot import backup as operator  # noqa: PLC0415

    settings = _load(context)
    _in_words(lambda: operator.back_up(settings, file))


@cli.command()
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What 'banqbot backup' has made.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in the place of the database, and pause withdrawals. The bot must be stopped."""
    from bot import backup as operator  # noqa: PLC0415

    settings = _load(context)
    _in_words(lambda: operator.put_back(settings, file, is_sure=yes))


def _load(context: typer.Context) -> config.Config:
    try:
        return config.load(context.obj)
    except config.ConfigRefused as refused:
        errors.print(str(refused), markup=False)
        raise typer.Exit(2) from None


def _kept(reason: str) -> str:
    """The reason as it is kept, by the same rule as in chat."""
    # Cut well beyond what is allowed, so that nothing is kept in part.
    cleaned = clean(reason, 2 * reasons.LONGEST)
    if reasons.SHORTEST <= len(cleaned) <= reasons.LONGEST:
        return cleaned
    errors.print(
        f"The reason must be {reasons.SHORTEST} to {reasons.LONGEST} characters long. Nothing was changed."
    )
    raise typer.Exit(2)


def _member(user: str) -> ChatUser:
    """The member whose id this is."""
    member = chat_user(user)
    if member is None:
        errors.print(NOT_A_USER, markup=False)
        raise typer.Exit(2)
    return member


def _execute(work: Callable[[], Coroutine[Any, Any, int | None]]) -> None:
    _in_words(lambda: asyncio.run(work()))


def _in_words(work: Callable[[], int | None]) -> None:
    """Run, and turn what was foreseen into a sentence and an exit code."""
    # What is loaded by now stays to the end, so no collection need ever look at it again.
    gc.freeze()
    gc.enable()
    try:
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


def main() -> None:
    cli()


if __name__ == "__main__":
    sys.exit(cli())
