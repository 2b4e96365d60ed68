"""In which language a member is written to: that of the member's chat, as it was when last used."""

import asyncio

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
        self._new: dict[tuple[str, str], str] = {}
        self._writing = asyncio.Lock()

    async def remember(self, user: ChatUser, language: Language) -> None:
        """Idempotent, and writes only what is new."""
        if self._written.get(user.key) == language.code:
            return
        self._new[user.key] = language.code
        async with self._writing:
            # Whoever comes first writes for all who came meanwhile, so that a crowd keeps nobody waiting.
            new, self._new = self._new, {}
            if not new:
                return
            async with self._database.transaction() as tx:
                for member, code in new.items():
                    await member_languages.put(tx, member, code)
            if len(self._written) >= REMEMBERED:
                self._written.clear()
            self._written |= new

    async def of(self, member: tuple[str, str]) -> Language:
        """`member` is (platform, user id)."""
        code = await member_languages.get(self._database.read, member)
        return self.default if code is None else language_of(code)
