"""The words about a member's NFTs: the gallery, one of them in full, and where it is to be sent."""

from collections.abc import Sequence

from banq.models import Nft
from services.foreign_text import clean
from services.wallet import EVERYTHING, Collection, Entry, Page, Selection, Wallet
from services.wording.addresses import network_name
from services.wording.text import Markup, Words

SHOWN_TRAITS = 12
# So that all of the details fit into one message, whatever somebody minted.
LONGEST_TRAITS = 900
LONGEST_DESCRIPTION = 250


def title(m: Markup, wallet: Wallet, page: Page, selection: Selection) -> str:
    held = m.count(len(wallet.entries), "1 NFT", "{number} NFTs")
    lines = [f"### {m.say('Your NFTs')}", held]
    if selection != EVERYTHING:
        chosen = [_collection_name(m, wallet, selection.collection)] if selection.collection else []
        chosen += [m.say("“{search}”", search=m.foreign(selection.search))] if selection.search else []
        lines[1] = m.say("{found} of {held}: {chosen}", found=page.count, held=held, chosen=", ".join(chosen))
    return "\n".join(lines)


def entry(m: Markup, shown: Entry) -> str:
    """Name, and what tells it from others of the same name."""
    nft = shown.nft
    details = [m.foreign(shown.collection, 40)] if shown.collection else []
    if nft.chain:
        details.append(m.foreign(network_name(nft.chain), 40))
    if clean(nft.token_id or "", 12):
        details.append(m.foreign(f"#{nft.token_id}", 12))
    if nft.amount > 1:
        details.append(m.say("you hold {amount}", amount=nft.amount))
    return "\n".join(filter(None, (m.bold(name(m, shown)), " · ".join(filter(None, details)))))


def name(m: Markup, shown: Entry) -> str:
    """With a number where another looks the same, as in the menu to choose from."""
    called = m.foreign(shown.name) or m.say("An NFT without a name")
    return called if shown.twin == 1 else f"{called} ({shown.twin})"


def picture_text(m: Markup, shown_name: str) -> str:
    """What a screen reader says instead of the picture; plain text."""
    return shown_name or m.say("Picture of an NFT without a name")


def note(m: Markup, wallet: Wallet, *, is_banq_silent: bool) -> str:
    """How old this is, and what is missing from it."""
    told = m.say("As Banq told us {time}.", time=m.time(wallet.fetched_at))
    if is_banq_silent:
        silent = m.say("Banq is not answering right now, so this may be out of date.")
        told = f"⚠️ {silent} {told}"
    return f"-# {told} {unreadable(m, wallet.unreadable)}".strip()


def unreadable(m: Markup, count: int) -> str:
    if count == 0:
        return ""
    return m.count(
        count,
        "1 NFT cannot be shown here; it is safe at Banq.",
        "{number} NFTs cannot be shown here; they are safe at Banq.",
    )


def nothing_fits(m: Markup, wallet: Wallet, selection: Selection, *, is_banq_silent: bool) -> Words:
    if selection.search and selection.collection:
        text = m.say("No NFT in this collection has “{search}” in it.", search=m.foreign(selection.search))
    elif selection.search:
        text = m.say("Not one of your NFTs has “{search}” in it.", search=m.foreign(selection.search))
    else:
        text = m.say("You hold none in this collection any more.")
    return Words(m.say("No NFT fits"), f"{text}\n{note(m, wallet, is_banq_silent=is_banq_silent)}")


def empty(m: Markup, wallet: Wallet, *, is_banq_silent: bool) -> Words:
    if wallet.unreadable:
        title = m.say("No NFTs to show")
        text = m.say("Your wallet is linked, but what it holds cannot be shown here.")
    else:
        title = m.say("No NFTs in your wallet")
        text = m.say("Your wallet is linked, and holds none. What you add at Banq shows up here.")
    return Words(title, f"{text}\n{note(m, wallet, is_banq_silent=is_banq_silent)}")


def look_at_one(m: Markup) -> str:
    return m.say("Look at one of these…")


def all_collections(m: Markup) -> str:
    return m.say("All collections")


def collection_size(m: Markup, collection: Collection) -> str:
    return m.count(collection.count, "1 NFT", "{number} NFTs")


def page_button(m: Markup, page: Page) -> str:
    return m.say("Page {number} of {pages}", number=page.number, pages=page.pages)


def search_button(m: Markup) -> str:
    return m.say("Search")


def show_all_button(m: Markup) -> str:
    return m.say("Show all")


def jump_title(m: Markup) -> str:
    return m.say("Go to a page")


def jump_label(m: Markup) -> str:
    return m.say("Its number")


def search_title(m: Markup) -> str:
    return m.say("Search your NFTs")


def search_label(m: Markup) -> str:
    return m.say("Words or a number")


def search_help(m: Markup) -> str:
    return m.say("In name, collection, network or token id")


def not_a_page(m: Markup) -> Words:
    return Words(
        m.say("That is not a page"),
        m.say("Type the number of a page, such as 3. Nothing has changed."),
        "warning",
    )


def gone(m: Markup) -> Words:
    return Words(
        m.say("This NFT is not in your wallet any more"),
        m.say("If you sent it, /withdrawals tells how that went. /nfts shows what you hold now."),
        "warning",
    )


def details(m: Markup, shown: Entry) -> str:
    """All that is known of one NFT, the whole of each number."""
    nft = shown.nft
    lines = [f"### {name(m, shown)}"]
    if nft.description:
        lines.append(m.foreign(nft.description, LONGEST_DESCRIPTION))
    facts = _facts(m, shown)
    return "\n".join([*lines, *(f"{m.bold(title)} {text}" for title, text in facts)])


def _facts(m: Markup, shown: Entry) -> Sequence[tuple[str, str]]:
    nft: Nft = shown.nft
    facts = (
        (m.say("Collection"), m.foreign(shown.collection)),
        (m.say("Traits"), _traits(m, nft)),
        (m.say("Network"), m.foreign(network_name(nft.chain), 40) if nft.chain else ""),
        (m.say("Contract"), m.code(nft.contract) if nft.contract else ""),
        (m.say("Token id"), m.code(nft.token_id) if nft.token_id else ""),
        (m.say("Amount"), str(nft.amount) if nft.amount > 1 else ""),
    )
    return [(title, text) for title, text in facts if text]


def _traits(m: Markup, nft: Nft) -> str:
    """As many as there is room for, and how many more there are."""
    pairs = ((m.foreign(trait, 30), m.foreign(value, 40)) for trait, value in nft.traits)
    traits = [": ".join(filter(None, pair)) for pair in pairs if any(pair)]
    shown = traits[:SHOWN_TRAITS]
    while len(" · ".join(shown)) > LONGEST_TRAITS:
        shown.pop()
    if len(shown) < len(traits):
        shown.append(m.say("and {number} more", number=len(traits) - len(shown)))
    return " · ".join(shown)


def withdraw_button(m: Markup) -> str:
    return m.say("Withdraw")


def all_nfts_button(m: Markup) -> str:
    return m.say("All NFTs")


def where_to(m: Markup, shown: Entry, amount: int) -> Words:
    nfts = name(m, shown)
    if shown.nft.amount > 1:
        held = m.say("{amount} of the {held} that you hold", amount=amount, held=shown.nft.amount)
        nfts = f"{nfts} ({held})"
    return Words(
        m.say("Where should it go?"),
        m.say(
            "{nft}\nChoose one of your saved addresses, or type another. You see everything once more before anything is "
            "sent.",
            nft=m.bold(nfts),
        ),
    )


def saved_addresses(m: Markup) -> str:
    return m.say("One of your saved addresses…")


def how_many(m: Markup) -> str:
    return m.say("How many?")


def so_many(m: Markup, amount: int, held: int) -> str:
    return m.say("{amount} of {held}", amount=amount, held=held)


def type_address_button(m: Markup) -> str:
    return m.say("Type an address")


def address_title(m: Markup) -> str:
    return m.say("Send it to an address")


def address_label(m: Markup) -> str:
    return m.say("The whole address")


def address_help(m: Markup) -> str:
    return m.say("Copied from your own wallet, or the name of a saved address")


def amount_label(m: Markup) -> str:
    return m.say("How many")


def amount_help(m: Markup, held: int) -> str:
    return m.say("You hold {held}", held=held)


def not_an_amount(m: Markup, held: int) -> Words:
    return Words(
        m.say("That is not an amount"),
        m.say("Type a number from 1 to {held}. Nothing was sent.", held=held),
        "warning",
    )


def still_asking(m: Markup) -> str:
    """In place of NFTs to choose from; plain text."""
    return m.say("Still asking Banq for your NFTs: type on in a moment")


def _collection_name(m: Markup, wallet: Wallet, key: str) -> str:
    found = next((collection.name for collection in wallet.collections if collection.key == key), None)
    return m.say("a collection that you do not hold any more") if found is None else m.foreign(found, 60)
