"""The one place where an unexpected error becomes a sentence for the member and a traceback in the log."""

import logging
import secrets
from typing import Any

import discord
from discord import app_commands, ui

from cogs.counting import failed
from cogs.markup import DiscordMarkup
from services.wording import general as general_words
from services.wording.language import language_of

log = logging.getLogger(__name__)

REFERENCE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


async def report_failure(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Tell the member with a reference, and log the traceback under the same reference. Never raises."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    reference = "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(5))
    log.error("Ref %s: %s failed", reference, _what(interaction), exc_info=error, extra={"ref": reference})
    failed(interaction)
    if interaction.type is discord.InteractionType.autocomplete:
        await _offer_nothing(interaction, reference)
        return
    words = general_words.failure(DiscordMarkup(language_of(interaction.locale.value)), reference)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay(f"### ⛔ {words.title}\n{words.text}")))
    try:
        if interaction.response.is_done():
            await interaction.followup.send(view=view, ephemeral=True)
        else:
            await interaction.response.send_message(view=view, ephemeral=True)
    except Exception:
        # Nobody can be told any more; the log has both errors under one reference.
        log.exception("Ref %s: the member could not be told", reference, extra={"ref": reference})


async def _offer_nothing(interaction: discord.Interaction[Any], reference: str) -> None:
    """An empty list comes at once; without an answer, the member would watch the field load and fail."""
    try:
        if not interaction.response.is_done():
            await interaction.response.autocomplete([])
    except Exception:
        log.exception("Ref %s: the member could not be told", reference, extra={"ref": reference})


def _what(interaction: discord.Interaction[Any]) -> str:
    command = interaction.command
    if command is not None:
        return f"/{command.qualified_name}"
    data: Any = interaction.data or {}
    return str(data.get("custom_id", "an interaction")).split(":", maxsplit=1)[0]
