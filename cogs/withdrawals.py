"""/withdraw: what is to be sent where, its review, and the confirmation."""

from itertools import islice
from typing import assert_never

from discord import app_commands, ui
from discord.ext import commands

from cogs.address_choices import address_choices
from cogs.cards import card
from cogs.client import BanqBot, chat_user, markup_of
from cogs.markup import picture_url
from cogs.presses import Interaction, Press, PressHandler, Question, buttons, open_modal
from cogs.withdrawal_message import tell_story
from services.address_book import NotInBook
from services.addresses import network_of
from services.identity import ChatUser
from services.limits import AddressTooNew, LinkTooFresh, Paused, TooManyToday, TooManyUnderWay
from services.links import LinkFrozen, LinkStale, NotLinked
from services.nfts import BanqSilent, Wallet
from services.withdrawals import (
    TYPED_AGAIN,
    AddressRefused,
    AlreadyRunning,
    AmountRefused,
    Drafted,
    DraftGone,
    Hindrance,
    NftNotChosen,
    NftNotFound,
    NotYourWithdrawal,
    RetypeNeeded,
    Submitted,
)
from services.wording import address_book as book_words
from services.wording import addresses as address_words
from services.wording import limits as limit_words
from services.wording import linking as linking_words
from services.wording import wallet as wallet_words
from services.wording import withdrawal_list as list_words
from services.wording import withdrawals as withdrawal_words
from services.wording.text import Words

AUTOCOMPLETE_PATIENCE_S = 2.0
MOST_CHOICES = 25
LARGEST_AMOUNT = 1_000_000
# No NFT is called that, so choosing it is refused with the reason.
NO_CHOICE = "-"


class WithdrawalsCog(commands.Cog):
    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        self._withdrawals = bot.services.withdrawals
        self._nfts = bot.services.nfts
        bot.presses["withdraw-confirm"] = PressHandler(self._confirm)
        bot.presses["withdraw-retype"] = PressHandler(self._ask_to_retype, opens_modal=True)
        bot.modals["withdraw-retyped"] = self._retyped
        bot.presses["withdraw-cancel"] = PressHandler(self._cancel)

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
        drafting = self._withdrawals.draft(chat_user(interaction.user), nft, to, amount)
        outcome = await self._bot.patiently(interaction, drafting)
        match outcome:
            case Drafted() as drafted:
                words = withdrawal_words.withdrawal_review(markup_of(interaction), drafted)
                await self._bot.show_with_pictures(
                    interaction, lambda pictures: self._review(interaction, words, pictures=pictures)
                )
                return
            case NftNotChosen():
                view = card(withdrawal_words.NFT_NOT_CHOSEN)
            case AddressRefused(problem, chain):
                view = card(address_words.address_refused(markup_of(interaction), problem, chain))
            case NotInBook():
                view = card(book_words.NOT_IN_BOOK)
            case _:
                view = self._hindrance(interaction, outcome)
        await self._bot.show(interaction, view)

    @withdraw.autocomplete("nft")
    async def _nft_choices(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        wallet = await self._nfts.within(chat_user(interaction.user), AUTOCOMPLETE_PATIENCE_S)
        if wallet is None:
            return []
        if not isinstance(wallet, Wallet):
            return [app_commands.Choice(name=wallet_words.nothing_to_choose(wallet), value=NO_CHOICE)]
        wanted = typed.casefold().split()
        found = (
            app_commands.Choice(name=label, value=key)
            for key, label in wallet.labels.items()
            if all(word in label.casefold() for word in wanted)
        )
        return list(islice(found, MOST_CHOICES))

    @withdraw.autocomplete("to")
    async def _address_choices(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        user = chat_user(interaction.user)
        entries = await self._bot.services.address_book.entries(user)
        network = await self._network_of(user, interaction.namespace.nft)
        fitting = [entry for entry in entries if network in {None, entry.network}]
        return address_choices(fitting, typed)

    async def _network_of(self, user: ChatUser, chosen: str | None) -> str | None:
        """The network of an NFT that was picked from the list; None where it takes Banq to tell."""
        wallet = await self._nfts.remembered(user)
        nft = wallet.by_key.get(chosen or "") if wallet is not None else None
        return None if nft is None else network_of(nft.chain)

    async def _ask_to_retype(self, interaction: Interaction, withdrawal_id: str) -> None:
        await open_modal(
            interaction,
            Question(
                custom_id=f"withdraw-retyped:{interaction.user.id}:{withdrawal_id}",
                title=withdrawal_words.RETYPE_TITLE,
                label=withdrawal_words.RETYPE_LABEL,
                help=withdrawal_words.RETYPE_HELP,
                field="end",
                shortest=TYPED_AGAIN,
                longest=TYPED_AGAIN + 2,
            ),
        )

    async def _retyped(self, interaction: Interaction, withdrawal_id: str, typed: dict[str, str]) -> None:
        await self._confirm(interaction, withdrawal_id, typed["end"])

    async def _confirm(self, interaction: Interaction, withdrawal_id: str, typed: str | None = None) -> None:
        confirming = self._withdrawals.confirm(withdrawal_id, chat_user(interaction.user), typed)
        outcome = await self._bot.patiently(interaction, confirming)
        match outcome:
            case Submitted(withdrawal):
                await tell_story(interaction, withdrawal.id)
                return
            case BanqSilent():
                # The draft is untouched, so the same button may simply be pressed again.
                again = "withdraw-confirm" if typed is None else "withdraw-retype"
                view = card(
                    wallet_words.no_wallet(outcome),
                    Press("Try again", again, interaction.user.id, withdrawal_id),
                    Press("Cancel", "withdraw-cancel", interaction.user.id, withdrawal_id),
                )
            case RetypeNeeded():
                words = withdrawal_words.retype_needed(markup_of(interaction), outcome)
                await self._bot.show_with_pictures(
                    interaction, lambda pictures: self._review(interaction, words, pictures=pictures)
                )
                return
            case DraftGone(state, reason):
                view = card(withdrawal_words.draft_gone(state, reason))
            case NotYourWithdrawal():
                view = card(linking_words.NOT_YOUR_BUTTON)
            case _:
                view = self._hindrance(interaction, outcome)
        await self._bot.show(interaction, view)

    async def _cancel(self, interaction: Interaction, withdrawal_id: str) -> None:
        outcome = await self._withdrawals.cancel(withdrawal_id, chat_user(interaction.user))
        match outcome:
            case DraftGone(state, reason):
                view = card(withdrawal_words.draft_gone(state, reason))
            case Submitted(withdrawal):
                await tell_story(interaction, withdrawal.id)
                return
            case NotYourWithdrawal():
                view = card(linking_words.NOT_YOUR_BUTTON)
            case never:
                assert_never(never)
        await self._bot.show(interaction, view)

    def _hindrance(self, interaction: Interaction, outcome: Hindrance) -> ui.LayoutView:
        """What stands in the way both of a draft and of its confirmation."""
        m = markup_of(interaction)
        match outcome:
            case NotLinked() | LinkStale() | LinkFrozen() | BanqSilent():
                words = wallet_words.no_wallet(outcome)
            case NftNotFound():
                words = withdrawal_words.NFT_NOT_FOUND
            case AmountRefused(owned):
                words = withdrawal_words.amount_refused(owned)
            case AlreadyRunning(running):
                words = list_words.already_running(m, running, chat_user(interaction.user))
            case Paused() | LinkTooFresh() | AddressTooNew() | TooManyToday() | TooManyUnderWay():
                words = limit_words.braked(m, outcome)
            case never:
                assert_never(never)
        return card(words, *buttons(words, interaction.user.id))

    def _review(self, interaction: Interaction, words: Words, *, pictures: bool) -> ui.LayoutView:
        picture = picture_url(words.image_url, insecure=self._bot.settings.insecure_pictures)
        return card(words, *buttons(words, interaction.user.id), picture=picture if pictures else None)
