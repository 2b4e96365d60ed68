"""Keeps the message that answered /link up to date while its member is busy on the page."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

import discord

from cogs.cards import Button, card
from cogs.presses import Interaction, buttons
from services.identity import ChatUser
from services.linking import Linking, NotYours
from services.standing import Standing
from services.wording.linking import link_standing, no_longer_followed
from services.wording.text import Markup, Words
from storage.link_sessions import ENDED

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 5.0
EDIT_AT_MOST_EVERY_S = 0.2
LAST_WORDS_BEFORE_THE_END = timedelta(minutes=1)


@dataclass(frozen=True)
class Followed:
    """A message to keep up to date, by the interaction that may edit it, which it can for 15 minutes.

    `words` is what it says now; `more` are buttons that it keeps as long as the attempt goes on.
    """

    interaction: Interaction
    user: ChatUser
    session_id: str
    words: Words | None
    more: tuple[Button, ...]


class LinkFollowing:
    """One message per attempt, in memory: after a restart, direct messages tell what matters."""

    def __init__(self, linking: Linking, markup: Markup) -> None:
        self._linking = linking
        self._markup = markup
        self._latest: dict[str, Followed] = {}
        self._new: asyncio.Queue[Followed] = asyncio.Queue()

    def follow(self, followed: Followed) -> None:
        """From now on, instead of an earlier message about the same attempt."""
        self._latest[followed.session_id] = followed
        self._new.put_nowait(followed)

    def stop(self, session_id: str) -> None:
        """Leave the message to whoever edits it next."""
        self._latest.pop(session_id, None)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._follow(await self._new.get()))

    async def _follow(self, followed: Followed) -> None:
        try:
            await self._keep_up_to_date(followed)
        except discord.HTTPException as error:
            log.warning("linking %s: its message cannot be edited: code %s", followed.session_id, error.code)
        except Exception:
            # One message must not end the following of all others.
            log.exception("linking %s: its message is not followed any more", followed.session_id)
        if self._is_latest(followed):
            self.stop(followed.session_id)

    async def _keep_up_to_date(self, followed: Followed) -> None:
        shown = followed.words
        until = followed.interaction.expires_at - LAST_WORDS_BEFORE_THE_END
        while self._is_latest(followed):
            count = self._linking.changes.count
            standing = await self._linking.standing(followed.session_id, followed.user)
            if isinstance(standing, NotYours) or not self._is_latest(followed):
                return
            words = link_standing(self._markup, standing)
            is_over = discord.utils.utcnow() >= until
            if is_over and standing.state == "waiting":
                words = no_longer_followed(words)
            if words != shown:
                await followed.interaction.edit_original_response(view=self._card(followed, standing, words))
                await self._linking.mark_told(standing)
                shown = words
                await asyncio.sleep(EDIT_AT_MOST_EVERY_S)
            if is_over or standing.state in ENDED:
                return
            left_s = max((until - discord.utils.utcnow()).total_seconds(), 0)
            await self._linking.changes.after(count, min(LOOK_AGAIN_S, left_s))

    def _card(self, followed: Followed, standing: Standing, words: Words) -> discord.ui.LayoutView:
        more = () if standing.state in {*ENDED, "matched"} else followed.more
        return card(words, *more, *buttons(words, followed.interaction.user.id))

    def _is_latest(self, followed: Followed) -> bool:
        return self._latest.get(followed.session_id) is followed
