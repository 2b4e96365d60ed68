"""Linking as the chat user sees it: start, follow, cancel, and confirm the wallet that approved."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from services import withdrawal_steps
from services.identity import ChatUser
from services.line import Line
from services.linking_rules import LinkingRules
from services.sources import Sources
from services.standing import Standing, read_standing
from storage import audit, link_sessions, links, outbox
from storage.clock import has_come, is_far_ahead
from storage.database import Connection, Database
from storage.link_sessions import LinkSession, Proof
from storage.links import Link


@dataclass(frozen=True)
class LinkStarted:
    """`url` is a secret of this member: only they may see it."""

    session_id: str
    url: str
    expires_at: datetime
    proof: Proof


@dataclass(frozen=True)
class AlreadyLinked:
    linked_at: datetime


@dataclass(frozen=True)
class CoolingDown:
    """The member tried often without linking; others go first until then."""

    until: datetime


@dataclass(frozen=True)
class UnderWay:
    """The member is in line, or has approved: starting anew would lose that.

    `page_url` leads back to the page, in the browser that opened it; it is no secret.
    """

    standing: Standing
    page_url: str


@dataclass(frozen=True)
class Linked:
    """`replaces`: another wallet was linked before."""

    nft_count: int
    replaces: bool = False


@dataclass(frozen=True)
class WrongCode:
    tries_left: int


@dataclass(frozen=True)
class CodeUnreadable:
    """What was typed is not six digits; it costs no try."""


@dataclass(frozen=True)
class TooEarly:
    """No wallet has approved yet, so there is nothing to confirm."""


@dataclass(frozen=True)
class LinkingEnded:
    """`state` says how: expired, cancelled, wrong_browser, unmatched, conflict or refused.

    Or `over`: it linked a wallet, which was unlinked or linked anew since.
    """

    state: str


@dataclass(frozen=True)
class NotYours:
    """Somebody else started this, or nobody did."""


@dataclass(frozen=True)
class Cancelled:
    """Linking was cancelled; nothing was linked. `had_approved`: a wallet was waiting to be confirmed."""

    had_approved: bool = False


# What `/link` does not give up: a place in line, and an approval.
KEPT = {"waiting", "approved", "matched"}

FinishOutcome = Linked | TooEarly | WrongCode | CodeUnreadable | LinkingEnded | NotYours


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()


class Linking:
    def __init__(
        self, database: Database, line: Line, rules: LinkingRules, sources: Sources, public_url: str
    ) -> None:
        self.changes = line.changes
        self._database = database
        self._line = line
        self._rules = rules
        self._sources = sources
        self._public_url = public_url.rstrip("/")

    async def settings_may_have_changed(self) -> None:
        """End the attempts that cannot go on as they began, with another proof or in another kind of turn."""
        now = self._sources.now()
        for session in await link_sessions.live(self._database.read):
            async with self._database.transaction() as tx:
                if session.proof != self._rules.proof or not await self._line.still_serves(tx, session):
                    await self._line.end(tx, session, "expired", now)

    async def start(self, user: ChatUser) -> LinkStarted | AlreadyLinked | CoolingDown | UnderWay:
        """Issue a personal link. It replaces the member's earlier one, which stops working.

        Unless that has come as far as the line: then the member is only told how far.
        """
        now = self._sources.now()
        token = self._sources.new_token()
        session = LinkSession(
            id=self._sources.new_id(),
            chat_platform=user.platform,
            chat_user_id=user.id,
            chat_user_name=user.name,
            chat_avatar_url=user.avatar_url,
            state="issued",
            proof=self._rules.proof,
            seen_at=None,
            lane=None,
            waiting_since=None,
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
            if earlier is not None and earlier.state in KEPT and earlier.expires_at > now:
                standing = await read_standing(tx, self._line, earlier, now)
                return UnderWay(standing, f"{self._public_url}/link/session")
            until = await self._cools_down_until(tx, user, earlier, now)
            if until is not None:
                return CoolingDown(until)
            if earlier is not None:
                await self._line.end(tx, earlier, "cancelled", now, "member")
            await link_sessions.insert(tx, session, token_hash(token))
            await audit.append(tx, now, "member", "linking: issued", member=user.key, object_id=session.id)
        self.changes.announce()
        return LinkStarted(session.id, f"{self._public_url}/link/{token}", session.expires_at, session.proof)

    async def is_under_way(self, user: ChatUser) -> bool:
        return await link_sessions.live_of(self._database.read, *user.key) is not None

    async def standing(self, session_id: str, user: ChatUser) -> Standing | NotYours:
        """How far the member's attempt is, for the message in chat that follows it."""
        session = await link_sessions.get(self._database.read, session_id)
        if session is None or session.owner != user.key:
            return NotYours()
        return await read_standing(self._database.read, self._line, session, self._sources.now())

    async def mark_told(self, standing: Standing) -> None:
        """The member has seen this standing in chat, so no direct message needs to tell it. Idempotent.

        What they are asked to confirm is not told until they answer.
        """
        kind = f"link_{standing.state}"
        if not await outbox.is_untold(self._database.read, kind, standing.session_id):
            return
        async with self._database.transaction() as tx:
            await outbox.mark_told(tx, kind, standing.session_id, self._sources.now())

    async def cancel(self, session_id: str, user: ChatUser) -> Cancelled | Linked | LinkingEnded | NotYours:
        """End the attempt: the member changed their mind, or the wallet that approved is not theirs."""
        now = self._sources.now()
        async with self._database.transaction() as tx:
            session = await link_sessions.get(tx, session_id)
            if session is None or session.owner != user.key:
                return NotYours()
            if session.state == "linked":
                return await _linked_by(tx, session)
            if not await self._line.end(tx, session, "cancelled", now, "member"):
                return LinkingEnded(session.state)
        self.changes.announce()
        return Cancelled(had_approved=session.state == "matched")

    async def finish(self, session_id: str, user: ChatUser, typed: str | None = None) -> FinishOutcome:
        """Link the wallet that approved. Idempotent once linked.

        `typed` is the code on the page; a browser that signed in as the member needs none.
        """
        code = None if typed is None else "".join(c for c in typed if c not in " -\u00a0")
        async with self._database.transaction() as tx:
            outcome = await self._finish(tx, session_id, user, code, self._sources.now())
        self.changes.announce()
        return outcome

    async def _finish(
        self, tx: Connection, session_id: str, user: ChatUser, code: str | None, now: datetime
    ) -> FinishOutcome:
        session = await link_sessions.get(tx, session_id)
        if session is None or session.owner != user.key:
            return NotYours()
        if session.state == "linked":
            return await _linked_by(tx, session)
        if session.expires_at <= now or session.state in link_sessions.ENDED:
            expired_now = await self._line.end(tx, session, "expired", now)
            return LinkingEnded("expired" if expired_now else session.state)
        # The proof is the session's own: a press must not stand in for the code.
        if session.state != "matched" or (session.proof == "code") != (code is not None):
            return TooEarly()
        if code is not None:
            wrong = await self._wrong_code(tx, session, code, now)
            if wrong is not None:
                return wrong
        return await self._link(tx, session, now)

    async def _wrong_code(
        self, tx: Connection, session: LinkSession, code: str, now: datetime
    ) -> WrongCode | CodeUnreadable | None:
        if not (len(code) == 6 and code.isascii() and code.isdigit()):
            return CodeUnreadable()
        if hmac.compare_digest(code, session.finish_code or ""):
            return None
        await link_sessions.use_code_try(tx, session.id)
        tries_left = session.code_tries_left - 1
        if tries_left == 0:
            await self._line.end(tx, session, "refused", now, reason="wrong codes", tell=False)
        return WrongCode(tries_left)

    async def _cools_down_until(
        self, tx: Connection, user: ChatUser, earlier: LinkSession | None, now: datetime
    ) -> datetime | None:
        """As it would be once their earlier attempt has ended, which may be one turn more without a link."""
        started = await link_sessions.started_since(tx, user.key, now - self._rules.cool_down)
        starts = [at for at in started if not is_far_ahead(at, now)]
        if len(starts) >= self._rules.links_before_cool_down:
            until = starts[-self._rules.links_before_cool_down] + self._rules.cool_down
            if not has_come(until, now):
                return until
        return await self._line.cools_down_until(tx, user.key, now, ending=earlier)

    async def _link(self, tx: Connection, session: LinkSession, now: datetime) -> Linked | LinkingEnded:
        if session.user_guid is None or session.banq_user_id is None or session.lane is None:
            raise AssertionError("the schema lets no session be matched without a wallet")
        member = session.owner
        holder = await holder_of(tx, session, session.user_guid, session.banq_user_id)
        if holder is not None:
            await self._line.end(tx, session, "conflict", now, reason=linked_to(holder), tell=False)
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
        replaces = earlier is not None and earlier.banq_user_id != link.banq_user_id
        return Linked(session.nft_count or 0, replaces)


async def _linked_by(connection: Connection, session: LinkSession) -> Linked | LinkingEnded:
    """What to say of an attempt that linked once, to whoever presses its button again."""
    link = await links.of_chat_user(connection, *session.owner)
    is_still_linked = link is not None and link.session_id == session.id
    return Linked(session.nft_count or 0) if is_still_linked else LinkingEnded("over")


async def holder_of(
    connection: Connection, session: LinkSession, user_guid: str, banq_user_id: str
) -> Link | None:
    """The link by which another user of the same chat platform has this wallet."""
    return next(
        (
            link
            for link in await links.of_wallet(connection, user_guid, banq_user_id)
            if link.chat_platform == session.chat_platform and link.chat_user_id != session.chat_user_id
        ),
        None,
    )


def linked_to(holder: Link) -> str:
    """For the audit log, so that the team can help; the member is never told who it is."""
    return f"the wallet is linked to {holder.chat_platform} user {holder.chat_user_id}"


def holder_in(reason: str) -> str:
    """The chat user's id that `linked_to` has written down."""
    return reason.rpartition(" ")[2]
