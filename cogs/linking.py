"""/link: the personal page, the message that follows along, and the member's confirmation."""

from dataclasses import dataclass
from functools import partial
from typing import assert_never

import discord
from discord import app_commands, ui
from discord.ext import commands

from cogs.cards import Button, card, link_buttons
from cogs.client import BanqBot, chat_user, markup_of
from cogs.following import Followed, Update
from cogs.presses import Form, Interaction, Question, buttons
from services.changes import Changes
from services.identity import ChatUser
from services.linking import (
    AlreadyLinked,
    Cancelled,
    CodeUnreadable,
    CoolingDown,
    FinishOutcome,
    Linked,
    Linking,
    LinkingEnded,
    LinkStarted,
    NotYours,
    TooEarly,
    UnderWay,
    WrongCode,
)
from services.wording import linking as linking_words
from services.wording.text import Markup, Words
from storage.link_sessions import ENDED


@dataclass(frozen=True)
class Attempt:
    """What the message of an attempt tells; `more` are buttons that it keeps as long as that goes on."""

    linking: Linking
    markup: Markup
    user: ChatUser
    object_id: str
    more: tuple[Button, ...]

    @property
    def changes(self) -> Changes:
        return self.linking.changes

    async def look(self, *, for_the_last_time: bool = False) -> Update | None:
        standing = await self.linking.standing(self.object_id, self.user)
        if isinstance(standing, NotYours):
            return None
        words = linking_words.link_standing(self.markup, standing)
        if for_the_last_time and standing.state == "waiting":
            words = linking_words.no_longer_followed(self.markup, words)
        more = () if standing.state in {*ENDED, "matched"} else self.more
        view = card(words, *more, *buttons(words, int(self.user.id)))
        return Update(
            words,
            lambda _pictures: view,
            partial(self.linking.mark_told, standing),
            is_last=standing.state in ENDED,
        )


class LinkingCog(commands.Cog):
    def __init__(self, bot: BanqBot) -> None:
        self._bot = bot
        self._linking = bot.services.linking
        bot.forms["link-code"] = self._ask_for_code
        bot.presses["link-confirm"] = self._confirm
        bot.presses["link-cancel"] = self._cancel
        bot.presses["panel-link"] = self._start
        bot.modals["link-code"] = self._finish

    @app_commands.command(description="Link your Banq wallet to your Discord account")
    async def link(self, interaction: Interaction) -> None:
        await self._start(interaction, "")

    async def _start(self, interaction: Interaction, _reference: str) -> None:
        m = markup_of(interaction)
        match await self._linking.start(chat_user(interaction.user)):
            case AlreadyLinked(linked_at):
                await self._show(interaction, linking_words.already_linked(m, linked_at))
            case CoolingDown(until):
                await self._show(interaction, linking_words.cooling_down(m, until))
            case UnderWay(standing, page_url):
                words = linking_words.link_standing(m, standing)
                back: ui.Button[ui.LayoutView] = ui.Button(label=linking_words.back_to_page(m), url=page_url)
                message = await self._show(interaction, words, back)
                self._follow(interaction, message, standing.session_id, words, back)
            case LinkStarted() as started:
                words = linking_words.link_steps(
                    m, started.session_id, started.expires_at, signs_in=started.proof == "sign_in"
                )
                page: ui.Button[ui.LayoutView] = ui.Button(label=linking_words.open_page(m), url=started.url)
                message = await self._show(interaction, words, page)
                self._follow(interaction, message, started.session_id, words, page)
            case never:
                assert_never(never)

    async def _confirm(self, interaction: Interaction, session_id: str) -> None:
        outcome = await self._linking.finish(session_id, chat_user(interaction.user))
        await self._answer(interaction, session_id, outcome)

    async def _finish(self, interaction: Interaction, session_id: str, typed: dict[str, str]) -> None:
        outcome = await self._linking.finish(session_id, chat_user(interaction.user), typed["code"])
        await self._answer(interaction, session_id, outcome)

    async def _answer(self, interaction: Interaction, session_id: str, outcome: FinishOutcome) -> None:
        m = markup_of(interaction)
        match outcome:
            case Linked(nft_count, replaces):
                await self._end(
                    interaction, session_id, linking_words.linked(m, nft_count, replaces=replaces)
                )
            case WrongCode(0):
                await self._end(interaction, session_id, linking_words.wrong_code(m, 0))
            case LinkingEnded(state):
                await self._end(interaction, session_id, linking_words.linking_ended(m, state))
            case WrongCode(tries_left):
                await self._aside(interaction, session_id, linking_words.wrong_code(m, tries_left))
            case CodeUnreadable():
                await self._aside(interaction, session_id, linking_words.code_unreadable(m))
            case TooEarly():
                await self._aside(interaction, session_id, linking_words.too_early(m))
            case NotYours():
                await self._show(interaction, linking_words.not_your_button(m))
            case never:
                assert_never(never)

    async def _cancel(self, interaction: Interaction, session_id: str) -> None:
        m = markup_of(interaction)
        match await self._linking.cancel(session_id, chat_user(interaction.user)):
            case Cancelled(had_approved):
                words = linking_words.not_mine(m) if had_approved else linking_words.link_cancelled(m)
            case Linked(nft_count):
                words = linking_words.linked(m, nft_count)
            case LinkingEnded(state):
                words = linking_words.linking_ended(m, state)
            case NotYours():
                words = linking_words.not_your_button(m)
            case never:
                assert_never(never)
        await self._end(interaction, session_id, words)

    def _ask_for_code(self, interaction: Interaction, session_id: str) -> Form:
        m = markup_of(interaction)
        return Form(
            linking_words.code_title(m),
            "link-code",
            session_id,
            (
                Question(
                    "code",
                    linking_words.code_label(m),
                    help=linking_words.code_help(m),
                    shortest=6,
                    longest=7,
                    placeholder="123 456",
                ),
            ),
        )

    def _follow(
        self,
        interaction: Interaction,
        message: discord.Message,
        session_id: str,
        words: Words | None,
        *more: Button,
    ) -> None:
        user, m = chat_user(interaction.user), markup_of(interaction)
        attempt = Attempt(self._linking, m, user, session_id, more)
        self._bot.following.follow(Followed(interaction, message.id, attempt, words))

    async def _end(self, interaction: Interaction, session_id: str, words: Words) -> None:
        """The attempt's last words, in its own message."""
        self._bot.following.stop(session_id)
        await self._show(interaction, words)

    async def _aside(self, interaction: Interaction, session_id: str, words: Words) -> None:
        """Say something without touching the message, whose buttons are still of use."""
        await interaction.followup.send(view=card(words), ephemeral=True)
        # The press brought a fresh permission to edit the message, which a restart may have cost us.
        if interaction.message is not None:
            more = link_buttons(interaction.message)
            self._follow(interaction, interaction.message, session_id, None, *more)

    async def _show(self, interaction: Interaction, words: Words, *more: Button) -> discord.Message:
        view = card(words, *more, *buttons(words, interaction.user.id))
        return await self._bot.show(interaction, view)
