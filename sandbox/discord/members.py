"""What members do and see. Tests call it directly; the chat page calls it over HTTP."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sandbox.discord.announce import Announcer
from sandbox.discord.cast import ACCOUNTS, CHANNELS, OWNER, VIEW_CHANNEL
from sandbox.discord.check_components import walk
from sandbox.discord.courier import Courier
from sandbox.discord.locales import LOCALES
from sandbox.discord.modals import fill_in_modal
from sandbox.discord.options import (
    ClientRefusedError,
    command_data,
    find,
    full_names,
    offered,
    read_values,
    resolve,
)
from sandbox.discord.seen import Modal, Outcome, SeenMessage, seen
from sandbox.discord.wire import SELECTS, ButtonStyle, ComponentType, InteractionType, Json
from sandbox.discord.world import Change, Message, World, channel_of

Found = TypeVar("Found")


class Members:
    def __init__(self, world: World, courier: Courier, announcer: Announcer) -> None:
        self._world = world
        self._courier = courier
        self._announcer = announcer

    # What they see

    def commands(self, member_id: int, where: str = "guild") -> list[Json]:
        """The slash commands the member is offered."""
        return offered(self._world, member_id, where)

    def command_names(self, member_id: int, where: str = "guild") -> list[str]:
        """The same as full names, sub-commands spelled out: "admin member"."""
        return [name for command in self.commands(member_id, where) for name in full_names(command)]

    def seen_by(self, member_id: int, where: str = "guild") -> list[SeenMessage]:
        return [seen(one) for one in self._world.shown(channel_of(member_id, where), member_id)]

    def look(self, member_id: int, message_id: int) -> SeenMessage:
        """One message again; `LookupError` when the member does not see it (any more)."""
        message = self._world.messages.get(message_id)
        if message is None or not self._world.sees(member_id, message):
            raise LookupError(f"{ACCOUNTS[member_id].name} sees no message {message_id}")
        return seen(message)

    def watch(self, look: Callable[[SeenMessage], None]) -> Callable[[], None]:
        """Shows every message to `look`, whoever sees it, as it comes and each time that it changes.

        Calling the result ends that.
        """

        def on_change(change: Change) -> None:
            if change.kind == "message" and change.message is not None:
                look(seen(change.message))

        self._world.listeners.add(on_change)
        return lambda: self._world.listeners.discard(on_change)

    async def wait_for(self, look: Callable[[], Found | None], within_s: float = 10.0) -> Found:
        """Looks again after every change until something is found; `TimeoutError` when nothing comes."""
        async with asyncio.timeout(within_s):
            while True:
                found = look()
                if found is not None:
                    return found
                await self._world.next_change()

    async def next_message(
        self, member_id: int, where: str = "guild", *, after: int = 0, within_s: float = 10.0
    ) -> SeenMessage:
        """The first message from the bot, newer than the id `after`, that no longer says "thinking"."""

        def look() -> SeenMessage | None:
            newer = [one for one in self.seen_by(member_id, where) if one.id > after and one.is_from_bot]
            return next((one for one in newer if not one.is_thinking), None)

        return await self.wait_for(look, within_s)

    async def settled(self, member_id: int, outcome: Outcome, within_s: float = 10.0) -> SeenMessage:
        """The message of an outcome, once the bot has filled in what it deferred."""
        if outcome.message is None:
            raise LookupError(f"The action {outcome.kind}, so there is no message to wait for")
        first = outcome.message

        def look() -> SeenMessage | None:
            now = self.look(member_id, first.id)
            unchanged = outcome.kind == "acknowledged" and now.revision == first.revision
            return None if now.is_thinking or unchanged else now

        return await self.wait_for(look, within_s)

    # What they do

    async def run_command(
        self,
        member_id: int,
        name: str,
        values: Mapping[str, Any] | None = None,
        where: str = "guild",
        *,
        force: bool = False,
    ) -> Outcome:
        """Runs a slash command; `ClientRefusedError` for what the client would not let through.

        With `force` also a command that the member's client would hide.
        """
        command, path, options = find(self._world, member_id, where, name, force=force)
        filled = read_values(options, dict(values or {}))
        data = command_data(command, path, filled)
        resolved = resolve(self._world, filled, where)
        if resolved:
            data["resolved"] = resolved
        full_name = " ".join([command["name"], *path])
        interaction = self._courier.open(InteractionType.COMMAND, member_id, channel_of(member_id, where))
        interaction.command = full_name
        return await self._courier.send(interaction, data)

    async def autocomplete(
        self,
        member_id: int,
        name: str,
        option: str,
        typed: str = "",
        others: Mapping[str, Any] | None = None,
        where: str = "guild",
        *,
        force: bool = False,
    ) -> list[Json]:
        """The choices the bot offers, each with `name` and `value`; none when it does not answer.

        With `force` also of a command that the member's client would hide.
        """
        command, path, options = find(self._world, member_id, where, name, force=force)
        focused = next((one for one in options if one["name"] == option), None)
        if focused is None or not focused.get("autocomplete"):
            raise ClientRefusedError(f"{option} does not autocomplete")
        rest = [one | {"required": False} for one in options if one["name"] != option]
        filled = read_values(rest, {key: value for key, value in (others or {}).items() if key != option})
        filled.append({"name": option, "type": focused["type"], "value": typed, "focused": True})
        interaction = self._courier.open(
            InteractionType.AUTOCOMPLETE, member_id, channel_of(member_id, where)
        )
        interaction.option_type = focused["type"]
        outcome = await self._courier.send(interaction, command_data(command, path, filled))
        return outcome.choices

    async def press(self, member_id: int, message_id: int, custom_id: str, *, force: bool = False) -> Outcome:
        """Presses a button. With `force` also one the member cannot see, or that is disabled."""
        message, button = self._component(member_id, message_id, custom_id, force=force)
        if button["type"] != ComponentType.BUTTON or button["style"] == ButtonStyle.LINK:
            raise ClientRefusedError(f"{custom_id} is not a button to press")
        data = {"custom_id": custom_id, "component_type": button["type"], "id": button["id"]}
        return await self._use(member_id, message, data)

    async def choose(
        self, member_id: int, message_id: int, custom_id: str, values: Sequence[str], *, force: bool = False
    ) -> Outcome:
        """Picks options of a select, by value."""
        message, select = self._component(member_id, message_id, custom_id, force=force)
        if select["type"] not in SELECTS:
            raise ClientRefusedError(f"{custom_id} is not a select")
        least, most = select.get("min_values"), select.get("max_values")
        is_fitting = (1 if least is None else least) <= len(set(values)) == len(values) <= (most or 1)
        if not force and not is_fitting:
            raise ClientRefusedError("Too few or too many options picked")
        known = {option["value"] for option in select.get("options") or []}
        if select["type"] == ComponentType.STRING_SELECT and not force and not set(values) <= known:
            raise ClientRefusedError("Not one of the options")
        data: Json = {
            "custom_id": custom_id,
            "component_type": select["type"],
            "id": select["id"],
            "values": list(values),
        }
        if select["type"] != ComponentType.STRING_SELECT:
            where = "guild" if message.channel_id in CHANNELS else "dm"
            picked = [{"type": 9, "value": value} for value in values]
            data["resolved"] = resolve(self._world, picked, where)
        return await self._use(member_id, message, data)

    async def submit_modal(self, member_id: int, modal: Modal, values: Mapping[str, Any]) -> Outcome:
        """Fills in a modal by custom id and sends it; `ClientRefusedError` when the form would not close."""
        self._require_account(member_id, modal.channel_id)
        data = {"custom_id": modal.custom_id, "components": fill_in_modal(modal, values)}
        interaction = self._courier.open(InteractionType.MODAL_SUBMIT, member_id, modal.channel_id)
        interaction.source_message_id = modal.source_message_id
        return await self._courier.send(interaction, data)

    async def say(self, member_id: int, text: str, where: str = "guild") -> SeenMessage:
        """Posts an ordinary message."""
        self._require_account(member_id, channel_of(member_id, where))
        text = text.strip()
        if not 0 < len(text) <= 2000:
            raise ClientRefusedError("Between 1 and 2000 characters")
        message = Message(
            self._world.new_id(), channel_of(member_id, where), member_id, time.time(), content=text
        )
        self._world.put(message)
        await self._announcer.created(message)
        return seen(message)

    def dismiss(self, member_id: int, message_id: int) -> None:
        """Takes an ephemeral message off the member's screen."""
        message = self._world.messages.get(message_id)
        if message is None or message.visible_to != member_id:
            raise ClientRefusedError("Only your own ephemeral messages can be dismissed")
        self._world.delete(message)

    def roles_of(self, member_id: int) -> set[int]:
        return set(self._world.roles.get(member_id, ()))

    def set_direct_messages(self, member_id: int, *, is_open: bool) -> None:
        self._world.dms_open[member_id] = is_open
        self._world.changed(Change("people"))

    def locale_of(self, member_id: int) -> str:
        return self._world.locales[member_id]

    def set_locale(self, member_id: int, locale: str) -> None:
        """Picks the language of the member's client."""
        if locale not in LOCALES:
            raise ClientRefusedError(f"There is no language {locale}")
        self._world.locales[member_id] = locale
        self._world.changed(Change("people"))

    def let_bot(self, channel_id: int, *, see: bool, write: bool) -> None:
        """Whoever runs the community sets what the bot may do in this channel."""
        self._world.let_bot(channel_id, see=see, write=write)

    def act_long_ago(self, seconds: float) -> None:
        """By their ids, what people do from now on was so long ago; tokens end after a quarter of an hour."""
        self._world.ids_are_old_by_s = seconds

    def leave(self, member_id: int) -> None:
        """Leaves the community: the roles are gone, and so is the way for the bot's direct messages.

        The bot is told nothing: that takes the privileged intent for members.
        """
        if member_id == OWNER:
            raise ClientRefusedError("The owner must hand the community over first")
        self._world.roles.pop(member_id, None)
        self._world.changed(Change("people"))

    def join(self, member_id: int) -> None:
        """Comes (back) into the community, as anybody new does."""
        if member_id in self._world.deleted:
            raise ClientRefusedError("There is no such account any more")
        self._world.roles.setdefault(member_id, set())
        self._world.changed(Change("people"))

    def delete_account(self, member_id: int) -> None:
        """The account is gone for good. Its id stays, and can still be looked up."""
        self.leave(member_id)
        self._world.deleted.add(member_id)
        self._world.changed(Change("people"))

    # How it reaches the bot

    def _component(
        self, member_id: int, message_id: int, custom_id: str, *, force: bool
    ) -> tuple[Message, Json]:
        message = self._world.messages.get(message_id)
        if message is None or not (force or self._world.sees(member_id, message)):
            raise ClientRefusedError("There is no such message")
        self._require_account(member_id, message.channel_id)
        for component in walk(message.components):
            if component.get("custom_id") == custom_id:
                if component.get("disabled") and not force:
                    raise ClientRefusedError("It is disabled")
                return message, component
        raise ClientRefusedError(f"The message has no component {custom_id}")

    def _require_account(self, member_id: int, channel_id: int) -> None:
        """Nobody acts with a deleted account, nor in a community that they are not in."""
        if member_id in self._world.deleted:
            raise ClientRefusedError("There is no such account any more")
        if channel_id not in CHANNELS:
            return
        if not self._world.is_member(member_id):
            raise ClientRefusedError("Only members come in here")
        if not self._world.may(member_id, VIEW_CHANNEL, channel_id):
            raise ClientRefusedError("Not everybody comes in here")

    async def _use(self, member_id: int, message: Message, data: Json) -> Outcome:
        interaction = self._courier.open(InteractionType.COMPONENT, member_id, message.channel_id)
        interaction.source_message_id = message.id
        return await self._courier.send(interaction, data)
