"""How commands print times and what others wrote."""

from datetime import datetime

from rich.markup import escape

from services.foreign_text import clean


def shown(text: str) -> str:
    """Somebody's words, with nothing in them that a terminal obeys."""
    return escape(clean(text, 200))


def in_utc(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"
