"""`banqbot pause` and `resume`."""

import typer

from bot.command_line import Reason, execute, kept_reason, load

group = typer.Typer()


@group.command()
def pause(context: typer.Context, reason: Reason) -> None:
    """Stop all withdrawals at once, for everybody. Works while the bot runs."""
    from bot import withdrawals as operator  # noqa: PLC0415

    settings, kept = load(context), kept_reason(reason)
    execute(lambda: operator.pause(settings, kept))


@group.command()
def resume(context: typer.Context, reason: Reason) -> None:
    """Let members withdraw again."""
    from bot import withdrawals as operator  # noqa: PLC0415

    settings, kept = load(context), kept_reason(reason)
    execute(lambda: operator.resume(settings, kept))
