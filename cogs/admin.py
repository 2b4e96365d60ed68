"""/admin, in the home server only: how things run, and help for one member. Never holdings or addresses."""

from dataclasses import replace
from typing import assert_never

import discord
from discord import app_commands
from discord.ext import commands

from cogs.cards import card
from cogs.client import PLATFORM, BanqBot, chat_user
from cogs.presses import Interaction
from services.links import Frozen, NotLinked, Unlinked, WalletOverview
from services.wording import team as team_words
from services.wording.text import Words


class AdminCog(commands.Cog):
    admin = app_commands.Group(
        name="admin",
        description="For the team of this server",
        default_permissions=discord.Permissions(manage_guild=True),
    )

    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot

    @admin.command(description="How the bot, Banq and the queues are doing")
    async def status(self, interaction: Interaction) -> None:
        if not await self._allowed(interaction):
            return
        overview = await self._bot.services.overview.read()
        team_channel = self._bot.services.outbox.team_channel(PLATFORM)
        await self._show(interaction, team_words.status(self._bot.markup, overview, team_channel))

    @admin.command(description="Whether a member is linked; never what they hold")
    @app_commands.describe(member="The member")
    async def member(self, interaction: Interaction, member: discord.User) -> None:
        if not await self._allowed(interaction):
            return
        name = self._bot.markup.foreign(member.display_name)
        match await self._bot.services.links.overview(chat_user(member)):
            case NotLinked():
                words = team_words.member_not_linked(name)
            case WalletOverview() as overview:
                words = team_words.member(self._bot.markup, name, overview)
            case never:
                assert_never(never)
        refused = await self._bot.services.links.latest_conflict(chat_user(member))
        if refused is not None:
            words = replace(words, text=f"{words.text}\n{team_words.conflict(self._bot.markup, refused)}")
        await self._show(interaction, words)

    @admin.command(description="Unlink a member's wallet; the member is told")
    @app_commands.describe(member="The member", reason="Why; it is kept in the audit log")
    async def unlink(
        self, interaction: Interaction, member: discord.User, reason: app_commands.Range[str, 3, 200]
    ) -> None:
        if not await self._allowed(interaction):
            return
        name = self._bot.markup.foreign(member.display_name)
        actor = f"admin:{interaction.user.id}"
        match await self._bot.services.links.unlink(chat_user(member), actor, reason):
            case NotLinked():
                words = team_words.member_not_linked(name)
            case Unlinked() as done:
                words = team_words.member_unlinked(name, done)
            case never:
                assert_never(never)
        await self._show(interaction, words)

    @admin.command(description="Stop all withdrawals of a member; the member is told")
    @app_commands.describe(member="The member", reason="Why; it is kept in the audit log")
    async def freeze(
        self, interaction: Interaction, member: discord.User, reason: app_commands.Range[str, 3, 200]
    ) -> None:
        if not await self._allowed(interaction):
            return
        name = self._bot.markup.foreign(member.display_name)
        actor = f"admin:{interaction.user.id}"
        match await self._bot.services.links.freeze(chat_user(member), actor, reason):
            case NotLinked():
                words = team_words.member_not_linked(name)
            case Frozen() as done:
                words = team_words.member_frozen(name, done)
            case never:
                assert_never(never)
        await self._show(interaction, words)

    async def _show(self, interaction: Interaction, words: Words) -> None:
        """The answer, and after it what could not be told in the team's channel."""
        await self._bot.show(interaction, card(words))
        await self._bot.show_team_notices(interaction)

    async def _allowed(self, interaction: Interaction) -> bool:
        """Checked on every use: what the client shows or hides is no permission."""
        member, settings = interaction.user, self._bot.settings
        if interaction.guild_id == settings.home_guild_id and isinstance(member, discord.Member):
            if settings.admin_role_id is None and interaction.permissions.manage_guild:
                return True
            # Without a cache of the server's roles, the public `roles` is empty; the ids are always there.
            if settings.admin_role_id is not None and member._roles.has(settings.admin_role_id):  # noqa: SLF001
                return True
        await self._bot.show(interaction, card(team_words.ADMINS_ONLY))
        return False
