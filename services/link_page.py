"""Linking as the browser sees it. The first browser that continues is bound to the session by a cookie."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from banq.models import PlatformId
from services.line import Line, LinkingRules
from services.linking import token_hash
from services.sources import Sources
from storage import link_sessions, turns
from storage.database import Database
from storage.link_sessions import LinkSession


@dataclass(frozen=True)
class Invitation:
    """A link that nobody has used yet: what its page may say before anything happens."""

    chat_user_name: str
    chat_avatar_url: str | None


@dataclass(frozen=True)
class Bound:
    """The link is used, and by the very browser that asks."""


@dataclass(frozen=True)
class Gone:
    """Unknown, expired and used links all look like this."""


@dataclass(frozen=True)
class Progress:
    """How far the browser's session is. `place` counts from 1; the turn's values are there while `open`."""

    state: str
    chat_user_name: str
    chat_avatar_url: str | None
    place: int | None
    platform_id: PlatformId | None
    finish_code: str | None
    nft_count: int | None
    turn_ends_in_s: float | None


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
        return Invitation(session.chat_user_name, session.chat_avatar_url)

    async def begin(self, token: str) -> str | Gone:
        """Consume the link: bind it to a new browser secret, which is returned, and join the line."""
        now = self._sources.now()
        browser = self._sources.new_token()
        async with self._database.transaction() as tx:
            session = await link_sessions.by_token(tx, token_hash(token))
            if session is None or session.expires_at <= now:
                return Gone()
            if not await link_sessions.bind_browser(tx, session.id, token_hash(browser)):
                return Gone()
            await self._line.join(tx, session.id, now)
        return browser

    async def progress(self, browser: str | None) -> Progress | Gone:
        session = await self._session_of(browser)
        if session is None:
            return Gone()
        waiting = session.state == "waiting"
        if waiting:
            await self._keep_in_line(session)
        opened = session.state == "open"
        turn = await turns.live_of_session(self._database.read, session.id) if opened else None
        return Progress(
            state=session.state,
            chat_user_name=session.chat_user_name,
            chat_avatar_url=session.chat_avatar_url,
            place=await link_sessions.place_in_line(self._database.read, session) if waiting else None,
            platform_id=self._lanes.get(session.lane or "") if opened else None,
            finish_code=session.finish_code,
            nft_count=session.nft_count,
            turn_ends_in_s=None if turn is None else (turn.expires_at - self._sources.now()).total_seconds(),
        )

    async def _keep_in_line(self, session: LinkSession) -> None:
        """Whoever still looks at the page keeps the place, however long the line is."""
        now = self._sources.now()
        lives = self._rules.link_lives
        if session.expires_at < now + lives / 2:
            async with self._database.transaction() as tx:
                await link_sessions.extend_waiting(tx, session.id, now + lives)

    async def join_again(self, browser: str | None) -> None:
        """Back into the line after the widget was closed or the turn ran out. Idempotent."""
        session = await self._session_of(browser)
        if session is None:
            return
        async with self._database.transaction() as tx:
            await self._line.join(tx, session.id, self._sources.now())

    async def approved(self, browser: str | None) -> None:
        """The widget reported success: a hint that lets the turn's grant count. Idempotent."""
        session = await self._session_of(browser)
        if session is None:
            return
        async with self._database.transaction() as tx:
            turn = await turns.live_of_session(tx, session.id)
            if turn is not None and await link_sessions.move(tx, session.id, "open", "approved"):
                await turns.mark_approved(tx, turn.id, self._sources.now())
        self._wake_matching()

    async def closed(self, browser: str | None) -> None:
        """The widget was closed before an approval: the turn goes to the next in line. Idempotent."""
        session = await self._session_of(browser)
        if session is None:
            return
        async with self._database.transaction() as tx:
            if await link_sessions.move(tx, session.id, "open", "proven"):
                await self._line.leave(tx, session, "closed", self._sources.now())

    async def _session_of(self, browser: str | None) -> LinkSession | None:
        if not browser:
            return None
        return await link_sessions.by_browser(self._database.read, token_hash(browser))
