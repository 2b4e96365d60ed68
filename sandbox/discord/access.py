"""Where the bot may look and write; each refusal as Discord gives it."""

from sandbox.discord import render
from sandbox.discord.cast import ACCOUNTS, APPLICATION_ID, CHANNELS, SEND_MESSAGES, VIEW_CHANNEL
from sandbox.discord.wire import DMS_CLOSED, MISSING_ACCESS, MISSING_PERMISSIONS, NO_MUTUAL_GUILD, Problem
from sandbox.discord.world import World


def require_view(world: World, channel_id: int) -> None:
    render.channel(world, channel_id)
    if channel_id in CHANNELS and not world.may(APPLICATION_ID, VIEW_CHANNEL, channel_id):
        raise Problem(*MISSING_ACCESS)


def require_send(world: World, channel_id: int) -> None:
    require_view(world, channel_id)
    if channel_id in CHANNELS:
        if not world.may(APPLICATION_ID, SEND_MESSAGES, channel_id):
            raise Problem(*MISSING_PERMISSIONS)
        return
    person = next(person for person in ACCOUNTS.values() if person.channel_id == channel_id)
    if not world.is_member(person.id):
        raise Problem(*NO_MUTUAL_GUILD)
    if not world.dms_open[person.id]:
        raise Problem(*DMS_CLOSED)
