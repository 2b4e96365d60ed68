"""`banqbot withdrawals`."""

from enum import Enum, StrEnum
from typing import Annotated

import typer

from bot.command_line import AsJson, execute, kept_reason, load

group = typer.Typer(help="Members' withdrawals, and those that need a person.", no_args_is_help=True)


class Outcome(Enum):
    SENT = "sent"
    NOT_SENT = "not-sent"


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


@group.command("list")
def withdrawals_list(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Not only those, but the newest of all.")] = False,
    state: Annotated[WithdrawalState | None, typer.Option(help="The newest in this state.")] = None,
    limit: Annotated[int, typer.Option(help="How many of the newest to show.", min=1, max=10_000)] = 20,
    as_json: AsJson = False,
) -> None:
    """List the withdrawals that Banq gave no answer about, with what to ask Banq for."""
    from bot import withdrawal_list as operator  # noqa: PLC0415

    settings = load(context)
    if every or state is not None:
        execute(lambda: operator.show_all(settings, state, limit, as_json=as_json))
    else:
        execute(lambda: operator.show_stuck(settings, as_json=as_json))


@group.command("show")
def withdrawals_show(
    context: typer.Context,
    withdrawal_id: Annotated[str, typer.Argument(metavar="ID", help="As 'withdrawals list' shows it.")],
    as_json: AsJson = False,
) -> None:
    """Show one, with each of its steps."""
    from bot import withdrawal_list as operator  # noqa: PLC0415

    settings = load(context)
    execute(lambda: operator.show(settings, withdrawal_id, as_json=as_json))


@group.command("settle")
def withdrawals_settle(
    context: typer.Context,
    withdrawal_id: Annotated[str, typer.Argument(metavar="ID", help="As 'withdrawals list' shows it.")],
    outcome: Annotated[Outcome, typer.Option(help="What you found out at Banq.")],
    reason: Annotated[str, typer.Option(help="How you know; it is kept in the audit log.")],
) -> None:
    """Settle one of them with what you found out. Its owner is told; it cannot be undone."""
    from bot import withdrawals as operator  # noqa: PLC0415

    settings, kept = load(context), kept_reason(reason)
    execute(
        lambda: operator.settle(
            settings, withdrawal_id, "sent" if outcome is Outcome.SENT else "not_sent", kept
        )
    )
