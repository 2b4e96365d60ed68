"""/withdraw: what is to be sent where, its review, and the confirmation."""

from typing import assert_never

from discord import app_commands
from discord.ext import commands

from cogs.address_choices import address_choices
from cogs.cards import card
from cogs.client import BanqBot, chat_user, markup_of
from cogs.presses import Form, Interaction, Question, buttons
from cogs.withdrawal_message import tell_story
from cogs.withdrawal_review import hindrance, show_draft, show_review
from services.addresses import network_of
from services.identity import ChatUser
from services.nfts import BanqSilent
from services.wallet import Selection, Wallet
from services.withdrawals import (
    TYPED_AGAIN,
    DraftGone,
    NotYourWithdrawal,
    RetypeNeeded,
    Submitted,
)
from services.wording import gallery as gallery_words
from services.wording import linking as linking_words
from services.wording import wallet as wallet_words
from services.wording import withdrawals as withdrawal_words

MOST_CHOICES = 25
LARGEST_AMOUNT = 1_000_000
# No NFT is called that, so choosing it is refused with the reason.
NO_CHOICE = "-"


class WithdrawalsCog(commands.Cog):
    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        self._withdrawals = bot.services.withdrawals
        self._nfts = bot.services.nfts
        bot.presses["withdraw-confirm"] = self._confirm
        bot.forms["withdraw-retype"] = self._ask_to_retype
        bot.modals["withdraw-retyped"] = self._retyped
        bot.presses["withdraw-cancel"] = self._cancel

    @app_commands.command(description="Send one of your NFTs to an address of your own")
    @app_commands.describe(
        nft="Type a part of its name and pick it from the list",
        to="One of your saved addresses, or paste the address that gets it",
        amount="How many, where you hold several of the same; otherwise 1",
    )
    async def withdraw(
        self,
        interaction: Interaction,
        nft: app_commands.Range[str, 1, 100],
        to: app_commands.Range[str, 1, 200],
        amount: app_commands.Range[int, 1, LARGEST_AMOUNT] = 1,
    ) -> None:
        await show_draft(interaction, nft, to, amount)

    @withdraw.autocomplete("nft")
    async def _nft_choices(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Keys, which `draft` looks up in the member's own wallet again."""
        user, m = chat_user(interaction.user), markup_of(interaction)
        wallet = await self._nfts.soon(user)
        if isinstance(wallet, Wallet):
            found = wallet.select(Selection(search=typed))[:MOST_CHOICES]
            return [app_commands.Choice(name=entry.label, value=entry.key) for entry in found]
        hint = gallery_words.still_asking(m) if wallet is None else wallet_words.nothing_to_choose(m, wallet)
        return [app_commands.Choice(name=hint, value=NO_CHOICE)]

    @withdraw.autocomplete("to")
    async def _address_choices(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        user = chat_user(interaction.user)
        entries = await self._bot.services.address_book.entries(user)
        network = await self._network_of(user, interaction.namespace.nft)
        fitting = [entry for entry in entries if network in {None, entry.network}]
        return address_choices(markup_of(interaction), fitting, typed)

    async def _network_of(self, user: ChatUser, chosen: str | None) -> str | None:
        """The network of an NFT that was picked from the list; None where it takes Banq to tell."""
        wallet = await self._nfts.remembered(user)
        nft = wallet.by_key.get(chosen or "") if wallet is not None else None
        return None if nft is None else network_of(nft.chain)

    def _ask_to_retype(self, interaction: Interaction, withdrawal_id: str) -> Form:
        m = markup_of(interaction)
        return Form(
            withdrawal_words.retype_title(m),
            "withdraw-retyped",
            withdrawal_id,
            (
                Question(
                    "end",
                    withdrawal_words.retype_label(m),
                    help=withdrawal_words.retype_help(m),
                    shortest=TYPED_AGAIN,
                    longest=TYPED_AGAIN + 2,
                ),
            ),
        )

    async def _retyped(self, interaction: Interaction, withdrawal_id: str, typed: dict[str, str]) -> None:
        await self._confirm(interaction, withdrawal_id, typed["end"])

    async def _confirm(self, interaction: Interaction, withdrawal_id: str, typed: str | None = None) -> None:
        confirming = self._withdrawals.confirm(withdrawal_id, chat_user(interaction.user), typed)
        outcome = await self._bot.patiently(interaction, confirming)
        m = markup_of(interaction)
        match outcome:
            case Submitted(withdrawal):
                await tell_story(interaction, withdrawal.id)
                return
            case BanqSilent():
                silent = wallet_words.no_wallet(m, outcome)
                words = withdrawal_words.with_another_try(m, silent, withdrawal_id, retype=typed is not None)
                view = card(words, *buttons(words, interaction.user.id))
            case RetypeNeeded():
                await show_review(interaction, withdrawal_words.retype_needed(m, outcome))
                return
            case DraftGone(state, reason):
                view = card(withdrawal_words.draft_gone(m, state, reason))
            case NotYourWithdrawal():
                view = card(linking_words.not_your_button(markup_of(interaction)))
            case _:
                view = hindrance(interaction, outcome)
        await self._bot.show(interaction, view)

    async def _cancel(self, interaction: Interaction, withdrawal_id: str) -> None:
        outcome = await self._withdrawals.cancel(withdrawal_id, chat_user(interaction.user))
        m = markup_of(interaction)
        match outcome:
            case DraftGone(state, reason):
                view = card(withdrawal_words.draft_gone(m, state, reason))
            case Submitted(withdrawal):
                await tell_story(interaction, withdrawal.id)
                return
            case NotYourWithdrawal():
                view = card(linking_words.not_your_button(markup_of(interaction)))
            case never:
                assert_never(never)
        await self._bot.show(interaction, view)
