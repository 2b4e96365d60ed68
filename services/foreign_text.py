"""Cleans text that strangers wrote (NFT names, Banq's messages), before any platform shows it."""

import unicodedata
from itertools import accumulate, cycle

import regex

# Invisible by themselves, but emoji and some scripts are misread without them. Anywhere else they only
# make two names look alike that are not.
_NEEDED = r"""
    (?<=[\p{ExtPict}--\p{C}](?:\ufe0f|\p{EMod})?)\u200d(?=[\p{ExtPict}--\p{C}])
  | (?<=[\p{ExtPict}--[\p{EPres}\p{C}]])\ufe0f
  | (?<=[0-9\#*])\ufe0f(?=\u20e3)
  # The flags of England, Scotland and Wales.
  | \U0001f3f4\U000e0067\U000e0062
    (?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f
  # Between a virama and a letter, for half forms; before one in Bengali and Kannada; in old Malayalam.
  | (?<=\p{ccc=9})[\u200c\u200d](?=\p{Lo})
  | (?<=[\u09b0\u0cb0])\u200d(?=[\u09cd\u0ccd])
  | (?<=[\u0d15\u0d23\u0d28\u0d30\u0d32\u0d33]\u0d4d)\u200d
  # Between joining letters, as Persian writes its suffixes.
  | (?<=\p{jt=D}\p{Mn}*)\u200c(?=\p{Mn}*[\p{jt=D}\p{jt=R}])
"""
# The listed ones are symbols and letters by category, but blank, or a box for something that is not there.
_HIDDEN = regex.compile(
    rf"(?:{_NEEDED})(*SKIP)(*FAIL)|[\p{{C}}\p{{DI}}\u2800\ufffc\U0001d159\U00013441\U00013442]",
    regex.VERBOSE | regex.VERSION1,
)
# NFKC would turn these into something else: an ellipsis, Thai and Lao vowels, Korean letters on their own.
_KEPT_AS_WRITTEN = regex.compile(r"([…\u0e33\u0eb3\u3131-\u318e]+)")
_MARKS = regex.compile(r"[\p{M}\u200c\u200d]+")
# They pile up on any letter; the marks of other scripts have their places.
_PILES_UP = regex.compile(r"[[\p{Inherited}\p{Common}\p{Thai}\p{Lao}]&&\p{M}]", regex.VERSION1)
_GRAPHEME = regex.compile(r"\X")
MOST_MARKS = 5
MOST_PILED_UP = 2
# The longest emoji have 10 code points, and no syllable has more.
LONGEST_GRAPHEME = 16
NO_TEXT = "\N{REPLACEMENT CHARACTER}"
# So that a text of emoji families still fits where a platform counts code points.
CODE_POINTS_EACH = 2
READ_EACH = 16


def clean(text: str, limit: int) -> str:
    """One line of at most `limit` graphemes without controls, bidi marks, invisibles or stacked accents.

    It has at most `2 * limit` code points, and is empty if nothing of the text can be seen.
    """
    line = " ".join(text[: limit * READ_EACH].split())
    if line.isascii() and line.isprintable():
        return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
    # What is hidden goes before, for it keeps letters from composing, and after, where nothing needs it now.
    line = _MARKS.sub(_calmed, _normalized(_shown(line)))
    line = unicodedata.normalize("NFC", _shown(line))
    return cut(" ".join(line.split()), limit, limit * CODE_POINTS_EACH)


def cut(line: str, graphemes: int, code_points: int) -> str:
    """Cleaned text between two of whose graphemes it is cut, with a sign of it, to have no more than that."""
    pieces: list[str] = _GRAPHEME.findall(line)
    if any(len(piece) > LONGEST_GRAPHEME for piece in pieces):
        pieces = [piece if len(piece) <= LONGEST_GRAPHEME else NO_TEXT for piece in pieces]
        # What held on to one of them must not stay.
        line = _shown("".join(pieces))
    if len(pieces) <= graphemes and len(line) <= code_points:
        return line
    ends = accumulate(map(len, pieces[: graphemes - 1]))
    end = max((end for end in ends if end < code_points), default=0)
    return _shown(line[:end].rstrip() + "…")


def _shown(line: str) -> str:
    return _HIDDEN.sub("", line)


def _normalized(line: str) -> str:
    parts = _KEPT_AS_WRITTEN.split(line)
    return "".join(
        part if kept else unicodedata.normalize("NFKC", part)
        for part, kept in zip(parts, cycle((False, True)))
    )


def _calmed(found: regex.Match[str]) -> str:
    """None of a letter's marks twice, and few of them; none without a letter."""
    letter = found.string[found.start() - 1] if found.start() else " "
    if letter == " ":
        return ""
    marks = dict.fromkeys(found[0])
    # A letter with an accent of its own has room for one less.
    room = MOST_PILED_UP + 1 - len(unicodedata.normalize("NFD", letter))
    for mark in [mark for mark in marks if _PILES_UP.match(mark)][max(room, 0) :]:
        del marks[mark]
    return "".join(list(marks)[:MOST_MARKS])
