"""`banqbot init`, `check`, `doctor`, `sync` and `migrate`."""

import sys
from typing import Annotated

import typer

from bot.command_line import errors, execute, in_words, load
from services.sources import Sources

group = typer.Typer()


@group.command()
def init(context: typer.Context) -> None:
    """Ask for all that the bot needs, and write config.toml and secrets.toml.

    Each answer is checked at once, with Discord and Banq where that helps. Neither file is ever overwritten.
    Next: banqbot doctor

    Exit codes: 0 both files are written; 1 neither is; 2 it needs a terminal.
    """
    if not sys.stdin.isatty():
        errors.print(
            f"'banqbot init' asks questions, and needs a terminal. Without one, copy config.example.toml to "
            f"{context.obj}, fill it in, and look at it with: banqbot check",
            markup=False,
        )
        raise typer.Exit(2)
    from bot.init import initialise  # noqa: PLC0415

    in_words(lambda: initialise(context.obj, Sources()))


@group.command()
def check(context: typer.Context) -> None:
    """Check the configuration alone, without the network.

    For a look before a restart: banqbot --config new.toml check

    Exit codes: 0 it is complete; 2 each mistake is named. What it leads to is for: banqbot doctor
    """
    load(context)
    typer.echo(f"{context.obj} is complete.")


@group.command()
def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="A list of {check, state, what, fix}.")] = False,
) -> None:
    """Look at everything that the bot needs, and say what is wrong and how it is mended. Changes nothing.

    Files, Discord, Banq, the public address, the clock and the database, in a few seconds. While the
    configuration is not complete, it tells which ids of Banq's belong where. Each error
    names the command that mends it, such as: banqbot webhooks set

    Exit codes: 0 no error, warnings at most; 1 an error; 2 the configuration is wrong.
    """
    from bot.doctor.examination import report  # noqa: PLC0415

    execute(lambda: report(context.obj, as_json=as_json))


@group.command()
def sync(context: typer.Context) -> None:
    """Register the slash commands with Discord now, and say what changed.

    The bot does so at each start; this is for doing it before, or without one. The bot may run meanwhile.

    Exit codes: 0 Discord has them; 1 it does not, and a sentence says why; 2 the configuration is wrong.
    """
    from bot import commands as slash_commands  # noqa: PLC0415

    settings = load(context)
    execute(lambda: slash_commands.sync(settings))


@group.command()
def migrate(context: typer.Context) -> None:
    """Bring the database's schema up to date without starting the bot, which must be stopped.

    A copy of it as it was is made beside it first; a migration that fails changes nothing. To go back,
    install the older banqbot, and: banqbot restore COPY

    Exit codes: 0 it is up to date; 1 it is not, and a sentence says why; 2 the configuration is wrong.
    """
    from bot import upgrade  # noqa: PLC0415

    settings = load(context)
    in_words(lambda: upgrade.migrate(settings, Sources()))
