"""REST: answers to interactions, and the follow-ups behind an interaction's token."""

import time
from typing import Any

from aiohttp import web

from sandbox.discord import render
from sandbox.discord.announce import Announcer
from sandbox.discord.bodies import Body, json_answer, read_body
from sandbox.discord.cast import APPLICATION_ID, CHANNELS, GUILD_ID
from sandbox.discord.check_modal import check_choices, check_modal
from sandbox.discord.form import Form
from sandbox.discord.posting import Posting
from sandbox.discord.wire import (
    ALREADY_ACKNOWLEDGED,
    TOKEN_EXPIRED,
    UNKNOWN_INTERACTION,
    UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
    CallbackType,
    InteractionType,
    Json,
    MessageFlag,
    OptionType,
    Problem,
)
from sandbox.discord.world import TOKEN_LIVES_S, Answer, Interaction, Message, World

MESSAGES = frozenset({CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE})
UPDATES = frozenset({CallbackType.DEFERRED_UPDATE, CallbackType.UPDATE})
ALLOWED = {
    InteractionType.COMMAND: MESSAGES | {CallbackType.MODAL},
    InteractionType.COMPONENT: MESSAGES | UPDATES | {CallbackType.MODAL},
    InteractionType.AUTOCOMPLETE: frozenset({CallbackType.AUTOCOMPLETE}),
    InteractionType.MODAL_SUBMIT: MESSAGES | UPDATES,
}
DATA = ("data",)


class Replies:
    def __init__(self, world: World, posting: Posting, announcer: Announcer) -> None:
        self._world = world
        self._posting = posting
        self._announcer = announcer

    def routes(self) -> list[web.RouteDef]:
        hook = "/webhooks/{application}/{token}"
        return [
            web.post("/interactions/{interaction}/{token}/callback", self.callback),
            web.post(hook, self.follow_up),
            web.get(f"{hook}/messages/{{message}}", self.get),
            web.patch(f"{hook}/messages/{{message}}", self.edit),
            web.delete(f"{hook}/messages/{{message}}", self.delete),
        ]

    async def callback(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        interaction = self._world.interactions.get(request.match_info["token"])
        if (
            interaction is None
            or interaction.given_up
            or str(interaction.id) != request.match_info["interaction"]
        ):
            raise Problem(*UNKNOWN_INTERACTION)
        if interaction.answered:
            raise Problem(*ALREADY_ACKNOWLEDGED)
        form = Form()
        fields = form.mapping(body.fields, ()) or {}
        kind = form.choice(fields, "type", (), _allowed(interaction))
        form.refuse_if_faulty()
        answer = self._answer(interaction, CallbackType(kind or 0), fields.get("data"), body)
        interaction.answered = True
        message = self._world.messages.get(answer.message_id or 0)
        self._world.answer(interaction, answer)
        if message is not None and kind not in UPDATES:
            await self._announcer.created(message)
        if request.query.get("with_response") not in ("1", "true"):
            return web.Response(status=204)
        return json_answer(_callback_response(interaction, answer, message))

    def _answer(self, interaction: Interaction, kind: CallbackType, data: Any, body: Body) -> Answer:
        match kind:
            case CallbackType.MESSAGE:
                blank = self._blank(interaction, data, is_original=True)
                message = self._posting.create(data, body.files, blank, DATA, is_reply=True)
                interaction.original_id = message.id
                return Answer(kind, message_id=message.id)
            case CallbackType.DEFERRED_MESSAGE:
                form = Form()
                form.whole(data or {}, "flags", DATA, (0, 1 << 31))
                form.refuse_if_faulty()
                message = self._blank(interaction, data, is_original=True)
                message.flags |= MessageFlag.LOADING
                interaction.original_id = message.id
                self._world.put(message)
                return Answer(kind, message_id=message.id)
            case CallbackType.DEFERRED_UPDATE:
                interaction.original_id = interaction.source_message_id
                return Answer(kind, message_id=interaction.source_message_id)
            case CallbackType.UPDATE:
                source = self._world.message(interaction.source_message_id or 0)
                self._posting.edit(data or {}, body.files, source, DATA)
                interaction.original_id = source.id
                return Answer(kind, message_id=source.id)
            case CallbackType.AUTOCOMPLETE:
                form = Form()
                option_type = interaction.option_type or OptionType.STRING
                check_choices(form, form.mapping(data, DATA) or {}, DATA, option_type)
                form.refuse_if_faulty()
                return Answer(kind, choices=data["choices"])
            case CallbackType.MODAL:
                form = Form()
                check_modal(form, form.mapping(data, DATA) or {}, DATA)
                form.refuse_if_faulty()
                return Answer(kind, modal=data)

    def _blank(self, interaction: Interaction, data: Any, *, is_original: bool) -> Message:
        flags = data.get("flags") if isinstance(data, dict) else 0
        is_ephemeral = isinstance(flags, int) and bool(flags & MessageFlag.EPHEMERAL)
        return Message(
            id=self._world.new_id(),
            channel_id=interaction.channel_id,
            author_id=APPLICATION_ID,
            created_at=time.time(),
            flags=int(MessageFlag.EPHEMERAL) if is_ephemeral else 0,
            visible_to=interaction.member_id if is_ephemeral else None,
            used_by=interaction.member_id,
            command=interaction.command if is_original else None,
            interaction_id=interaction.id,
            interaction_type=interaction.type,
        )

    async def follow_up(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        interaction = self._interaction(request)
        original = self._world.messages.get(interaction.original_id or 0)
        if original is not None and original.is_loading:
            # The first follow-up takes the place of "thinking", and its audience.
            message = self._posting.edit(body.fields, body.files, original)
        else:
            blank = self._blank(interaction, body.fields, is_original=False)
            message = self._posting.create(body.fields, body.files, blank, is_reply=True)
            await self._announcer.created(message)
        return json_answer(render.message(message))

    async def get(self, request: web.Request) -> web.Response:
        return json_answer(render.message(self._message(request)))

    async def edit(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        message = self._posting.edit(body.fields, body.files, self._message(request))
        await self._announcer.edited(message)
        return json_answer(render.message(message))

    async def delete(self, request: web.Request) -> web.Response:
        self._world.delete(self._message(request))
        return web.Response(status=204)

    def _interaction(self, request: web.Request) -> Interaction:
        interaction = self._world.interactions.get(request.match_info["token"])
        wrong_application = request.match_info["application"] != str(APPLICATION_ID)
        if interaction is None or wrong_application or not interaction.answered:
            raise Problem(*UNKNOWN_WEBHOOK)
        if time.time() - interaction.created_at > TOKEN_LIVES_S:
            raise Problem(*TOKEN_EXPIRED)
        return interaction

    def _message(self, request: web.Request) -> Message:
        interaction = self._interaction(request)
        wanted = request.match_info["message"]
        if wanted == "@original":
            return self._world.message(interaction.original_id or 0)
        message = self._world.message(int(wanted) if wanted.isdigit() else 0)
        if message.interaction_id != interaction.id and message.id != interaction.source_message_id:
            raise Problem(*UNKNOWN_MESSAGE)
        return message


def _allowed(interaction: Interaction) -> frozenset[CallbackType]:
    allowed = ALLOWED[InteractionType(interaction.type)]
    return allowed if interaction.source_message_id is not None else allowed - UPDATES


def _callback_response(interaction: Interaction, answer: Answer, message: Message | None) -> Json:
    about: Json = {
        "id": str(interaction.id),
        "type": interaction.type,
        "channel_id": str(interaction.channel_id),
    }
    if interaction.channel_id in CHANNELS:
        about["guild_id"] = str(GUILD_ID)
    resource: Json = {"type": int(answer.kind)}
    if message is not None:
        about["response_message_id"] = str(message.id)
        about["response_message_loading"] = message.is_loading
        about["response_message_ephemeral"] = message.visible_to is not None
        if answer.kind is not CallbackType.DEFERRED_UPDATE:
            resource["message"] = render.message(message)
    return {"interaction": about, "resource": resource}
