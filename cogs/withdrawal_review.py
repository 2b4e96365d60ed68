"""The review of a withdrawal, and what may stand in its way."""

from typing import assert_never

from discord import ui

from cogs.cards import card
from cogs.client import chat_user, markup_of
from cogs.presses import Interaction, buttons
from services.address_book import NotInBook
from services.limits import AddressTooNew, LinkTooFresh, Paused, TooManyToday, TooManyUnderWay
from services.links import LinkFrozen, LinkStale, NotLinked
from services.nfts import BanqSilent
from services.withdrawals import (
    AddressRefused,
    AlreadyRunning,
    AmountRefused,
    Drafted,
    Hindrance,
    NftNotChosen,
    NftNotFound,
)
from services.wording import address_book as book_words
from services.wording import addresses as address_words
from services.wording import limits as limit_words
from services.wording import wallet as wallet_words
from services.wording import withdrawal_list as list_words
from services.wording import withdrawals as withdrawal_words
from services.wording.text import Words


async def show_draft(
    interaction: Interaction, nft: str, to: str, amount: int, *, refuse_aside: bool = False
) -> None:
    """Draft a withdrawal of what the member chose, and show its review or what stands in the way.

    `refuse_aside`: the latter as a message of its own, since what the message shows is still of use.
    """
    bot, m = interaction.client, markup_of(interaction)
    drafting = bot.services.withdrawals.draft(chat_user(interaction.user), nft, to, amount)
    match await bot.patiently(interaction, drafting):
        case Drafted() as drafted:
            await show_review(interaction, withdrawal_words.withdrawal_review(m, drafted))
            return
        case NftNotChosen():
            view = card(withdrawal_words.nft_not_chosen(m))
        case AddressRefused(problem, chain):
            view = card(address_words.address_refused(m, problem, chain))
        case NotInBook():
            view = card(book_words.not_in_book(markup_of(interaction)))
        case outcome:
            view = hindrance(interaction, outcome)
    if refuse_aside:
        await interaction.followup.send(view=view, ephemeral=True)
    else:
        await bot.show(interaction, view)


async def show_review(interaction: Interaction, words: Words) -> None:
    bot = interaction.client
    picture = bot.settings.pictures.or_neutral(words.image_url)

    def view(shows_pictures: bool) -> ui.LayoutView:
        pressed = buttons(words, interaction.user.id)
        return card(words, *pressed, picture=picture if shows_pictures else None)

    await bot.show_with_pictures(interaction, view)


def hindrance(interaction: Interaction, outcome: Hindrance) -> ui.LayoutView:
    """What stands in the way both of a draft and of its confirmation."""
    m = markup_of(interaction)
    match outcome:
        case NotLinked() | LinkStale() | LinkFrozen() | BanqSilent():
            words = wallet_words.no_wallet(m, outcome)
        case NftNotFound():
            words = withdrawal_words.nft_not_found(m)
        case AmountRefused(owned):
            words = withdrawal_words.amount_refused(m, owned)
        case AlreadyRunning(running):
            words = list_words.already_running(m, running, chat_user(interaction.user))
        case Paused() | LinkTooFresh() | AddressTooNew() | TooManyToday() | TooManyUnderWay():
            words = limit_words.braked(m, outcome)
        case never:
            assert_never(never)
    return card(words, *buttons(words, interaction.user.id))
