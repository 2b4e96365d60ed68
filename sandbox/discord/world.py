"""What the playground remembers: messages, commands, roles, files; and who hears of a change."""

import asyncio
import base64
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from sandbox.discord.cast import (
    ACCOUNTS,
    APPLICATION_ID,
    BOT_ROLE_ID,
    CHANNELS,
    GENERAL_ID,
    GUILD_ID,
    PEOPLE,
    SEND_MESSAGES,
    TEAM_ID,
    VIEW_CHANNEL,
    Overwrite,
    crowd,
    other_guilds,
)
from sandbox.discord.locales import DEFAULT_LOCALE
from sandbox.discord.permissions import permissions_of
from sandbox.discord.wire import UNKNOWN_MESSAGE, CallbackType, Json, MessageFlag, Problem

EPOCH_MS = 1_420_070_400_000
TOKEN_LIVES_S = 15 * 60
KEPT_MESSAGES = 2000
# Discord says "the past few minutes".
NONCE_LIVES_S = 3 * 60


@dataclass
class Message:
    """One message, in a channel or for one member's eyes only (`visible_to`)."""

    id: int
    channel_id: int
    author_id: int
    created_at: float
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    flags: int = 0
    visible_to: int | None = None
    used_by: int | None = None
    command: str | None = None
    interaction_id: int | None = None
    interaction_type: int | None = None
    failed: bool = False
    edited_at: float | None = None
    revision: int = 0
    nonce: int | str | None = None

    @property
    def is_loading(self) -> bool:
        return bool(self.flags & MessageFlag.LOADING)

    @property
    def is_v2(self) -> bool:
        return bool(self.flags & MessageFlag.COMPONENTS_V2)


@dataclass
class Interaction:
    """One interaction and what became of it."""

    id: int
    token: str
    type: int
    member_id: int
    channel_id: int
    created_at: float
    command: str | None = None
    option_type: int | None = None
    source_message_id: int | None = None
    answered: bool = False
    given_up: bool = False
    is_ephemeral: bool = False
    original_id: int | None = None


@dataclass
class Attachment:
    filename: str
    content_type: str
    content: bytes

    @property
    def dimensions(self) -> tuple[int, int] | None:
        """Width and height of a PNG; what only calls itself one has none, and is no picture to Discord."""
        if not self.content.startswith(b"\x89PNG\r\n\x1a\n") or self.content[12:16] != b"IHDR":
            return None
        return int.from_bytes(self.content[16:20]), int.from_bytes(self.content[20:24])


@dataclass(frozen=True)
class Answer:
    """The bot's first answer to an interaction."""

    kind: CallbackType
    message_id: int | None = None
    modal: Json | None = None
    choices: list[Json] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    kind: str
    message: Message | None = None


class World:
    """All state, kept in memory and, where a path is given, in one JSON file."""

    def __init__(self, state_path: Path | None = None, crowd_of: int = 0, guilds: int = 1) -> None:
        people = (*PEOPLE.values(), *crowd(crowd_of))
        self.guild_ids = (GUILD_ID, *other_guilds(guilds - 1))
        self.messages: dict[int, Message] = {}
        self.interactions: dict[str, Interaction] = {}
        self.attachments: dict[int, Attachment] = {}
        self.global_commands: list[Json] = []
        self.guild_commands: list[Json] = []
        self.roles: dict[int, set[int]] = {person.id: set(person.roles) for person in people}
        self.roles[APPLICATION_ID] = {BOT_ROLE_ID}
        self.overwrites = {channel.id: dict(channel.overwrites) for channel in CHANNELS.values()}
        self.dms_open = {person.id: person.direct_messages_open for person in people}
        self.locales = dict.fromkeys((person.id for person in people), DEFAULT_LOCALE)
        self.deleted: set[int] = set()
        # The scopes that each member has agreed to.
        self.authorized: dict[int, set[str]] = {person.id: set() for person in people}
        self.listeners: set[Callable[[Change], None]] = set()
        self.waiting: dict[str, asyncio.Future[Answer]] = {}
        self._state_path = state_path
        # For tests of what ends a quarter of an hour after an interaction, whose id tells when it was.
        self.ids_are_old_by_s = 0.0
        self._revision = itertools.count(1)
        self._counter = itertools.count()
        self._changed = asyncio.Event()
        if state_path is not None and state_path.exists():
            self._load(json.loads(state_path.read_text()))

    def new_id(self) -> int:
        """A snowflake: ids grow with time."""
        made_at = time.time() - self.ids_are_old_by_s
        return int(made_at * 1000 - EPOCH_MS) << 22 | next(self._counter) & 0x3FFFFF

    def message(self, message_id: int, channel_id: int | None = None) -> Message:
        found = self.messages.get(message_id)
        if found is None or channel_id not in (None, found.channel_id):
            raise Problem(*UNKNOWN_MESSAGE)
        return found

    def is_member(self, user_id: int) -> bool:
        """Whether this account is in the community now."""
        return user_id in self.roles

    def may(self, user_id: int, permission: int, channel_id: int) -> bool:
        """In one of the community's channels."""
        held = permissions_of(self.roles.get(user_id, ()), self.overwrites[channel_id])
        return self.is_member(user_id) and bool(held & permission)

    def let_bot(self, channel_id: int, *, see: bool, write: bool) -> None:
        """What whoever runs the community sets for the bot's role in this channel."""
        wanted = (VIEW_CHANNEL if see else 0) | (SEND_MESSAGES if write else 0)
        both = VIEW_CHANNEL | SEND_MESSAGES
        self.overwrites[channel_id][BOT_ROLE_ID] = Overwrite(allow=wanted, deny=both & ~wanted)

    def sent_lately(self, author_id: int, nonce: int | str) -> Message | None:
        """The author's message of the past few minutes with this nonce, in whatever channel."""
        since = time.time() - NONCE_LIVES_S
        for message in self.messages.values():
            is_it = message.author_id == author_id and message.nonce is not None
            if is_it and str(message.nonce) == str(nonce) and message.created_at > since:
                return message
        return None

    def shown(self, channel_id: int, member_id: int) -> list[Message]:
        """What the member sees in the channel, in order."""
        return [
            message
            for message in self.messages.values()
            if message.channel_id == channel_id and self.sees(member_id, message)
        ]

    def sees(self, user_id: int, message: Message) -> bool:
        if message.channel_id in CHANNELS:
            in_reach = self.may(user_id, VIEW_CHANNEL, message.channel_id)
        else:
            in_reach = user_id == APPLICATION_ID or message.channel_id == ACCOUNTS[user_id].channel_id
        return in_reach and message.visible_to in (None, user_id)

    def put(self, message: Message) -> None:
        """Adds or replaces a message and tells everyone who looks on."""
        message.revision = next(self._revision)
        self.messages[message.id] = message
        if len(self.messages) > KEPT_MESSAGES:
            del self.messages[next(iter(self.messages))]
        self.changed(Change("message", message))

    def delete(self, message: Message) -> None:
        self.messages.pop(message.id, None)
        self.changed(Change("deleted", message))

    def open_interaction(self, interaction: Interaction) -> None:
        oldest = time.time() - TOKEN_LIVES_S
        for token, other in list(itertools.islice(self.interactions.items(), 2)):
            if other.created_at < oldest:
                del self.interactions[token]
        self.interactions[interaction.token] = interaction

    def answer(self, interaction: Interaction, answer: Answer) -> None:
        waiter = self.waiting.get(interaction.token)
        if waiter is not None and not waiter.done():
            waiter.set_result(answer)
        self.changed(Change("answered"))

    def expire_tokens(self) -> None:
        """Every interaction up to now is more than fifteen minutes old from here on."""
        for interaction in self.interactions.values():
            interaction.created_at -= TOKEN_LIVES_S + 1
        self.changed(Change("tokens"))

    def changed(self, change: Change) -> None:
        self.save()
        self._changed.set()
        self._changed = asyncio.Event()
        for listener in tuple(self.listeners):
            listener(change)

    async def next_change(self) -> None:
        await self._changed.wait()

    def save(self) -> None:
        if self._state_path is None:
            return
        state = {
            "messages": [asdict(message) for message in self.messages.values()],
            "interactions": [asdict(interaction) for interaction in self.interactions.values()],
            "attachments": {
                str(number): asdict(one) | {"content": base64.b64encode(one.content).decode()}
                for number, one in self.attachments.items()
            },
            "global_commands": self.global_commands,
            "guild_commands": self.guild_commands,
            "roles": {str(member): sorted(roles) for member, roles in self.roles.items()},
            "dms_open": {str(member): is_open for member, is_open in self.dms_open.items()},
            "locales": {str(member): locale for member, locale in self.locales.items()},
            "deleted": sorted(self.deleted),
            "authorized": {str(member): sorted(scopes) for member, scopes in self.authorized.items()},
        }
        draft = self._state_path.with_suffix(".tmp")
        draft.write_text(json.dumps(state))
        draft.replace(self._state_path)

    def _load(self, state: Json) -> None:
        for raw in state["messages"]:
            message = Message(**_known(Message, raw))
            self.messages[message.id] = message
        for raw in state["interactions"]:
            interaction = Interaction(**_known(Interaction, raw))
            self.interactions[interaction.token] = interaction
        for number, raw in state["attachments"].items():
            content = base64.b64decode(raw["content"])
            self.attachments[int(number)] = Attachment(raw["filename"], raw["content_type"], content)
        self.global_commands = state["global_commands"]
        self.guild_commands = state["guild_commands"]
        self.roles = {int(member): set(roles) for member, roles in state["roles"].items()}
        self.overwrites = {channel.id: dict(channel.overwrites) for channel in CHANNELS.values()}
        self.dms_open = {int(member): is_open for member, is_open in state["dms_open"].items()}
        self.locales |= {int(member): locale for member, locale in state.get("locales", {}).items()}
        self.deleted = set(state.get("deleted", ()))
        for member, scopes in state.get("authorized", {}).items():
            self.authorized[int(member)] = set(scopes)
        newest = max((message.revision for message in self.messages.values()), default=0)
        self._revision = itertools.count(newest + 1)


def _known(kind: type, raw: Json) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in raw.items() if name in names}


def channel_of(member_id: int, where: str) -> int:
    """The channel a member means by "guild", "team" or "dm"."""
    match where:
        case "guild":
            return GENERAL_ID
        case "team":
            return TEAM_ID
        case "dm":
            return ACCOUNTS[member_id].channel_id
    raise ValueError(f'where must be "guild", "team" or "dm", not {where!r}')
