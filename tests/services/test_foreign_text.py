"""Text that strangers wrote: one line of it, with nothing in it that deceives a reader."""

import pytest

from services.foreign_text import clean

JOINER = "\N{ZERO WIDTH JOINER}"
SELECTOR = "\N{VARIATION SELECTOR-16}"
FAMILY = f"\N{MAN}{JOINER}\N{WOMAN}{JOINER}\N{GIRL}"
RAINBOW_FLAG = f"\N{WAVING WHITE FLAG}{SELECTOR}{JOINER}\N{RAINBOW}"
WAVING_HAND = "\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}"
HEART = f"\N{HEAVY BLACK HEART}{SELECTOR}"
GERMAN_FLAG = "\N{REGIONAL INDICATOR SYMBOL LETTER D}\N{REGIONAL INDICATOR SYMBOL LETTER E}"


@pytest.mark.parametrize(
    "text",
    [
        "Bumble Okonkwo",
        "**bold** _and_ <@1>",
        "Blåbær Štěpán Nguyễn",
        "\u0645\u0631\u062d\u0628\u0627",
        "\u6771\u4eac\u306e\u591c",
        FAMILY,
        RAINBOW_FLAG,
        WAVING_HAND,
        HEART,
        GERMAN_FLAG,
    ],
)
def test_what_people_write_is_kept(text: str) -> None:
    assert clean(text, 100) == text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        pytest.param("\u202egnp.tfn\u202c", "gnp.tfn", id="bidi override"),
        pytest.param("\u2066a\u2069\u200eb\u200f\u061cc", "abc", id="bidi isolates and marks"),
        pytest.param("zero\u200bwidth", "zerowidth", id="zero width space"),
        pytest.param("ze\u200cro\u2060\ufeff", "zero", id="non-joiner, word joiner, byte order mark"),
        pytest.param(f"Pay{JOINER}Pal", "PayPal", id="joiner after a letter"),
        pytest.param(f"Pay{SELECTOR}Pal", "PayPal", id="selector after a letter"),
        pytest.param("soft\u00adhyphen", "softhyphen", id="soft hyphen"),
        pytest.param("a\x00b\x07c\x1b[31md\x7fe\x9f", "abc[31mde", id="controls"),
        pytest.param("one\ntwo\r\nthree\tfour\u2028five\u2029six", "one two three four five six", id="lines"),
        pytest.param("  a \u00a0\u2003 b\u3000", "a b", id="spaces"),
        pytest.param("z" + "\u0301" * 30 + "a", "\u017a\u0301\u0301a", id="stacked accents"),
        pytest.param("x" + "\u20dd" * 9, "x" + "\u20dd" * 2, id="enclosing marks"),
        pytest.param("\ud800lone", "lone", id="lone surrogate"),
        pytest.param("\ue000private\uffff", "private", id="private use and no character"),
        pytest.param("\uff26\uff32\uff25\uff25", "FREE", id="full width"),
        pytest.param("\u3164\u115f\u1160\u2800\u034f\uffa0", "", id="invisible letters"),
        pytest.param("\u180e\U000e0041\U000e0042", "", id="tags"),
        pytest.param(SELECTOR + JOINER, "", id="selectors alone"),
        pytest.param("", "", id="nothing"),
        pytest.param(" \n\t ", "", id="blanks"),
    ],
)
def test_what_deceives_is_removed(text: str, cleaned: str) -> None:
    assert clean(text, 100) == cleaned


@pytest.mark.parametrize(
    ("text", "limit", "cleaned"),
    [
        ("exactly ten", 11, "exactly ten"),
        ("one too many", 11, "one too ma…"),
        ("a word end", 7, "a word…"),
        ("a" * 1_000_000, 5, "aaaa…"),
        ("\ufdfa" * 100, 10, None),
        ("\u200b" * 1_000_000 + "late", 10, ""),
    ],
)
def test_it_is_never_longer_than_its_limit(text: str, limit: int, cleaned: str | None) -> None:
    result = clean(text, limit)

    assert len(result) <= limit
    assert cleaned in {None, result}


@pytest.mark.parametrize("text", ["\u202eabc", FAMILY, "z" + "\u0301" * 30, "  a  b ", "\uff26\ufdfa", HEART])
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text, 100)

    assert clean(once, 100) == once
