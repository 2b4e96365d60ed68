"""`banqbot webhooks`."""

import typer

from bot.command_line import AsJson, execute, load

group = typer.Typer(help="What Banq sends to us, and where.", no_args_is_help=True)


@group.command("show")
def webhooks_show(context: typer.Context, as_json: AsJson = False) -> None:
    """Print what Banq has configured for each lane."""
    from bot import webhook_setup  # noqa: PLC0415

    settings = load(context)
    execute(lambda: webhook_setup.show(settings, as_json=as_json))


@group.command("set")
def webhooks_set(context: typer.Context) -> None:
    """Tell Banq to send its webhooks to this bot, for each lane."""
    from bot import webhook_setup  # noqa: PLC0415

    settings = load(context)
    execute(lambda: webhook_setup.update(settings))
