"""Text that strangers wrote: one line of it, with nothing in it that deceives a reader."""

import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from services.foreign_text import clean, cut
from tests.hostile_texts import ACCENTS, BIDI, CONTROLS, NAMED, UNSEEN, tags

JOINER = "\N{ZERO WIDTH JOINER}"
SELECTOR = "\N{VARIATION SELECTOR-16}"
FAMILY = f"\N{MAN}{JOINER}\N{WOMAN}{JOINER}\N{GIRL}"
RAINBOW_FLAG = f"\N{WAVING WHITE FLAG}{SELECTOR}{JOINER}\N{RAINBOW}"
WAVING_HAND = "\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4}"
HEART = f"\N{HEAVY BLACK HEART}{SELECTOR}"
END = "\N{CANCEL TAG}"
GERMAN_FLAG = "\N{REGIONAL INDICATOR SYMBOL LETTER D}\N{REGIONAL INDICATOR SYMBOL LETTER E}"


@pytest.mark.parametrize(
    "text",
    [
        "Bumble Okonkwo",
        "**bold** _and_ <@1>",
        "Blåbær Štěpán Nguyễn Thị Ngọc",
        "Ψηφίδες и мозаики",
        "\u0645\u0631\u062d\u0628\u0627",
        pytest.param("\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u062f", id="Arabic with vowels"),
        pytest.param("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", id="Persian suffix"),
        pytest.param(
            "\u05d1\u05bc\u05b0\u05e8\u05b5\u05d0\u05e9\u05c1\u05b4\u0596\u05d9\u05ea",
            id="Hebrew with points",
        ),
        pytest.param("\u0915\u094d\u200d\u0937 \u0915\u094d\u200c\u0937", id="Hindi half forms"),
        pytest.param("\u0dc1\u0dca\u200d\u0dbb\u0dd3", id="Sinhala"),
        pytest.param("\u0d28\u0d4d\u200d", id="old Malayalam"),
        pytest.param("\u09b0\u200d\u09cd\u09af", id="Bengali"),
        pytest.param("\u0e17\u0e35\u0e48\u0e19\u0e49\u0e33\u0e43\u0e08", id="Thai"),
        pytest.param("\u0e99\u0ec9\u0eb3", id="Lao"),
        pytest.param("\u0f56\u0f66\u0f92\u0fb2\u0f74\u0f56\u0f66\u0f0b", id="Tibetan"),
        pytest.param("\u1019\u103c\u103d\u103e\u1036\u1037", id="Burmese"),
        pytest.param("\u1781\u17d2\u1798\u17c2\u179a", id="Khmer"),
        "\u6771\u4eac\u306e\u591c",
        pytest.param("\u110b\u1161\u11ab\u3131\u314b\u314b", id="Korean"),
        FAMILY,
        RAINBOW_FLAG,
        WAVING_HAND,
        HEART,
        GERMAN_FLAG,
        pytest.param("\U0001fae8", id="young emoji"),
        pytest.param(f"1{SELECTOR}\u20e3#{SELECTOR}\u20e3", id="keycaps"),
        *(f"\N{WAVING BLACK FLAG}{tags(f'gb{part}')}{END}" for part in ("eng", "sct", "wls")),
        "left to say…",
    ],
)
def test_what_people_write_is_kept(text: str) -> None:
    assert clean(text, 100) == unicodedata.normalize("NFC", text)


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
        pytest.param("z" + "\u0301" * 30 + "a", "\u017a\u0301a", id="stacked accents"),
        pytest.param("x" + "\u20dd" * 9, "x\u20dd", id="the same mark again"),
        pytest.param("x" + "".join(ACCENTS), "x\u0334\u0335", id="every accent"),
        pytest.param("\u1ebf\u0303\u0304", "\u1ebf", id="accents on a letter with two"),
        pytest.param("\u0301x \u0301\u0302 y", "x y", id="accents without a letter"),
        pytest.param("\u0e2a" + "\u0e47\u0e49\u0e37" * 9, "\u0e2a\u0e47\u0e49", id="stacked Thai"),
        pytest.param("\ud800lone", "lone", id="lone surrogate"),
        pytest.param("\ue000private\uffff", "private", id="private use and no character"),
        pytest.param("\uff26\uff32\uff25\uff25", "FREE", id="full width"),
        pytest.param("\u3164\u115f\u1160\u2800\u034f\uffa0", "", id="invisible letters"),
        pytest.param(FAMILY * 9 + JOINER.join("\N{MAN}" * 99), FAMILY * 9 + "\ufffd", id="endless emoji"),
        pytest.param("\u1100" * 99 + "x", "\ufffdx", id="endless syllable"),
        pytest.param(
            f"\N{WAVING BLACK FLAG}{tags('gbxyz')}{END}", "\N{WAVING BLACK FLAG}", id="flag of nowhere"
        ),
        pytest.param(f"Cat{tags('hidden')}", "Cat", id="words in tags"),
        pytest.param(
            "\u0645\u200c \u0627\u200c\u0645", "\u0645 \u0627\u0645", id="non-joiner that does nothing"
        ),
        pytest.param("a\vb\fc\x1cd\x85e", "a b c d e", id="odd lines"),
        pytest.param("e\u200b\u0301", "\u00e9", id="accent kept from its letter"),
        pytest.param(f"\u2122{SELECTOR}", "TM", id="selector of a sign that became letters"),
        pytest.param(
            f"\u0937\u0d4d{JOINER}{chr(0x1100) * 17}",
            "\u0937\u0d4d\ufffd",
            id="joiner to an endless syllable",
        ),
        pytest.param("\u202e\u0ccd", "", id="mark that held on to a hidden sign"),
        pytest.param(
            "\u0f40" + "".join(map(chr, range(0xFAD, 0xFB5))),
            "\u0f40" + "".join(map(chr, range(0xFAD, 0xFB2))),
            id="more marks than any letter has",
        ),
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


@pytest.mark.parametrize(
    ("text", "limit", "cleaned"),
    [
        pytest.param(HEART * 10, 10, HEART * 10, id="as many as it may have"),
        pytest.param(HEART * 11, 10, HEART * 9 + "…", id="emoji"),
        pytest.param("x\u0323" * 11, 10, "x\u0323" * 9 + "…", id="accents"),
        pytest.param(GERMAN_FLAG * 11, 10, GERMAN_FLAG * 9 + "…", id="flags"),
        pytest.param(FAMILY * 9, 8, FAMILY * 3 + "…", id="no more than two code points for each"),
        pytest.param("\u0915\u094d\u200c\u0937" * 3, 2, "\u0915\u094d…", id="joiner with nothing to join"),
        pytest.param("a bc", 3, "a…", id="no blank before the sign"),
        pytest.param(FAMILY, 1, "…", id="no room for it"),
    ],
)
def test_it_is_cut_between_what_a_reader_counts(text: str, limit: int, cleaned: str) -> None:
    assert clean(text, limit) == cleaned
    assert clean(cleaned, limit) == cleaned


def test_code_points_can_be_counted_as_strictly() -> None:
    assert cut(FAMILY * 9, 90, 12) == FAMILY * 2 + "…"


@pytest.mark.parametrize("limit", [1, 20, 200])
def test_nothing_hostile_is_left_of_a_hostile_text(limit: int) -> None:
    hidden = regex.compile(
        r"[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Bidi_Control}]|\p{DI}{2}|^\p{M}| \p{M}|  |^ | $"
    )
    unseen = {*CONTROLS, *BIDI, *UNSEEN} - {JOINER, SELECTOR, "\u200c"}

    for name, text in NAMED.items():
        cleaned = clean(text, limit)
        graphemes = regex.findall(r"\X", cleaned)
        assert clean(cleaned, limit) == cleaned, name
        assert len(graphemes) <= limit, name
        assert len(cleaned) <= 2 * limit, name
        assert max(map(len, graphemes), default=0) <= 16, name
        assert not hidden.search(cleaned), name
        assert unseen.isdisjoint(cleaned), name


def test_a_text_of_which_nothing_is_seen_is_empty() -> None:
    for name, text in NAMED.items():
        if name.startswith(("blank", "unseen", "nobody")) and not regex.search("[Ca-z]", text):
            assert not clean(text, 80), name


LETTERS = (
    "aé1#* .…<\u00a8\u2122\u2139\u3164\u3131\u1100\u1161\u11a8\ufdfa"
    "\u0915\u0937\u0d28\u09b0\u0645\u06cc\u05d1\u0e19\u0e33\u0f40"
)
MARKS = (
    "\u0300\u0301\u0323\u0344\u0651\u064e\u05b8\u0e49\u0f71\u0f73\u0f90"
    "\u093c\u094d\u09cd\u0d4d\u20e3\u200c\u200d\ufe0f\u202e\U000e007f"
)
PICTURES = "\N{MAN}\N{GIRL}\u2764\U0001f3f4\U0001f3fd\U0001f1e9"


@settings(max_examples=150, deadline=None)
@given(st.text(LETTERS + MARKS + PICTURES, max_size=20), st.sampled_from([1, 4, 9, 80]))
def test_cleaning_twice_changes_nothing_more(text: str, limit: int) -> None:
    once = clean(text, limit)

    assert clean(once, limit) == once
