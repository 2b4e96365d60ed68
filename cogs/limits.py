"""/limits: what a member's withdrawals are held to, and stricter limits of the member's own."""

from discord import app_commands
from discord.ext import commands

from cogs.cards import card
from cogs.client import BanqBot, chat_user, markup_of
from cogs.presses import Interaction
from services.limits import LONGEST_OWN_HOLD, LimitRefused, LimitSet
from services.wording import limits as limit_words
from storage.limits import LimitKind

MOST = 1000
HOUR_MS = 3_600_000
MOST_HOURS = int(LONGEST_OWN_HOLD.total_seconds()) // 3600


class LimitsCog(commands.Cog):
    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        self._limits = bot.services.limits

    @app_commands.command(
        description="See what holds for your withdrawals, and set stricter limits of your own"
    )
    @app_commands.describe(
        per_day="At most so many within 24 hours; 0 stops all",
        under_way="At most so many under way at a time; 0 stops all",
        new_address_hours="So many hours until a newly saved address can be used",
    )
    async def limits(
        self,
        interaction: Interaction,
        per_day: app_commands.Range[int, 0, MOST] | None = None,
        under_way: app_commands.Range[int, 0, MOST] | None = None,
        new_address_hours: app_commands.Range[int, 0, MOST_HOURS] | None = None,
    ) -> None:
        user = chat_user(interaction.user)
        wanted: dict[LimitKind, int | None] = {
            "per_day": per_day,
            "in_flight": under_way,
            "address_hold_ms": None if new_address_hours is None else new_address_hours * HOUR_MS,
        }
        outcomes: list[LimitSet | LimitRefused] = [
            await self._limits.set_own(user, kind, value)
            for kind, value in wanted.items()
            if value is not None
        ]
        shown = await self._limits.of_member(user)
        words = limit_words.member_limits(markup_of(interaction), shown, outcomes)
        await self._bot.show(interaction, card(words))
