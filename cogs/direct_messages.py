"""Delivers the outbox's notices on Discord: as direct messages, and in the team's channel."""

import logging

import aiohttp
import discord

from cogs.cards import card
from cogs.client import INVALID_FORM_BODY, BanqBot
from cogs.markup import DiscordMarkup
from cogs.presses import buttons
from services.messenger import (
    DeliveryFailed,
    DirectMessagesClosed,
    MessageRefused,
    TeamChannel,
    TeamChannelClosed,
)
from services.wording.language import Language
from services.wording.text import Markup, Words

log = logging.getLogger(__name__)

# Discord's codes for "this person takes no messages from you": closed; no server in common; and, for an
# account that is deleted, no recipient (which has status 400), or unknown.
CANNOT_MESSAGE = {50007, 50278, 50033, 10013}


class DiscordMessenger:
    """`once` goes along as the nonce: Discord shows what comes twice within a few minutes once."""

    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        is_set = bot.settings.team_channel_id is not None
        self.team_channel = TeamChannel.WELL if is_set else TeamChannel.NOT_SET

    def markup(self, language: Language) -> Markup:
        return DiscordMarkup(language)

    async def send(self, recipient: str, words: Words, once: str) -> None:
        """Raises DirectMessagesClosed or DeliveryFailed."""
        try:
            channel = await self._bot.create_dm(discord.Object(int(recipient)))
            await channel.send(view=card(words, *buttons(words, int(recipient))), nonce=once)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            if isinstance(error, discord.HTTPException) and error.code in CANNOT_MESSAGE:
                raise DirectMessagesClosed from error
            raise _failure(error) from error

    async def send_to_team(self, words: Words, once: str) -> None:
        """Raises TeamChannelClosed or DeliveryFailed."""
        channel_id = self._bot.settings.team_channel_id
        if channel_id is None:
            raise TeamChannelClosed
        try:
            await self._bot.get_partial_messageable(channel_id).send(view=card(words), nonce=once)
        except (discord.Forbidden, discord.NotFound) as error:
            log.warning(
                "discord.team_channel_id: the bot may not write there (code %s); what needs the team is "
                "shown at the next /admin command instead",
                error.code,
            )
            self.team_channel = TeamChannel.CLOSED
            raise TeamChannelClosed from error
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            raise _failure(error) from error
        self.team_channel = TeamChannel.WELL


def _failure(error: Exception) -> DeliveryFailed:
    match error:
        case discord.RateLimited():
            return DeliveryFailed("Discord asks for a pause", retry_after_s=error.retry_after)
        case discord.HTTPException(code=code) if code == INVALID_FORM_BODY:
            return MessageRefused("Discord takes offence at the message")
        case discord.HTTPException():
            wait = error.response.headers.get("Retry-After", "")
            return DeliveryFailed(
                f"Discord answered {error.status}, code {error.code}",
                retry_after_s=float(wait) if wait.isdigit() else 0.0,
            )
    return DeliveryFailed(f"Discord could not be reached ({type(error).__name__})")
