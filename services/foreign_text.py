"""Cleans text that strangers wrote (NFT names, Banq's messages), before any platform shows it."""

import unicodedata

# Kept although they are "format" characters: the joiner holds emoji sequences together.
ZERO_WIDTH_JOINER = "\N{ZERO WIDTH JOINER}"
COMBINING_IN_A_ROW = 2


def clean(text: str, limit: int) -> str:
    """One line of at most `limit` characters without controls, bidi marks, invisibles or stacked accents."""
    kept: list[str] = []
    combining = 0
    for character in unicodedata.normalize("NFKC", text[: limit * 8]):
        category = unicodedata.category(character)
        if category in {"Mn", "Me"}:
            combining += 1
            if combining > COMBINING_IN_A_ROW:
                continue
        else:
            combining = 0
        if category[0] == "Z" or character in "\t\r\n":
            kept.append(" ")
        elif category[0] == "C" and not (character == ZERO_WIDTH_JOINER and kept and _is_symbol(kept[-1])):
            continue
        else:
            kept.append(character)
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _is_symbol(character: str) -> bool:
    # A joiner after an emoji or its variation selector; after a letter it only hides differences.
    return unicodedata.category(character) in {"So", "Sk"} or character == "\N{VARIATION SELECTOR-16}"
