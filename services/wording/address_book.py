"""The words of the address book."""

from collections.abc import Sequence

from services.address_book import LONGEST_LABEL, Added, Listed, Removed
from services.addresses import in_groups, shortened
from services.wording.addresses import not_the_same
from services.wording.limits import duration
from services.wording.text import Markup, Words
from storage.address_book import SavedAddress

FAMILIES = {"evm": "Ethereum-like (EVM)", "solana": "Solana", "flow": "Flow"}

EMPTY_BOOK = Words(
    "No saved addresses yet",
    "Use /addresses add to save an address of your own under a name. /withdraw then offers it.",
)
LABEL_REFUSED = Words(
    "Choose another name for it",
    f"A name has 1 to {LONGEST_LABEL} characters and must not look like an address itself, so that one is never taken "
    "for the other. Nothing was saved.",
    "warning",
)
NOT_IN_BOOK = Words(
    "You have no such address saved",
    "Type a part of its name and pick it from the list; /addresses list shows them all. Nothing was changed or sent.",
    "warning",
)


def family(network: str) -> str:
    return FAMILIES.get(network, network.title())


def choice(entry: SavedAddress) -> str:
    """An entry in a list to choose from, at most 100 characters; nothing in it is marked up."""
    return f"{entry.label} · {shortened(entry.address)} · {family(entry.network)}"


def added(m: Markup, outcome: Added) -> Words:
    entry = outcome.entry
    lines = [f"{_named(m, entry)}\n{m.code(in_groups(entry.address))}"]
    if outcome.look_alike is not None:
        unsure = m.say("If you are not sure where this one comes from, remove it.")
        lines.append(f"{not_the_same(m, outcome.look_alike)} {unsure}")
    lines.append(
        "Compare the whole of it with what your own wallet shows, not only its ends. If anything differs, use "
        "/addresses remove."
    )
    if outcome.held_until is None:
        lines.append("You can use it now: /withdraw offers it.")
    else:
        lines.append(
            f"For your safety, a newly saved address has to wait. You can use it {m.time(outcome.held_until)}."
        )
    return Words("Address saved", "\n\n".join(lines), "good" if outcome.look_alike is None else "warning")


def label_taken(m: Markup, entry: SavedAddress) -> Words:
    return Words(
        "You have that name already",
        f"{m.foreign(entry.label)} stands for {m.code(shortened(entry.address))}. Choose another name, or remove that "
        "one first. Nothing was saved.",
        "warning",
    )


def address_saved(m: Markup, entry: SavedAddress) -> Words:
    return Words(
        "You have this address already",
        f"It is saved as {m.bold(m.foreign(entry.label))}, {m.time(entry.added_at)}. Nothing was changed.",
        "warning",
    )


def book_full(most: int) -> Words:
    return Words(
        "Your address book is full",
        f"It has room for {most} addresses. Remove one with /addresses remove first. Nothing was saved.",
        "warning",
    )


def address_list(m: Markup, listed: Sequence[Listed], page: int, pages: int) -> Words:
    """One page of the book."""
    title = "Your saved addresses" + (f", page {page} of {pages}" if pages > 1 else "")
    return Words(title, "\n\n".join(_line(m, each) for each in listed))


def removed(m: Markup, outcome: Removed) -> Words:
    entry = outcome.entry
    again = "If you save it again, it is a new address again"
    again += f" and has to wait {duration(m, outcome.hold)}." if outcome.hold else "."
    return Words(
        "Address removed",
        f"{_named(m, entry)}\n{m.code(in_groups(entry.address))}\n\n/withdraw does not offer it any more. {again}",
        "good",
    )


def _line(m: Markup, listed: Listed) -> str:
    entry = listed.entry
    since = f"saved {m.time(entry.added_at)}"
    if listed.held_until is not None:
        since += f", can be used {m.time(listed.held_until)}"
    return f"{_named(m, entry)}\n{m.code(in_groups(entry.address))}\n{since}"


def _named(m: Markup, entry: SavedAddress) -> str:
    return f"{m.bold(m.foreign(entry.label))} · {m.foreign(family(entry.network))}"
