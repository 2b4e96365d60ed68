"""What a sentence is made of, and how a platform writes it in the reader's language."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.wording.language import Language

Tone = Literal["plain", "good", "warning", "bad"]


class Markup(ABC):
    """How one reader's chat writes things, in that reader's language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def say(self, sentence: str, /, **values: object) -> str:
        """An English sentence in the reader's language; foreign text only as a value."""
        return self.language.say(sentence, **values)

    def count(self, number: int, one: str, many: str, /, **values: object) -> str:
        """One of two English sentences, by number, in the reader's language."""
        return self.language.count(number, one, many, **values)

    @abstractmethod
    def foreign(self, text: str, limit: int = 80) -> str:
        """Text that a stranger wrote, cleaned and with nothing in it that the platform would act on."""

    @abstractmethod
    def bold(self, text: str) -> str: ...

    @abstractmethod
    def code(self, text: str) -> str:
        """Text set apart to be compared or copied; foreign text is safe in it."""

    @abstractmethod
    def member(self, user_id: str) -> str:
        """The member by name, as each reader's own chat shows it."""

    @abstractmethod
    def time(self, time: datetime) -> str:
        """A time as the reader's own clock shows it, relative to now."""

    @abstractmethod
    def moment(self, time: datetime) -> str:
        """The same as date and time, for what is looked up later."""


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
