"""/nfts: the member's NFTs, with pictures, page by page."""

from discord import app_commands, ui
from discord.ext import commands

from banq.models import Nft
from cogs.cards import COLOURS, card, row
from cogs.client import BanqBot, chat_user, markup_of
from cogs.markup import picture_url
from cogs.presses import Interaction, Press, PressHandler
from services.nfts import BanqSilent, Wallet
from services.wording import wallet as wallet_words
from services.wording.text import Markup

PER_PAGE = 5


class NftsCog(commands.Cog):
    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        self._nfts = bot.services.nfts
        bot.presses["nfts-page"] = PressHandler(self._turn_page)
        bot.presses["nfts-refresh"] = PressHandler(self._refresh)

    @app_commands.command(description="Look at your NFTs")
    async def nfts(self, interaction: Interaction) -> None:
        await self._show(interaction, 1, fresh=False)

    async def _turn_page(self, interaction: Interaction, page: str) -> None:
        await self._show(interaction, int(page), fresh=False)

    async def _refresh(self, interaction: Interaction, page: str) -> None:
        await self._show(interaction, int(page), fresh=True)

    async def _show(self, interaction: Interaction, page: int, *, fresh: bool) -> None:
        reading = self._nfts.of(chat_user(interaction.user), fresh=fresh)
        wallet = await self._bot.patiently(interaction, reading)
        owner = interaction.user.id
        if not isinstance(wallet, Wallet):
            again = Press("Try again", "nfts-refresh", owner, str(page))
            buttons = (again,) if isinstance(wallet, BanqSilent) else ()
            await self._bot.show(interaction, card(wallet_words.no_wallet(wallet), *buttons))
            return
        if not wallet.items:
            refresh = Press("Refresh", "nfts-refresh", owner, "1")
            await self._bot.show(interaction, card(wallet_words.EMPTY_WALLET, refresh))
            return
        await self._bot.show_with_pictures(
            interaction, lambda pictures: self._gallery(interaction, wallet, page, pictures=pictures)
        )

    def _gallery(
        self, interaction: Interaction, wallet: Wallet, page: int, *, pictures: bool
    ) -> ui.LayoutView:
        m, owner = markup_of(interaction), interaction.user.id
        pages = -(-len(wallet.items) // PER_PAGE)
        page = min(max(page, 1), pages)
        shown = wallet.items[(page - 1) * PER_PAGE : page * PER_PAGE]
        box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=COLOURS["plain"])
        box.add_item(ui.TextDisplay(wallet_words.gallery_title(len(wallet.items), page, pages)))
        for nft in shown:
            picture = picture_url(nft.image_url, insecure=self._bot.settings.insecure_pictures)
            box.add_item(self._entry(m, nft, picture if pictures else None))
        box.add_item(ui.Separator())
        box.add_item(
            row(
                Press("◀ Back", "nfts-page", owner, str(page - 1), disabled=page == 1),
                Press("Next ▶", "nfts-page", owner, str(page + 1), disabled=page == pages),
                Press("Refresh", "nfts-refresh", owner, str(page)),
            )
        )
        box.add_item(ui.TextDisplay(wallet_words.gallery_note(m, wallet.fetched_at, wallet.unreadable)))
        view = ui.LayoutView(timeout=None)
        view.add_item(box)
        return view

    def _entry(
        self, m: Markup, nft: Nft, picture: str | None
    ) -> ui.Section[ui.LayoutView] | ui.TextDisplay[ui.LayoutView]:
        text = wallet_words.gallery_entry(m, nft)
        if picture is None:
            return ui.TextDisplay(text)
        return ui.Section(text, accessory=ui.Thumbnail(picture, description=wallet_words.picture_text(nft)))
