"""The words of the address book."""

from collections.abc import Sequence

from services.address_book import LONGEST_LABEL, Added, Listed, Removed
from services.addresses import in_groups, shortened
from services.wording.addresses import not_the_same
from services.wording.limits import duration
from services.wording.text import Markup, Tone, Words
from storage.address_book import SavedAddress


def family(m: Markup, network: str) -> str:
    match network:
        case "evm":
            return m.say("Ethereum-like (EVM)")
        case "solana":
            return "Solana"
        case "flow":
            return "Flow"
    return network.title()


def choice(m: Markup, entry: SavedAddress) -> str:
    """An entry in a list to choose from, at most 100 characters; nothing in it is marked up."""
    return f"{entry.label} · {shortened(entry.address)} · {family(m, entry.network)}"


def empty_book(m: Markup) -> Words:
    return Words(
        m.say("No saved addresses"),
        m.say("Use /addresses add to save an address of your own under a name. /withdraw then offers it."),
    )


def label_refused(m: Markup) -> Words:
    return Words(
        m.say("Choose another name for it"),
        m.say(
            "A name has 1 to {most} characters and must not look like an address itself, so that one is never taken for "
            "the other. Nothing was saved.",
            most=LONGEST_LABEL,
        ),
        "warning",
    )


def not_in_book(m: Markup) -> Words:
    return Words(
        m.say("You have no such address saved"),
        m.say(
            "Type a part of its name and pick it from the list; /addresses list shows them all. Nothing was changed or "
            "sent."
        ),
        "warning",
    )


def added(m: Markup, outcome: Added) -> Words:
    entry = outcome.entry
    lines = [f"{_named(m, entry)}\n{m.code(in_groups(entry.address))}"]
    if outcome.look_alike is not None:
        unsure = m.say("If you are not sure where this one comes from, remove it.")
        lines.append(f"{not_the_same(m, outcome.look_alike)} {unsure}")
    lines.append(
        m.say(
            "Compare the whole of it with what your own wallet shows, not only its ends. If anything differs, use "
            "/addresses remove."
        )
    )
    if outcome.held_until is None:
        lines.append(m.say("You can use it now: /withdraw offers it."))
    else:
        lines.append(
            m.say(
                "For your safety, a newly saved address has to wait. You can use it {time}.",
                time=m.time(outcome.held_until),
            )
        )
    tone: Tone = "good" if outcome.look_alike is None else "warning"
    return Words(m.say("Address saved"), "\n\n".join(lines), tone)


def label_taken(m: Markup, entry: SavedAddress) -> Words:
    return Words(
        m.say("You have that name already"),
        m.say(
            "{label} stands for {address}. Choose another name, or remove that one first. Nothing was saved.",
            label=m.bold(m.foreign(entry.label)),
            address=m.code(shortened(entry.address)),
        ),
        "warning",
    )


def address_saved(m: Markup, entry: SavedAddress) -> Words:
    return Words(
        m.say("You have this address already"),
        m.say(
            "You saved it as {label} {time}. Nothing was changed.",
            label=m.bold(m.foreign(entry.label)),
            time=m.time(entry.added_at),
        ),
        "warning",
    )


def book_full(m: Markup, most: int) -> Words:
    return Words(
        m.say("Your address book is full"),
        m.say(
            "It has room for {most} addresses. Remove one with /addresses remove first. Nothing was saved.",
            most=most,
        ),
        "warning",
    )


def address_list(m: Markup, listed: Sequence[Listed], page: int, pages: int) -> Words:
    """One page of the book."""
    if pages > 1:
        title = m.say("Your saved addresses, page {page} of {pages}", page=page, pages=pages)
    else:
        title = m.say("Your saved addresses")
    return Words(title, "\n\n".join(_line(m, each) for each in listed))


def removed(m: Markup, outcome: Removed) -> Words:
    entry = outcome.entry
    gone = m.say("/withdraw does not offer it any more.")
    if outcome.hold:
        again = m.say(
            "If you save it again, it is a new address again and has to wait {duration}.",
            duration=duration(m, outcome.hold),
        )
    else:
        again = m.say("If you save it again, it is a new address again.")
    return Words(
        m.say("Address removed"),
        f"{_named(m, entry)}\n{m.code(in_groups(entry.address))}\n\n{gone} {again}",
        "good",
    )


def _line(m: Markup, listed: Listed) -> str:
    entry = listed.entry
    since = m.time(entry.added_at)
    if listed.held_until is None:
        when = m.say("saved {time}", time=since)
    else:
        when = m.say("saved {time}, can be used {later}", time=since, later=m.time(listed.held_until))
    return f"{_named(m, entry)}\n{m.code(in_groups(entry.address))}\n{when}"


def _named(m: Markup, entry: SavedAddress) -> str:
    return f"{m.bold(m.foreign(entry.label))} · {m.foreign(family(m, entry.network))}"
