"""A Discord of our own on loopback, strict enough to disagree with the bot. Start at `DiscordSandbox`."""

from sandbox.discord.cast import (
    ADA,
    ADMIN_ROLE_ID,
    APPLICATION_ID,
    BEN,
    BOT_TOKEN,
    CLEO,
    CLIENT_SECRET,
    GENERAL_ID,
    GUILD_ID,
    LINKED_ROLE_ID,
    TEAM_ID,
)
from sandbox.discord.options import ClientRefusedError
from sandbox.discord.seen import Modal, Outcome, SeenMessage
from sandbox.discord.server import DiscordSandbox

__all__ = [
    "ADA",
    "ADMIN_ROLE_ID",
    "APPLICATION_ID",
    "BEN",
    "BOT_TOKEN",
    "CLEO",
    "CLIENT_SECRET",
    "GENERAL_ID",
    "GUILD_ID",
    "LINKED_ROLE_ID",
    "TEAM_ID",
    "ClientRefusedError",
    "DiscordSandbox",
    "Modal",
    "Outcome",
    "SeenMessage",
]
