"""The translations: complete, true to the English, and within what Discord takes."""

import ast
import gettext
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from discord import app_commands

from bot.translations import is_translated, untranslated
from bot.wiring import COGS
from services.address_book import LONGEST_LABEL
from services.links import LinkStale, NotLinked
from services.nfts import BanqSilent
from services.wording import address_book, gallery, linking, wallet, withdrawals
from services.wording.language import COMMAND_NAME, TRANSLATIONS, Language, languages
from services.wording.text import Words
from storage.address_book import SavedAddress
from tests.services.rig import GOOD_ADDRESS
from tests.services.test_wording import NOW, M, in_short, told_to_members, told_to_the_team

ROOT = TRANSLATIONS.parents[2]
PASSING_ON = {ROOT / "services/wording/text.py", ROOT / "cogs/translator.py"}
A_NAME = re.compile(r"[\w-]{1,32}")
LONGEST_TEXT = 4000
LONGEST_BUTTON = 80
LONGEST_OF_A_MODAL = 45
LONGEST_DESCRIPTION = 100
LABELS_OF_MODALS = (
    *(linking.code_title, linking.code_label),
    *(gallery.jump_title, gallery.jump_label, gallery.search_title, gallery.search_label),
    *(gallery.address_title, gallery.address_label, gallery.amount_label),
    *(withdrawals.retype_title, withdrawals.retype_label),
)
# What the markup makes of times, members and foreign text, and names that are the same in every language.
NOT_SAID = re.compile(
    r"⟦.*?⟧|at \d\d:\d\d|member \d+|foreignwords( name| label)?|7F3K2|Discord|Banq", re.DOTALL
)

translations = pytest.mark.parametrize(
    "path", sorted(TRANSLATIONS.glob("*.po")), ids=lambda path: str(path.stem)
)
in_each_language = pytest.mark.parametrize("language", languages(), ids=lambda language: str(language.code))


@cache
def catalog_of(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def forms(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def fields(sentence: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(sentence) if field is not None}


Command = app_commands.Command[Any, ..., Any] | app_commands.Group


def commands() -> Iterator[Command]:
    for cog in COGS:
        for command in cog.__cog_app_commands__:
            yield command
            if isinstance(command, app_commands.Group):
                yield from command.walk_commands()


def siblings() -> Iterator[list[str]]:
    """The English names that must differ in each language: of commands, and of the options of one."""
    yield [command.name for cog in COGS for command in cog.__cog_app_commands__]
    for command in commands():
        parts = command.commands if isinstance(command, app_commands.Group) else command.parameters
        yield [part.name for part in parts]


def descriptions() -> Iterator[str]:
    """What Discord shows beside a name or for a choice."""
    for command in commands():
        yield command.description
        for parameter in command.parameters if isinstance(command, app_commands.Command) else ():
            yield str(parameter.description)
            yield from (choice.name for choice in parameter.choices)


def named(sentence: str, known: Iterable[str]) -> set[str]:
    """The commands in a sentence, and whatever else looks like one."""
    longest_first = sorted(known, key=len, reverse=True)
    return set(re.findall(rf"(?<![\w/])/({'|'.join(longest_first)}|\w+)\b", sentence))


@translations
def test_each_sentence_is_translated_and_nothing_else(path: Path) -> None:
    wanted = {(message.context, message.id) for message in messages(untranslated())}
    found = {(message.context, message.id) for message in messages(catalog_of(path))}

    assert found == wanted, "run `make translations`"
    assert not catalog_of(path).obsolete
    assert [message.id for message in messages(catalog_of(path)) if not is_translated(message)] == []


@translations
def test_no_translation_is_a_guess(path: Path) -> None:
    assert not any(message.fuzzy for message in messages(catalog_of(path)))


@translations
def test_a_translation_has_the_fields_of_its_english(path: Path) -> None:
    for message in filter(is_translated, messages(catalog_of(path))):
        english = [fields(form) for form in forms(message.id)]
        translated = [fields(form) for form in forms(message.string)]
        assert translated[-1] == english[-1], message.id
        assert all(each in english for each in translated), message.id


@translations
def test_a_translation_names_the_commands_of_its_english(path: Path) -> None:
    catalog = catalog_of(path)
    names = {
        message.id: str(message.string) for message in messages(catalog) if message.context == COMMAND_NAME
    }
    translated = {
        command.qualified_name: " ".join(names[name] for name in command.qualified_name.split())
        for command in commands()
    }

    for message in filter(is_translated, messages(catalog)):
        wanted = {translated[command] for command in named(forms(message.id)[-1], translated)}
        for sentence in forms(message.string):
            assert named(sentence, translated.values()) == wanted, message.id


@in_each_language
def test_commands_have_names_that_discord_takes(language: Language) -> None:
    for english in siblings():
        names = [language.command_name(name) for name in english]
        assert len(set(names)) == len(names)
        for name in names:
            assert A_NAME.fullmatch(name), name
            assert name == name.lower()


@in_each_language
def test_commands_are_described_at_the_length_that_discord_takes(language: Language) -> None:
    for description in descriptions():
        assert 1 <= len(language.say(description)) <= LONGEST_DESCRIPTION, description


@in_each_language
def test_what_is_said_fits_where_discord_shows_it(
    language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(M, "language", language)
    saved = SavedAddress("1", "discord", "1", "W" * LONGEST_LABEL, "evm", GOOD_ADDRESS, NOW)

    for words in (*told_to_members(), *told_to_the_team()):
        assert len(words.title) + len(words.text) < LONGEST_TEXT, words
        assert all(len(action.label) <= LONGEST_BUTTON for action in words.actions), words
    for outcome in (NotLinked(), LinkStale(), BanqSilent()):
        assert len(wallet.nothing_to_choose(M, outcome)) <= LONGEST_DESCRIPTION
    assert len(address_book.choice(M, saved)) <= LONGEST_DESCRIPTION
    for label in LABELS_OF_MODALS:
        assert len(label(M)) <= LONGEST_OF_A_MODAL
    for plain in (
        *(linking.code_help, withdrawals.retype_help),
        *(gallery.search_help, gallery.address_help, gallery.still_asking),
    ):
        assert len(plain(M)) <= LONGEST_DESCRIPTION


def said_in(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        match node:
            case (
                ast.Call(func=ast.Attribute(attr="say"))
                | ast.Call(func=ast.Attribute(attr="count"), args=[_, _, *_])
            ):
                yield node


def test_whatever_is_said_stands_in_the_code_as_a_literal_to_be_translated() -> None:
    known = {forms(message.id) for message in messages(untranslated())}
    paths = {*TRANSLATIONS.parent.glob("*.py"), *(ROOT / "cogs").glob("*.py")} - PASSING_ON
    for path in paths:
        for call in said_in(path):
            sentences = call.args if call.func.attr == "say" else call.args[1:]  # type: ignore[attr-defined]
            literals = tuple(each.value for each in sentences if isinstance(each, ast.Constant))
            assert literals in known, f"{path}:{call.lineno}"


class OnlyFields(gettext.NullTranslations):
    """A language that leaves nothing of a sentence but its fields."""

    def gettext(self, message: str) -> str:
        return " ".join(f"{{{field}}}" for field in sorted(fields(message)))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def parts(words: Words) -> Iterator[str]:
    yield words.title
    yield words.text
    yield words.image_text
    yield from (action.label for action in words.actions)


def test_whatever_is_said_goes_through_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(M, "language", Language("en", OnlyFields()))
    told = (*told_to_members(), *told_to_the_team())
    said = [*(part for words in told for part in parts(words)), *in_short()]

    assert len(said) > 1000
    assert [each for each in said if re.search(r"[^\W\d_]", NOT_SAID.sub("", each))] == []
