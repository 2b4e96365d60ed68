"""Carries a member's action to the bot, and the bot's first answer back."""

import asyncio
import secrets
import time

from sandbox.discord import render
from sandbox.discord.cast import APPLICATION_ID, BOT_PERMISSIONS, CHANNELS, GUILD_ID, GUILD_LOCALE
from sandbox.discord.gateway import Gateway
from sandbox.discord.seen import Modal, Outcome, SeenMessage, seen
from sandbox.discord.wire import ATTACHMENT_LIMIT, CallbackType, Context, InteractionType, Json, MessageFlag
from sandbox.discord.world import Answer, Interaction, Message, World

NO_RESPONSE = "The application did not respond"
OUTCOMES = {
    CallbackType.MESSAGE: "replied",
    CallbackType.DEFERRED_MESSAGE: "deferred",
    CallbackType.DEFERRED_UPDATE: "acknowledged",
    CallbackType.UPDATE: "updated",
    CallbackType.AUTOCOMPLETE: "choices",
    CallbackType.MODAL: "modal",
}


class Courier:
    def __init__(self, world: World, gateway: Gateway, answer_within_s: float) -> None:
        self._world = world
        self._gateway = gateway
        self._answer_within_s = answer_within_s

    def open(self, kind: InteractionType, member_id: int, channel_id: int) -> Interaction:
        interaction = Interaction(
            id=self._world.new_id(),
            token=secrets.token_urlsafe(48),
            type=kind,
            member_id=member_id,
            channel_id=channel_id,
            created_at=time.time(),
        )
        self._world.open_interaction(interaction)
        return interaction

    async def send(self, interaction: Interaction, data: Json) -> Outcome:
        waiter: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._world.waiting[interaction.token] = waiter
        in_guild = interaction.channel_id in CHANNELS
        try:
            async with asyncio.timeout(self._answer_within_s):
                await self._gateway.dispatch(
                    "INTERACTION_CREATE",
                    self._payload(interaction, data),
                    guild_id=GUILD_ID if in_guild else None,
                )
                answer = await waiter
        except TimeoutError:
            interaction.given_up = True
            return Outcome("failed", interaction.id, self._failure(interaction))
        finally:
            del self._world.waiting[interaction.token]
        return self._outcome(interaction, answer)

    def _outcome(self, interaction: Interaction, answer: Answer) -> Outcome:
        message = self._world.messages.get(answer.message_id or 0)
        modal = None
        if answer.modal is not None:
            modal = Modal(
                interaction_id=interaction.id,
                channel_id=interaction.channel_id,
                source_message_id=interaction.source_message_id,
                title=answer.modal["title"],
                custom_id=answer.modal["custom_id"],
                components=answer.modal["components"],
            )
        return Outcome(
            OUTCOMES[answer.kind],
            interaction.id,
            message=None if message is None else seen(message),
            modal=modal,
            choices=answer.choices,
        )

    def _failure(self, interaction: Interaction) -> SeenMessage | None:
        """What the client shows in place of a command's answer; buttons and forms show it themselves."""
        if interaction.type != InteractionType.COMMAND:
            return None
        message = Message(
            id=self._world.new_id(),
            channel_id=interaction.channel_id,
            author_id=APPLICATION_ID,
            created_at=time.time(),
            content=NO_RESPONSE,
            flags=int(MessageFlag.EPHEMERAL),
            visible_to=interaction.member_id,
            used_by=interaction.member_id,
            command=interaction.command,
            failed=True,
        )
        self._world.put(message)
        return seen(message)

    def _payload(self, interaction: Interaction, data: Json) -> Json:
        in_guild = interaction.channel_id in CHANNELS
        payload: Json = {
            "id": str(interaction.id),
            "application_id": str(APPLICATION_ID),
            "type": int(interaction.type),
            "data": data,
            "token": interaction.token,
            "version": 1,
            "channel_id": str(interaction.channel_id),
            "channel": render.channel(self._world, interaction.channel_id),
            "locale": self._world.locales[interaction.member_id],
            "app_permissions": str(BOT_PERMISSIONS),
            "attachment_size_limit": ATTACHMENT_LIMIT,
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(GUILD_ID) if in_guild else "0"},
            "context": int(Context.GUILD if in_guild else Context.BOT_DM),
        }
        if in_guild:
            payload["guild_id"] = str(GUILD_ID)
            payload["guild"] = {"id": str(GUILD_ID), "locale": GUILD_LOCALE, "features": []}
            payload["guild_locale"] = GUILD_LOCALE
            payload["member"] = render.member(self._world, interaction.member_id)
            held = render.permissions_of(self._world, interaction.member_id, interaction.channel_id)
            payload["member"]["permissions"] = str(held)
        else:
            payload["user"] = render.user(interaction.member_id)
        if interaction.source_message_id is not None:
            source = self._world.messages.get(interaction.source_message_id)
            if source is not None:
                payload["message"] = render.message(source)
        return payload
