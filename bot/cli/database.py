"""`banqbot backup` and `restore`."""

from pathlib import Path
from typing import Annotated

import typer

from bot.command_line import in_words, load

group = typer.Typer()


@group.command()
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

    settings = load(context)
    in_words(lambda: operator.back_up(settings, file))


@group.command()
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What 'banqbot backup' has made.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in the place of the database, and pause withdrawals. The bot must be stopped."""
    from bot import backup as operator  # noqa: PLC0415

    settings = load(context)
    in_words(lambda: operator.put_back(settings, file, is_sure=yes))
