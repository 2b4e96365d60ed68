"""A chat platform that only records, and the outbox as tests fill and read it."""

import asyncio
from datetime import datetime

from services.messenger import NoAuditChannel, TeamChannel
from services.wording.language import ENGLISH, Language
from services.wording.text import Markup, Words
from storage import outbox
from tests.services.rig import ADA, Rig


class PlainMarkup(Markup):
    def foreign(self, text: str, limit: int = 80) -> str:
        return text[:limit]

    def bold(self, text: str) -> str:
        return text

    def code(self, text: str) -> str:
        return text

    def member(self, user_id: str) -> str:
        return f"member {user_id}"

    def time(self, time: datetime) -> str:
        return time.isoformat()

    def moment(self, time: datetime) -> str:
        return time.isoformat()


class Messenger:
    """Records what it is asked to send, and refuses while it is told to: all, or by title.

    A recipient in `slow` gets the message at once, but the platform says so only when the event is set.
    """

    def __init__(self) -> None:
        self.plain: Markup = PlainMarkup(ENGLISH)
        self.team_channel = TeamChannel.WELL
        self.audit_channel = TeamChannel.NOT_SET
        self.audit_lines: list[str] = []
        self.refusal: Exception | None = None
        self.refused: dict[str, Exception] = {}
        self.tries = 0
        self.sent: list[tuple[str, str]] = []
        self.names: list[str] = []
        self.slow: dict[str, asyncio.Event] = {}
        self.begun: asyncio.Queue[str] = asyncio.Queue()

    def markup(self, language: Language) -> Markup:
        return PlainMarkup(language)

    async def send(self, recipient: str, words: Words, once: str) -> None:
        self.tries += 1
        self.names.append(once)
        self.begun.put_nowait(recipient)
        refusal = self.refusal or self.refused.get(words.title)
        if refusal is not None:
            raise refusal
        self.sent.append((recipient, words.title))
        if recipient in self.slow:
            await self.slow[recipient].wait()

    async def send_to_team(self, words: Words, once: str) -> None:
        await self.send("the team", words, once)

    async def send_to_audit(self, line: str, once: str) -> None:
        if self.audit_channel is TeamChannel.NOT_SET:
            raise NoAuditChannel
        await self.send("the audit channel", Words("audit", line), once)
        self.audit_lines.append(line)


async def notice(rig: Rig, kind: str, object_id: str, recipient: str = ADA.id) -> None:
    async with rig.database.transaction() as tx:
        await outbox.insert(tx, ("discord", recipient), kind, object_id, rig.sources.now())


async def states(rig: Rig) -> list[object]:
    return await rig.column("SELECT state FROM outbox ORDER BY id")
