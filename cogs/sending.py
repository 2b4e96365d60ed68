"""From one NFT in the gallery to the review of its withdrawal: where it should go, and how many of it."""

import discord
from discord.ext import commands

from cogs.cards import card
from cogs.client import BanqBot, chat_user, markup_of
from cogs.markup import DiscordMarkup
from cogs.presses import Form, Interaction, Menu, Press, Question
from cogs.withdrawal_review import show_draft
from services.address_book import key_of
from services.addresses import network_of
from services.nfts import LOOKED_THROUGH_FOR, BanqSilent
from services.wallet import Entry, Wallet
from services.wording import address_book as book_words
from services.wording import gallery as gallery_words
from services.wording import general as general_words
from services.wording import wallet as wallet_words
from storage.address_book import SavedAddress

MOST_OPTIONS = 25
LONGEST_ADDRESS = 200


class SendingCog(commands.Cog):
    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        bot.presses["send"] = self._ask_where
        bot.menus["send-n"] = self._choose_amount
        bot.menus["send-to"] = self._send_to_saved
        bot.forms["send-type"] = self._ask_for_address
        bot.modals["send-typed"] = self._send_to_typed

    async def _ask_where(self, interaction: Interaction, reference: str) -> None:
        await self._show_where(interaction, reference, 1)

    async def _choose_amount(self, interaction: Interaction, reference: str, amount: str) -> None:
        await self._show_where(interaction, reference, int(amount))

    async def _show_where(self, interaction: Interaction, reference: str, amount: int) -> None:
        """`reference`: the NFT's key, and the page of the gallery to come back to."""
        key, _, _ = reference.partition(".")
        m, owner = markup_of(interaction), interaction.user.id
        reading = self._bot.services.nfts.of(chat_user(interaction.user), not_older_than=LOOKED_THROUGH_FOR)
        wallet = await self._bot.patiently(interaction, reading)
        if not isinstance(wallet, Wallet):
            again = Press(general_words.try_again(m), "send", owner, reference)
            buttons = (again,) if isinstance(wallet, BanqSilent) else ()
            await self._bot.show(interaction, card(wallet_words.no_wallet(m, wallet), *buttons))
            return
        entry = wallet.entries.get(key)
        if entry is None:
            await self._bot.show(interaction, card(gallery_words.gone(m)))
            return
        menus: list[Menu] = []
        if entry.nft.amount > 1:
            options = _amounts(m, entry, amount)
            menus.append(Menu(gallery_words.how_many(m), "send-n", owner, reference, options))
        if saved := await _saved(interaction, entry):
            options = [
                discord.SelectOption(label=book_words.choice(m, address), value=key_of(address))
                for address in saved[:MOST_OPTIONS]
            ]
            menus.append(Menu(gallery_words.saved_addresses(m), "send-to", owner, f"{key}.{amount}", options))
        view = card(
            gallery_words.where_to(m, entry, amount),
            Press(gallery_words.type_address_button(m), "send-type", owner, f"{key}.{entry.nft.amount}"),
            Press(general_words.back(m), "nft", owner, reference),
            menus=menus,
        )
        await self._bot.show(interaction, view)

    async def _send_to_saved(self, interaction: Interaction, reference: str, address: str) -> None:
        key, _, amount = reference.partition(".")
        await show_draft(interaction, key, address, int(amount))

    def _ask_for_address(self, interaction: Interaction, reference: str) -> Form:
        _, _, held = reference.partition(".")
        m = markup_of(interaction)
        questions = [
            Question(
                "to", gallery_words.address_label(m), gallery_words.address_help(m), longest=LONGEST_ADDRESS
            )
        ]
        if int(held) > 1:
            held_text = gallery_words.amount_help(m, int(held))
            questions.append(Question("amount", gallery_words.amount_label(m), held_text, value="1"))
        return Form(gallery_words.address_title(m), "send-typed", reference, tuple(questions))

    async def _send_to_typed(self, interaction: Interaction, reference: str, typed: dict[str, str]) -> None:
        key, _, held = reference.partition(".")
        amount = typed.get("amount", "1").strip()
        if not amount.isdecimal():
            words = gallery_words.not_an_amount(markup_of(interaction), int(held))
            await interaction.followup.send(view=card(words), ephemeral=True)
            return
        await show_draft(interaction, key, typed["to"], int(amount), refuse_aside=True)


async def send_button(interaction: Interaction, entry: Entry, view: str) -> Press:
    """What starts sending this one: a choice of saved addresses if any fits, otherwise a field."""
    m, owner = markup_of(interaction), interaction.user.id
    label, style = gallery_words.withdraw_button(m), discord.ButtonStyle.primary
    if await _saved(interaction, entry):
        return Press(label, "send", owner, f"{entry.key}.{view}", style=style)
    return Press(label, "send-type", owner, f"{entry.key}.{entry.nft.amount}", style=style)


async def _saved(interaction: Interaction, entry: Entry) -> list[SavedAddress]:
    """The member's saved addresses on the NFT's network, or all where that is not known."""
    network = network_of(entry.nft.chain)
    book = await interaction.client.services.address_book.entries(chat_user(interaction.user))
    return [address for address in book if network in {None, address.network}]


def _amounts(m: DiscordMarkup, entry: Entry, chosen: int) -> list[discord.SelectOption]:
    """From 1 on, as many as a menu takes, and all of them."""
    held = entry.nft.amount
    amounts = sorted({*range(1, min(held, MOST_OPTIONS - 1) + 1), held})
    return [
        discord.SelectOption(
            label=gallery_words.so_many(m, amount, held), value=str(amount), default=amount == chosen
        )
        for amount in amounts
    ]
