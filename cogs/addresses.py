"""/addresses: the member's address book."""

from typing import assert_never

from discord import app_commands
from discord.ext import commands

from cogs.address_choices import address_choices
from cogs.cards import card
from cogs.client import BanqBot, chat_user, markup_of
from cogs.presses import Interaction, Press
from services.address_book import (
    LONGEST_LABEL,
    Added,
    AddressSaved,
    BookFull,
    LabelRefused,
    LabelTaken,
    NotInBook,
    Removed,
)
from services.addresses import AddressProblem
from services.wording import address_book as book_words
from services.wording import general as general_words
from services.wording.addresses import address_refused

# Even the longest entries fit into one message then.
PER_PAGE = 10


class AddressesCog(commands.Cog):
    addresses = app_commands.Group(
        name="addresses", description="The addresses of your own that you send NFTs to"
    )

    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        self._book = bot.services.address_book
        bot.presses["addresses-page"] = self._show_page

    @addresses.command(description="Save an address of your own under a name")
    @app_commands.describe(
        label="Your name for it, such as: cold wallet",
        address="The whole address, copied from your own wallet",
    )
    async def add(
        self,
        interaction: Interaction,
        label: app_commands.Range[str, 1, LONGEST_LABEL],
        address: app_commands.Range[str, 1, 200],
    ) -> None:
        m = markup_of(interaction)
        match await self._book.add(chat_user(interaction.user), label, address):
            case Added() as added:
                words = book_words.added(m, added)
            case LabelRefused():
                words = book_words.label_refused(m)
            case LabelTaken(entry):
                words = book_words.label_taken(m, entry)
            case AddressSaved(entry):
                words = book_words.address_saved(m, entry)
            case BookFull(most):
                words = book_words.book_full(m, most)
            case AddressProblem() as problem:
                words = address_refused(m, problem, None)
            case never:
                assert_never(never)
        await self._bot.show(interaction, card(words))

    @addresses.command(name="list", description="See your saved addresses, whole")
    async def show_list(self, interaction: Interaction) -> None:
        await self._show_page(interaction, "1")

    @addresses.command(description="Remove an address; saved again, it is a new one")
    @app_commands.describe(label="Type a part of its name and pick it from the list")
    async def remove(self, interaction: Interaction, label: app_commands.Range[str, 1, 100]) -> None:
        m = markup_of(interaction)
        match await self._book.remove(chat_user(interaction.user), label):
            case Removed() as removed:
                words = book_words.removed(m, removed)
            case NotInBook():
                words = book_words.not_in_book(m)
            case never:
                assert_never(never)
        await self._bot.show(interaction, card(words))

    @remove.autocomplete("label")
    async def _choices(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        entries = await self._book.entries(chat_user(interaction.user))
        return address_choices(markup_of(interaction), entries, typed)

    async def _show_page(self, interaction: Interaction, wanted: str) -> None:
        m = markup_of(interaction)
        listed = await self._book.listed(chat_user(interaction.user))
        if not listed:
            await self._bot.show(interaction, card(book_words.empty_book(m)))
            return
        pages = -(-len(listed) // PER_PAGE)
        page = min(max(int(wanted), 1), pages)
        shown = listed[(page - 1) * PER_PAGE : page * PER_PAGE]
        words = book_words.address_list(m, shown, page, pages)
        owner = interaction.user.id
        turning = (
            Press(general_words.previous(m), "addresses-page", owner, str(page - 1), disabled=page == 1),
            Press(general_words.next_page(m), "addresses-page", owner, str(page + 1), disabled=page == pages),
        )
        await self._bot.show(interaction, card(words, *(turning if pages > 1 else ())))
