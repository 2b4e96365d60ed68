"""Discord's way of writing things, and what must be done to foreign text before Discord sees it."""

import re
from datetime import datetime
from urllib.parse import urlsplit

from services.foreign_text import clean
from services.wording.text import Markup

# A backslash before any of these takes its meaning away: markdown, links, mentions, timestamps, commands.
SPECIAL = re.compile(r"([\\*_~`|<>\[\](){}#:@/.+=!&-])")
LONGEST_URL = 1024


class DiscordMarkup(Markup):
    def foreign(self, text: str, limit: int = 80) -> str:
        return SPECIAL.sub(r"\\\1", clean(text, limit))

    def bold(self, text: str) -> str:
        return f"**{text}**"

    def code(self, text: str) -> str:
        return f"`{''.join(c for c in text[:200] if c.isprintable() and c != '`')}`"

    def member(self, user_id: str) -> str:
        # It calls nobody: the client's allowed mentions are none.
        return f"<@{user_id}>"

    def time(self, time: datetime) -> str:
        return f"<t:{int(time.timestamp())}:R>"


def picture_url(url: str | None, *, insecure: bool) -> str | None:
    """The URL if Discord can be asked to show it; one odd URL would cost the whole message."""
    if url is None or len(url) > LONGEST_URL or not url.isascii() or re.search(r"[\s\x00-\x1f\x7f]", url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    allowed = {"https", "http"} if insecure else {"https"}
    labels = host.split(".")
    named = len(labels) > 1 and all(re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", label) for label in labels)
    usable = parts.scheme in allowed and named and parts.username is None and port != 0
    return url if usable else None
