"""Buttons and modals that outlive a restart: what they do and whose they are stands in their id."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ui

from cogs.failures import report_failure
from services.wording.text import Words

if TYPE_CHECKING:
    from cogs.client import BanqBot

    Interaction = discord.Interaction[BanqBot]
else:
    Interaction = discord.Interaction

ID_TEMPLATE = r"(?P<action>[a-z-]+):(?P<owner>\d+):(?P<reference>[A-Za-z0-9_-]*)"


@dataclass(frozen=True)
class PressHandler:
    """What a press does. The press is deferred first, except where a modal must be the first answer."""

    run: Callable[[Interaction, str], Awaitable[None]]
    opens_modal: bool = False


ModalHandler = Callable[[Interaction, str, dict[str, str]], Awaitable[None]]


class Press(ui.DynamicItem[ui.Button[Any]], template=ID_TEMPLATE):
    """A button for one person. Its handler is looked up by action among the client's."""

    def __init__(
        self,
        label: str,
        action: str,
        owner: int,
        reference: str = "",
        *,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        disabled: bool = False,
    ) -> None:
        custom_id = f"{action}:{owner}:{reference}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, style=style, disabled=disabled))

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 - the library's signature
        item: ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        label = item.label if isinstance(item, ui.Button) and item.label else "…"
        return cls(label, match["action"], int(match["owner"]), match["reference"])

    async def callback(self, interaction: discord.Interaction[Any]) -> Any:
        """Errors must be caught here: the library only logs what a dynamic item raises."""
        try:
            await self._run(interaction)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person is told
            await report_failure(interaction, error)

    async def _run(self, interaction: Interaction) -> None:
        action, owner, reference = self.custom_id.split(":")
        if str(interaction.user.id) != owner:
            await interaction.client.refuse_stranger(interaction)
            return
        handler = interaction.client.presses[action]
        if not handler.opens_modal:
            _leave(interaction)
            await interaction.response.defer()
        await handler.run(interaction, reference)


STYLES = {
    "plain": discord.ButtonStyle.secondary,
    "primary": discord.ButtonStyle.primary,
    "danger": discord.ButtonStyle.danger,
}


def buttons(words: Words, owner: int) -> list[Press]:
    """The buttons that go with these words, for this person alone."""
    return [
        Press(action.label, action.name, owner, action.reference, style=STYLES[action.style])
        for action in words.actions
    ]


@dataclass(frozen=True)
class Question:
    """A modal with one field. Its answer is handled by `custom_id` alone, which outlives a restart."""

    custom_id: str
    title: str
    label: str
    help: str
    field: str
    shortest: int
    longest: int
    placeholder: str | None = None


async def open_modal(interaction: Interaction, question: Question) -> None:
    modal: ui.Modal = ui.Modal(title=question.title, custom_id=question.custom_id)
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id=question.field,
        placeholder=question.placeholder,
        min_length=question.shortest,
        max_length=question.longest,
    )
    modal.add_item(ui.Label(text=question.label, description=question.help, component=field))
    # A modal that is already finished is not kept by the library, which would never forget it.
    modal.stop()
    await interaction.response.send_modal(modal)


async def dispatch_modal(interaction: Interaction) -> None:
    """Handle a submitted modal by its id alone: it may have been opened before a restart."""
    data: Any = interaction.data
    match = re.fullmatch(ID_TEMPLATE, data["custom_id"])
    if match is None:
        return
    try:
        if str(interaction.user.id) != match["owner"]:
            await interaction.client.refuse_stranger(interaction)
            return
        _leave(interaction)
        await interaction.response.defer()
        await interaction.client.modals[match["action"]](
            interaction, match["reference"], _typed(data["components"])
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, the person is told
        await report_failure(interaction, error)


def _leave(interaction: Interaction) -> None:
    """What the message says next is up to whoever handles this, and no longer to what it followed."""
    if interaction.message is not None:
        interaction.client.following.leave(interaction.message.id)


def _typed(components: list[Any]) -> dict[str, str]:
    """What was typed, by the inputs' ids; a label or a row holds each input."""
    values: dict[str, str] = {}
    for outer in components:
        for inner in (outer.get("component"), *outer.get("components", ())):
            if inner is not None and "value" in inner:
                values[inner["custom_id"]] = inner["value"]
    return values
