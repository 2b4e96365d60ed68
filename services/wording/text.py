"""What a sentence is made of, and how a platform writes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Tone = Literal["plain", "good", "warning", "bad"]


class Markup(Protocol):
    """How one chat platform writes things."""

    def foreign(self, text: str, limit: int = 80) -> str:
        """Text that a stranger wrote, cleaned and with nothing in it that the platform would act on."""

    def bold(self, text: str) -> str: ...

    def code(self, text: str) -> str:
        """Text set apart to be compared or copied; foreign text is safe in it."""

    def member(self, user_id: str) -> str:
        """The member by name, as each reader's own chat shows it."""

    def time(self, time: datetime) -> str:
        """A time as the reader's own clock shows it, relative to now."""


@dataclass(frozen=True)
class Action:
    """A button: its label, what it does (the edges know by name), and to what."""

    label: str
    name: str
    reference: str = ""
    style: Literal["plain", "primary", "danger"] = "plain"


@dataclass(frozen=True)
class Words:
    title: str
    text: str
    tone: Tone = "plain"
    image_url: str | None = None
    image_text: str = ""
    actions: tuple[Action, ...] = ()
