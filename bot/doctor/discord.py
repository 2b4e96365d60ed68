"""Whether Discord takes the bot, and lets it do its work in the home server."""

import asyncio
from collections.abc import Awaitable, Iterable

import aiohttp
import discord

from bot.chat import TOKEN_REFUSED, UNREACHABLE, invitation, only_looking
from bot.commands import difference, only_commands
from bot.config import Config
from bot.doctor.findings import Finding, error, not_checked, ok, warning
from services.foreign_text import clean

TOKEN, INTENTS, COMMANDS = "Discord token", "Discord intents", "commands"
SIGN_IN, SERVER, ROLE = "sign-in with Discord", "home server", "admin role"
TEAM_CHANNEL, AUDIT_CHANNEL = "team channel", "audit channel"
IN_THE_SERVER = (ROLE, TEAM_CHANNEL, AUDIT_CHANNEL)
FAILURES = (discord.DiscordException, aiohttp.ClientError, OSError)
PERMISSIONS = {"View Channel": "view_channel", "Send Messages": "send_messages"}


async def look_at_discord(settings: Config, patience_s: float) -> list[Finding]:
    async with only_looking(settings.discord) as client:
        try:
            async with asyncio.timeout(patience_s):
                await client.login(settings.discord.token.get_secret_value())
        except discord.LoginFailure:
            token = error(TOKEN, *TOKEN_REFUSED)
            return [token, *_all_not_checked("Discord does not take the token")]
        except FAILURES:
            token = error(TOKEN, *UNREACHABLE)
            return [token, *_all_not_checked("Discord cannot be reached")]
        commands, server = await asyncio.gather(
            _within(patience_s, COMMANDS, _commands(client, settings)), _server(client, settings, patience_s)
        )
        return [_known(client), _intents(client), _sign_in(client, settings), commands, *server]


def _all_not_checked(why: str) -> Iterable[Finding]:
    return (not_checked(check, why) for check in (INTENTS, SIGN_IN, COMMANDS, SERVER, *IN_THE_SERVER))


async def _within(patience_s: float, check: str, looking: Awaitable[Finding]) -> Finding:
    try:
        async with asyncio.timeout(patience_s):
            return await looking
    except FAILURES as failure:
        answered = (
            f"Discord answers {failure.status}" if isinstance(failure, discord.HTTPException) else "no answer"
        )
        return error(check, f"{check}: {answered}.", "Try again later.")


def _known(client: discord.Client) -> Finding:
    return ok(TOKEN, f"Discord takes the token, and knows the bot as {clean(str(client.user), 60)}.")


def _intents(client: discord.Client) -> Finding:
    flags = client.application_flags
    switched_on = (
        flags.gateway_presence_limited
        or flags.gateway_guild_members_limited
        or flags.gateway_message_content_limited
    )
    if switched_on:
        return ok(
            INTENTS, "Privileged intents are switched on at the developer portal; the bot needs none of them."
        )
    return ok(INTENTS, "The bot needs no privileged intents, and has none.")


def _sign_in(client: discord.Client, settings: Config) -> Finding:
    if not settings.discord.has_sign_in:
        return warning(
            SIGN_IN,
            "Members cannot sign in with Discord on the link page; a code stands in for it.",
            "Set client_id and client_secret under [discord].",
        )
    if settings.discord.client_id != client.application_id:
        return error(
            SIGN_IN,
            "discord.client_id is not that of the bot's application.",
            f"It should be {client.application_id}, and client_secret that of the same application.",
        )
    return ok(SIGN_IN, "Members sign in with the bot's own application.")


async def _commands(client: discord.Client, settings: Config) -> Finding:
    try:
        found = await difference(client, await only_commands(settings))
    except discord.Forbidden:
        return not_checked(COMMANDS, "Discord does not tell of those in the home server")
    except discord.NotFound:
        return not_checked(COMMANDS, "the bot is not in the home server")
    if not found:
        return ok(COMMANDS, "Discord has the commands of this version.")
    names = ", ".join((*found.missing, *found.other, *found.too_many))
    return warning(
        COMMANDS,
        f"Discord has other commands than this version: {names}.",
        "Start the bot, which registers them; or, without starting it: banqbot sync",
    )


async def _server(client: discord.Client, settings: Config, patience_s: float) -> list[Finding]:
    server_id = settings.discord.home_guild_id
    try:
        async with asyncio.timeout(patience_s):
            guild = await client.fetch_guild(server_id, with_counts=False)
    except (discord.NotFound, discord.Forbidden):
        server = error(
            SERVER,
            f"discord.home_guild_id: the bot is in no server {server_id}.",
            f"Check the id, or invite the bot: {invitation(client.application_id or 0)}",
        )
        rest = "the bot is not in the home server"
    except FAILURES:
        server, rest = error(SERVER, *UNREACHABLE), "Discord does not answer"
    else:
        server = ok(SERVER, f"The bot is in {clean(guild.name, 60)}, the home server.")
        team, audit = await asyncio.gather(
            _within(patience_s, TEAM_CHANNEL, _team_channel(client, guild, settings.discord.team_channel_id)),
            _within(
                patience_s, AUDIT_CHANNEL, _audit_channel(client, guild, settings.discord.audit_channel_id)
            ),
        )
        return [server, _role(guild, settings.discord.admin_role_id), team, audit]
    return [server, *(not_checked(check, rest) for check in IN_THE_SERVER)]


def _role(guild: discord.Guild, role_id: int | None) -> Finding:
    if role_id is None:
        return ok(
            ROLE,
            "No discord.admin_role_id is set: /admin is for members with the 'Manage Server' permission.",
        )
    role = guild.get_role(role_id)
    if role is None:
        return error(
            ROLE,
            f"discord.admin_role_id: there is no role {role_id} in the home server.",
            "Server settings -> Roles -> ... -> Copy Role ID; until then, nobody may use /admin.",
        )
    return ok(ROLE, f"/admin is for members with the role {clean(role.name, 60)}.")


async def _team_channel(client: discord.Client, guild: discord.Guild, channel_id: int | None) -> Finding:
    if channel_id is None:
        return warning(
            TEAM_CHANNEL,
            "No discord.team_channel_id is set: what needs a person waits for the next /admin command.",
            "Name a channel of the team there.",
        )
    return await _channel(client, guild, TEAM_CHANNEL, "discord.team_channel_id", channel_id)


async def _audit_channel(client: discord.Client, guild: discord.Guild, channel_id: int | None) -> Finding:
    if channel_id is None:
        return ok(AUDIT_CHANNEL, "No discord.audit_channel_id is set: the audit log stays with /admin audit.")
    return await _channel(client, guild, AUDIT_CHANNEL, "discord.audit_channel_id", channel_id)


async def _channel(
    client: discord.Client, guild: discord.Guild, check: str, key: str, channel_id: int
) -> Finding:
    named = f"{key}: channel {channel_id}"
    try:
        channel = await guild.fetch_channel(channel_id)
    except discord.NotFound:
        return error(check, f"{named} does not exist.", "Right-click the channel -> Copy Channel ID.")
    except discord.InvalidData:
        return error(check, f"{named} is not in the home server.", "Name one that is there.")
    except discord.Forbidden:
        return _forbidden(check, named, ["View Channel"])
    if isinstance(channel, discord.Thread) or client.user is None:
        return ok(check, f"The bot sees the thread, the {check}.")
    held = channel.permissions_for(await guild.fetch_member(client.user.id))
    lacking = [name for name, attribute in PERMISSIONS.items() if not getattr(held, attribute)]
    if lacking:
        return _forbidden(check, named, lacking)
    return ok(check, f"The bot may write in #{clean(channel.name, 60)}, the {check}.")


def _forbidden(check: str, named: str, lacking: list[str]) -> Finding:
    return error(
        check,
        f"{named} is closed to the bot.",
        f"Channel settings -> Permissions: give the bot's role {' and '.join(lacking)}.",
    )
