"""Why the team or the operator did something, as the audit log keeps it."""

from services.foreign_text import clean

SHORTEST, LONGEST = 3, 200
UNREADABLE = "(nothing that can be read)"


def kept(reason: str) -> str:
    """The reason without what deceives a reader or steers a terminal; idempotent."""
    return clean(reason, LONGEST) or UNREADABLE
