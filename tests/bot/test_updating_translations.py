"""Bringing a translation up to date, on a copy: what is new comes in, what is gone goes, the rest stays."""

import shutil
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from bot.translations import is_translated, update
from services.wording.language import COMMAND_NAME, TRANSLATIONS

KEPT = "Choose another name for it"
NEW = "No saved addresses"


@pytest.fixture
def german(tmp_path: Path) -> Path:
    return Path(shutil.copy(TRANSLATIONS / "de.po", tmp_path))


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def message(path: Path, sentence: str, context: str | None = None) -> Message | None:
    with path.open("rb") as file:
        return read_po(file, locale="de").get(sentence, context)


@pytest.mark.parametrize(
    ("string", "translated"),
    [("so", True), ("", False), (("eins", "viele"), True), (("eins", ""), False), (("", "viele"), False)],
)
def test_a_sentence_is_translated_in_all_its_forms_or_not_at_all(
    string: str | tuple[str, str], translated: bool
) -> None:
    sentence = "so" if isinstance(string, str) else ("one", "many")

    assert is_translated(Message(sentence, string)) is translated
    assert not is_translated(Message(sentence))


def test_a_translation_that_is_up_to_date_stays_as_it_is(german: Path) -> None:
    before = german.read_text(encoding="utf-8")

    assert update(german) == []
    assert german.read_text(encoding="utf-8") == before


def test_a_new_sentence_comes_in_and_is_told_as_lacking(german: Path) -> None:
    changed(german, f'msgid "{NEW}"\nmsgstr "Keine gespeicherten Adressen"\n\n', "")
    changed(german, f'msgctxt "{COMMAND_NAME}"\nmsgid "unlink"\nmsgstr "trennen"\n\n', "")
    kept = message(german, KEPT)

    assert update(german) == [NEW, "unlink"]

    for added in (message(german, NEW), message(german, "unlink", COMMAND_NAME)):
        assert added is not None
        assert not added.string
        assert not added.fuzzy, "a guess would be shown as if it were meant"
    assert kept is not None
    assert message(german, KEPT) == kept


def test_what_nobody_says_any_more_goes(german: Path) -> None:
    before = german.read_text(encoding="utf-8")
    gone = (
        '\nmsgid "Nobody says this"\nmsgstr "Das sagt niemand"\n\n#~ msgid "Nor this"\n#~ msgstr "Und das"\n'
    )
    german.write_text(before + gone, encoding="utf-8")

    assert update(german) == []
    assert german.read_text(encoding="utf-8") == before


def test_a_new_sentence_that_is_like_an_old_one_gets_no_translation_of_it(german: Path) -> None:
    changed(german, f'msgid "{NEW}"\n', f'msgid "{NEW}!"\n')

    assert update(german) == [NEW]

    assert message(german, f"{NEW}!") is None
    assert "Keine gespeicherten Adressen" not in german.read_text(encoding="utf-8")


def test_a_translation_marked_as_a_guess_is_told_as_lacking(german: Path) -> None:
    changed(german, f'msgid "{KEPT}"\n', f'#, fuzzy\nmsgid "{KEPT}"\n')

    assert update(german) == [KEPT]
