"""Who is speaking to the bot."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChatUser:
    """A person on a chat platform. `name` is foreign text."""

    platform: str
    id: str
    name: str
    avatar_url: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        return (self.platform, self.id)
