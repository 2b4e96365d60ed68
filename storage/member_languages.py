"""The locale that each member's chat last had, such as `de` or `en-US`."""

from storage.database import Connection


async def put(tx: Connection, member: tuple[str, str], locale: str) -> None:
    await tx.execute(
        "INSERT INTO member_languages (chat_platform, chat_user_id, locale) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (chat_platform, chat_user_id) DO UPDATE SET locale = excluded.locale",
        *member,
        locale,
    )


async def get(connection: Connection, member: tuple[str, str]) -> str | None:
    row = await connection.fetch_one(
        "SELECT locale FROM member_languages WHERE chat_platform = ?1 AND chat_user_id = ?2", *member
    )
    return None if row is None else str(row["locale"])
