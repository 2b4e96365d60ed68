"""The slash commands: those that the program has, those that Discord has, and making them the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import SimpleNamespace
from typing import Any, cast

import discord
from discord.http import Route
from rich.console import Console

from bot.chat import only_looking, signed_in
from bot.config import Config
from bot.wiring import chat_bot
from cogs.client import BanqBot, Services
from cogs.translator import Translator

console = Console(highlight=False, soft_wrap=True)
# No command asks for any of these, so that Discord fills them in.
DERIVED = {"contexts", "dm_permission", "integration_types"}


@dataclass(frozen=True)
class Difference:
    """What it takes to make Discord's commands those of the program, by name."""

    missing: tuple[str, ...]
    other: tuple[str, ...]
    too_many: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.other or self.too_many)


async def only_commands(settings: Config) -> BanqBot:
    """The bot with nobody to carry its commands out, which is enough to register them."""
    nobody = SimpleNamespace(**dict.fromkeys(field.name for field in fields(Services)))
    return await chat_bot(settings, cast("Services", nobody))


async def difference(client: discord.Client, bot: BanqBot) -> Difference:
    """Raises what the library raises where Discord does not tell."""
    wanted, registered = await _wanted(bot), await _registered(client, bot.settings.home_guild_id)
    return Difference(
        missing=tuple(sorted(wanted.keys() - registered.keys())),
        other=tuple(
            name
            for name in sorted(wanted.keys() & registered.keys())
            if not _same(wanted[name], registered[name])
        ),
        too_many=tuple(sorted(registered.keys() - wanted.keys())),
    )


async def sync(settings: Config) -> None:
    """Raises StartRefused where Discord does not let us."""
    bot = await only_commands(settings)
    client = only_looking(settings.discord)
    async with signed_in(client, settings.discord):
        found = await difference(client, bot)
    if not found:
        console.print("Discord has the commands of this version already. There is nothing to do.")
        return
    async with signed_in(bot, settings.discord):
        # Registering them is part of its signing in.
        pass
    for what, names in (
        ("New", found.missing),
        ("Changed", found.other),
        ("Removed", found.too_many),
    ):
        if names:
            console.print(f"{what}: {', '.join(names)}", markup=False)
    console.print(
        "Discord has the commands of this version now. Whoever has Discord open may have to reload it."
    )


async def _wanted(bot: BanqBot) -> dict[str, Mapping[str, Any]]:
    translator = Translator()
    return {
        _name(command.name, guild): await command.get_translated_payload(bot.tree, translator)
        for guild in (None, discord.Object(bot.settings.home_guild_id))
        for command in bot.tree.get_commands(guild=guild)
    }


async def _registered(client: discord.Client, home_guild_id: int) -> dict[str, Mapping[str, Any]]:
    """The library's own way to ask leaves translations out of the answer, or parts of it."""
    everywhere = Route("GET", "/applications/{application_id}/commands", application_id=client.application_id)
    at_home = Route(
        "GET",
        "/applications/{application_id}/guilds/{guild_id}/commands",
        application_id=client.application_id,
        guild_id=home_guild_id,
    )
    with_all = {"with_localizations": "true"}
    return {
        _name(command["name"], guild): command
        for guild, route in ((None, everywhere), (home_guild_id, at_home))
        for command in await client.http.request(route, params=with_all)
    }


def _name(name: str, guild: object) -> str:
    return f"/{name}" if guild is None else f"/{name} in the home server"


def _same(wanted: Any, found: Any) -> bool:
    """Whether Discord has what is wanted; it leaves out what is empty, and writes numbers as text."""
    if isinstance(wanted, Mapping):
        found = found if isinstance(found, Mapping) else {}
        compared = [key for key in wanted if key not in DERIVED]
        return all(_same(wanted[key], found.get(key)) for key in compared)
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        found = found or []
        return len(wanted) == len(found) and all(map(_same, wanted, found))
    return (wanted or None) == (found or None) or str(wanted) == str(found)
