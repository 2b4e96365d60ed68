"""/help."""

from discord import app_commands
from discord.ext import commands

from cogs.cards import card
from cogs.client import BanqBot, chat_user, markup_of
from cogs.presses import Interaction
from services.wording.help import Situation, help_words


class HelpCog(commands.Cog):
    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        bot.presses["panel-help"] = self._show

    @app_commands.command(description="What this bot does, and your way out")
    async def help(self, interaction: Interaction) -> None:
        await self._show(interaction, "")

    async def _show(self, interaction: Interaction, _reference: str) -> None:
        services, user = self._bot.services, chat_user(interaction.user)
        situation = Situation(
            await services.links.overview(user),
            is_linking=await services.linking.is_under_way(user),
            is_paused=await services.kill_switch.current_pause() is not None,
        )
        await self._bot.show(interaction, card(help_words(markup_of(interaction), situation)))
