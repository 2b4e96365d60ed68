"""Delivers notices to members: at least once, in order, and never lost when direct messages are closed."""

import logging
from datetime import timedelta
from typing import Protocol

from services.identity import ChatUser
from services.sources import Sources
from services.standing import standing_of
from services.wording.general import NOTICES
from services.wording.linking import link_standing
from services.wording.text import Markup, Words
from services.wording.withdrawals import withdrawal_story
from services.worker import Worker
from storage import link_sessions, links, outbox, withdrawals
from storage.database import Database
from storage.outbox import Notice

log = logging.getLogger(__name__)

BATCH = 50
TRIES = 12
RETRY_AFTER = timedelta(seconds=5)
RETRY_AT_MOST_EVERY = timedelta(hours=1)


class DirectMessagesClosed(Exception):
    """The member takes no direct messages from the bot."""


class DeliveryFailed(Exception):
    """The chat platform did not take the message now; the text names no secret."""


class Messenger(Protocol):
    """One chat platform's way of sending a direct message."""

    markup: Markup

    async def send(self, recipient: str, words: Words) -> None:
        """Raises DirectMessagesClosed or DeliveryFailed."""


class Outbox:
    def __init__(self, database: Database, sources: Sources) -> None:
        self._database = database
        self._sources = sources
        self._messengers: dict[str, Messenger] = {}
        self.worker = Worker("outbox", self.step, interval_s=1)

    def serve(self, platform: str, messenger: Messenger) -> None:
        """Deliver notices for this platform through this messenger from now on."""
        self._messengers[platform] = messenger
        self.worker.wake()

    async def step(self) -> None:
        for notice in await outbox.due(self._database.read, self._sources.now(), BATCH):
            messenger = self._messengers.get(notice.chat_platform)
            if messenger is not None:
                await self._deliver(notice, messenger)

    async def kept_for(self, user: ChatUser, markup: Markup) -> list[tuple[int, Words | None]]:
        """What could not be sent as a direct message, by id; None where it has become out of date."""
        found: list[tuple[int, Words | None]] = []
        for notice in await outbox.kept_for(self._database.read, *user.key):
            try:
                found.append((notice.id, await self._words(notice, markup)))
            except LookupError:
                # Written by another version; it waits for one that knows it, and harms no command.
                log.warning("notice %s is of a kind that this version does not know", notice.id)
        return found

    async def mark_shown(self, notice_id: int) -> None:
        async with self._database.transaction() as tx:
            await outbox.mark_delivered(tx, notice_id, self._sources.now())

    async def _deliver(self, notice: Notice, messenger: Messenger) -> None:
        now = self._sources.now()
        try:
            words = await self._words(notice, messenger.markup)
            if words is not None:
                await messenger.send(notice.recipient, words)
        except DirectMessagesClosed:
            async with self._database.transaction() as tx:
                await outbox.keep(tx, notice.id)
        except DeliveryFailed as error:
            log.warning("notice %s was not delivered: %s", notice.id, error)
            await self._retry(notice)
        except Exception:
            # One notice that cannot be sent must not hold up all others.
            log.exception("notice %s could not be sent", notice.id)
            await self._retry(notice)
        else:
            async with self._database.transaction() as tx:
                await outbox.mark_delivered(tx, notice.id, now)

    async def _retry(self, notice: Notice) -> None:
        """Later; after many tries, at the member's next command."""
        last = notice.attempts + 1 >= TRIES
        wait = min(RETRY_AFTER * 2**notice.attempts, RETRY_AT_MOST_EVERY)
        async with self._database.transaction() as tx:
            await outbox.mark_failed(tx, notice.id, self._sources.now() + wait, keep=last)

    async def _words(self, notice: Notice, markup: Markup) -> Words | None:
        """None where things have moved on meanwhile: a later notice says more. Raises LookupError."""
        if notice.kind.startswith("withdrawal_"):
            withdrawal = await withdrawals.get(self._database.read, notice.object_id)
            if withdrawal is None or notice.kind != f"withdrawal_{withdrawal.state}":
                return None
            return withdrawal_story(markup, withdrawal)
        if notice.kind in {"link_confirm", "link_open"}:
            session = await link_sessions.get(self._database.read, notice.object_id)
            state = "matched" if notice.kind == "link_confirm" else "open"
            if session is None or session.state != state:
                return None
            return link_standing(markup, standing_of(session))
        if await self._is_past(notice):
            return None
        return NOTICES[notice.kind]

    async def _is_past(self, notice: Notice) -> bool:
        """Whether the member's link, as it is now, makes the notice untrue."""
        link = await links.of_chat_user(self._database.read, notice.chat_platform, notice.recipient)
        match notice.kind:
            case "link_stale":
                return link is None or link.state != "stale"
            case "frozen_by_admin":
                return link is None or link.state != "frozen"
        return link is not None and link.state == "active"
