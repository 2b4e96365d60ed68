"""Looks at the set-up from outside: does Banq take us, and which ids belong where."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from banq.errors import BanqError, InvalidCredentials
from banq.models import AccountSpace
from bot import config
from bot.app import banq_client

console = Console(highlight=False, soft_wrap=True)


async def examine(path: Path) -> int:
    """Needs only [banq] to be filled in, since it tells what to fill in elsewhere. Raises ConfigRefused."""
    banq = config.load_banq(path)
    try:
        async with banq_client(banq) as client:
            spaces = await client.account_spaces()
    except InvalidCredentials:
        _say("error", "Banq refuses the sign-in. Check client_id, username and password under \\[banq].")
        return 1
    except BanqError as error:
        _say("error", f"{error}. Check api_url and token_url under \\[banq], and the network.")
        return 1
    _say("ok", "Banq is reachable and takes the sign-in.")
    _print_spaces(spaces)
    try:
        settings = config.load(path)
    except config.ConfigRefused as refused:
        _say("warning", "The configuration is not complete yet:")
        console.print(str(refused), markup=False)
        return 1
    return max([_compare(name, lane, spaces) for name, lane in settings.lanes.items()])


def _print_spaces(spaces: tuple[AccountSpace, ...]) -> None:
    table = Table("account_space_id", "platform_id", "type", "name", title="Your account spaces at Banq")
    for space in spaces:
        table.add_row(space.id, space.platform_id or "none", space.type or "?", space.name or "")
    console.print(table)
    merchants = [space for space in spaces if _is_merchant(space)]
    if not merchants:
        _say("warning", "None of them says that it is a merchant's. Ask Banq which one is yours.")
        return
    console.print("Members link through a merchant space. For the first lane, put into the configuration:")
    console.print(
        f'[lanes.main]\naccount_space_id = "{merchants[0].id}"\nplatform_id = "{merchants[0].platform_id}"',
        markup=False,
    )


def _is_merchant(space: AccountSpace) -> bool:
    return space.platform_id is not None and "merchant" in (space.type or "").lower()


def _compare(name: str, lane: config.Lane, spaces: tuple[AccountSpace, ...]) -> int:
    """0 when the lane's ids are those of one space at Banq, and that is a merchant's."""
    space = next((space for space in spaces if space.id == lane.account_space_id), None)
    key = f"lanes.{name}"
    if space is None:
        _say("error", f"{key}.account_space_id is none of your account spaces. Take one from the table.")
        return 1
    if space.platform_id != lane.platform_id:
        _say("error", f"{key}.platform_id should be {space.platform_id}, as the table says.")
        return 1
    if not _is_merchant(space):
        _say("warning", f"{key}: Banq does not say that this space is a merchant's. Is it the right one?")
        return 0
    _say("ok", f"{key} has the ids of your space {space.name or space.id}.")
    return 0


def _say(kind: str, sentence: str) -> None:
    colour = {"ok": "green", "warning": "yellow", "error": "red"}[kind]
    console.print(f"[{colour}]{kind:<8}[/{colour}]{sentence}")
