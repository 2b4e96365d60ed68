"""/nfts: the member's NFTs with pictures, page by page, by collection or search; and each of them in full."""

from datetime import timedelta
from itertools import islice

from discord import app_commands, ui
from discord.ext import commands

from cogs.cards import card
from cogs.client import BanqBot, chat_user, markup_of
from cogs.gallery import ALL, LONGEST_SEARCH, Gallery, View, details, searched
from cogs.presses import Form, Interaction, Press, Question
from cogs.sending import send_button
from services.nfts import CACHE_FOR, LOOKED_THROUGH_FOR, NOW, BanqSilent
from services.wallet import Selection, Wallet
from services.wording import gallery as gallery_words
from services.wording import general as general_words
from services.wording import wallet as wallet_words

MOST_CHOICES = 25


class NftsCog(commands.Cog):
    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        self._nfts = bot.services.nfts
        bot.presses["nfts-page"] = self._turn_page
        bot.presses["nfts-all"] = self._show_all
        bot.presses["nfts-refresh"] = self._refresh
        bot.forms["nfts-jump"] = self._ask_for_page
        bot.modals["nfts-jump"] = self._jump
        bot.forms["nfts-search"] = self._ask_for_words
        bot.modals["nfts-search"] = self._search
        bot.menus["nfts-in"] = self._choose_collection
        bot.menus["nft"] = self._look_at
        bot.presses["nft"] = self._look_again

    @app_commands.command(description="Look at your NFTs, and send one")
    @app_commands.describe(
        collection="Only this collection; pick it from the list",
        search="Only those with these words in name, collection, network or token id",
    )
    async def nfts(
        self,
        interaction: Interaction,
        collection: app_commands.Range[str, 1, 100] | None = None,
        search: app_commands.Range[str, 1, LONGEST_SEARCH] | None = None,
    ) -> None:
        selection = Selection(search=searched(search or ""))
        await self._show(interaction, View(1, selection), collection=collection, not_older_than=CACHE_FOR)

    @nfts.autocomplete("collection")
    async def _collections(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        wallet = await self._nfts.soon(chat_user(interaction.user))
        if not isinstance(wallet, Wallet):
            return []
        found = (
            app_commands.Choice(name=collection.name, value=collection.key)
            for collection in wallet.collections
            if typed.casefold() in collection.name.casefold()
        )
        return list(islice(found, MOST_CHOICES))

    async def _turn_page(self, interaction: Interaction, view: str) -> None:
        await self._show(interaction, View.read(view))

    async def _show_all(self, interaction: Interaction, _reference: str) -> None:
        await self._show(interaction, View())

    async def _refresh(self, interaction: Interaction, view: str) -> None:
        await self._show(interaction, View.read(view), not_older_than=NOW)

    async def _choose_collection(self, interaction: Interaction, view: str, chosen: str) -> None:
        selection = Selection("" if chosen == ALL else chosen, View.read(view).selection.search)
        await self._show(interaction, View(1, selection))

    def _ask_for_page(self, interaction: Interaction, reference: str) -> Form:
        pages, _, view = reference.partition(".")
        m = markup_of(interaction)
        number = Question("page", gallery_words.jump_label(m), longest=6, placeholder=f"1-{pages}")
        return Form(gallery_words.jump_title(m), "nfts-jump", view, (number,))

    async def _jump(self, interaction: Interaction, view: str, typed: dict[str, str]) -> None:
        number = typed["page"].strip()
        if not number.isdecimal():
            words = gallery_words.not_a_page(markup_of(interaction))
            await interaction.followup.send(view=card(words), ephemeral=True)
            return
        await self._show(interaction, View.read(view).on(int(number)))

    def _ask_for_words(self, interaction: Interaction, view: str) -> Form:
        m = markup_of(interaction)
        words = Question(
            "search", gallery_words.search_label(m), gallery_words.search_help(m), longest=LONGEST_SEARCH
        )
        return Form(gallery_words.search_title(m), "nfts-search", view, (words,))

    async def _search(self, interaction: Interaction, view: str, typed: dict[str, str]) -> None:
        selection = Selection(View.read(view).selection.collection, searched(typed["search"]))
        await self._show(interaction, View(1, selection))

    async def _show(
        self,
        interaction: Interaction,
        view: View,
        *,
        collection: str | None = None,
        not_older_than: timedelta = LOOKED_THROUGH_FOR,
    ) -> None:
        """`collection`: a key from autocomplete, or what somebody typed instead."""
        found = await self._wallet(interaction, view, not_older_than)
        if found is None:
            return
        wallet, is_banq_silent = found
        m, owner = markup_of(interaction), interaction.user.id
        if collection is not None:
            view = _within(wallet, view, collection)
        if not wallet.items:
            refresh = Press(general_words.refresh(m), "nfts-refresh", owner, "1")
            await self._bot.show(
                interaction, card(gallery_words.empty(m, wallet, is_banq_silent=is_banq_silent), refresh)
            )
        elif not wallet.select(view.selection):
            everything = Press(gallery_words.show_all_button(m), "nfts-all", owner)
            words = gallery_words.nothing_fits(m, wallet, view.selection, is_banq_silent=is_banq_silent)
            await self._bot.show(interaction, card(words, everything))
        else:
            gallery = Gallery(m, owner, wallet, view, is_banq_silent)
            await self._bot.show_with_pictures(
                interaction, lambda shows: gallery.layout(self._bot.settings.pictures, shows_pictures=shows)
            )

    async def _wallet(
        self, interaction: Interaction, view: View, not_older_than: timedelta
    ) -> tuple[Wallet, bool] | None:
        """The wallet, and whether it is an old one since Banq is silent; None if there is none to show."""
        user, m = chat_user(interaction.user), markup_of(interaction)
        reading = self._nfts.of(user, not_older_than=not_older_than)
        wallet = await self._bot.patiently(interaction, reading)
        if isinstance(wallet, Wallet):
            return wallet, False
        remembered = await self._nfts.remembered(user) if isinstance(wallet, BanqSilent) else None
        if remembered is not None:
            return remembered, True
        again = Press(general_words.try_again(m), "nfts-refresh", interaction.user.id, str(view))
        buttons = (again,) if isinstance(wallet, BanqSilent) else ()
        await self._bot.show(interaction, card(wallet_words.no_wallet(m, wallet), *buttons))
        return None

    async def _look_at(self, interaction: Interaction, view: str, key: str) -> None:
        await self._look_again(interaction, f"{key}.{view}")

    async def _look_again(self, interaction: Interaction, reference: str) -> None:
        key, _, view = reference.partition(".")
        found = await self._wallet(interaction, View.read(view), LOOKED_THROUGH_FOR)
        if found is None:
            return
        m, owner = markup_of(interaction), interaction.user.id
        back = Press(gallery_words.all_nfts_button(m), "nfts-page", owner, view)
        wallet, is_banq_silent = found
        entry = wallet.entries.get(key)
        if entry is None:
            await self._bot.show(interaction, card(gallery_words.gone(m), back))
            return
        send = await send_button(interaction, entry, view)
        note = gallery_words.note(m, wallet, is_banq_silent=is_banq_silent)

        def layout(shows_pictures: bool) -> ui.LayoutView:
            picture = self._bot.settings.pictures.or_neutral(entry.nft.image_url)
            return details(m, entry, note, picture if shows_pictures else None, send, back)

        await self._bot.show_with_pictures(interaction, layout)


def _within(wallet: Wallet, view: View, wanted: str) -> View:
    """Somebody who types a collection's name instead of picking it means the one of this name."""
    named = wanted.casefold().strip()
    for collection in wallet.collections:
        if wanted == collection.key or named == collection.name.casefold():
            return View(1, Selection(collection.key, view.selection.search))
    return View(1, Selection(search=view.selection.search or searched(wanted)))
