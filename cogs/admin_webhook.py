"""/admin webhook: where Banq sends its webhooks, and having it send them here."""

from discord import app_commands

from cogs.cards import card
from cogs.client import BanqBot, markup_of
from cogs.presses import Interaction, buttons
from cogs.team import TeamCog, actor_of, admin
from services.wording import team_webhooks as webhook_words

webhook = app_commands.Group(name="webhook", description="Where Banq sends its webhooks", parent=admin)


class WebhookCommands(TeamCog):
    def __init__(self, bot: BanqBot) -> None:
        super().__init__(bot)
        bot.presses["webhook-set"] = self._set
        bot.presses["webhook-keep"] = self._keep

    @webhook.command(name="show", description="What Banq has configured for each lane")
    async def show_webhooks(self, interaction: Interaction) -> None:
        if await self._allowed(interaction):
            found = await self._bot.patiently(interaction, self._bot.services.webhook_setup.look())
            await self._show(interaction, webhook_words.shown(markup_of(interaction), found))

    @webhook.command(name="set", description="Have Banq send its webhooks to this bot; you confirm it first")
    async def set_webhooks(self, interaction: Interaction) -> None:
        if await self._allowed(interaction):
            found = await self._bot.patiently(interaction, self._bot.services.webhook_setup.look())
            words = webhook_words.review(markup_of(interaction), found)
            await self._show(interaction, card(words, *buttons(words, interaction.user.id)))

    async def _set(self, interaction: Interaction, _: str) -> None:
        if await self._allowed(interaction):
            setting = self._bot.services.webhook_setup.update(actor_of(interaction))
            outcomes = await self._bot.patiently(interaction, setting)
            await self._show(interaction, webhook_words.changed(markup_of(interaction), outcomes))

    async def _keep(self, interaction: Interaction, _: str) -> None:
        if await self._allowed(interaction):
            await self._show(interaction, webhook_words.unchanged(markup_of(interaction)))
