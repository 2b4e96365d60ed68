"""A message as a member sees it, with ways to find what to press."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.discord.cast import APPLICATION_ID
from sandbox.discord.check_components import walk
from sandbox.discord.wire import SELECTS, ComponentType, Json, MessageFlag
from sandbox.discord.world import Message


@dataclass(frozen=True)
class SeenMessage:
    """A snapshot: ask again after a change."""

    id: int
    channel_id: int
    author_id: int
    content: str
    embeds: list[Json]
    components: list[Json]
    attachments: list[Json]
    flags: int
    revision: int
    command: str | None = None
    used_by: int | None = None
    failed: bool = False
    is_edited: bool = False

    @property
    def is_from_bot(self) -> bool:
        return self.author_id == APPLICATION_ID

    @property
    def is_ephemeral(self) -> bool:
        return bool(self.flags & MessageFlag.EPHEMERAL)

    @property
    def is_thinking(self) -> bool:
        return bool(self.flags & MessageFlag.LOADING)

    @property
    def text(self) -> str:
        """Everything that can be read: content, embeds, layout text; one piece a line."""
        return "\n".join(piece for piece in self._pieces() if piece)

    @property
    def buttons(self) -> list[Json]:
        return [one for one in walk(self.components) if one["type"] == ComponentType.BUTTON]

    @property
    def selects(self) -> list[Json]:
        return [one for one in walk(self.components) if one["type"] in SELECTS]

    @property
    def images(self) -> list[str]:
        """The addresses of all pictures."""
        found = [
            embed[key]["url"] for embed in self.embeds for key in ("thumbnail", "image") if embed.get(key)
        ]
        for component in walk(self.components):
            if component["type"] == ComponentType.THUMBNAIL:
                found.append(component["media"]["url"])
            found += [item["media"]["url"] for item in component.get("items") or []]
        return found

    def has_button(self, label: str) -> bool:
        return any(button.get("label") == label for button in self.buttons)

    def button(self, label: str) -> Json:
        for button in self.buttons:
            if button.get("label") == label:
                return button
        raise LookupError(f"No button {label!r}; there are {[one.get('label') for one in self.buttons]}")

    def select(self, placeholder: str | None = None) -> Json:
        for select in self.selects:
            if placeholder in (None, select.get("placeholder"), select["custom_id"]):
                return select
        raise LookupError(
            f"No select {placeholder!r}; there are {[one['custom_id'] for one in self.selects]}"
        )

    def _pieces(self) -> Iterator[str]:
        yield self.content
        for embed in self.embeds:
            yield (embed.get("author") or {}).get("name", "")
            yield embed.get("title") or ""
            yield embed.get("description") or ""
            for one in embed.get("fields") or []:
                yield one["name"]
                yield one["value"]
            yield (embed.get("footer") or {}).get("text", "")
        for component in walk(self.components):
            if component["type"] == ComponentType.TEXT_DISPLAY:
                yield component["content"]


@dataclass(frozen=True)
class Modal:
    """A form that the bot opened, as its member sees it."""

    interaction_id: int
    channel_id: int
    source_message_id: int | None
    title: str
    custom_id: str
    components: list[Json]

    @property
    def fields(self) -> list[Json]:
        """The inputs, in order."""
        kinds = {ComponentType.ACTION_ROW, ComponentType.LABEL, ComponentType.TEXT_DISPLAY}
        return [one for one in walk(self.components) if one["type"] not in kinds]

    @property
    def text(self) -> str:
        pieces = [self.title]
        for component in walk(self.components):
            pieces += [component.get(key) or "" for key in ("label", "description", "content")]
        return "\n".join(piece for piece in pieces if piece)


@dataclass(frozen=True)
class Outcome:
    """What a member's action led to.

    `kind` is "replied", "deferred" (a "thinking" message is shown), "updated", "acknowledged" (the bot
    changes the message later, or nothing), "modal", "choices", or "failed" (no answer in time).
    """

    kind: str
    interaction_id: int
    message: SeenMessage | None = None
    modal: Modal | None = None
    choices: list[Json] = field(default_factory=list)


def seen(message: Message) -> SeenMessage:
    return SeenMessage(
        id=message.id,
        channel_id=message.channel_id,
        author_id=message.author_id,
        content=message.content,
        embeds=message.embeds,
        components=message.components,
        attachments=message.attachments,
        flags=message.flags,
        revision=message.revision,
        command=message.command,
        used_by=message.used_by,
        failed=message.failed,
        is_edited=message.edited_at is not None,
    )
