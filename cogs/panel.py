"""The panel: a message that stays in a channel, from which everybody starts."""

import discord

from cogs.cards import card
from cogs.client import BanqBot
from cogs.markup import DiscordMarkup
from cogs.presses import EVERYBODY, Press
from services.wording import general as general_words


class PanelRefused(Exception):
    """The bot may not write in this channel."""


async def post_panel(bot: BanqBot, channel_id: int) -> None:
    """Post it in the community's language. Its buttons answer each member alone. Raises PanelRefused."""
    m = DiscordMarkup(bot.services.languages.default)
    panel = card(
        general_words.panel(m, bot.settings.community),
        Press(general_words.link_button(m), "panel-link", EVERYBODY, style=discord.ButtonStyle.primary),
        Press(general_words.help_button(m), "panel-help", EVERYBODY),
    )
    try:
        await bot.get_partial_messageable(channel_id).send(view=panel)
    except (discord.Forbidden, discord.NotFound) as error:
        raise PanelRefused from error
