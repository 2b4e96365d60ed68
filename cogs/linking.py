"""/link, /wallet and /unlink."""

from typing import Any, assert_never

import discord
from discord import app_commands, ui
from discord.ext import commands

from cogs.cards import card
from cogs.client import BanqBot, chat_user
from cogs.presses import Interaction, Press, PressHandler
from services.linking import (
    AlreadyLinked,
    Cancelled,
    CodeTooEarly,
    CodeUnreadable,
    Linked,
    LinkingEnded,
    LinkStarted,
    NotYours,
    WrongCode,
)
from services.links import LinkStale, NotLinked, Unlinked
from services.nfts import Wallet
from services.wording import linking as linking_words
from services.wording import wallet as wallet_words
from services.wording.text import Words

DANGER = discord.ButtonStyle.danger
PRIMARY = discord.ButtonStyle.primary


class LinkingCog(commands.Cog):
    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        self._linking = bot.services.linking
        self._links = bot.services.links
        self._nfts = bot.services.nfts
        bot.presses["link-code"] = PressHandler(self._ask_for_code, opens_modal=True)
        bot.presses["link-cancel"] = PressHandler(self._cancel)
        bot.presses["unlink-ask"] = PressHandler(self._ask_to_unlink)
        bot.presses["unlink-confirm"] = PressHandler(self._unlink)
        bot.presses["unlink-keep"] = PressHandler(self._keep)
        bot.modals["link-code"] = self._finish

    @app_commands.command(description="Link your Banq wallet to your Discord account")
    async def link(self, interaction: Interaction) -> None:
        user = chat_user(interaction.user)
        match await self._linking.start(user):
            case AlreadyLinked(linked_at):
                view = card(linking_words.already_linked(self._bot.markup, linked_at))
            case LinkStarted(session_id, url, expires_at):
                owner = interaction.user.id
                view = card(
                    linking_words.link_steps(self._bot.markup, expires_at),
                    ui.Button(label="Open the secure page", url=url),
                    Press("Enter code", "link-code", owner, session_id, style=PRIMARY),
                    Press("Cancel", "link-cancel", owner, session_id),
                )
            case never:
                assert_never(never)
        await self._bot.show(interaction, view)

    @app_commands.command(description="See your linked wallet at a glance")
    async def wallet(self, interaction: Interaction) -> None:
        user = chat_user(interaction.user)
        overview = await self._links.overview(user)
        if isinstance(overview, NotLinked):
            await self._bot.show(interaction, card(wallet_words.no_wallet(overview)))
            return
        match await self._bot.patiently(interaction, self._nfts.of(user)):
            case Wallet(items, unreadable):
                nfts = wallet_words.nft_count(len(items), unreadable)
            case NotLinked() | LinkStale() as gone:
                await self._bot.show(interaction, card(wallet_words.no_wallet(gone)))
                return
            case _:
                nfts = wallet_words.NFT_COUNT_UNKNOWN
        owner = interaction.user.id
        view = card(
            wallet_words.wallet(self._bot.markup, overview, nfts),
            Press("Show NFTs", "nfts-page", owner, "1", style=PRIMARY),
            Press("Unlink", "unlink-ask", owner),
        )
        await self._bot.show(interaction, view)

    @app_commands.command(description="Unlink your Banq wallet; shows what that means first")
    async def unlink(self, interaction: Interaction) -> None:
        await self._bot.show(interaction, await self._unlink_review(interaction))

    async def _unlink_review(self, interaction: Interaction) -> ui.LayoutView:
        overview = await self._links.overview(chat_user(interaction.user))
        if isinstance(overview, NotLinked):
            return card(wallet_words.no_wallet(overview))
        owner = interaction.user.id
        return card(
            wallet_words.unlink_review(overview.running_withdrawals),
            Press("Unlink", "unlink-confirm", owner, style=DANGER),
            Press("Keep it linked", "unlink-keep", owner),
        )

    async def _ask_to_unlink(self, interaction: Interaction, _reference: str) -> None:
        await self._bot.show(interaction, await self._unlink_review(interaction))

    async def _unlink(self, interaction: Interaction, _reference: str) -> None:
        match await self._links.unlink(chat_user(interaction.user), "member", "asked in chat"):
            case NotLinked() as nothing:
                view = card(wallet_words.no_wallet(nothing))
            case Unlinked() as done:
                view = card(wallet_words.unlinked(done))
            case never:
                assert_never(never)
        await self._bot.show(interaction, view)

    async def _keep(self, interaction: Interaction, _reference: str) -> None:
        await self._bot.show(interaction, card(wallet_words.KEPT_LINKED))

    async def _cancel(self, interaction: Interaction, session_id: str) -> None:
        match await self._linking.cancel(session_id, chat_user(interaction.user)):
            case Cancelled():
                view = card(linking_words.LINK_CANCELLED)
            case Linked(nft_count):
                view = self._linked(interaction, nft_count)
            case LinkingEnded(state):
                view = card(linking_words.LINKING_ENDED[state])
            case NotYours():
                view = card(linking_words.NOT_YOUR_BUTTON)
            case never:
                assert_never(never)
        await self._bot.show(interaction, view)

    async def _ask_for_code(self, interaction: Interaction, session_id: str) -> None:
        custom_id = f"link-code:{interaction.user.id}:{session_id}"
        # Handled by its id, not by this object, which does not outlive a restart.
        modal: ui.Modal = ui.Modal(title="Finish linking", custom_id=custom_id)
        code: ui.TextInput[Any] = ui.TextInput(
            custom_id="code", placeholder="123 456", min_length=6, max_length=7
        )
        modal.add_item(
            ui.Label(
                text="The code on the page", description="Six digits, on the page you opened", component=code
            )
        )
        # A modal that is already finished is not kept by the library, which would never forget it.
        modal.stop()
        await interaction.response.send_modal(modal)

    async def _finish(self, interaction: Interaction, session_id: str, typed: dict[str, str]) -> None:
        outcome = await self._linking.finish(session_id, chat_user(interaction.user), typed["code"])
        match outcome:
            case Linked(nft_count):
                await self._bot.show(interaction, self._linked(interaction, nft_count))
            case WrongCode(0):
                await self._bot.show(interaction, card(linking_words.wrong_code(0)))
            case LinkingEnded(state):
                await self._bot.show(interaction, card(linking_words.LINKING_ENDED[state]))
            case WrongCode(tries_left):
                await self._aside(interaction, linking_words.wrong_code(tries_left))
            case CodeUnreadable():
                await self._aside(interaction, linking_words.CODE_UNREADABLE)
            case CodeTooEarly():
                await self._aside(interaction, linking_words.CODE_TOO_EARLY)
            case NotYours():
                await self._aside(interaction, linking_words.NOT_YOUR_BUTTON)
            case never:
                assert_never(never)

    def _linked(self, interaction: Interaction, nft_count: int) -> ui.LayoutView:
        show_nfts = Press("Show NFTs", "nfts-page", interaction.user.id, "1", style=PRIMARY)
        return card(linking_words.linked(nft_count), show_nfts)

    async def _aside(self, interaction: Interaction, words: Words) -> None:
        """Say something without touching the message, whose buttons are still of use."""
        await interaction.followup.send(view=card(words), ephemeral=True)
