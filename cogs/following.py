"""Keeps messages up to date about what goes on elsewhere: linking on the page, a withdrawal at Banq."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import discord
from discord import ui

from cogs.presses import Interaction
from services.changes import Changes
from services.wording.text import Words

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 3.0
EDIT_AT_MOST_EVERY_S = 0.2
LAST_WORDS_BEFORE_THE_END = timedelta(minutes=1)


@dataclass(frozen=True)
class Update:
    """What a message should say now, and its view, with pictures or without.

    `mark_told`: what to do once it is shown. `is_last`: nothing comes after it.
    """

    words: Words
    view: Callable[[bool], ui.LayoutView]
    mark_told: Callable[[], Awaitable[None]]
    is_last: bool


class Subject(Protocol):
    """What a message tells about: one linking attempt, or one withdrawal, to its owner."""

    @property
    def object_id(self) -> str: ...

    @property
    def changes(self) -> Changes: ...

    async def look(self, *, for_the_last_time: bool = False) -> Update | None:
        """How it stands; None where it is not its owner who asks."""


@dataclass(frozen=True)
class Followed:
    """A message to keep up to date, by the interaction that may edit it, which it can for 15 minutes.

    `said` is what it says now; None where that is not known.
    """

    interaction: Interaction
    message_id: int
    subject: Subject
    said: Words | None


class Following:
    """One message per object, in memory: after a restart, direct messages tell what matters."""

    def __init__(self) -> None:
        self._latest: dict[str, Followed] = {}
        self._new: asyncio.Queue[Followed] = asyncio.Queue()

    def follow(self, followed: Followed) -> None:
        """From now on, instead of an earlier message about the same, and of what this message told before."""
        self.leave(followed.message_id)
        self._latest[followed.subject.object_id] = followed
        self._new.put_nowait(followed)

    def stop(self, object_id: str) -> None:
        """Leave its message to whoever edits it next."""
        self._latest.pop(object_id, None)

    def leave(self, message_id: int) -> None:
        """The same, for whatever this message tells about."""
        for object_id, followed in list(self._latest.items()):
            if followed.message_id == message_id:
                self.stop(object_id)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._follow(await self._new.get()))

    async def _follow(self, followed: Followed) -> None:
        object_id = followed.subject.object_id
        try:
            await self._keep_up_to_date(followed)
        except discord.HTTPException as error:
            log.warning("the message about %s cannot be edited: code %s", object_id, error.code)
        except Exception:
            # One message must not end the following of all others.
            log.exception("the message about %s is not followed any more", object_id)
        if self._is_latest(followed):
            self.stop(object_id)

    async def _keep_up_to_date(self, followed: Followed) -> None:
        subject, interaction = followed.subject, followed.interaction
        said = followed.said
        until = interaction.expires_at - LAST_WORDS_BEFORE_THE_END
        while self._is_latest(followed):
            count = subject.changes.count
            is_over = discord.utils.utcnow() >= until
            update = await subject.look(for_the_last_time=is_over)
            if update is None or not self._is_latest(followed):
                return
            if update.words != said:
                await interaction.client.edit(interaction, update.view)
                # After the edit: a crash in between tells it twice, and never not at all.
                await update.mark_told()
                said = update.words
                await asyncio.sleep(EDIT_AT_MOST_EVERY_S)
            if is_over or update.is_last:
                return
            left_s = max((until - discord.utils.utcnow()).total_seconds(), 0)
            await subject.changes.after(count, min(LOOK_AGAIN_S, left_s))

    def _is_latest(self, followed: Followed) -> bool:
        return self._latest.get(followed.subject.object_id) is followed
