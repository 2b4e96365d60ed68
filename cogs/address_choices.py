"""What autocomplete offers of an address book."""

from collections.abc import Iterable
from itertools import islice

from discord import app_commands

from services.address_book import key_of
from services.wording import address_book as book_words
from services.wording.text import Markup
from storage.address_book import SavedAddress

MOST_CHOICES = 25


def address_choices(m: Markup, entries: Iterable[SavedAddress], typed: str) -> list[app_commands.Choice[str]]:
    """The entries that have each of the typed words in their label, network or address."""
    wanted = typed.casefold().split()
    found = (
        app_commands.Choice(name=name, value=key_of(entry))
        for entry in entries
        for name in (book_words.choice(m, entry),)
        if all(word in f"{name} {entry.address}".casefold() for word in wanted)
    )
    return list(islice(found, MOST_CHOICES))
