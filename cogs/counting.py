"""Counts what members do: which command or button, how it ended, and how long the first answer took."""

import time
from typing import Any

import discord

BEGAN, REFUSED = "began", "refused"


def began(interaction: discord.Interaction[Any]) -> None:
    interaction.extras[BEGAN] = time.monotonic()


def first_answered(interaction: discord.Interaction[Any]) -> None:
    """Call it once Discord has taken the first answer."""
    interaction.client.services.metrics.first_answer_after(time.monotonic() - interaction.extras[BEGAN])


def refuse(interaction: discord.Interaction[Any]) -> None:
    """From now on it counts as refused: it is not for this person, or out of date."""
    interaction.extras[REFUSED] = True


def ended(interaction: discord.Interaction[Any]) -> None:
    _count(interaction, "refused" if REFUSED in interaction.extras else "answered")


def failed(interaction: discord.Interaction[Any]) -> None:
    _count(interaction, "failed")


def _count(interaction: discord.Interaction[Any], outcome: str) -> None:
    interaction.client.services.metrics.interaction_ended(_name(interaction), outcome)


def _name(interaction: discord.Interaction[Any]) -> str:
    """What was used, if it is one of ours: the ids of buttons come from outside."""
    if interaction.command is not None:
        return f"/{interaction.command.qualified_name}"
    client = interaction.client
    data: Any = interaction.data or {}
    action = str(data.get("custom_id", "")).removeprefix("menu/").split(":", maxsplit=1)[0]
    ours = any(action in handlers for handlers in (client.presses, client.forms, client.menus, client.modals))
    return action if ours else "other"
