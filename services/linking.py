"""Linking as the chat user sees it: start, cancel, and finish with the code from the page."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from services import withdrawal_steps
from services.identity import ChatUser
from services.line import Line, LinkingRules
from services.sources import Sources
from storage import audit, link_sessions, links
from storage.database import Connection, Database
from storage.link_sessions import LinkSession
from storage.links import Link


@dataclass(frozen=True)
class LinkStarted:
    """`url` is a secret of this member: only they may see it."""

    session_id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True)
class AlreadyLinked:
    linked_at: datetime


@dataclass(frozen=True)
class Linked:
    nft_count: int


@dataclass(frozen=True)
class WrongCode:
    tries_left: int


@dataclass(frozen=True)
class CodeUnreadable:
    """What was typed is not six digits; it costs no try."""


@dataclass(frozen=True)
class CodeTooEarly:
    """The page has not shown a code yet."""


@dataclass(frozen=True)
class LinkingEnded:
    """`state` says how: expired, cancelled, unmatched, conflict or refused."""

    state: str


@dataclass(frozen=True)
class NotYours:
    """Somebody else started this, or nobody did."""


@dataclass(frozen=True)
class Cancelled:
    """Linking was cancelled; nothing was linked."""


FinishOutcome = Linked | WrongCode | CodeUnreadable | CodeTooEarly | LinkingEnded | NotYours


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()


class Linking:
    def __init__(
        self, database: Database, line: Line, rules: LinkingRules, sources: Sources, public_url: str
    ) -> None:
        self._database = database
        self._line = line
        self._rules = rules
        self._sources = sources
        self._public_url = public_url.rstrip("/")

    async def start(self, user: ChatUser) -> LinkStarted | AlreadyLinked:
        """Issue a personal link. It replaces the member's earlier one, which stops working."""
        now = self._sources.now()
        token = self._sources.new_token()
        session = LinkSession(
            id=self._sources.new_id(),
            chat_platform=user.platform,
            chat_user_id=user.id,
            chat_user_name=user.name,
            chat_avatar_url=user.avatar_url,
            state="issued",
            lane=None,
            finish_code=None,
            code_tries_left=self._rules.code_tries,
            user_guid=None,
            banq_user_id=None,
            nft_count=None,
            created_at=now,
            expires_at=now + self._rules.link_lives,
        )
        async with self._database.transaction() as tx:
            link = await links.of_chat_user(tx, *user.key)
            if link is not None and link.state == "active":
                return AlreadyLinked(link.linked_at)
            earlier = await link_sessions.live_of(tx, *user.key)
            if earlier is not None:
                await self._line.end(tx, earlier, "cancelled", now, "member")
            await link_sessions.insert(tx, session, token_hash(token))
            await audit.append(tx, now, "member", "linking: issued", member=user.key, object_id=session.id)
        return LinkStarted(session.id, f"{self._public_url}/link/{token}", session.expires_at)

    async def cancel(self, session_id: str, user: ChatUser) -> Cancelled | Linked | LinkingEnded | NotYours:
        async with self._database.transaction() as tx:
            session = await link_sessions.get(tx, session_id)
            if session is None or session.owner != user.key:
                return NotYours()
            if session.state == "linked":
                return Linked(session.nft_count or 0)
            if not await self._line.end(tx, session, "cancelled", self._sources.now(), "member"):
                return LinkingEnded(session.state)
        return Cancelled()

    async def finish(self, session_id: str, user: ChatUser, typed: str) -> FinishOutcome:
        """Link the wallet that approved, if the code is the one on the page. Idempotent once linked."""
        now = self._sources.now()
        code = "".join(character for character in typed if character not in " -\u00a0")
        async with self._database.transaction() as tx:
            session = await link_sessions.get(tx, session_id)
            if session is None or session.owner != user.key:
                return NotYours()
            match session.state:
                case "linked":
                    return Linked(session.nft_count or 0)
                case "issued" | "proven" | "waiting" | "open" | "approved" if session.expires_at > now:
                    return CodeTooEarly()
                case "matched" if session.expires_at > now:
                    return await self._try_code(tx, session, code, now)
            expired_now = await self._line.end(tx, session, "expired", now)
            return LinkingEnded("expired" if expired_now else session.state)

    async def _try_code(
        self, tx: Connection, session: LinkSession, code: str, now: datetime
    ) -> FinishOutcome:
        if not (len(code) == 6 and code.isascii() and code.isdigit()):
            return CodeUnreadable()
        if not hmac.compare_digest(code, session.finish_code or ""):
            await link_sessions.use_code_try(tx, session.id)
            tries_left = session.code_tries_left - 1
            if tries_left == 0:
                await self._line.end(tx, session, "refused", now)
            return WrongCode(tries_left)
        return await self._link(tx, session, now)

    async def _link(self, tx: Connection, session: LinkSession, now: datetime) -> Linked | LinkingEnded:
        if session.user_guid is None or session.banq_user_id is None or session.lane is None:
            raise AssertionError("the schema lets no session be matched without a wallet")
        member = session.owner
        if await wallet_is_taken(tx, session, session.user_guid):
            await self._line.end(tx, session, "conflict", now)
            return LinkingEnded("conflict")
        earlier = await links.of_chat_user(tx, *member)
        if earlier is not None:
            await links.end(tx, earlier.id, now)
            await withdrawal_steps.cancel_unsent(tx, earlier.id, "member", now)
            await audit.append(tx, now, "member", "wallet replaced", member=member, object_id=earlier.id)
        link = Link(
            id=self._sources.new_id(),
            chat_platform=session.chat_platform,
            chat_user_id=session.chat_user_id,
            lane=session.lane,
            user_guid=session.user_guid,
            banq_user_id=session.banq_user_id,
            state="active",
            session_id=session.id,
            linked_at=now,
        )
        await links.insert(tx, link)
        await self._line.end(tx, session, "linked", now, "member")
        await audit.append(tx, now, "member", "wallet linked", member=member, object_id=link.id)
        return Linked(session.nft_count or 0)


async def wallet_is_taken(connection: Connection, session: LinkSession, user_guid: str) -> bool:
    """Whether another user of the same chat platform has this wallet."""
    return any(
        link.chat_platform == session.chat_platform and link.chat_user_id != session.chat_user_id
        for link in await links.of_wallet(connection, user_guid)
    )
