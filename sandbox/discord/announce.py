"""Tells gateway clients about messages, where their intents ask for it."""

from sandbox.discord import render
from sandbox.discord.cast import APPLICATION_ID, CHANNELS, GUILD_ID, VIEW_CHANNEL
from sandbox.discord.gateway import Gateway, Intent
from sandbox.discord.world import Message, World


class Announcer:
    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway

    async def created(self, message: Message) -> None:
        await self._send("MESSAGE_CREATE", message)

    async def edited(self, message: Message) -> None:
        await self._send("MESSAGE_UPDATE", message)

    async def _send(self, event: str, message: Message) -> None:
        if message.visible_to is not None:
            return
        payload = render.message(message)
        if message.channel_id not in CHANNELS:
            await self._gateway.dispatch(event, payload, guild_id=None, intent=Intent.DIRECT_MESSAGES)
            return
        if not self._world.may(APPLICATION_ID, VIEW_CHANNEL, message.channel_id):
            return
        payload |= {
            "guild_id": str(GUILD_ID),
            "member": render.member(self._world, message.author_id, with_user=False),
        }
        if message.author_id != APPLICATION_ID:
            # Without the privileged intent a bot hears that something was said, not what.
            payload["content"] = ""
        await self._gateway.dispatch(event, payload, guild_id=GUILD_ID, intent=Intent.GUILD_MESSAGES)
