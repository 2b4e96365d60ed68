"""What all /admin commands have in common: who may use them, who did it, and how they answer."""

import discord
from discord import app_commands, ui
from discord.ext import commands

from cogs.cards import card
from cogs.client import BanqBot, markup_of
from cogs.counting import refuse
from cogs.presses import Interaction
from services.wording import team as team_words
from services.wording.text import Words
from storage.audit import ADMIN

admin = app_commands.Group(
    name="admin",
    description="For the team of this server",
    default_permissions=discord.Permissions(manage_guild=True),
)


class TeamCog(commands.Cog):
    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot

    async def _show(self, interaction: Interaction, answer: Words | ui.LayoutView) -> None:
        """The answer, and after it what could not be told in the team's channel."""
        await self._bot.show(interaction, card(answer) if isinstance(answer, Words) else answer)
        await self._bot.show_team_notices(interaction)

    async def _allowed(self, interaction: Interaction) -> bool:
        if self._is_of_team(interaction):
            return True
        refuse(interaction)
        await self._bot.show(interaction, card(team_words.team_only(markup_of(interaction))))
        return False

    def _is_of_team(self, interaction: Interaction) -> bool:
        """Checked on every use: what the client shows or hides is no permission."""
        member, settings = interaction.user, self._bot.settings
        if interaction.guild_id != settings.home_guild_id or not isinstance(member, discord.Member):
            return False
        if settings.admin_role_id is None:
            return interaction.permissions.manage_guild
        # Without a cache of the server's roles, the public `roles` is empty; the ids are always there.
        return member._roles.has(settings.admin_role_id)  # noqa: SLF001


def actor_of(interaction: Interaction) -> str:
    return f"{ADMIN}{interaction.user.id}"
