"""In which language a member is written to: that of the member's chat, as it was when last used."""

from services.identity import ChatUser
from services.wording.language import Language, language_of
from storage import member_languages
from storage.database import Database

REMEMBERED = 10_000


class MemberLanguages:
    """`default`: for the team, and for whoever has not used the bot yet."""

    def __init__(self, database: Database, default: Language) -> None:
        self._database = database
        self.default = default
        # Only to spare the database: most interactions come in the language of the one before.
        self._written: dict[tuple[str, str], str] = {}

    async def remember(self, user: ChatUser, locale: str) -> None:
        """Idempotent, and writes only what is new."""
        if self._written.get(user.key) == locale:
            return
        async with self._database.transaction() as tx:
            await member_languages.put(tx, user.key, locale)
        if len(self._written) >= REMEMBERED:
            self._written.clear()
        self._written[user.key] = locale

    async def of(self, member: tuple[str, str]) -> Language:
        """`member` is (platform, user id)."""
        locale = await member_languages.get(self._database.read, member)
        return self.default if locale is None else language_of(locale)
