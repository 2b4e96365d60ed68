"""Looks at the set-up from outside: does Banq take us, and which ids belong where."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from banq.errors import BanqError, InvalidCredentials
from banq.models import AccountSpace
from bot import config
from bot.banq_client import banq_client

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
        _say("error", f"{escape(str(error))}. Check api_url and token_url under \\[banq], and the network.")
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
    console.print("\nYour account spaces at Banq:")
    for space in spaces:
        # A line for each id: in a table, a narrow terminal would break them in two.
        console.print(f"\n  {space.name or '(no name)'}, {space.type or 'of no named type'}", markup=False)
        console.print(f"    account_space_id  {space.id}", markup=False)
        console.print(f"    platform_id       {space.platform_id or 'none'}", markup=False)
    merchants = [space for space in spaces if _is_merchant(space)]
    if not merchants:
        _say("warning", "None of them says that it is a merchant's. Ask Banq which one is yours.")
        return
    console.print("\nMembers link through a merchant space. For the first lane, configure:\n")
    console.print(
        f'\\[lanes.main]\naccount_space_id = "{escape(merchants[0].id)}"\n'
        f'platform_id = "{escape(merchants[0].platform_id or "")}"\n'
    )


def _is_merchant(space: AccountSpace) -> bool:
    return space.platform_id is not None and "merchant" in (space.type or "").lower()


def _compare(name: str, lane: config.Lane, spaces: tuple[AccountSpace, ...]) -> int:
    """0 when the lane's ids are those of one space at Banq, and that is a merchant's."""
    space = next((space for space in spaces if space.id == lane.account_space_id), None)
    key = f"lanes.{name}"
    if space is None:
        _say("error", f"{key}.account_space_id is none of your account spaces. Take one from the list above.")
        return 1
    if space.platform_id != lane.platform_id:
        _say("error", f"{key}.platform_id should be {escape(str(space.platform_id))}, as listed above.")
        return 1
    if not _is_merchant(space):
        _say("warning", f"{key}: Banq does not say that this space is a merchant's. Is it the right one?")
        return 0
    _say("ok", f"{key} has the ids of your space {escape(space.name or space.id)}.")
    return 0


def _say(kind: str, sentence: str) -> None:
    colour = {"ok": "green", "warning": "yellow", "error": "red"}[kind]
    console.print(f"[{colour}]{kind:<8}[/{colour}]{sentence}")
