"""Delivers the outbox's notices as Discord direct messages."""

import discord

from cogs.cards import card
from cogs.client import BanqBot
from cogs.presses import buttons
from services.outbox import DeliveryFailed, DirectMessagesClosed
from services.wording.text import Markup, Words

# Discord's codes for "this person takes no messages from you": closed; no server in common; and, for an
# account that is deleted, no recipient (which has status 400), or unknown.
CANNOT_MESSAGE = {50007, 50278, 50033, 10013}


class DiscordMessenger:
    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        self.markup: Markup = bot.markup

    async def send(self, recipient: str, words: Words) -> None:
        """Raises DirectMessagesClosed or DeliveryFailed."""
        try:
            channel = await self._bot.create_dm(discord.Object(int(recipient)))
            await channel.send(view=card(words, *buttons(words, int(recipient))))
        except discord.HTTPException as error:
            if error.code in CANNOT_MESSAGE:
                raise DirectMessagesClosed from error
            raise DeliveryFailed(f"Discord answered {error.status}, code {error.code}") from error
        except (OSError, TimeoutError) as error:
            raise DeliveryFailed(f"Discord could not be reached ({type(error).__name__})") from error
