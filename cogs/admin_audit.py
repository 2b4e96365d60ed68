"""/admin audit: who did what, page by page. Where a page begins stands in the buttons."""

import re

import discord
from discord import app_commands

from cogs.cards import card
from cogs.client import PLATFORM, BanqBot, markup_of
from cogs.presses import Interaction, Press
from cogs.team import TeamCog, admin
from services.audit_log import Position
from services.wording import general as general_words
from services.wording import team_audit as audit_words

# The page, the line that it follows on (older than "b", newer than "a"), and the member.
REFERENCE = re.compile(r"(\d{1,9})\.(?:([ab])(\d{1,18}))?\.(\d{0,20})")
MOST_PAGES = 100_000


class AuditCommands(TeamCog):
    def __init__(self, bot: BanqBot) -> None:
        super().__init__(bot)
        bot.presses["audit-page"] = self._turn_page

    @admin.command(description="Who did what, newest first; never holdings or addresses")
    @app_commands.describe(
        member="Only what is about this member", page="Which page; without it, the newest lines"
    )
    async def audit(
        self,
        interaction: Interaction,
        member: discord.User | None = None,
        page: app_commands.Range[int, 1, MOST_PAGES] = 1,
    ) -> None:
        if await self._allowed(interaction):
            await self._show_page(interaction, Position(page), None if member is None else str(member.id))

    async def _turn_page(self, interaction: Interaction, reference: str) -> None:
        if await self._allowed(interaction):
            position, member_id = _read(reference)
            await self._show_page(interaction, position, member_id)

    async def _show_page(self, interaction: Interaction, position: Position, member_id: str | None) -> None:
        member = None if member_id is None else (PLATFORM, member_id)
        shown = await self._bot.services.audit_log.page(position, member)
        m = markup_of(interaction)
        buttons = (
            _button(general_words.previous(m), interaction, shown.newer, member_id),
            _button(general_words.next_page(m), interaction, shown.older, member_id),
        )
        is_all = shown.newer is None and shown.older is None
        words = audit_words.page(m, shown, member_id)
        await self._show(interaction, card(words, *(() if is_all else buttons)))


def _button(label: str, interaction: Interaction, to: Position | None, member_id: str | None) -> Press:
    # One that leads nowhere needs an id of its own as well.
    reference = "0.." if to is None else _written(to, member_id)
    return Press(label, "audit-page", interaction.user.id, reference, disabled=to is None)


def _written(position: Position, member_id: str | None) -> str:
    beside = ""
    if position.older_than is not None:
        beside = f"b{position.older_than}"
    elif position.newer_than is not None:
        beside = f"a{position.newer_than}"
    return f"{position.page}.{beside}.{member_id or ''}"


def _read(reference: str) -> tuple[Position, str | None]:
    match = REFERENCE.fullmatch(reference)
    if match is None:
        return Position(), None
    page, side, entry_id, member_id = match.groups()
    older = int(entry_id) if side == "b" else None
    newer = int(entry_id) if side == "a" else None
    return Position(int(page), older, newer), member_id or None
