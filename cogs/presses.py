"""Buttons and modals that outlive a restart: what they do and whose they are stands in their id."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

import discord
from discord import ui

from cogs.counting import began, ended, first_answered, refuse
from cogs.failures import report_failure
from services.wording.text import Words

if TYPE_CHECKING:
    from cogs.client import BanqBot

    Interaction = discord.Interaction[BanqBot]
else:
    Interaction = discord.Interaction

ID = r"(?P<action>[a-z-]+):(?P<owner>\d+):(?P<reference>[A-Za-z0-9_.-]*)"
# The library tells buttons from menus by their ids alone.
MENU_ID = rf"menu/{ID}"
EVERYBODY = 0


@dataclass(frozen=True)
class Question:
    """One field of a form."""

    name: str
    label: str
    help: str = ""
    shortest: int = 1
    longest: int = 100
    placeholder: str | None = None
    value: str | None = None


@dataclass(frozen=True)
class Form:
    """A modal. What is filled in goes to the handler of `action`, after a restart as well."""

    title: str
    action: str
    reference: str
    questions: tuple[Question, ...]


PressHandler = Callable[[Interaction, str], Awaitable[None]]
# Not awaited: a modal must be the first answer, so nothing may be read before it.
FormHandler = Callable[[Interaction, str], Form]
MenuHandler = Callable[[Interaction, str, str], Awaitable[None]]
ModalHandler = Callable[[Interaction, str, dict[str, str]], Awaitable[None]]
Handler = TypeVar("Handler")


class Press(ui.DynamicItem[ui.Button[Any]], template=ID):
    """A button for one person, or for everybody. Its handler is looked up by action among the client's.

    Where everybody may press it, each gets a message of the own as the answer.
    """

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
        client = interaction.client
        if self.custom_id.split(":")[0] in client.forms:
            await _answer(interaction, self.custom_id, client.forms, self._ask)
        else:
            await _answer(interaction, self.custom_id, client.presses, self._run)

    async def _ask(self, interaction: Interaction, used: "Used", handler: FormHandler) -> None:
        await _open(interaction, handler(interaction, used.reference))

    async def _run(self, interaction: Interaction, used: "Used", handler: PressHandler) -> None:
        await _defer(interaction, used)
        await handler(interaction, used.reference)


class Menu(ui.DynamicItem[ui.Select[Any]], template=MENU_ID):
    """A menu for one person, from which one of at most 25 options is chosen."""

    def __init__(
        self,
        placeholder: str,
        action: str,
        owner: int,
        reference: str,
        options: list[discord.SelectOption],
    ) -> None:
        custom_id = f"menu/{action}:{owner}:{reference}"
        super().__init__(ui.Select(placeholder=placeholder, custom_id=custom_id, options=options))

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 - the library's signature
        item: ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        options = item.options if isinstance(item, ui.Select) else []
        return cls("…", match["action"], int(match["owner"]), match["reference"], options)

    async def callback(self, interaction: discord.Interaction[Any]) -> Any:
        await _answer(interaction, self.custom_id, interaction.client.menus, self._run)

    async def _run(self, interaction: Interaction, used: "Used", handler: MenuHandler) -> None:
        await _defer(interaction, used)
        data: Any = interaction.data
        await handler(interaction, used.reference, data["values"][0])


@dataclass(frozen=True)
class Used:
    """What was pressed, chosen from, or filled in, as its id tells."""

    action: str
    owner: int
    reference: str


async def _answer(
    interaction: Interaction,
    custom_id: str,
    handlers: Mapping[str, Handler],
    run: Callable[[Interaction, Used, Handler], Awaitable[None]],
) -> None:
    """Errors must be caught here: the library only logs what a dynamic item raises."""
    began(interaction)
    try:
        match = re.fullmatch(ID, custom_id.removeprefix("menu/"))
        handler = None if match is None else handlers.get(match["action"])
        if match is None or handler is None:
            refuse(interaction)
            await interaction.client.refuse_outdated(interaction)
        else:
            used = Used(match["action"], int(match["owner"]), match["reference"])
            if used.owner in {EVERYBODY, interaction.user.id}:
                await run(interaction, used, handler)
            else:
                refuse(interaction)
                await interaction.client.refuse_stranger(interaction)
        ended(interaction)
    except Exception as error:  # noqa: BLE001 - whatever it is, the person is told
        await report_failure(interaction, error)


async def _defer(interaction: Interaction, used: Used) -> None:
    """Answer in the message that was used, which from now on is up to the handler; or in one of the own."""
    if used.owner == EVERYBODY:
        await interaction.response.defer(ephemeral=True, thinking=True)
    else:
        if interaction.message is not None:
            interaction.client.following.leave(interaction.message.id)
        await interaction.response.defer()
    first_answered(interaction)


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


async def _open(interaction: Interaction, form: Form) -> None:
    modal: ui.Modal = ui.Modal(
        title=form.title, custom_id=f"{form.action}:{interaction.user.id}:{form.reference}"
    )
    for question in form.questions:
        field: ui.TextInput[Any] = ui.TextInput(
            custom_id=question.name,
            placeholder=question.placeholder,
            default=question.value,
            min_length=question.shortest,
            max_length=question.longest,
            required=question.shortest > 0,
        )
        modal.add_item(ui.Label(text=question.label, description=question.help or None, component=field))
    # A modal that is already finished is not kept by the library, which would never forget it.
    modal.stop()
    await interaction.response.send_modal(modal)
    first_answered(interaction)


async def answer_modal(interaction: Interaction) -> None:
    """Handle a submitted modal by its id alone: it may have been opened before a restart."""
    data: Any = interaction.data

    async def run(interaction: Interaction, used: Used, handler: ModalHandler) -> None:
        await _defer(interaction, used)
        await handler(interaction, used.reference, _typed(data["components"]))

    await _answer(interaction, data["custom_id"], interaction.client.modals, run)


async def answer_outdated(interaction: Interaction) -> None:
    """Whatever has an id that no version of ours would give it now; others are handled by the library."""
    data: Any = interaction.data
    if not any(re.fullmatch(template, data["custom_id"]) for template in (ID, MENU_ID)):
        await interaction.client.refuse_outdated(interaction)


def _typed(components: list[Any]) -> dict[str, str]:
    """What was typed, by the inputs' ids; a label or a row holds each input."""
    values: dict[str, str] = {}
    for outer in components:
        for inner in (outer.get("component"), *outer.get("components", ())):
            if inner is not None and "value" in inner:
                values[inner["custom_id"]] = inner["value"]
    return values
