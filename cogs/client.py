"""The Discord client: a library bot without caches, whose every interaction is deferred and answered."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from cogs.cards import card
from cogs.counting import began, ended, first_answered
from cogs.failures import report_failure
from cogs.following import Following
from cogs.markup import DiscordMarkup
from cogs.pictures import Pictures
from cogs.presses import (
    FormHandler,
    Interaction,
    Menu,
    MenuHandler,
    ModalHandler,
    Press,
    PressHandler,
    answer_modal,
    answer_outdated,
    buttons,
)
from cogs.translator import Translator
from services.address_book import AddressBook
from services.audit_log import AuditLog
from services.charts import Charts
from services.foreign_text import clean
from services.identity import ChatUser
from services.kill_switch import KillSwitch
from services.limits import WithdrawalLimits
from services.linking import Linking
from services.links import Links
from services.member_languages import MemberLanguages
from services.metrics import Metrics
from services.nfts import Nfts
from services.outbox import Outbox
from services.overview import OverviewReader
from services.settling import Settling
from services.webhook_setup import WebhookSetup
from services.withdrawal_history import WithdrawalHistory
from services.withdrawals import Withdrawals
from services.wording import general as general_words
from services.wording import linking as linking_words
from services.wording import wallet as wallet_words
from services.wording.language import language_of
from services.wording.text import Words
from storage.outbox import TEAM

log = logging.getLogger(__name__)

PLATFORM = "discord"
PATIENCE_S = 2.0
CLOSE_WITHIN_S = 1.0
INVALID_FORM_BODY = 50035
# The least that the library takes. What Discord wants later than that is for whoever asked to wait for.
SLEEP_THROUGH_PAUSES_UP_TO_S = 30.0

T = TypeVar("T")
Kept = Callable[[], Awaitable[list[tuple[int, Words | None]]]]


@dataclass(frozen=True)
class Services:
    """What the commands work with."""

    linking: Linking
    links: Links
    nfts: Nfts
    withdrawals: Withdrawals
    history: WithdrawalHistory
    address_book: AddressBook
    limits: WithdrawalLimits
    kill_switch: KillSwitch
    settling: Settling
    outbox: Outbox
    overview: OverviewReader
    charts: Charts
    audit_log: AuditLog
    webhook_setup: WebhookSetup
    languages: MemberLanguages
    metrics: Metrics


@dataclass(frozen=True)
class DiscordSettings:
    """`explorers`: by chain, where transactions can be looked at, with {hash} in it.

    `api_url` and `gateway_url` only where Discord is not at its usual place.
    """

    community: str
    home_guild_id: int
    admin_role_id: int | None
    team_channel_id: int | None
    audit_channel_id: int | None
    pictures: Pictures
    explorers: Mapping[str, str]
    api_url: str | None = None
    gateway_url: str | None = None


class Tree(app_commands.CommandTree["BanqBot"]):
    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Defer every command before anything else, so that no command can answer too late."""
        if interaction.type is not discord.InteractionType.application_command:
            return True
        began(interaction)
        try:
            await interaction.response.defer(ephemeral=True, thinking=True)
            first_answered(interaction)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            # The tree handles only its own kind of error; this one would vanish with its task.
            await report_failure(interaction, error)
            return False
        return True

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        await report_failure(interaction, error)


class BanqBot(commands.Bot):
    def __init__(self, services: Services, settings: DiscordSettings) -> None:
        point_library_at(settings.api_url, settings.gateway_url)
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            # Interactions need no intent at all, and nothing here reads messages or members.
            intents=discord.Intents.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.0,
            max_ratelimit_timeout=SLEEP_THROUGH_PAUSES_UP_TO_S,
            tree_cls=Tree,
        )
        self.services = services
        self.settings = settings
        self.following = Following()
        self.seen_ready = asyncio.Event()
        self.presses: dict[str, PressHandler] = {}
        self.forms: dict[str, FormHandler] = {}
        self.menus: dict[str, MenuHandler] = {}
        self.modals: dict[str, ModalHandler] = {}
        self.is_connected = False
        self._showing_notices_to: set[tuple[str, str]] = set()

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Press, Menu)
        await self.tree.set_translator(Translator())
        await self._sync(None)
        await self._sync(discord.Object(self.settings.home_guild_id))
        log.info("discord: commands are up to date")

    async def _sync(self, guild: discord.Object | None) -> None:
        while True:
            try:
                await self.tree.sync(guild=guild)
            except discord.RateLimited as error:
                log.warning("discord: the commands can be set up in %.0f s", error.retry_after)
                await asyncio.sleep(error.retry_after)
            else:
                return

    async def on_ready(self) -> None:
        self.is_connected = True
        log.info("discord: ready as %s", self.user)
        self.seen_ready.set()

    async def on_resumed(self) -> None:
        self.is_connected = True

    async def on_disconnect(self) -> None:
        self.is_connected = False

    async def on_app_command_completion(self, interaction: Interaction, _command: object) -> None:
        ended(interaction)

    async def on_interaction(self, interaction: Interaction) -> None:
        if interaction.type is discord.InteractionType.modal_submit:
            await answer_modal(interaction)
        elif interaction.type is discord.InteractionType.component:
            await answer_outdated(interaction)
        # So that what is written to this member later comes in the same language.
        language = language_of(interaction.locale.value)
        await self.services.languages.remember(chat_user(interaction.user), language)

    async def close(self) -> None:
        """The library would wait half a minute for the last word of a gateway that has fallen silent."""
        if self.is_closed():
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await super().close()
        await self.http.close()

    async def show(self, interaction: Interaction, view: discord.ui.LayoutView) -> discord.Message:
        """Put the answer into the interaction's own message, then what could not be sent by DM."""
        message = await interaction.edit_original_response(view=view)
        await self.show_kept_notices(interaction)
        return message

    async def show_with_pictures(
        self, interaction: Interaction, build: Callable[[bool], discord.ui.LayoutView]
    ) -> None:
        await self.edit(interaction, build)
        await self.show_kept_notices(interaction)

    async def edit(
        self, interaction: Interaction, build: Callable[[bool], discord.ui.LayoutView]
    ) -> discord.Message:
        """Show what `build(True)` makes; without pictures where Discord takes offence at one of them."""
        try:
            return await interaction.edit_original_response(view=build(True))
        except discord.HTTPException as error:
            if error.code != INVALID_FORM_BODY:
                raise
            return await interaction.edit_original_response(view=build(False))

    async def patiently(self, interaction: Interaction, work: Coroutine[Any, Any, T]) -> T:
        """Await what asks Banq; where that takes long, say so meanwhile."""
        task = asyncio.create_task(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=PATIENCE_S)
            if not done:
                await self._say_that_we_wait(interaction)
            return await task
        except asyncio.CancelledError:
            task.cancel()
            raise

    async def _say_that_we_wait(self, interaction: Interaction) -> None:
        try:
            await interaction.edit_original_response(
                view=card(wallet_words.waiting_for_banq(markup_of(interaction)))
            )
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            # What is being asked of Banq must not end because this sentence could not be shown.
            log.warning("could not say that Banq is slow: %s", type(error).__name__)

    async def show_kept_notices(self, interaction: Interaction) -> None:
        user = chat_user(interaction.user)
        kept = partial(self.services.outbox.kept_for, user, markup_of(interaction))
        await self._show_kept(interaction, user.key, kept)

    async def show_team_notices(self, interaction: Interaction) -> None:
        """For an /admin command, and whoever of the team gives it."""
        kept = partial(self.services.outbox.kept_for_team, PLATFORM, markup_of(interaction))
        await self._show_kept(interaction, (PLATFORM, TEAM), kept)

    async def _show_kept(self, interaction: Interaction, recipient: tuple[str, str], kept: Kept) -> None:
        """Each once: a second command for the same recipient, sent quickly, leaves them to the first."""
        if recipient in self._showing_notices_to:
            return
        self._showing_notices_to.add(recipient)
        try:
            for notice_id, words in await kept():
                if words is not None:
                    view = card(words, *buttons(words, interaction.user.id))
                    await interaction.followup.send(view=view, ephemeral=True)
                await self.services.outbox.mark_shown(notice_id)
        finally:
            self._showing_notices_to.discard(recipient)

    async def refuse_outdated(self, interaction: Interaction) -> None:
        words = general_words.outdated(markup_of(interaction))
        await interaction.response.send_message(view=card(words), ephemeral=True)

    async def refuse_stranger(self, interaction: Interaction) -> None:
        await interaction.response.send_message(
            view=card(linking_words.not_your_button(markup_of(interaction))), ephemeral=True
        )


def chat_user(user: discord.User | discord.Member) -> ChatUser:
    avatar = user.avatar.url if user.avatar is not None else None
    # The display name is anybody's choice; only the name behind the @ is unique.
    name = f"{clean(user.display_name, 60)} (@{user.name})"
    return ChatUser(PLATFORM, str(user.id), name, avatar)


def markup_of(interaction: Interaction) -> DiscordMarkup:
    """How to write for whoever interacts: in the language of that person's own client."""
    return DiscordMarkup(language_of(interaction.locale.value))


def point_library_at(api_url: str | None, gateway_url: str | None) -> None:
    """Send the library to another Discord than the real one; it reads both from its own constants."""
    if api_url is not None:
        Route.BASE = api_url
    if gateway_url is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
