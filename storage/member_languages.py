"""The language that each member was last answered in, such as `de`."""

from storage.database import Connection


async def put(tx: Connection, member: tuple[str, str], language: str) -> None:
    await tx.execute(
        "INSERT INTO member_languages (chat_platform, chat_user_id, language) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (chat_platform, chat_user_id) DO UPDATE SET language = excluded.language",
        *member,
        language,
    )


async def get(connection: Connection, member: tuple[str, str]) -> str | None:
    row = await connection.fetch_one(
        "SELECT language FROM member_languages WHERE chat_platform = ?1 AND chat_user_id = ?2", *member
    )
    return None if row is None else str(row["language"])
