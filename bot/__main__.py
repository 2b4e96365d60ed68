"""The command line, `banqbot`."""

import signal

if __name__ == "__main__":
    # Ctrl-C while the rest is loaded ends the program, and is no error to be traced.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import gc
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from bot import logs
from bot.cli import database, events, links, pausing, people, setting_up, webhooks, withdrawals
from bot.command_line import execute, load

cli = typer.Typer(
    name="banqbot",
    help="Lets a community's members link their Banq wallet, see their NFTs and withdraw them.",
    epilog="Exit codes: 0 all is well; 1 it failed, and a sentence says why; 2 the configuration or the call "
    "is wrong; 130 Ctrl-C ended it. Each command has a --help of its own.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"banqbot {version('banqbot')}")
        raise typer.Exit


@cli.callback()
def options(
    context: typer.Context,
    config_file: Annotated[
        Path, typer.Option("--config", "-c", help="The configuration file.", envvar="BANQBOT_CONFIG")
    ] = Path("config.toml"),
    _version: Annotated[
        bool,
        typer.Option("--version", help="Say which version this is.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    context.obj = config_file
    # Until all is loaded: next to nothing of that is garbage.
    gc.disable()
    if context.invoked_subcommand != "run":
        logs.be_quiet()


@cli.command()
def run(context: typer.Context) -> None:
    """Run the bot and its side server, until stopped.

    An older database is brought up to date first, and kept as it was beside it. Before the first start:
    banqbot doctor

    Exit codes: 0 it was stopped; 1 it could not start, and a sentence says why; 2 the configuration is wrong.
    """
    settings = load(context)
    logs.set_up(settings.log.format, settings.log.level, logs.secrets_in(settings))
    from bot import app  # noqa: PLC0415 - no other command should wait for what only this one uses

    execute(lambda: app.run(settings))


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="The first of three ports to use.", min=1024, max=65533)] = 8700,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path(".demo"),
) -> None:
    """Play the whole way in your browser, with no account anywhere."""
    from bot.demo import play  # noqa: PLC0415 - a live bot is installed without what the demo needs

    execute(lambda: play(folder, port))


cli.add_typer(setting_up.group)
cli.add_typer(webhooks.group, name="webhooks")
cli.add_typer(pausing.group)
cli.add_typer(withdrawals.group, name="withdrawals")
cli.add_typer(events.group, name="events")
cli.add_typer(links.group, name="links")
cli.add_typer(people.group)
cli.add_typer(database.group)


def main() -> None:
    cli()


if __name__ == "__main__":
    sys.exit(cli())
