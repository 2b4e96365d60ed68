"""The playground's objects as Discord writes them on the wire."""

from datetime import UTC, datetime

from sandbox.discord import permissions
from sandbox.discord.cast import (
    ACCOUNTS,
    APPLICATION_ID,
    BOT_USER,
    CHANNELS,
    GUILD_ID,
    GUILD_LOCALE,
    GUILD_NAME,
    NOTHING_SPECIAL,
    OWNER,
    ROLES,
)
from sandbox.discord.wire import UNKNOWN_CHANNEL, UNKNOWN_USER, InteractionType, Json, Problem
from sandbox.discord.world import Message, World

JOINED_AT = "2024-02-02T10:20:30.000000+00:00"


def timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


def user(user_id: int, *, deleted: bool = False) -> Json:
    """A deleted account keeps its id, and loses its names."""
    if user_id == APPLICATION_ID:
        return dict(BOT_USER)
    person = ACCOUNTS.get(user_id)
    if person is None:
        raise Problem(*UNKNOWN_USER)
    return {
        "id": str(person.id),
        "username": f"deleted_user_{person.id:x}" if deleted else person.username,
        "discriminator": "0",
        "global_name": None if deleted else person.name,
        "avatar": None,
        "public_flags": 0,
    }


def permissions_of(world: World, user_id: int, channel_id: int | None = None) -> int:
    """In the whole community, or in one of its channels."""
    overwrites = NOTHING_SPECIAL if channel_id is None else world.overwrites[channel_id]
    return permissions.permissions_of(world.roles[user_id], overwrites)


def member(world: World, user_id: int, *, with_user: bool = True) -> Json:
    shown: Json = {
        "nick": None,
        "avatar": None,
        "roles": [str(role_id) for role_id in sorted(world.roles[user_id])],
        "joined_at": JOINED_AT,
        "premium_since": None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }
    if with_user:
        shown["user"] = user(user_id)
    return shown


def role(role_id: int) -> Json:
    one = ROLES[role_id]
    return {
        "id": str(one.id),
        "name": one.name,
        "color": one.color,
        "colors": {"primary_color": one.color, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": one.position,
        "permissions": str(one.permissions),
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def channel(world: World, channel_id: int) -> Json:
    if channel_id in CHANNELS:
        return {
            "id": str(channel_id),
            "type": 0,
            "guild_id": str(GUILD_ID),
            "name": CHANNELS[channel_id].name,
            "topic": None,
            "position": list(CHANNELS).index(channel_id),
            "parent_id": None,
            "nsfw": False,
            "rate_limit_per_user": 0,
            "last_message_id": None,
            "permission_overwrites": [
                {"id": str(role_id), "type": 0, "allow": str(one.allow), "deny": str(one.deny)}
                for role_id, one in world.overwrites[channel_id].items()
            ],
            "flags": 0,
        }
    for person in ACCOUNTS.values():
        if person.channel_id == channel_id:
            recipient = user(person.id)
            return {
                "id": str(channel_id),
                "type": 1,
                "last_message_id": None,
                "recipients": [recipient],
                "flags": 0,
            }
    raise Problem(*UNKNOWN_CHANNEL)


def guild(world: World, guild_id: int = GUILD_ID) -> Json:
    """A guild as GUILD_CREATE carries it; those beyond the first have nothing in them."""
    is_first = guild_id == GUILD_ID
    everyone = role(GUILD_ID) | {"id": str(guild_id)}
    return {
        "id": str(guild_id),
        "name": GUILD_NAME if is_first else f"Community {guild_id}",
        "icon": None,
        "splash": None,
        "owner_id": str(OWNER),
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "roles": [role(role_id) for role_id in ROLES] if is_first else [everyone],
        "emojis": [],
        "stickers": [],
        "features": [],
        "mfa_level": 0,
        "system_channel_id": None,
        "rules_channel_id": None,
        "premium_tier": 0,
        "preferred_locale": GUILD_LOCALE,
        "nsfw_level": 0,
        "joined_at": JOINED_AT,
        "large": False,
        "unavailable": False,
        "member_count": len(world.roles) if is_first else 1,
        "members": [member(world, APPLICATION_ID)] if is_first else [],
        "channels": [channel(world, channel_id) for channel_id in CHANNELS] if is_first else [],
        "threads": [],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
    }


def message(one: Message) -> Json:
    shown: Json = {
        "id": str(one.id),
        "channel_id": str(one.channel_id),
        "type": 0,
        "author": user(one.author_id),
        "content": one.content,
        "timestamp": timestamp(one.created_at),
        "edited_timestamp": None if one.edited_at is None else timestamp(one.edited_at),
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": one.attachments,
        "embeds": one.embeds,
        "components": one.components,
        "pinned": False,
        "flags": one.flags,
    }
    if one.nonce is not None:
        shown["nonce"] = one.nonce
    if one.author_id == APPLICATION_ID:
        shown["application_id"] = str(APPLICATION_ID)
    if one.used_by is not None and one.interaction_id is not None:
        shown["webhook_id"] = str(APPLICATION_ID)
        shown["interaction_metadata"] = {
            "id": str(one.interaction_id),
            "type": one.interaction_type,
            "user": user(one.used_by),
            "authorizing_integration_owners": {"0": str(GUILD_ID)},
        }
        if one.interaction_type == InteractionType.COMMAND:
            shown["type"] = 20
            shown["interaction_metadata"]["name"] = one.command
    return shown
