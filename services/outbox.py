"""Delivers notices: at least once, to each recipient in order, and never lost where messages are closed."""

import asyncio
import logging
from datetime import timedelta

from services.identity import ChatUser
from services.member_languages import MemberLanguages
from services.messenger import (
    DeliveryFailed,
    DirectMessagesClosed,
    MessageRefused,
    Messenger,
    NoAuditChannel,
    TeamChannel,
    TeamChannelClosed,
)
from services.sources import Sources
from services.standing import standing_of
from services.wording import team as team_words
from services.wording import team_audit as audit_words
from services.wording.general import notice_about_link
from services.wording.linking import link_standing
from services.wording.text import Markup, Words
from services.wording.withdrawal_story import (
    withdrawal_contradicted,
    withdrawal_news,
    withdrawal_reminder,
)
from services.worker import Worker
from storage import audit, link_sessions, links, outbox, withdrawals
from storage.database import Database
from storage.outbox import AUDIT, AUDIT_LINE, TEAM, Notice, Recipient
from storage.withdrawals import Withdrawal

log = logging.getLogger(__name__)

AT_ONCE = 8
TEAM_NOTICES = {"team_stuck", "team_contradicted"}
UNANSWERED = {"unknown", "awaiting_owner", "processing"}
TRIES = 12
RETRY_AFTER = timedelta(seconds=5)
RETRY_AT_MOST_EVERY = timedelta(hours=1)
LONGEST_PAUSE = timedelta(hours=12)


class Outbox:
    def __init__(self, database: Database, languages: MemberLanguages, sources: Sources) -> None:
        self._database = database
        self._languages = languages
        self._sources = sources
        self._messengers: dict[str, Messenger] = {}
        self._under_way: dict[Recipient, asyncio.Task[None]] = {}
        self.worker = Worker("outbox", self._start_due, interval_s=1)

    def serve(self, platform: str, messenger: Messenger) -> None:
        """Deliver notices for this platform through this messenger from now on."""
        self._messengers[platform] = messenger
        self.worker.wake()

    def team_channel(self, platform: str) -> TeamChannel:
        return self._messengers[platform].team_channel

    def audit_channel(self, platform: str) -> TeamChannel:
        return self._messengers[platform].audit_channel

    async def run(self) -> None:
        """Deliver until cancelled. What is under way then is sent again after the next start."""
        try:
            await self.worker.run()
        finally:
            await self.close()

    async def close(self) -> None:
        under_way = list(self._under_way.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def step(self) -> None:
        """Deliver all that is due now, and wait until that is done."""
        await self._start_due()
        while self._under_way:
            await asyncio.wait(self._under_way.values(), return_when=asyncio.FIRST_COMPLETED)
            await self._start_due()

    async def kept_for(self, user: ChatUser, markup: Markup) -> list[tuple[int, Words | None]]:
        """What did not reach the member as a direct message, by id; None where it is out of date."""
        return await self._kept(user.key, markup)

    async def kept_for_team(self, platform: str, markup: Markup) -> list[tuple[int, Words | None]]:
        """The same for what did not reach the team's channel."""
        return await self._kept((platform, TEAM), markup)

    async def mark_shown(self, notice_id: int) -> None:
        async with self._database.transaction() as tx:
            await outbox.mark_delivered(tx, notice_id, self._sources.now())

    async def _kept(self, recipient: Recipient, markup: Markup) -> list[tuple[int, Words | None]]:
        found: list[tuple[int, Words | None]] = []
        for notice in await outbox.kept_for(self._database.read, recipient):
            try:
                found.append((notice.id, await self._words(notice, markup)))
            except LookupError:
                # Written by another version; it waits for one that knows it, and harms no command.
                log.warning("notice %s is of a kind that this version does not know", notice.id)
        return found

    async def _start_due(self) -> None:
        """One task per recipient, so that nobody waits for another one's trouble."""
        if self._database.cannot_write:
            # What goes out could not be marked as sent, and would go out again and again.
            return
        for platform, messenger in self._messengers.items():
            # Twice as many, since those under way are among them.
            for recipient in await outbox.due_recipients(
                self._database.read, platform, self._sources.now(), 2 * AT_ONCE
            ):
                if len(self._under_way) >= AT_ONCE:
                    return
                if recipient not in self._under_way:
                    self._under_way[recipient] = asyncio.create_task(self._deliver_all(recipient, messenger))

    async def _deliver_all(self, recipient: Recipient, messenger: Messenger) -> None:
        try:
            while notice := await outbox.first_due(self._database.read, recipient, self._sources.now()):
                await self._deliver(notice, messenger)
        except Exception:
            # Not woken: what fails here, such as a full disk, would fail at once again.
            log.exception("delivering notices failed; it is tried again")
        else:
            self.worker.wake()
        finally:
            del self._under_way[recipient]

    async def _deliver(self, notice: Notice, messenger: Messenger) -> None:
        try:
            language = await self._languages.of(notice.owner)
            words = await self._words(notice, messenger.markup(language))
            if words is not None:
                await self._send(notice, words, messenger)
        except (DirectMessagesClosed, TeamChannelClosed):
            async with self._database.transaction() as tx:
                await outbox.keep(tx, notice.id)
        except NoAuditChannel:
            async with self._database.transaction() as tx:
                await outbox.drop(tx, notice.id)
        except DeliveryFailed as error:
            log.warning("notice %s was not delivered: %s", notice.id, error)
            await self._retry(notice, error)
        except Exception:
            # One notice that cannot be sent must not hold up all others.
            log.exception("notice %s could not be sent", notice.id)
            await self._retry(notice)
        else:
            await self.mark_shown(notice.id)

    async def _send(self, notice: Notice, words: Words, messenger: Messenger) -> None:
        # The id alone would come again with a new database.
        once = f"{notice.id}-{int(notice.created_at.timestamp() * 1000)}"
        if notice.recipient == TEAM:
            await messenger.send_to_team(words, once)
        elif notice.recipient == AUDIT:
            await messenger.send_to_audit(words.text, once)
        else:
            await messenger.send(notice.recipient, words, once)

    async def _retry(self, notice: Notice, error: DeliveryFailed | None = None) -> None:
        """Later; after many tries, no more: it is then for the recipient's next command.

        The audit channel gives no commands: what goes there is tried for as long as it takes.
        """
        wait = min(RETRY_AFTER * 2 ** min(notice.attempts, TRIES), RETRY_AT_MOST_EVERY)
        if error is not None:
            asked_s = min(error.retry_after_s, LONGEST_PAUSE.total_seconds())
            wait = max(wait, timedelta(seconds=asked_s))
        until = self._sources.now() + wait
        async with self._database.transaction() as tx:
            if notice.attempts + 1 >= TRIES and notice.recipient != AUDIT:
                await outbox.give_up(tx, notice.id)
            else:
                await outbox.try_later(tx, notice.id, until)
                if error is not None and not isinstance(error, MessageRefused):
                    await outbox.hold_back(tx, notice.owner, until)

    async def _words(self, notice: Notice, markup: Markup) -> Words | None:
        """None where things have moved on meanwhile: a later notice says more. Raises LookupError."""
        if notice.kind.startswith("withdrawal_") or notice.kind in TEAM_NOTICES:
            withdrawal = await withdrawals.get(self._database.read, notice.object_id)
            return None if withdrawal is None else _words_of_withdrawal(notice.kind, withdrawal, markup)
        if notice.kind == AUDIT_LINE:
            entry = await audit.get(self._database.read, int(notice.object_id))
            return None if entry is None else Words("", audit_words.line(markup, entry))
        if notice.kind in {"link_confirm", "link_open"}:
            session = await link_sessions.get(self._database.read, notice.object_id)
            state = "matched" if notice.kind == "link_confirm" else "open"
            if session is None or session.state != state:
                return None
            return link_standing(markup, standing_of(session))
        if await self._is_past(notice):
            return None
        return notice_about_link(markup, notice.kind)

    async def _is_past(self, notice: Notice) -> bool:
        """Whether the member's link, as it is now, makes the notice untrue."""
        link = await links.of_chat_user(self._database.read, notice.chat_platform, notice.recipient)
        match notice.kind:
            case "link_stale":
                return link is None or link.state != "stale"
            case "frozen_by_admin":
                return link is None or link.state != "frozen"
        return link is not None and link.state == "active"


def _words_of_withdrawal(kind: str, withdrawal: Withdrawal, markup: Markup) -> Words | None:
    match kind:
        case "team_stuck" if withdrawal.state in UNANSWERED:
            since = withdrawal.heard_at or withdrawal.updated_at
            return team_words.stuck(markup, withdrawal.chat_user_id, since)
        case "team_contradicted":
            return team_words.contradicted(markup, withdrawal)
        case "withdrawal_contradicted":
            return withdrawal_contradicted(markup, withdrawal)
        case "withdrawal_reminder" if withdrawal.state == "awaiting_owner":
            return withdrawal_reminder(markup, withdrawal)
    return withdrawal_news(markup, withdrawal) if kind == f"withdrawal_{withdrawal.state}" else None
