"""/admin, in the home server only: help for one member, and a hand on all withdrawals. Never holdings."""

from dataclasses import replace
from typing import assert_never

import discord
from discord import app_commands

from cogs.admin_audit import AuditCommands
from cogs.admin_status import StatusCommands
from cogs.admin_webhook import WebhookCommands
from cogs.client import chat_user, markup_of
from cogs.panel import PanelRefused, post_panel
from cogs.presses import Interaction
from cogs.team import actor_of, admin
from services.kill_switch import AlreadyPaused, NotPaused, PausedNow
from services.links import Frozen, NotLinked, Unlinked, WalletOverview
from services.settling import NotStuck, Settled, Settlement, StillChecking
from services.wording import team as team_words
from services.wording import team_withdrawals as withdrawal_words
from storage.limits import Pause

Reason = app_commands.Range[str, 3, 200]
OUTCOMES = [
    app_commands.Choice(name="It was sent: the NFT has left the wallet", value="sent"),
    app_commands.Choice(name="It was not sent: Banq has no such transfer", value="not_sent"),
]
MOST_CHOICES = 25


class AdminCog(StatusCommands, AuditCommands, WebhookCommands):
    admin = admin

    @admin.command(description="Post a message with a Link button in this channel, for everybody")
    async def panel(self, interaction: Interaction) -> None:
        if not await self._allowed(interaction):
            return
        m = markup_of(interaction)
        if interaction.channel_id is None:
            raise AssertionError("a command is always used in a channel")
        try:
            await post_panel(self._bot, interaction.channel_id)
        except PanelRefused:
            words = team_words.panel_refused(m)
        else:
            await self._bot.services.audit_log.panel_posted(
                interaction.created_at, actor_of(interaction), str(interaction.channel_id)
            )
            words = team_words.panel_posted(m)
        await self._show(interaction, words)

    @admin.command(description="Whether a member is linked; never what they hold")
    @app_commands.describe(member="The member")
    async def member(self, interaction: Interaction, member: discord.User) -> None:
        if not await self._allowed(interaction):
            return
        m = markup_of(interaction)
        name = m.foreign(member.display_name)
        match await self._bot.services.links.overview(chat_user(member)):
            case NotLinked():
                words = team_words.member_not_linked(m, name)
            case WalletOverview() as overview:
                words = team_words.member(m, name, overview)
            case never:
                assert_never(never)
        refused = await self._bot.services.links.latest_conflict(chat_user(member))
        if refused is not None:
            told = team_words.conflict(m, refused)
            words = replace(words, text=f"{words.text}\n{told}")
        await self._show(interaction, words)

    @admin.command(description="Unlink a member's wallet; the member is told")
    @app_commands.describe(member="The member", reason="Why; it is kept in the audit log")
    async def unlink(self, interaction: Interaction, member: discord.User, reason: Reason) -> None:
        if not await self._allowed(interaction):
            return
        m = markup_of(interaction)
        name = m.foreign(member.display_name)
        match await self._bot.services.links.unlink(chat_user(member), actor_of(interaction), reason):
            case NotLinked():
                words = team_words.member_not_linked(m, name)
            case Unlinked() as done:
                words = team_words.member_unlinked(m, name, done)
            case never:
                assert_never(never)
        await self._show(interaction, words)

    @admin.command(description="Stop a member from withdrawing; the member is told")
    @app_commands.describe(member="The member", reason="Why; it is kept in the audit log")
    async def freeze(self, interaction: Interaction, member: discord.User, reason: Reason) -> None:
        if not await self._allowed(interaction):
            return
        m = markup_of(interaction)
        name = m.foreign(member.display_name)
        match await self._bot.services.links.freeze(chat_user(member), actor_of(interaction), reason):
            case NotLinked():
                words = team_words.member_not_linked(m, name)
            case Frozen() as done:
                words = team_words.member_frozen(m, name, done)
            case never:
                assert_never(never)
        await self._show(interaction, words)

    @admin.command(description="Stop all new withdrawals at once, for everybody, until you resume them")
    @app_commands.describe(reason="Why; it is kept in the audit log")
    async def pause(self, interaction: Interaction, reason: Reason) -> None:
        if not await self._allowed(interaction):
            return
        match await self._bot.services.kill_switch.pause(actor_of(interaction), reason):
            case PausedNow(cancelled):
                words = withdrawal_words.paused(markup_of(interaction), cancelled)
            case AlreadyPaused(pause):
                words = withdrawal_words.already_paused(markup_of(interaction), pause)
            case never:
                assert_never(never)
        await self._show(interaction, words)

    @admin.command(description="Let members withdraw again")
    @app_commands.describe(reason="Why; it is kept in the audit log")
    async def resume(self, interaction: Interaction, reason: Reason) -> None:
        if not await self._allowed(interaction):
            return
        match await self._bot.services.kill_switch.resume(actor_of(interaction), reason):
            case Pause() as pause:
                words = withdrawal_words.resumed(markup_of(interaction), pause)
            case NotPaused():
                words = withdrawal_words.not_paused(markup_of(interaction))
            case never:
                assert_never(never)
        await self._show(interaction, words)

    @admin.command(description="See withdrawals that Banq gave no answer about, or settle one of them")
    @app_commands.describe(
        withdrawal="Which one; pick it from the list",
        outcome="What you found out at Banq",
        reason="How you know; it is kept in the audit log",
    )
    @app_commands.choices(outcome=OUTCOMES)
    async def stuck(
        self,
        interaction: Interaction,
        withdrawal: app_commands.Range[str, 1, 40] | None = None,
        outcome: str | None = None,
        reason: Reason | None = None,
    ) -> None:
        if not await self._allowed(interaction):
            return
        if withdrawal is None and outcome is None and reason is None:
            found = await self._bot.services.settling.stuck()
            await self._show(interaction, withdrawal_words.stuck(markup_of(interaction), found))
        elif withdrawal is None or outcome is None or reason is None:
            await self._show(interaction, withdrawal_words.settle_needs_all(markup_of(interaction)))
        else:
            await self._settle(interaction, withdrawal, outcome, reason)

    @stuck.autocomplete("withdrawal")
    async def _stuck_choices(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        if not self._is_of_team(interaction):
            return []
        m = markup_of(interaction)
        stuck = await self._bot.services.settling.stuck()
        return [
            app_commands.Choice(name=withdrawal_words.stuck_choice(m, withdrawal), value=withdrawal.id)
            for withdrawal in stuck
            if withdrawal.id.startswith(typed.strip())
        ][:MOST_CHOICES]

    async def _settle(self, interaction: Interaction, withdrawal: str, outcome: str, reason: str) -> None:
        settlement: Settlement = "sent" if outcome == "sent" else "not_sent"
        settling = self._bot.services.settling.settle(
            withdrawal.strip(), settlement, actor_of(interaction), reason
        )
        match await settling:
            case Settled():
                words = withdrawal_words.settled(markup_of(interaction), settlement)
            case NotStuck():
                words = withdrawal_words.not_stuck(markup_of(interaction))
            case StillChecking(until):
                words = withdrawal_words.still_checking(markup_of(interaction), until)
            case never:
                assert_never(never)
        await self._show(interaction, words)
