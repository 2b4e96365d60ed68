"""`banqbot export` and `forget`."""

from pathlib import Path
from typing import Annotated

import typer

from bot.command_line import ReasonOption, UserOption, execute, kept_reason, load, member_of

group = typer.Typer()


@group.command()
def export(
    context: typer.Context,
    user: UserOption,
    file: Annotated[Path | None, typer.Argument(help="A new file; without: one in this folder.")] = None,
) -> None:
    """Write all that is stored about a person to a file, for that person."""
    from bot import people as operator  # noqa: PLC0415

    settings, member = load(context), member_of(user)
    execute(lambda: operator.export(settings, member, file))


@group.command()
def forget(
    context: typer.Context,
    user: UserOption,
    reason: ReasonOption,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Unlink a person and remove what is stored about them, but for what proves what happened."""
    from bot import people as operator  # noqa: PLC0415

    settings, member, kept = load(context), member_of(user), kept_reason(reason)
    execute(lambda: operator.forget(settings, member, kept, is_sure=yes))
