"""/withdraw and /withdrawals."""

from itertools import islice
from typing import assert_never

import discord
from discord import app_commands, ui
from discord.ext import commands

from cogs.cards import card
from cogs.client import BanqBot, chat_user
from cogs.markup import picture_url
from cogs.presses import Interaction, Press, PressHandler
from services.links import LinkFrozen, LinkStale, NotLinked
from services.nfts import BanqSilent
from services.withdrawals import (
    AddressRefused,
    AlreadyRunning,
    AmountRefused,
    Drafted,
    DraftGone,
    NftNotChosen,
    NftNotFound,
    NotYourWithdrawal,
    Submitted,
)
from services.wording import linking as linking_words
from services.wording import wallet as wallet_words
from services.wording import withdrawals as withdrawal_words
from storage.withdrawals import Withdrawal

AUTOCOMPLETE_PATIENCE_S = 2.0
MOST_CHOICES = 25
LARGEST_AMOUNT = 1_000_000


class WithdrawalsCog(commands.Cog):
    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        self._withdrawals = bot.services.withdrawals
        self._nfts = bot.services.nfts
        bot.presses["withdraw-confirm"] = PressHandler(self._confirm)
        bot.presses["withdraw-cancel"] = PressHandler(self._cancel)
        bot.presses["withdrawals-list"] = PressHandler(self._list)

    @app_commands.command(description="Send one of your NFTs to an address of your own")
    @app_commands.describe(
        nft="Type a part of its name and pick it from the list",
        to="The address that gets it",
        amount="How many, where you hold several of the same; otherwise 1",
    )
    async def withdraw(
        self,
        interaction: Interaction,
        nft: app_commands.Range[str, 1, 100],
        to: app_commands.Range[str, 1, 200],
        amount: app_commands.Range[int, 1, LARGEST_AMOUNT] = 1,
    ) -> None:
        drafting = self._withdrawals.draft(chat_user(interaction.user), nft, to, amount)
        outcome = await self._bot.patiently(interaction, drafting)
        match outcome:
            case Drafted(withdrawal):
                await self._bot.show_with_pictures(
                    interaction, lambda pictures: self._review(interaction, withdrawal, pictures=pictures)
                )
                return
            case NotLinked() | LinkStale() | LinkFrozen() | BanqSilent():
                view = card(wallet_words.no_wallet(outcome))
            case NftNotFound():
                view = card(withdrawal_words.NFT_NOT_FOUND)
            case NftNotChosen():
                view = card(withdrawal_words.NFT_NOT_CHOSEN)
            case AmountRefused(owned):
                view = card(withdrawal_words.amount_refused(owned))
            case AddressRefused(problem, chain):
                view = card(withdrawal_words.address_refused(self._bot.markup, problem, chain))
            case AlreadyRunning(running):
                view = card(withdrawal_words.already_running(self._bot.markup, running))
            case never:
                assert_never(never)
        await self._bot.show(interaction, view)

    @withdraw.autocomplete("nft")
    async def _nft_choices(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        wallet = await self._nfts.within(chat_user(interaction.user), AUTOCOMPLETE_PATIENCE_S)
        if wallet is None:
            return []
        wanted = typed.casefold().split()
        found = (
            app_commands.Choice(name=label, value=key)
            for key, label in wallet.labels.items()
            if all(word in label.casefold() for word in wanted)
        )
        return list(islice(found, MOST_CHOICES))

    @app_commands.command(description="See your latest withdrawals and how they stand")
    async def withdrawals(self, interaction: Interaction) -> None:
        await self._list(interaction, "")

    async def _list(self, interaction: Interaction, _reference: str) -> None:
        history = await self._withdrawals.history(chat_user(interaction.user))
        if not history:
            await self._bot.show(interaction, card(withdrawal_words.NO_WITHDRAWALS))
            return
        refresh = Press("Refresh", "withdrawals-list", interaction.user.id)
        words = withdrawal_words.withdrawal_list(self._bot.markup, history)
        await self._bot.show(interaction, card(words, refresh))

    async def _confirm(self, interaction: Interaction, withdrawal_id: str) -> None:
        confirming = self._withdrawals.confirm(withdrawal_id, chat_user(interaction.user))
        outcome = await self._bot.patiently(interaction, confirming)
        match outcome:
            case Submitted(withdrawal):
                view = self._story(interaction, withdrawal)
            case BanqSilent():
                # The draft is untouched, so the same button may simply be pressed again.
                view = card(
                    wallet_words.no_wallet(outcome),
                    *self._review_buttons(interaction, withdrawal_id, "Try again"),
                )
            case NotLinked() | LinkStale() | LinkFrozen():
                view = card(wallet_words.no_wallet(outcome))
            case NftNotFound():
                view = card(withdrawal_words.NFT_NOT_FOUND)
            case AmountRefused(owned):
                view = card(withdrawal_words.amount_refused(owned))
            case AlreadyRunning(running):
                view = card(withdrawal_words.already_running(self._bot.markup, running))
            case DraftGone(state):
                view = card(withdrawal_words.draft_gone(state))
            case NotYourWithdrawal():
                view = card(linking_words.NOT_YOUR_BUTTON)
            case never:
                assert_never(never)
        await self._bot.show(interaction, view)

    async def _cancel(self, interaction: Interaction, withdrawal_id: str) -> None:
        outcome = await self._withdrawals.cancel(withdrawal_id, chat_user(interaction.user))
        match outcome:
            case DraftGone(state):
                view = card(withdrawal_words.draft_gone(state))
            case Submitted(withdrawal):
                view = self._story(interaction, withdrawal)
            case NotYourWithdrawal():
                view = card(linking_words.NOT_YOUR_BUTTON)
            case never:
                assert_never(never)
        await self._bot.show(interaction, view)

    def _review(self, interaction: Interaction, withdrawal: Withdrawal, *, pictures: bool) -> ui.LayoutView:
        words = withdrawal_words.withdrawal_review(self._bot.markup, withdrawal)
        picture = picture_url(words.image_url, insecure=self._bot.settings.insecure_pictures)
        buttons = self._review_buttons(interaction, withdrawal.id, "Withdraw")
        return card(words, *buttons, picture=picture if pictures else None)

    def _review_buttons(
        self, interaction: Interaction, withdrawal_id: str, label: str
    ) -> tuple[Press, Press]:
        owner = interaction.user.id
        return (
            Press(label, "withdraw-confirm", owner, withdrawal_id, style=discord.ButtonStyle.danger),
            Press("Cancel", "withdraw-cancel", owner, withdrawal_id),
        )

    def _story(self, interaction: Interaction, withdrawal: Withdrawal) -> ui.LayoutView:
        words = withdrawal_words.withdrawal_story(self._bot.markup, withdrawal)
        return card(words, Press("My withdrawals", "withdrawals-list", interaction.user.id))
