"""How the gallery and one NFT look on Discord, and what its buttons must know to bring them back."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace

import discord
from discord import ui

from cogs.cards import COLOURS, Button, row
from cogs.markup import DiscordMarkup
from cogs.pictures import Pictures
from cogs.presses import Menu, Press
from services.foreign_text import clean
from services.wallet import EVERYTHING, Collection, Entry, Page, Selection, Wallet
from services.wording import gallery as words
from services.wording import general as general_words

PER_PAGE = 5
MOST_OPTIONS = 25
ALL = "all"
# In bytes: as much as fits into the id of a button, of which Discord takes 100 characters.
LONGEST_SEARCH = 21


@dataclass(frozen=True)
class View:
    """Which page of what selection somebody looks at; it stands in the ids of the buttons."""

    page: int = 1
    selection: Selection = EVERYTHING

    def __str__(self) -> str:
        search = base64.urlsafe_b64encode(self.selection.search.encode()).decode().rstrip("=")
        return f"{self.page}.{self.selection.collection}.{search}"

    @classmethod
    def read(cls, text: str) -> "View":
        page, _, rest = text.partition(".")
        collection, _, encoded = rest.partition(".")
        search = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        return cls(int(page or 1), Selection(collection, search))

    def on(self, page: int) -> "View":
        return replace(self, page=page)


def searched(text: str) -> str:
    """What is searched for: as much of it as a button can remember."""
    return clean(text, 100).encode()[:LONGEST_SEARCH].decode(errors="ignore").strip()


@dataclass(frozen=True)
class Gallery:
    """One page of a wallet, for its owner."""

    m: DiscordMarkup
    owner: int
    wallet: Wallet
    view: View
    is_banq_silent: bool = False

    def layout(self, pictures: Pictures, *, shows_pictures: bool) -> ui.LayoutView:
        m, view = self.m, self.view
        page = self.wallet.page(view.selection, view.page, PER_PAGE)
        box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=COLOURS["plain"])
        box.add_item(ui.TextDisplay(words.title(m, self.wallet, page, view.selection)))
        for entry in page.entries:
            picture = pictures.or_neutral(entry.nft.image_url) if shows_pictures else None
            box.add_item(_section(m, entry, picture))
        box.add_item(ui.Separator())
        box.add_item(row(self._menu_of_nfts(page)))
        if len(self.wallet.collections) > 1:
            box.add_item(row(self._menu_of_collections()))
        box.add_item(row(*self._buttons(page)))
        if view.selection != EVERYTHING:
            # Another page than that of the buttons beside it, whose ids must differ.
            box.add_item(row(Press(words.show_all_button(m), "nfts-all", self.owner)))
        box.add_item(ui.TextDisplay(words.note(m, self.wallet, is_banq_silent=self.is_banq_silent)))
        layout = ui.LayoutView(timeout=None)
        layout.add_item(box)
        return layout

    def _menu_of_nfts(self, page: Page) -> Menu:
        options = [discord.SelectOption(label=entry.label, value=entry.key) for entry in page.entries]
        return Menu(words.look_at_one(self.m), "nft", self.owner, str(self.view.on(page.number)), options)

    def _menu_of_collections(self) -> Menu:
        m, chosen = self.m, self.view.selection.collection
        options = [
            discord.SelectOption(label=words.all_collections(m), value=ALL, default=not chosen),
            *(
                discord.SelectOption(
                    label=collection.name,
                    value=collection.key,
                    description=words.collection_size(m, collection),
                    default=collection.key == chosen,
                )
                for collection in _largest(self.wallet.collections, chosen)
            ),
        ]
        reference = str(View(1, replace(self.view.selection, collection="")))
        return Menu(words.all_collections(m), "nfts-in", self.owner, reference, options)

    def _buttons(self, page: Page) -> Sequence[Button]:
        m, owner, view = self.m, self.owner, self.view
        is_first, is_last = page.number == 1, page.number == page.pages
        before, here, after = (str(view.on(page.number + step)) for step in (-1, 0, 1))
        jump = f"{page.pages}.{here}"
        return (
            Press(general_words.previous(m), "nfts-page", owner, before, disabled=is_first),
            Press(words.page_button(m, page), "nfts-jump", owner, jump, disabled=is_first and is_last),
            Press(general_words.next_page(m), "nfts-page", owner, after, disabled=is_last),
            Press(words.search_button(m), "nfts-search", owner, here),
            Press(general_words.refresh(m), "nfts-refresh", owner, here),
        )


def details(
    m: DiscordMarkup, entry: Entry, note: str, picture: str | None, *buttons: Button
) -> ui.LayoutView:
    """One NFT: its picture as large as the chat has room for, and all that is known of it."""
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=COLOURS["plain"])
    if picture is not None:
        text = words.picture_text(m, entry.name)
        box.add_item(ui.MediaGallery(discord.MediaGalleryItem(picture, description=text)))
    box.add_item(ui.TextDisplay(words.details(m, entry)))
    box.add_item(row(*buttons))
    box.add_item(ui.TextDisplay(note))
    layout = ui.LayoutView(timeout=None)
    layout.add_item(box)
    return layout


def _section(
    m: DiscordMarkup, entry: Entry, picture: str | None
) -> ui.Section[ui.LayoutView] | ui.TextDisplay[ui.LayoutView]:
    text = words.entry(m, entry)
    if picture is None:
        return ui.TextDisplay(text)
    return ui.Section(text, accessory=ui.Thumbnail(picture, description=words.picture_text(m, entry.name)))


def _largest(collections: Sequence[Collection], chosen: str) -> list[Collection]:
    """As many as a menu takes beside "all", with the chosen one in any case."""
    room = MOST_OPTIONS - 1
    others = [collection for collection in collections if collection.key != chosen]
    found = {collection.key for collection in others[: room - 1]} | {chosen}
    return [collection for collection in collections if collection.key in found]
