"""Discord's limits on application commands."""

import re
from typing import Any

from sandbox.discord.check_localizations import (
    check_localizations,
    check_unique_translations,
    longest,
)
from sandbox.discord.check_modal import check_choice
from sandbox.discord.form import Form, Path
from sandbox.discord.wire import Context, Json, OptionType

# Two whole scripts, because Python counts their vowel signs as no part of a word.
NAME = re.compile(r"[-_'\w\u0900-\u097f\u0e00-\u0e7f]{1,32}")
SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3
NAME_LIMITS, DESCRIPTION_LIMITS = (1, 32), (1, 100)
MAX_COMMANDS = {SLASH: 100, USER_MENU: 15, MESSAGE_MENU: 15}
MAX_COMMAND_TEXT = 8000
MAX_LENGTH = 6000
MAX_BITS = 2**63
CHOICE_DUPLICATE = "APPLICATION_COMMAND_OPTIONS_CHOICE_DUPLICATE"
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
    for kind in MAX_COMMANDS:
        siblings: dict[Path, Json] = {
            (index,): command
            for index, command in enumerate(commands)
            if isinstance(command, dict) and (command.get("type") or SLASH) == kind
        }
        check_unique_translations(form, siblings, "APPLICATION_COMMANDS_DUPLICATE_NAME")


def _check_command(form: Form, command: Json, path: Path, kind: int) -> None:
    if kind == SLASH:
        _check_name(form, command, path)
        _check_description(form, command, path)
        _check_options(form, command, path, inside=None)
        if _text_size(command) > MAX_COMMAND_TEXT:
            message = f"Command exceeds maximum size ({MAX_COMMAND_TEXT})"
            form.fault(path, "APPLICATION_COMMAND_TOO_LARGE", message)
    else:
        form.text(command, "name", path, NAME_LIMITS)
        check_localizations(form, command, "name", path, NAME_LIMITS)
        for key in ("description", "description_localizations", "options"):
            if command.get(key):
                message = f"Context menu commands cannot have {key}"
                form.fault((*path, key), "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", message)
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
    name = form.text(holder, "name", path, NAME_LIMITS)
    names = {(*path, "name"): name} | check_localizations(form, holder, "name", path, NAME_LIMITS)
    for here, text in names.items():
        if text is not None and (NAME.fullmatch(text) is None or text != text.lower()):
            form.fault(here, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_description(form: Form, holder: Json, path: Path) -> None:
    form.text(holder, "description", path, DESCRIPTION_LIMITS)
    check_localizations(form, holder, "description", path, DESCRIPTION_LIMITS)


def _check_options(form: Form, holder: Json, path: Path, *, inside: int | None) -> None:
    names: set[str] = set()
    siblings: dict[Path, Json] = {}
    kinds: list[int] = []
    optional_seen = False
    for here, option in form.mappings(holder, "options", path, (0, 25)):
        kind = form.choice(option, "type", here, set(OptionType))
        _check_name(form, option, here)
        _check_description(form, option, here)
        if option.get("name") in names:
            message = "Option names must be unique"
            form.fault((*here, "name"), "APPLICATION_COMMAND_OPTIONS_DUPLICATE_NAME", message)
        names.add(str(option.get("name")))
        siblings[here] = option
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
    check_unique_translations(form, siblings, "APPLICATION_COMMAND_OPTIONS_DUPLICATE_NAME")
    has_values = any(kind not in NESTED for kind in kinds)
    if has_values and (inside == OptionType.SUB_COMMAND_GROUP or any(kind in NESTED for kind in kinds)):
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        form.fault((*path, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)


def _check_value_option(form: Form, option: Json, path: Path, kind: int) -> None:
    autocomplete = form.boolean(option, "autocomplete", path)
    if _check_choices(form, option, path, kind) and (autocomplete or kind not in WITH_CHOICES):
        message = "Choices are not allowed here"
        form.fault((*path, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", message)
    if autocomplete and kind not in WITH_CHOICES:
        message = "This option type does not support autocomplete"
        form.fault((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message)
    shortest = form.whole(option, "min_length", path, (0, MAX_LENGTH))
    longest_text = form.whole(option, "max_length", path, (1, MAX_LENGTH))
    lowest, highest = (_number(form, option, key, path) for key in ("min_value", "max_value"))
    for what, least, most in (("length", shortest, longest_text), ("value", lowest, highest)):
        if least is not None and most is not None and least > most:
            message = f"min_{what} must not exceed max_{what}"
            form.fault((*path, f"min_{what}"), "NUMBER_TYPE_MAX", message)


def _check_choices(form: Form, option: Json, path: Path, kind: int) -> bool:
    """Whether there are any."""
    choices = dict(form.mappings(option, "choices", path, (0, 25)))
    names: set[str] = set()
    values: set[str] = set()
    for here, choice in choices.items():
        check_choice(form, choice, here, kind)
        for key, given in (("name", names), ("value", values)):
            if str(choice.get(key)) in given:
                form.fault((*here, key), CHOICE_DUPLICATE, f"Option choice {key}s must be unique")
            given.add(str(choice.get(key)))
    check_unique_translations(form, choices, CHOICE_DUPLICATE)
    return bool(choices)


def _number(form: Form, holder: Json, key: str, path: Path) -> float | None:
    value: Any = holder.get(key)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool):
        form.fault((*path, key), "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
        return None
    return value


def _text_size(holder: Json) -> int:
    """All that is said of a command; of what is said in several languages, the longest counts."""
    size = longest(holder, "name") + longest(holder, "description")
    for key in ("options", "choices"):
        nested = holder.get(key)
        for one in nested if isinstance(nested, list) else []:
            if isinstance(one, dict):
                value = one.get("value")
                size += _text_size(one) + (len(value) if isinstance(value, str) else 0)
    return size
