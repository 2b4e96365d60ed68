"""What the outbox asks of a chat platform, and how a platform says no."""

from enum import Enum, auto
from typing import Protocol

from services.wording.language import Language
from services.wording.text import Markup, Words


class TeamChannel(Enum):
    """How a channel of the team is: that for what needs a person, or that for the audit log."""

    NOT_SET = auto()
    WELL = auto()
    CLOSED = auto()


class DirectMessagesClosed(Exception):
    """The member takes no direct messages from the bot."""


class TeamChannelClosed(Exception):
    """There is no channel for the team, or the bot may not write in it."""


class NoAuditChannel(Exception):
    """Nobody wants to read along in the audit log."""


class DeliveryFailed(Exception):
    """The chat platform did not take the message now; the text names no secret.

    `retry_after_s`: it asks not to be tried before that.
    """

    def __init__(self, text: str, *, retry_after_s: float = 0.0) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class MessageRefused(DeliveryFailed):
    """The chat platform takes offence at this very message; the next one to the same person may pass."""


class Messenger(Protocol):
    """One chat platform's way of sending a direct message, or one to the team.

    `once` names the message: where the platform can tell, it is shown once however often it is sent.
    """

    team_channel: TeamChannel
    audit_channel: TeamChannel

    def markup(self, language: Language) -> Markup:
        """How it writes things for a reader of this language."""

    async def send(self, recipient: str, words: Words, once: str) -> None:
        """Raises DirectMessagesClosed or DeliveryFailed."""

    async def send_to_team(self, words: Words, once: str) -> None:
        """Raises TeamChannelClosed or DeliveryFailed."""

    async def send_to_audit(self, line: str, once: str) -> None:
        """Raises NoAuditChannel or DeliveryFailed."""
