"""How far a linking attempt is, as the page and the message in chat show it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.line import Line, Place
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


def standing_of(session: LinkSession, place: Place | None = None) -> Standing:
    return Standing(
        session_id=session.id,
        state=session.state,
        proof=session.proof,
        chat_user_name=session.chat_user_name,
        chat_avatar_url=session.chat_avatar_url,
        expires_at=session.expires_at,
        place=None if place is None else place.number,
        wait=None if place is None else place.wait,
        nft_count=session.nft_count,
    )


async def read_standing(connection: Connection, line: Line, session: LinkSession, now: datetime) -> Standing:
    if session.state != "waiting":
        return standing_of(session)
    return standing_of(session, await line.place_of(connection, session.id, now))
