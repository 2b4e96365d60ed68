"""How far a linking attempt is, as the page and the message in chat show it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.line import Line
from storage import link_sessions
from storage.database import Connection
from storage.link_sessions import LinkSession, Proof


@dataclass(frozen=True)
class Standing:
    """How far an attempt is. `place` counts from 1, and `wait` is an estimate; both while it waits."""

    session_id: str
    state: str
    proof: Proof
    chat_user_name: str
    chat_avatar_url: str | None
    expires_at: datetime
    place: int | None
    wait: timedelta | None
    nft_count: int | None


def standing_of(session: LinkSession, place: int | None = None, wait: timedelta | None = None) -> Standing:
    return Standing(
        session_id=session.id,
        state=session.state,
        proof=session.proof,
        chat_user_name=session.chat_user_name,
        chat_avatar_url=session.chat_avatar_url,
        expires_at=session.expires_at,
        place=place,
        wait=wait,
        nft_count=session.nft_count,
    )


async def read_standing(connection: Connection, line: Line, session: LinkSession, now: datetime) -> Standing:
    if session.state != "waiting":
        return standing_of(session)
    place = await link_sessions.place_in_line(connection, session.id)
    return standing_of(session, place, await line.expected_wait(connection, place, now))
