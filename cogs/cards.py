"""Builds the messages: one look for all, in Discord's Components V2, with buttons that outlive a restart."""

from collections.abc import Sequence

import discord
from discord import ui

from cogs.presses import Menu, Press
from services.wording.text import Words

Button = Press | ui.Button[ui.LayoutView]
Item = Button | Menu

COLOURS = {
    "plain": discord.Colour(0x4C6FFF),
    "good": discord.Colour(0x2E9E6B),
    "warning": discord.Colour(0xD9962B),
    "bad": discord.Colour(0xCF4A4A),
}
SIGNS = {"plain": "", "good": "✅ ", "warning": "⚠️ ", "bad": "⛔ "}


def card(
    words: Words, *buttons: Button, picture: str | None = None, menus: Sequence[Menu] = ()
) -> ui.LayoutView:
    """A message with a title, a text, perhaps a picture, menus and a row of buttons."""
    view = ui.LayoutView(timeout=None)
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=COLOURS[words.tone])
    text = f"### {SIGNS[words.tone]}{words.title}\n{words.text}"
    if picture is None:
        box.add_item(ui.TextDisplay(text))
    else:
        # Beside the text, so that the whole of a review is seen at once.
        box.add_item(ui.Section(text, accessory=ui.Thumbnail(picture, description=words.image_text)))
    for menu in menus:
        box.add_item(row(menu))
    if buttons:
        box.add_item(row(*buttons))
    view.add_item(box)
    return view


def illustrated(words: Words, picture: discord.File) -> ui.LayoutView:
    """A message with a large picture under its text; the picture must be attached to it."""
    view = card(words)
    item = discord.MediaGalleryItem(picture, description=picture.description)
    view.children[0].add_item(ui.MediaGallery(item))  # type: ignore[attr-defined]
    return view


def row(*items: Item) -> ui.ActionRow[ui.LayoutView]:
    actions: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    for item in items:
        actions.add_item(item)
    return actions


def link_buttons(message: discord.Message) -> list[Button]:
    """The buttons of one of our messages that open a page; their addresses stand nowhere else."""
    rows = [part for box in message.components if isinstance(box, discord.Container) for part in box.children]
    return [
        ui.Button(label=part.label, url=part.url)
        for row in rows
        if isinstance(row, discord.ActionRow)
        for part in row.children
        if isinstance(part, discord.Button) and part.url
    ]
