"""The languages that the bot speaks: English as it stands in the code, and each of `translations/*.po`."""

import gettext
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.dates import format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).parent / "translations"
COMMAND_NAME = "command name"
# Where most who read it write dates otherwise than its name alone would.
REGIONS = {"en": "en_GB"}


@dataclass(frozen=True)
class Language:
    code: str
    catalog: gettext.NullTranslations

    def say(self, sentence: str, /, **values: object) -> str:
        """The sentence in this language, with the values in its {fields}."""
        return self.catalog.gettext(sentence).format(**values)

    def count(self, number: int, one: str, many: str, /, **values: object) -> str:
        """One of two sentences, or more where a language has more forms; `number` is a field of them."""
        return self.catalog.ngettext(one, many, number).format(number=number, **values)

    def list_of(self, names: Sequence[str]) -> str:
        """Names in a sentence, the way that this language lists them."""
        return format_list(names, locale=self.code)

    def day(self, day: date) -> str:
        """Day and month, as short as this language writes them: 24 Nov."""
        return format_skeleton("MMMd", day, locale=REGIONS.get(self.code, self.code))

    def command_name(self, name: str) -> str:
        """What a command, or an option of one, is called in this language."""
        return self.catalog.pgettext(COMMAND_NAME, name)


ENGLISH = Language("en", gettext.NullTranslations())


@cache
def languages() -> tuple[Language, ...]:
    return (ENGLISH, *(_translated(path) for path in sorted(TRANSLATIONS.glob("*.po"))))


def language_of(locale: str) -> Language:
    """The language for a locale such as `de` or `pt-BR`; English where it is not spoken yet."""
    code = locale.partition("-")[0].lower()
    return next((language for language in languages() if language.code == code), ENGLISH)


def _translated(path: Path) -> Language:
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.stem)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Language(path.stem, gettext.GNUTranslations(compiled))
