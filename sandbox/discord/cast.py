"""Who and what exists in the playground: one community, one bot, three members and a crowd."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

BOT_TOKEN = "MTE4NzQ0MTAyOTM4NDc1NjEyMg.playground.not-a-secret"
CLIENT_SECRET = "playground-client-secret-not-a-secret"
APPLICATION_ID = 1187441029384756122
GUILD_ID = 1093620174839201792
GUILD_NAME = "Sunny Meadow"
GUILD_LOCALE = "en-US"
GENERAL_ID = 1093620175611985941
TEAM_ID = 1093622071524196432
ADMIN_ROLE_ID = 1093621480036057210
BOT_ROLE_ID = 1187442210987450421
LINKED_ROLE_ID = 1187443308012826664

ADA = 364819027450183681
BEN = 702934418856120337
CLEO = 518203947716263956
OWNER = CLEO
LARGEST_CROWD = 1000

ADMINISTRATOR = 1 << 3
MANAGE_GUILD = 1 << 5
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
EVERYONE_PERMISSIONS = 0x0000_0080_6008_4C40 | VIEW_CHANNEL | SEND_MESSAGES | 1 << 31
ADMIN_PERMISSIONS = EVERYONE_PERMISSIONS | MANAGE_GUILD | 1 << 13 | 1 << 28
BOT_PERMISSIONS = EVERYONE_PERMISSIONS | 1 << 28


@dataclass(frozen=True)
class Role:
    id: int
    name: str
    position: int
    permissions: int
    color: int = 0


@dataclass(frozen=True)
class Overwrite:
    """What a channel gives to a role, or takes from it."""

    allow: int = 0
    deny: int = 0


NOTHING_SPECIAL: Mapping[int, Overwrite] = MappingProxyType({})


@dataclass(frozen=True)
class Channel:
    id: int
    name: str
    overwrites: Mapping[int, Overwrite]


@dataclass(frozen=True)
class Person:
    id: int
    key: str
    username: str
    name: str
    hint: str
    channel_id: int
    roles: tuple[int, ...] = ()
    direct_messages_open: bool = True


ROLES = {
    role.id: role
    for role in (
        Role(GUILD_ID, "@everyone", 0, EVERYONE_PERMISSIONS),
        Role(LINKED_ROLE_ID, "Linked", 1, EVERYONE_PERMISSIONS, 0x3BA55D),
        Role(BOT_ROLE_ID, "Bot", 2, BOT_PERMISSIONS),
        Role(ADMIN_ROLE_ID, "Admin", 3, ADMIN_PERMISSIONS, 0xE0A030),
    )
}

CHANNELS = {
    channel.id: channel
    for channel in (
        Channel(GENERAL_ID, "general", NOTHING_SPECIAL),
        Channel(
            TEAM_ID,
            "team",
            {
                GUILD_ID: Overwrite(deny=VIEW_CHANNEL),
                ADMIN_ROLE_ID: Overwrite(allow=VIEW_CHANNEL),
                BOT_ROLE_ID: Overwrite(allow=VIEW_CHANNEL | SEND_MESSAGES),
            },
        ),
    )
}

PEOPLE = {
    person.id: person
    for person in (
        Person(ADA, "ada", "ada.wong", "Ada", "An ordinary member", 1201744830561083402),
        Person(
            BEN,
            "ben",
            "ben_o",
            "Ben",
            "Keeps direct messages closed",
            1201744912270430268,
            direct_messages_open=False,
        ),
        Person(CLEO, "cleo", "cleo.m", "Cleo", "Runs this community", 1201745001349062716, (ADMIN_ROLE_ID,)),
    )
}


def crowd(count: int) -> tuple[Person, ...]:
    """Further members, for tests with many people; the pages offer only the named three."""
    return tuple(
        Person(
            id=900_000_000_000_000_000 + number,
            key=f"member-{number:03}",
            username=f"member.{number:03}",
            name=f"Member {number}",
            hint="One of the crowd",
            channel_id=1_300_000_000_000_000_000 + number,
        )
        for number in range(1, count + 1)
    )


def other_guilds(count: int) -> tuple[int, ...]:
    """Further communities that the bot is in, for measurements; nothing happens there."""
    return tuple(800_000_000_000_000_000 + (number << 22) for number in range(1, count + 1))


# Everybody who can be looked up by id, in the community or not.
ACCOUNTS = PEOPLE | {person.id: person for person in crowd(LARGEST_CROWD)}

BOT_USER = {
    "id": str(APPLICATION_ID),
    "username": "banqbot",
    "discriminator": "4821",
    "global_name": None,
    "avatar": None,
    "bot": True,
    "public_flags": 0,
}
