"""Writes what there is to set from the models: the example, and its reference in docs/."""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import getsource
from itertools import pairwise
from pathlib import Path
from textwrap import wrap
from typing import Any

from pydantic import BaseModel

from bot.config import ENVIRONMENT_PREFIX, Config
from bot.config_models import Lane
from bot.config_values import PLACEHOLDER

EXAMPLE = Path("config.example.toml")
REFERENCE = Path("docs/configuration.md")
WIDTH = 110

EXAMPLE_HEAD = f"""\
# banqbot's configuration. `banqbot init` asks for all of it and writes it; or copy this to config.toml,
# replace every {PLACEHOLDER}, and look at it with `banqbot check`.
#
# Secrets better stand in secrets.toml beside it: the same sections, over what stands here, readable by the
# bot's user alone (chmod 600). Any key can come from the environment as well, over both: [discord] token is
# BANQBOT_DISCORD__TOKEN, [lanes.main] webhook_secret is BANQBOT_LANES__MAIN__WEBHOOK_SECRET.
# A commented line shows a key that may be left out, with its default.
"""
REFERENCE_HEAD = """\
# Every setting

<!-- Written by `make reference` from bot/config_models.py; change it there. -->

The file is `config.toml` in the folder from which banqbot is started, or the one that `banqbot --config FILE`
or the environment variable `BANQBOT_CONFIG` names. It is TOML; [config.example.toml](../config.example.toml)
has all that follows, with comments.

Secrets better stand in `secrets.toml` beside it, in the same sections, readable by the bot's user alone; what
stands there goes over the other. Any key can come from the environment as well, by the name given here, over
both. Lists are written as JSON in it: `BANQBOT_BANQ__WEBHOOK_TYPES='["payment"]'`.
An unknown key, a value out of range, and one that still says CHANGE-ME are refused with a sentence that names
the key.
"""
KINDS = {
    "boolean": "true or false",
    "date-time": "a time",
    "discord-id": "a Discord id",
    "integer": "a whole number",
    "ipv4network": "a network",
    "number": "a number",
    "password": "text",
    "path": "a path",
    "string": "text",
    "uri": "a URL",
}
LEAST = {
    "minimum": "at least {}",
    "exclusiveMinimum": "above {}",
    "minLength": "at least {} characters",
    "minItems": "at least {}",
}
MOST = {
    "maximum": "at most {}",
    "exclusiveMaximum": "below {}",
    "maxLength": "at most {} characters",
    "maxItems": "at most {}",
}


@dataclass(frozen=True)
class Key:
    """`schema` is that of its value; `shown` is what the example shows."""

    name: str
    says: str
    schema: dict[str, Any]
    is_required: bool
    default: Any
    shown: Any

    @property
    def is_secret(self) -> bool:
        return "password" in {self.schema.get("format"), self.schema.get("items", {}).get("format")}


@dataclass(frozen=True)
class Section:
    name: str
    says: str
    keys: tuple[Key, ...]


def sections() -> Iterator[Section]:
    for name, field in Config.model_fields.items():
        if name == "lanes":
            yield _section("lanes.main", Lane)
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield _section(name, field.annotation)


def secret_keys() -> set[str]:
    """The names of all keys that hold secrets; no other key is called so."""
    return {key.name for section in sections() for key in section.keys if key.is_secret}


def _section(name: str, model: type[BaseModel]) -> Section:
    schema = model.model_json_schema()
    required, says = schema.get("required", []), _descriptions(model)
    keys = [
        _key(key, says[key], value, is_required=key in required)
        for key, value in schema["properties"].items()
    ]
    return Section(name, _in_one_line(schema.get("description", "")), tuple(keys))


def _descriptions(model: type[BaseModel]) -> dict[str, str]:
    """The string below each key. Pydantic could read them, but would do so at every start of the bot."""
    described = {}
    [section] = ast.parse(getsource(model)).body
    for above, below in pairwise(section.body if isinstance(section, ast.ClassDef) else ()):
        match above, below:
            case ast.AnnAssign(target=ast.Name(id=key)), ast.Expr(value=ast.Constant(value=str(says))):
                described[key] = _in_one_line(says)
    return described


def _key(name: str, says: str, schema: dict[str, Any], *, is_required: bool) -> Key:
    default = schema.get("default")
    # A key that may be left out without a default: of interest is what it is otherwise.
    value = {**schema, **schema["anyOf"][0]} if "anyOf" in schema and default is None else schema
    if "examples" in schema:
        shown = schema["examples"][0]
    elif default is not None:
        shown = default
    else:
        shown = 0 if value["type"] == "integer" else PLACEHOLDER
    return Key(name, says, value, is_required, default, shown)


def example() -> str:
    lines = [EXAMPLE_HEAD.rstrip()]
    for section in sections():
        lines += ["", *_comment(section.says), f"[{section.name}]"]
        for key in section.keys:
            setting = f"{key.name} = {_toml(key.shown)}"
            lines += [*_comment(key.says), setting if key.is_required else f"# {setting}"]
    return "\n".join(lines) + "\n"


def reference() -> str:
    lines = [REFERENCE_HEAD.rstrip()]
    for section in sections():
        lines += ["", f"## [{section.name}]"]
        if section.says:
            lines += ["", _markdown(section.says)]
        for key in section.keys:
            variable = ENVIRONMENT_PREFIX + f"{section.name}.{key.name}".replace(".", "__").upper()
            facts = [_kind(key.schema), *_bounds(key.schema), *_standing(key)]
            lines += ["", f"### {section.name}.{key.name}", "", _markdown(key.says), ""]
            lines.append(f"*{', '.join(facts)}; `{variable}`*")
    return "\n".join(lines) + "\n"


def _kind(schema: dict[str, Any]) -> str:
    match schema:
        case {"enum": [*words]}:
            return " or ".join(f"`{_toml(word)}`" for word in words)
        case {"type": "array", "items": items}:
            return f"a list, each {_kind(items)}"
        case {"type": "object", "additionalProperties": values}:
            return f"a table, each value {_kind(values)}"
        case {"anyOf": [first, *_]}:
            return _kind(first)
    return KINDS[schema.get("format", schema["type"])]


def _bounds(schema: dict[str, Any]) -> Iterator[str]:
    """Without what is understood by itself: that something must not be empty."""
    for bound, words in (LEAST | MOST).items():
        if bound in schema and (bound, schema[bound]) != ("minLength", 1):
            yield words.format(_toml(schema[bound]))


def _standing(key: Key) -> Iterator[str]:
    if key.is_secret:
        yield "**secret**"
    if key.is_required:
        yield "**must be set**"
    elif key.default is None:
        yield "not set by default"
    else:
        yield f"by default `{_toml(key.default)}`"


def _comment(text: str) -> list[str]:
    return wrap(
        text,
        WIDTH,
        initial_indent="# ",
        subsequent_indent="# ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def _markdown(text: str) -> str:
    return "\n".join(wrap(text.replace("<", "\\<"), WIDTH, break_long_words=False, break_on_hyphens=False))


def _toml(value: Any) -> str:
    """JSON values are TOML values, for all that is used here."""
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    EXAMPLE.write_text(example(), encoding="utf-8")
    REFERENCE.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
