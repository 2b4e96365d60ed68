"""`banqbot links`."""

from enum import StrEnum
from typing import Annotated

import typer

from bot.command_line import AsJson, Limit, ReasonOption, User, execute, kept_reason, load, member_of

group = typer.Typer(help="Members' links to their wallets.", no_args_is_help=True)


class LinkState(StrEnum):
    ACTIVE = "active"
    STALE = "stale"
    FROZEN = "frozen"
    UNLINKED = "unlinked"


@group.command("list")
def links_list(
    context: typer.Context,
    state: Annotated[LinkState | None, typer.Option(help="Only those in this state.")] = None,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List who is or was linked, the newest first; never to which wallet."""
    from bot import links as operator  # noqa: PLC0415

    settings = load(context)
    execute(lambda: operator.show_all(settings, state, limit, as_json=as_json))


@group.command("show")
def links_show(context: typer.Context, user: User, as_json: AsJson = False) -> None:
    """Show whether a member is linked, and what was done with the link and why."""
    from bot import links as operator  # noqa: PLC0415

    settings, member = load(context), member_of(user)
    execute(lambda: operator.show(settings, member, as_json=as_json))


@group.command("unlink")
def links_unlink(context: typer.Context, user: User, reason: ReasonOption) -> None:
    """Unlink a member's wallet. The member is told; what is not sent yet is cancelled."""
    from bot import links as operator  # noqa: PLC0415

    settings, member, kept = load(context), member_of(user), kept_reason(reason)
    execute(lambda: operator.unlink(settings, member, kept))


@group.command("freeze")
def links_freeze(context: typer.Context, user: User, reason: ReasonOption) -> None:
    """Stop a member from withdrawing, until the wallet is linked again. The member is told."""
    from bot import links as operator  # noqa: PLC0415

    settings, member, kept = load(context), member_of(user), kept_reason(reason)
    execute(lambda: operator.freeze(settings, member, kept))
