"""Which language speaks for a locale, and how it lists names."""

import pytest

from services.wording.language import ENGLISH, language_of

GERMAN = language_of("de")


@pytest.mark.parametrize(
    ("locale", "code"),
    [
        *(("de", "de"), ("de-AT", "de"), ("DE-ch", "de")),
        *(("en-US", "en"), ("en", "en"), ("pt-BR", "en"), ("xx", "en"), ("", "en"), ("-de", "en")),
        # Others whose codes begin alike.
        *(("del", "en"), ("d", "en")),
    ],
)
def test_a_locale_gets_its_language_in_any_region_or_else_english(locale: str, code: str) -> None:
    assert language_of(locale).code == code
    assert (language_of(locale) is ENGLISH) == (code == "en")


@pytest.mark.parametrize(
    ("names", "english", "german"),
    [
        ([], "", ""),
        (["A"], "A", "A"),
        (["A", "B"], "A and B", "A und B"),
        (["A", "B", "C"], "A, B, and C", "A, B und C"),
    ],
)
def test_names_are_listed_as_the_language_lists_them(names: list[str], english: str, german: str) -> None:
    assert ENGLISH.list_of(names) == english
    assert GERMAN.list_of(names) == german
