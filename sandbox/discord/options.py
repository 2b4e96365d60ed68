"""The part of a chat client that fills in a slash command: what is offered, what is refused."""

from typing import Any

from sandbox.discord import render
from sandbox.discord.cast import ACCOUNTS, ADMINISTRATOR, CHANNELS, ROLES, VIEW_CHANNEL
from sandbox.discord.wire import Context, Json, OptionType
from sandbox.discord.world import World, channel_of

NESTED = frozenset({OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP})
MAX_STRING = 6000
SLASH = 1


class ClientRefusedError(ValueError):
    """What the member's own client would not let them send."""


def offered(world: World, member_id: int, where: str) -> list[Json]:
    """The slash commands that the member is offered there, guild commands first.

    None to whoever is not in the community: only there is the bot installed.
    """
    if not world.is_member(member_id):
        return []
    in_guild = where != "dm"
    if in_guild and not world.may(member_id, VIEW_CHANNEL, channel_of(member_id, where)):
        return []
    context = Context.GUILD if in_guild else Context.BOT_DM
    scoped = world.guild_commands if in_guild else []
    return [
        command
        for command in [*scoped, *world.global_commands]
        if command["type"] == SLASH and _is_offered(world, member_id, command, context)
    ]


def _is_offered(world: World, member_id: int, command: Json, context: Context) -> bool:
    contexts = command["contexts"]
    if contexts is not None and context not in contexts:
        return False
    needed = command["default_member_permissions"]
    if needed is None or context is not Context.GUILD:
        return True
    held = render.permissions_of(world, member_id)
    if held & ADMINISTRATOR:
        return True
    return int(needed) != 0 and held & int(needed) == int(needed)


def find(
    world: World, member_id: int, where: str, name: str, *, force: bool = False
) -> tuple[Json, list[str], list[Json]]:
    """The command of a name such as "admin member": its top, the path below it, its own options.

    With `force` also one that the member's client would hide.
    """
    top, *path = name.removeprefix("/").split()
    forced = force and world.is_member(member_id)
    everything = [*world.guild_commands, *world.global_commands]
    for command in everything if forced else offered(world, member_id, where):
        if command["name"] == top:
            break
    else:
        raise ClientRefusedError(f"No command /{top} is offered here")
    options: list[Json] = command["options"]
    for step in path:
        for option in options:
            if option["name"] == step and option["type"] in NESTED:
                options = option.get("options") or []
                break
        else:
            raise ClientRefusedError(f"/{name} does not exist")
    if any(option["type"] in NESTED for option in options):
        raise ClientRefusedError(f"/{name} needs a sub-command")
    return command, path, options


def full_names(holder: Json, prefix: str = "") -> list[str]:
    """What can be run of a command: its own name, or those of its sub-commands."""
    name = f"{prefix}{holder['name']}"
    nested = [one for one in holder.get("options") or [] if one["type"] in NESTED]
    if not nested:
        return [name]
    return [full for one in nested for full in full_names(one, f"{name} ")]


def command_data(command: Json, path: list[str], filled: list[Json]) -> Json:
    """The command as the bot receives it, always under the names that it registered."""
    options = _fill_in(command, path, filled)
    data: Json = {"id": command["id"], "name": command["name"], "type": SLASH, "options": options}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data


def _fill_in(command: Json, path: list[str], filled: list[Json]) -> list[Json]:
    """Wraps the filled-in options into the command's sub-command path."""
    options: list[Json] = command["options"]
    kinds = []
    for step in path:
        option = next(one for one in options if one["name"] == step)
        kinds.append((step, option["type"]))
        options = option.get("options") or []
    for step, kind in reversed(kinds):
        filled = [{"name": step, "type": kind, "options": filled}]
    return filled


def read_values(options: list[Json], values: dict[str, Any]) -> list[Json]:
    """Checks the values as a client does and returns them in the command's order."""
    unknown = set(values) - {option["name"] for option in options}
    if unknown:
        raise ClientRefusedError(f"There is no option {', '.join(sorted(unknown))}")
    filled = []
    for option in options:
        name = option["name"]
        if values.get(name) in (None, ""):
            if option.get("required"):
                raise ClientRefusedError(f"{name} is required")
            continue
        value = _read(option, values[name])
        choices = option.get("choices") or []
        if choices and value not in [choice["value"] for choice in choices]:
            raise ClientRefusedError(f"{name}: pick one of the choices")
        filled.append({"name": name, "type": option["type"], "value": value})
    return filled


def _read(option: Json, value: Any) -> Any:
    name = option["name"]
    match option["type"]:
        case OptionType.STRING:
            return _in_length(option, str(value))
        case OptionType.INTEGER | OptionType.NUMBER:
            return _in_range(option, value)
        case OptionType.BOOLEAN if value in (True, False, "true", "false"):
            return value in (True, "true")
        case OptionType.USER if _as_id(value) in ACCOUNTS:
            return str(value)
        case OptionType.ROLE if _as_id(value) in ROLES:
            return str(value)
        case OptionType.MENTIONABLE if _as_id(value) in ACCOUNTS or _as_id(value) in ROLES:
            return str(value)
        case OptionType.CHANNEL if _as_id(value) in CHANNELS:
            return str(value)
    raise ClientRefusedError(f"{name}: {value!r} does not fit")


def _as_id(value: Any) -> int:
    return int(value) if str(value).isdigit() else 0


def _in_length(option: Json, value: str) -> str:
    least, most = option.get("min_length") or 0, option.get("max_length") or MAX_STRING
    if not least <= len(value) <= most:
        raise ClientRefusedError(f"{option['name']}: between {least} and {most} characters")
    return value


def _in_range(option: Json, value: Any) -> float:
    name = option["name"]
    try:
        number = int(str(value)) if option["type"] == OptionType.INTEGER else float(value)
    except ValueError as error:
        raise ClientRefusedError(f"{name}: {value!r} is not a number") from error
    least, most = option.get("min_value"), option.get("max_value")
    if (least is not None and number < least) or (most is not None and number > most):
        raise ClientRefusedError(f"{name}: out of range")
    return number


def resolve(world: World, filled: list[Json], where: str) -> Json:
    """The people, roles and channels behind the ids, as the bot receives them."""
    resolved: Json = {}
    for option in filled:
        number = _as_id(option["value"])
        if option["type"] not in (
            OptionType.USER,
            OptionType.ROLE,
            OptionType.MENTIONABLE,
            OptionType.CHANNEL,
        ):
            continue
        if number in ACCOUNTS:
            user = render.user(number, deleted=number in world.deleted)
            resolved.setdefault("users", {})[str(number)] = user
            # Whoever is not in the community can be named by their id, and comes without a member.
            if where != "dm" and world.is_member(number):
                member = render.member(world, number, with_user=False)
                member["permissions"] = str(render.permissions_of(world, number))
                resolved.setdefault("members", {})[str(number)] = member
        elif number in ROLES:
            resolved.setdefault("roles", {})[str(number)] = render.role(number)
        else:
            channel = render.channel(world, number)
            channel["permissions"] = "0"
            resolved.setdefault("channels", {})[str(number)] = channel
    return resolved
