"""Why the team or the operator did something, as the audit log keeps it."""

from services.addresses import with_addresses_shortened
from services.foreign_text import clean

SHORTEST, LONGEST = 3, 200
UNREADABLE = "(nothing that can be read)"


def kept(reason: str) -> str:
    """The reason without whole addresses, and what deceives a reader or steers a terminal; idempotent."""
    # Cleaned first, since what is hidden in an address would hide it; cut last, which would hide its end.
    readable = clean(reason, 2 * LONGEST)
    return clean(with_addresses_shortened(readable), LONGEST) or UNREADABLE
