"""Cleans text that strangers wrote (NFT names, Banq's messages), before any platform shows it."""

import unicodedata

# Kept although they are invisible: they hold emoji sequences together, but hide differences elsewhere.
ZERO_WIDTH_JOINER = "\N{ZERO WIDTH JOINER}"
EMOJI_SELECTOR = "\N{VARIATION SELECTOR-16}"
# Letters, symbols and marks by category, but nothing that a reader would see.
INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
COMBINING_IN_A_ROW = 2


def clean(text: str, limit: int) -> str:
    """One line of at most `limit` characters without controls, bidi marks, invisibles or stacked accents."""
    kept: list[str] = []
    combining = 0
    for character in unicodedata.normalize("NFKC", text[: limit * 8]):
        category = unicodedata.category(character)
        in_emoji = bool(kept) and _is_emoji(kept[-1])
        if character in {ZERO_WIDTH_JOINER, EMOJI_SELECTOR}:
            if in_emoji:
                kept.append(character)
        elif category[0] == "Z" or character in "\t\r\n":
            kept.append(" ")
        elif category[0] == "C" or character in INVISIBLE or _is_selector(character):
            continue
        elif category in {"Mn", "Me"}:
            combining += 1
            if combining <= COMBINING_IN_A_ROW:
                kept.append(character)
        else:
            combining = 0
            kept.append(character)
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _is_emoji(character: str) -> bool:
    return unicodedata.category(character) in {"So", "Sk"} or character == EMOJI_SELECTOR


def _is_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
