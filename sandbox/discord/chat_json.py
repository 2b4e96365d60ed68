"""What the chat page and its server tell each other."""

from dataclasses import asdict

from sandbox.discord import render
from sandbox.discord.seen import Modal, Outcome
from sandbox.discord.wire import Json
from sandbox.discord.world import Message


def shown(message: Message) -> Json:
    told = render.message(message)
    told["used_by"] = None if message.used_by is None else str(message.used_by)
    told["command"] = message.command
    told["failed"] = message.failed
    return told


def outcome(one: Outcome) -> Json:
    told: Json = {"kind": one.kind, "message_id": None, "modal": None}
    if one.message is not None:
        told["message_id"] = str(one.message.id)
    if one.modal is not None:
        told["modal"] = asdict(one.modal)
        for key in ("interaction_id", "channel_id", "source_message_id"):  # too large for a JavaScript number
            value = told["modal"][key]
            told["modal"][key] = None if value is None else str(value)
    return told


def modal(told: Json) -> Modal:
    """The form again that an outcome told of."""
    source = told.get("source_message_id")
    return Modal(
        interaction_id=int(told["interaction_id"]),
        channel_id=int(told["channel_id"]),
        source_message_id=None if source is None else int(source),
        title=str(told["title"]),
        custom_id=str(told["custom_id"]),
        components=told["components"],
    )
