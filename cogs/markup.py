"""Discord's way of writing things, and what must be done to foreign text before Discord sees it."""

import re
import unicodedata
from datetime import datetime

from services.foreign_text import clean
from services.wording.text import Markup

# A backslash before any of these takes its meaning away: markdown, links, mentions, timestamps, commands.
# It cannot stand before a letter, so "https" stays a scheme unless what follows it is taken apart.
SPECIAL = re.compile(r"([\\*_~`|<>\[\](){}#:@/.+=!&-])")
RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
LONGEST_CODE = 200


class DiscordMarkup(Markup):
    def foreign(self, text: str, limit: int = 80) -> str:
        return _isolated(SPECIAL.sub(r"\\\1", clean(text, limit)))

    def bold(self, text: str) -> str:
        return f"**{text}**"

    def code(self, text: str) -> str:
        # Nothing can be escaped within code marks, so what would end them is replaced.
        cleaned = clean(text, LONGEST_CODE).replace("`", "'")
        return _isolated(f"`{cleaned}`") if cleaned else ""

    def member(self, user_id: str) -> str:
        # It calls nobody: the client's allowed mentions are none.
        return f"<@{user_id}>"

    def time(self, time: datetime) -> str:
        return f"<t:{int(time.timestamp())}:R>"

    def moment(self, time: datetime) -> str:
        seconds = int(time.timestamp())
        # Together shorter than Discord's own form for both, which spells the month out.
        return f"<t:{seconds}:d> <t:{seconds}:t>"


def _isolated(text: str) -> str:
    """Text that runs from right to left would otherwise turn our own words and numbers around it."""
    if text.isascii() or RIGHT_TO_LEFT.isdisjoint(map(unicodedata.bidirectional, text)):
        return text
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
