"""Who did what to whom, when and why. Append-only, by triggers; never secrets, holdings or addresses."""

from datetime import datetime

from storage.database import Connection, to_ms


async def append(
    tx: Connection,
    at: datetime,
    actor: str,
    action: str,
    *,
    member: tuple[str, str] | None = None,
    object_id: str | None = None,
    reason: str | None = None,
) -> None:
    """Add a line. `actor` is 'member', 'banq', 'bot' or 'admin:<id>'; `member` is (platform, user id)."""
    await tx.execute(
        "INSERT INTO audit (at, actor, action, chat_platform, chat_user_id, object_id, reason)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        to_ms(at),
        actor,
        action,
        member[0] if member else None,
        member[1] if member else None,
        object_id,
        reason,
    )
