"""/help."""

from discord import app_commands
from discord.ext import commands

from cogs.cards import card
from cogs.client import BanqBot, chat_user, markup_of
from cogs.presses import Interaction, PressHandler
from services.wording import general as general_words


class HelpCog(commands.Cog):
    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        bot.presses["panel-help"] = PressHandler(self._show)

    @app_commands.command(description="What this bot does, and your way out")
    async def help(self, interaction: Interaction) -> None:
        await self._show(interaction, "")

    async def _show(self, interaction: Interaction, _reference: str) -> None:
        link = await self._bot.services.links.of(chat_user(interaction.user))
        words = general_words.help_words(markup_of(interaction), is_linked=link is not None)
        await self._bot.show(interaction, card(words))
