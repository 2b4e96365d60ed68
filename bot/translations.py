"""Keeps the translations complete: adds what is new in the code to each, and drops what is gone from it."""

import ast
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from discord import app_commands

from bot.wiring import COGS
from services.wording.language import COMMAND_NAME, TRANSLATIONS
from web.languages import PAGES

Described = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.Parameter
HEADER = """\
# Kept complete by `make translations`; only the msgstr are written by hand.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""
# As `web/languages.py` reads the pages; what cannot be read must not pass for having no sentences.
PAGE_OPTIONS = {"trimmed": "yes", "newstyle_gettext": "yes", "silent": "no"}


def untranslated() -> Catalog:
    """All that there is to translate: what the wording and the pages say, and the commands."""
    catalog = Catalog()
    for path in sorted(TRANSLATIONS.parent.glob("*.py")):
        for said in _said_in(path):
            catalog.add(said)
    for _, _, sentence, _, _ in extract_from_dir(
        PAGES, method_map=[("**.html", "jinja2.ext:babel_extract")], options_map={"**.html": PAGE_OPTIONS}
    ):
        catalog.add(sentence)
    for part in _parts_of_commands():
        catalog.add(part.name, context=COMMAND_NAME)
        catalog.add(str(part.description))
        for choice in part.choices if isinstance(part, app_commands.Parameter) else ():
            catalog.add(choice.name)
    return catalog


def update(path: Path) -> list[str]:
    """Bring one translation up to date; what it still lacks."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.stem)
    catalog.update(untranslated(), no_fuzzy_matching=True)
    messages = BytesIO()
    write_po(messages, catalog, width=110, ignore_obsolete=True, omit_header=True)
    header = HEADER.format(language=path.stem, plural_forms=catalog.plural_forms)
    path.write_text(header + messages.getvalue().decode(), encoding="utf-8")
    return [str(message.id) for message in catalog if message.id and not is_translated(message)]


def is_translated(message: Message) -> bool:
    forms = (message.string,) if isinstance(message.string, str) else message.string or ("",)
    # What is marked as a guess is not shown.
    return all(forms) and not message.fuzzy


def _said_in(path: Path) -> Iterator[str | tuple[str, str]]:
    """In the order of the code. Babel's own extraction misses what is said within another call."""
    calls = (node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Call))
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        match call:
            case ast.Call(func=ast.Attribute(attr="say"), args=[ast.Constant(value=str(sentence))]):
                yield sentence
            case ast.Call(
                func=ast.Attribute(attr="count"),
                args=[_, ast.Constant(value=str(one)), ast.Constant(value=str(many))],
            ):
                yield one, many


def _parts_of_commands() -> Iterator[Described]:
    for cog in COGS:
        for command in cog.__cog_app_commands__:
            yield command
            inner = command.walk_commands() if isinstance(command, app_commands.Group) else ()
            for each in (command, *inner):
                if each is not command:
                    yield each
                if isinstance(each, app_commands.Command):
                    yield from each.parameters


def main() -> None:
    for path in sorted(TRANSLATIONS.glob("*.po")):
        missing = update(path)
        print(f"{path.stem}: {len(missing)} to translate")  # noqa: T201 - this is its answer
        for sentence in missing:
            print(f"  {sentence}")  # noqa: T201


if __name__ == "__main__":
    main()
