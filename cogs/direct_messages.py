"""Delivers the outbox's notices on Discord: as direct messages, and in the team's channel."""

import logging

import aiohttp
import discord
from discord import ui

from cogs.cards import card
from cogs.client import INVALID_FORM_BODY, BanqBot
from cogs.markup import DiscordMarkup
from cogs.presses import buttons
from services.messenger import (
    DeliveryFailed,
    DirectMessagesClosed,
    MessageRefused,
    NoAuditChannel,
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
        self.team_channel = _unless_set(bot.settings.team_channel_id)
        self.audit_channel = _unless_set(bot.settings.audit_channel_id)

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
        self.team_channel = await self._write(channel_id, card(words), once)
        if self.team_channel is TeamChannel.CLOSED:
            log.warning(
                "discord.team_channel_id: the bot may not write there; what needs the team is shown at the "
                "next /admin command instead"
            )
            raise TeamChannelClosed

    async def send_to_audit(self, line: str, once: str) -> None:
        """Raises NoAuditChannel or DeliveryFailed."""
        channel_id = self._bot.settings.audit_channel_id
        if channel_id is None:
            raise NoAuditChannel
        view = ui.LayoutView()
        view.add_item(ui.TextDisplay(line))
        self.audit_channel = await self._write(channel_id, view, once)
        if self.audit_channel is TeamChannel.CLOSED:
            raise DeliveryFailed("discord.audit_channel_id: the bot may not write there")

    async def look_at_channels(self) -> None:
        """So that /admin status can tell whether the bot may write there, before it has to."""
        settings = self._bot.settings
        if settings.team_channel_id is not None:
            self.team_channel = await self._look(settings.team_channel_id, "team_channel_id")
        if settings.audit_channel_id is not None:
            self.audit_channel = await self._look(settings.audit_channel_id, "audit_channel_id")

    async def _look(self, channel_id: int, key: str) -> TeamChannel:
        """Asks for as much permission as writing does, and leaves nothing behind."""
        try:
            await self._bot.http.send_typing(channel_id)
        except (discord.Forbidden, discord.NotFound) as error:
            log.warning("discord.%s: the bot may not write there (code %s)", key, error.code)
            return TeamChannel.CLOSED
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            log.info("discord.%s: could not be looked at (%s)", key, type(error).__name__)
        return TeamChannel.WELL

    async def _write(self, channel_id: int, view: ui.LayoutView, once: str) -> TeamChannel:
        """Whether the bot may write there. Raises DeliveryFailed."""
        try:
            await self._bot.get_partial_messageable(channel_id).send(view=view, nonce=once)
        except (discord.Forbidden, discord.NotFound):
            return TeamChannel.CLOSED
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            raise _failure(error) from error
        return TeamChannel.WELL


def _unless_set(channel_id: int | None) -> TeamChannel:
    return TeamChannel.NOT_SET if channel_id is None else TeamChannel.WELL


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
