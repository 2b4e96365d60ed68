"""`banqbot events`."""

from typing import Annotated

import typer

from bot.command_line import AsJson, Limit, execute, load

group = typer.Typer(help="Webhooks that came, and what became of them.", no_args_is_help=True)


@group.command("list")
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

    settings = load(context)
    execute(lambda: operator.show(settings, limit, every=every, as_json=as_json))


@group.command("replay")
def events_replay(
    context: typer.Context,
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]…", help="As 'events list' shows them; without: all.")
    ] = None,
) -> None:
    """Let webhooks that were set aside be tried again, also while the bot runs."""
    from bot import events as operator  # noqa: PLC0415

    settings = load(context)
    execute(lambda: operator.replay(settings, ids or []))
