"""/wallet and /unlink: the linked wallet at a glance, and the ways to stop it."""

from typing import assert_never

from discord import app_commands
from discord.ext import commands

from cogs.cards import card
from cogs.client import BanqBot, chat_user, markup_of
from cogs.presses import Interaction, buttons
from services.links import Frozen, LinkStale, NotLinked, Unlinked
from services.wallet import Wallet
from services.wording import limits as limit_words
from services.wording import wallet as wallet_words
from services.wording.text import Words


class WalletCog(commands.Cog):
    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        self._links = bot.services.links
        self._nfts = bot.services.nfts
        self._limits = bot.services.limits
        self._book = bot.services.address_book
        bot.presses["freeze-ask"] = self._ask_to_freeze
        bot.presses["freeze-confirm"] = self._freeze
        bot.presses["unlink-ask"] = self._ask_to_unlink
        bot.presses["unlink-confirm"] = self._unlink
        bot.presses["unlink-keep"] = self._keep

    @app_commands.command(description="See your linked wallet at a glance")
    async def wallet(self, interaction: Interaction) -> None:
        user, m = chat_user(interaction.user), markup_of(interaction)
        overview = await self._links.overview(user)
        if isinstance(overview, NotLinked):
            await self._show(interaction, wallet_words.no_wallet(m, overview))
            return
        match await self._bot.patiently(interaction, self._nfts.of(user)):
            case Wallet(items, unreadable):
                nfts = wallet_words.nft_count(m, len(items), unreadable)
            case NotLinked() | LinkStale() as gone:
                await self._show(interaction, wallet_words.no_wallet(m, gone))
                return
            case _:
                nfts = wallet_words.nft_count_unknown(m)
        holds = limit_words.running_holds(
            m, await self._limits.of_member(user), await self._book.listed(user)
        )
        await self._show(interaction, wallet_words.wallet(m, overview, nfts, holds))

    @app_commands.command(description="Unlink your Banq wallet; shows what that means first")
    async def unlink(self, interaction: Interaction) -> None:
        await self._ask_to_unlink(interaction, "")

    async def _ask_to_unlink(self, interaction: Interaction, _reference: str) -> None:
        overview = await self._links.overview(chat_user(interaction.user))
        if isinstance(overview, NotLinked):
            words = wallet_words.no_wallet(markup_of(interaction), overview)
        else:
            words = wallet_words.unlink_review(markup_of(interaction), overview)
        await self._show(interaction, words)

    async def _unlink(self, interaction: Interaction, _reference: str) -> None:
        match await self._links.unlink(chat_user(interaction.user), "member", "asked in chat"):
            case NotLinked() as nothing:
                words = wallet_words.no_wallet(markup_of(interaction), nothing)
            case Unlinked() as done:
                words = wallet_words.unlinked(markup_of(interaction), done)
            case never:
                assert_never(never)
        await self._show(interaction, words)

    async def _ask_to_freeze(self, interaction: Interaction, _reference: str) -> None:
        overview = await self._links.overview(chat_user(interaction.user))
        if isinstance(overview, NotLinked):
            words = wallet_words.no_wallet(markup_of(interaction), overview)
        else:
            words = wallet_words.freeze_review(markup_of(interaction), overview)
        await self._show(interaction, words)

    async def _freeze(self, interaction: Interaction, _reference: str) -> None:
        match await self._links.freeze(chat_user(interaction.user), "member", "asked in chat"):
            case NotLinked() as nothing:
                words = wallet_words.no_wallet(markup_of(interaction), nothing)
            case Frozen() as done:
                words = wallet_words.frozen(markup_of(interaction), done)
            case never:
                assert_never(never)
        await self._show(interaction, words)

    async def _keep(self, interaction: Interaction, _reference: str) -> None:
        await self._show(interaction, wallet_words.kept_linked(markup_of(interaction)))

    async def _show(self, interaction: Interaction, words: Words) -> None:
        await self._bot.show(interaction, card(words, *buttons(words, interaction.user.id)))
