"""/admin status: how things run, in numbers, with a chart of the last days."""

import logging
from io import BytesIO

import aiohttp
import discord

from cogs.cards import illustrated
from cogs.client import PLATFORM, markup_of
from cogs.presses import Interaction
from cogs.team import TeamCog, admin
from services.activity import Activity
from services.wording import team_activity as activity_words
from services.wording import team_status as status_words
from services.wording.team_status import Channels
from services.wording.text import Words

log = logging.getLogger(__name__)


class StatusCommands(TeamCog):
    @admin.command(description="How the bot, Banq and the queues are doing")
    async def status(self, interaction: Interaction) -> None:
        if not await self._allowed(interaction):
            return
        overview = await self._bot.services.overview.read()
        activity = await self._bot.services.overview.activity()
        m = markup_of(interaction)
        words = status_words.status(m, overview, self._channels(), activity)
        await self._show(interaction, words)
        if not activity.is_empty:
            await self._add_chart(interaction, words, activity)

    def _channels(self) -> Channels:
        outbox = self._bot.services.outbox
        return Channels(outbox.team_channel(PLATFORM), outbox.audit_channel(PLATFORM))

    async def _add_chart(self, interaction: Interaction, words: Words, activity: Activity) -> None:
        """Drawing takes its time, and the answer stands without it."""
        m = markup_of(interaction)
        png = await self._bot.services.charts.draw(activity_words.chart(m, activity))
        if png is None:
            return
        chart = discord.File(BytesIO(png), "activity.png", description=activity_words.chart_text(m, activity))
        try:
            await interaction.edit_original_response(view=illustrated(words, chart), attachments=[chart])
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            log.warning("the chart could not be shown: %s", type(error).__name__)
