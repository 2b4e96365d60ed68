"""Linking as the browser sees it. The first browser that continues is bound to the session by a cookie."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from banq.models import PlatformId
from services.line import Line
from services.linking import token_hash
from services.linking_rules import LinkingRules
from services.sources import Sources
from services.standing import Standing, read_standing
from storage import audit, link_sessions, turns
from storage.database import Connection, Database
from storage.link_sessions import LinkSession

# A page is heard of with each look; not each of them is worth a write.
HEARD_EVERY = timedelta(seconds=10)


@dataclass(frozen=True)
class Invitation:
    """A link that nobody has used yet: what its page may say before anything happens."""

    chat_user_name: str
    chat_avatar_url: str | None
    needs_sign_in: bool


@dataclass(frozen=True)
class Bound:
    """The link is used, and by the very browser that asks."""


@dataclass(frozen=True)
class Gone:
    """Unknown, expired and used links all look like this."""


@dataclass(frozen=True)
class OpenTurn:
    """What the page gives to Banq's widget, and until when it may show it."""

    platform_id: PlatformId
    reference: str | None
    ends_in_s: float


@dataclass(frozen=True)
class Progress:
    """How far this browser's session is; the turn is there while `open`, the code while `matched` by code.

    `cools_down_for` is there while `proven`, where others may go first. Relative: browsers' clocks are off.
    """

    standing: Standing
    turn: OpenTurn | None
    finish_code: str | None
    cools_down_for: timedelta | None


class LinkPage:
    def __init__(
        self,
        database: Database,
        line: Line,
        lanes: Mapping[str, PlatformId],
        rules: LinkingRules,
        sources: Sources,
        wake_matching: Callable[[], None],
    ) -> None:
        self._database = database
        self._line = line
        self._lanes = lanes
        self._rules = rules
        self._sources = sources
        self._wake_matching = wake_matching
        self.changes = line.changes

    async def look(self, token: str, browser: str | None) -> Invitation | Bound | Gone:
        """What a GET of the link shows. Changes nothing: chat apps fetch links too."""
        session = await link_sessions.by_token(self._database.read, token_hash(token))
        if session is None:
            return Gone()
        mine = await self._session_of(browser)
        if mine is not None and mine.id == session.id:
            return Bound()
        if session.state != "issued" or session.expires_at <= self._sources.now():
            return Gone()
        return Invitation(session.chat_user_name, session.chat_avatar_url, session.proof == "sign_in")

    async def begin(self, token: str) -> str | Gone:
        """Consume the link: bind it to a new browser secret, which is returned.

        Where the code is the proof, which comes last, the browser goes straight into the line.
        """
        now = self._sources.now()
        browser = self._sources.new_token()
        async with self._database.transaction() as tx:
            session = await link_sessions.by_token(tx, token_hash(token))
            if session is None or session.expires_at <= now:
                return Gone()
            if not await link_sessions.bind_browser(tx, session.id, token_hash(browser), now):
                return Gone()
            if session.proof == "code":
                await link_sessions.move(tx, session.id, "opened", "proven")
                await self._line.join(tx, session.id, now)
        self.changes.announce()
        return browser

    async def ask_to_sign_in(self, browser: str | None) -> str | Gone:
        """A secret for the browser to bring back from signing in, once; an earlier one counts no more."""
        session = await self._session_of(browser)
        if session is None or session.expires_at <= self._sources.now():
            return Gone()
        secret = self._sources.new_token()
        async with self._database.transaction() as tx:
            if not await link_sessions.ask_to_sign_in(tx, session.id, token_hash(secret)):
                return Gone()
        return secret

    async def comes_back(self, browser: str | None, secret: str) -> bool:
        """Whether this browser was sent to sign in with this secret, which is used up by asking."""
        session = await self._session_of(browser)
        if session is None:
            return False
        async with self._database.transaction() as tx:
            return await link_sessions.take_sign_in(tx, session.id, token_hash(secret))

    async def signed_in(self, browser: str | None, chat_platform: str, chat_user_id: str) -> None:
        """Who the browser is signed in as: the session's owner goes on, anybody else is stopped for good."""
        session = await self._session_of(browser)
        if session is None:
            return
        now = self._sources.now()
        async with self._database.transaction() as tx:
            session = await link_sessions.get(tx, session.id)
            if session is None or session.state != "opened" or session.expires_at <= now:
                return
            if session.owner == (chat_platform, chat_user_id):
                await link_sessions.move(tx, session.id, "opened", "proven")
                await audit.append(
                    tx, now, "member", "linking: proven", member=session.owner, object_id=session.id
                )
                await self._line.join(tx, session.id, now)
            else:
                await self._line.end(tx, session, "wrong_browser", now)
        self.changes.announce()

    async def progress(self, browser: str | None) -> Progress | Gone:
        """How far this browser's session is. Asking tells that the page is still open."""
        session = await self._session_of(browser)
        if session is not None:
            await self._hear(session)
        return await self.current(browser)

    async def current(self, browser: str | None) -> Progress | Gone:
        """The same for what is told without being asked, which tells nothing about the page."""
        session = await self._session_of(browser)
        if session is None:
            return Gone()
        now = self._sources.now()
        read = self._database.read
        cools_down_until = None
        if session.state == "proven":
            cools_down_until = await self._line.cools_down_until(read, session.owner, now)
        return Progress(
            standing=await read_standing(read, self._line, session, now),
            turn=await self._open_turn(read, session, now) if session.state == "open" else None,
            finish_code=session.finish_code,
            cools_down_for=None if cools_down_until is None else cools_down_until - now,
        )

    async def join_again(self, browser: str | None) -> None:
        """Back into the line after the widget was closed or the turn ran out. Idempotent."""
        session = await self._session_of(browser)
        if session is None:
            return
        async with self._database.transaction() as tx:
            await self._line.join(tx, session.id, self._sources.now())
        self.changes.announce()

    async def approved(self, browser: str | None) -> None:
        """The widget reported success: a hint that lets the turn's grant count. Idempotent.

        Too late for that, it still keeps the lane resting: the approval may be on its way.
        """
        session = await self._session_of(browser)
        if session is None:
            return
        async with self._database.transaction() as tx:
            turn = await turns.latest_of_session(tx, session.id)
            if turn is not None:
                await turns.mark_approved(tx, turn.id, self._sources.now())
            if turn is not None and turn.ended_at is None:
                await link_sessions.move(tx, session.id, "open", "approved")
        self._wake_matching()
        self.changes.announce()

    async def closed(self, browser: str | None) -> None:
        """The widget was closed before an approval: the turn goes to the next in line. Idempotent."""
        session = await self._session_of(browser)
        if session is None:
            return
        async with self._database.transaction() as tx:
            if await link_sessions.move(tx, session.id, "open", "proven"):
                await self._line.leave(tx, session, "closed", self._sources.now())
        self.changes.announce()

    async def _hear(self, session: LinkSession) -> None:
        """Whoever still looks at the page keeps the place, however long the line is."""
        now = self._sources.now()
        if session.state in link_sessions.ENDED or session.seen_at is None:
            return
        if now - session.seen_at >= HEARD_EVERY:
            async with self._database.transaction() as tx:
                await link_sessions.mark_seen(tx, session.id, now, now + self._rules.link_lives)

    async def _open_turn(self, read: Connection, session: LinkSession, now: datetime) -> OpenTurn | None:
        turn = await turns.live_of_session(read, session.id)
        platform_id = self._lanes.get(session.lane or "")
        if turn is None or platform_id is None:
            return None
        return OpenTurn(platform_id, turn.reference, (turn.expires_at - now).total_seconds())

    async def _session_of(self, browser: str | None) -> LinkSession | None:
        if not browser:
            return None
        return await link_sessions.by_browser(self._database.read, token_hash(browser))
