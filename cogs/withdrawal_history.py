"""/withdrawals: all that the member has confirmed, page by page, and each of them in full."""

from discord import app_commands, ui
from discord.ext import commands

from cogs.cards import COLOURS, card, row
from cogs.client import BanqBot, chat_user, markup_of
from cogs.presses import Interaction, Press
from cogs.withdrawal_message import tell_story
from services.withdrawal_history import History
from services.wording import general as general_words
from services.wording import withdrawal_list as list_words
from services.wording.withdrawal_story import details, details_reference


class WithdrawalHistoryCog(commands.Cog):
    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        self._history = bot.services.history
        bot.presses["withdrawals-list"] = self._turn_page
        bot.presses["withdrawal-details"] = self._details

    @app_commands.command(description="See your withdrawals and how they stand")
    async def withdrawals(self, interaction: Interaction) -> None:
        await self._show(interaction, 1)

    async def _turn_page(self, interaction: Interaction, page: str) -> None:
        await self._show(interaction, int(page or 1))

    async def _details(self, interaction: Interaction, reference: str) -> None:
        page, _, withdrawal_id = reference.partition("-")
        await tell_story(interaction, withdrawal_id, int(page))

    async def _show(self, interaction: Interaction, page: int) -> None:
        user = chat_user(interaction.user)
        history = await self._history.of(user, page)
        m = markup_of(interaction)
        if history.items:
            view = self._list(interaction, history)
        elif await self._bot.services.links.of(user) is None:
            view = card(list_words.no_withdrawals_unlinked(m))
        else:
            view = card(list_words.no_withdrawals(m))
        await self._bot.show(interaction, view)

    def _list(self, interaction: Interaction, history: History) -> ui.LayoutView:
        m, owner = markup_of(interaction), interaction.user.id
        page, pages = history.page, history.pages
        box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=COLOURS["plain"])
        box.add_item(ui.TextDisplay(list_words.list_title(m, history.count, page, pages)))
        for withdrawal in history.items:
            reference = details_reference(withdrawal, page)
            more = Press(details(m), "withdrawal-details", owner, reference)
            box.add_item(ui.Section(list_words.list_entry(m, withdrawal), accessory=more))
        box.add_item(ui.Separator())
        box.add_item(
            row(
                Press(
                    general_words.previous(m), "withdrawals-list", owner, str(page - 1), disabled=page == 1
                ),
                Press(
                    general_words.next_page(m),
                    "withdrawals-list",
                    owner,
                    str(page + 1),
                    disabled=page == pages,
                ),
                Press(general_words.refresh(m), "withdrawals-list", owner, str(page)),
            )
        )
        view = ui.LayoutView(timeout=None)
        view.add_item(box)
        return view
