"""Discord's limits on application commands."""

import re
from typing import Any

from sandbox.discord.check_modal import check_choice
from sandbox.discord.form import Form, Path
from sandbox.discord.wire import Context, Json, OptionType

NAME = re.compile(r"[-_'\w]{1,32}")
SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3
MAX_COMMANDS = {SLASH: 100, USER_MENU: 15, MESSAGE_MENU: 15}
MAX_COMMAND_TEXT = 8000
MAX_LENGTH = 6000
MAX_BITS = 2**63
NESTED = frozenset({OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP})
WITH_CHOICES = frozenset({OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER})


def check_commands(form: Form, commands: list[Any]) -> None:
    """Adds every fault of a bulk overwrite to the form."""
    seen: set[tuple[int, str]] = set()
    counts = dict.fromkeys(MAX_COMMANDS, 0)
    for index, value in enumerate(commands):
        command = form.mapping(value, (index,))
        if command is None:
            continue
        kind = form.choice({"type": SLASH} | command, "type", (index,), set(MAX_COMMANDS)) or SLASH
        _check_command(form, command, (index,), kind)
        key = (kind, str(command.get("name")))
        if key in seen:
            message = "Application command names must be unique"
            form.fault((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen.add(key)
        counts[kind] += 1
    for kind, count in counts.items():
        if count > MAX_COMMANDS[kind]:
            message = f"At most {MAX_COMMANDS[kind]} commands of this type"
            form.fault((), "APPLICATION_COMMANDS_MAX_EXCEEDED", message)


def _check_command(form: Form, command: Json, path: Path, kind: int) -> None:
    if kind == SLASH:
        _check_name(form, command, path)
        form.text(command, "description", path, (1, 100))
        _check_options(form, command, path, inside=None)
        if _text_size(command) > MAX_COMMAND_TEXT:
            message = f"Command exceeds maximum size ({MAX_COMMAND_TEXT})"
            form.fault(path, "APPLICATION_COMMAND_TOO_LARGE", message)
    else:
        form.text(command, "name", path, (1, 32))
        if command.get("description"):
            message = "Context menu commands cannot have description"
            form.fault((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", message)
    for key, allowed in (("contexts", set(Context)), ("integration_types", {0, 1})):
        values = form.items(command, key, path, (0, len(allowed)))
        for index, value in enumerate(values):
            form.choice({"": value}, "", (*path, key, index), allowed)
        if len({str(value) for value in values}) < len(values):
            form.fault((*path, key), "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
    permissions = command.get("default_member_permissions")
    if isinstance(permissions, str) and permissions.isdigit():
        permissions = int(permissions)
    form.whole({"default_member_permissions": permissions}, "default_member_permissions", path, (0, MAX_BITS))
    for key in ("nsfw", "dm_permission"):
        form.boolean(command, key, path)


def _check_name(form: Form, holder: Json, path: Path) -> None:
    name = form.text(holder, "name", path, (1, 32))
    if name is not None and (NAME.fullmatch(name) is None or name != name.lower()):
        form.fault((*path, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_options(form: Form, holder: Json, path: Path, *, inside: int | None) -> None:
    names: set[str] = set()
    kinds: list[int] = []
    optional_seen = False
    for here, option in form.mappings(holder, "options", path, (0, 25)):
        kind = form.choice(option, "type", here, set(OptionType))
        _check_name(form, option, here)
        form.text(option, "description", here, (1, 100))
        if option.get("name") in names:
            message = "Option names must be unique"
            form.fault((*here, "name"), "APPLICATION_COMMAND_OPTIONS_DUPLICATE_NAME", message)
        names.add(str(option.get("name")))
        if kind is None:
            continue
        kinds.append(kind)
        if kind in NESTED:
            # A group holds sub-commands, a sub-command holds neither.
            if inside == OptionType.SUB_COMMAND or (inside is not None and kind != OptionType.SUB_COMMAND):
                message = "Sub-command option depth too deep"
                form.fault(here, "APPLICATION_COMMAND_OPTIONS_DEPTH", message)
            else:
                _check_options(form, option, here, inside=kind)
            continue
        required = form.boolean(option, "required", here)
        if required and optional_seen:
            message = "Required options must be placed before non-required options"
            form.fault(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_seen = optional_seen or not required
        _check_value_option(form, option, here, kind)
    has_values = any(kind not in NESTED for kind in kinds)
    if has_values and (inside == OptionType.SUB_COMMAND_GROUP or any(kind in NESTED for kind in kinds)):
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        form.fault((*path, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)


def _check_value_option(form: Form, option: Json, path: Path, kind: int) -> None:
    autocomplete = form.boolean(option, "autocomplete", path)
    values: set[Any] = set()
    for here, choice in form.mappings(option, "choices", path, (0, 25)):
        check_choice(form, choice, here, kind)
        if str(choice.get("value")) in values:
            message = "Option choice values must be unique"
            form.fault((*here, "value"), "APPLICATION_COMMAND_OPTIONS_CHOICE_DUPLICATE", message)
        values.add(str(choice.get("value")))
    if values and (autocomplete or kind not in WITH_CHOICES):
        message = "Choices are not allowed here"
        form.fault((*path, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", message)
    if autocomplete and kind not in WITH_CHOICES:
        message = "This option type does not support autocomplete"
        form.fault((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message)
    least = form.whole(option, "min_length", path, (0, MAX_LENGTH))
    most = form.whole(option, "max_length", path, (1, MAX_LENGTH))
    if least is not None and most is not None and least > most:
        form.fault((*path, "min_length"), "NUMBER_TYPE_MAX", "min_length must not exceed max_length")
    for key in ("min_value", "max_value"):
        value = option.get(key)
        if value is not None and (not isinstance(value, int | float) or isinstance(value, bool)):
            form.fault((*path, key), "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')


def _text_size(holder: Json) -> int:
    size = len(str(holder.get("name", ""))) + len(str(holder.get("description", "")))
    for key in ("options", "choices"):
        nested = holder.get(key)
        for one in nested if isinstance(nested, list) else []:
            if isinstance(one, dict):
                value = one.get("value")
                size += _text_size(one) + (len(value) if isinstance(value, str) else 0)
    return size
