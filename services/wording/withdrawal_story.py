"""The words of a withdrawal that was confirmed: its news, and its whole story."""

from dataclasses import replace

from services.addresses import in_groups
from services.withdrawal_history import Story
from services.wording.addresses import network
from services.wording.gallery import picture_text
from services.wording.general import refresh
from services.wording.text import Action, Markup, Words
from services.wording.withdrawal_standing import how_it_stands, where_it_is
from services.wording.withdrawal_timeline import timeline
from services.wording.withdrawals import nft_name, short_address, to_saved_address
from storage.withdrawals import Withdrawal

# What a withdrawal still waits for; in all other states it has ended.
UNDER_WAY = {"confirmed", "submitting", "awaiting_owner", "processing", "unknown"}


def withdrawal_news(m: Markup, withdrawal: Withdrawal) -> Words:
    """How a withdrawal stands, for whoever reads only this: a direct message."""
    words = how_it_stands(m, withdrawal)
    return replace(
        words,
        text=f"{what_to_where(m, withdrawal)}\n\n{words.text}",
        actions=(Action(details(m), "withdrawal-details", details_reference(withdrawal)),),
    )


def withdrawal_reminder(m: Markup, withdrawal: Withdrawal) -> Words:
    """An hour after Banq's mail, of what only the owner can do."""
    words = withdrawal_news(m, replace(withdrawal, state="awaiting_owner"))
    hint = m.say("No mail from Banq? Look where unwanted mail goes, or open your account at Banq.")
    return replace(words, title=m.say("Still waiting for you at Banq"), text=f"{words.text}\n\n{hint}")


def withdrawal_contradicted(m: Markup, withdrawal: Withdrawal) -> Words:
    """Where Banq says something else than we told, after its end."""
    what = m.say(
        "We told you: {told}. Banq now says something else about just this withdrawal. Look into your Banq wallet and "
        "your mail from Banq; if Banq asks you to approve it and you do not want it, reject it there. The team of this "
        "community is told as well.",
        told=how_it_stands(m, withdrawal).title,
    )
    where = where_it_is(m, m.say("only your Banq wallet can tell for sure."))
    return Words(
        m.say("Banq says otherwise about a withdrawal"),
        f"{what_to_where(m, withdrawal)}\n\n{what}\n{where}",
        "warning",
    )


def withdrawal_story(m: Markup, story: Story) -> Words:
    """All about a withdrawal: what has happened and when, what comes next, and the whole address."""
    withdrawal = story.withdrawal
    words = how_it_stands(m, withdrawal)
    if story.saved is not None:
        to = to_saved_address(m, story.saved)
    else:
        to = m.say("{to} an address that is not in your address book", to=m.bold(m.say("To")))
    about = [
        to + "\n" + m.code(in_groups(withdrawal.address)),
        m.bold(m.say("Network")) + " " + network(m, withdrawal.chain),
    ]
    if withdrawal.transaction_hash:
        about.append(m.bold(m.say("Transaction")) + "\n" + m.code(withdrawal.transaction_hash))
    steps = "\n".join(timeline(m, story))
    text = "\n\n".join([m.bold(nft_name(m, withdrawal)), steps, words.text, "\n".join(about)])
    return replace(
        words,
        text=text,
        image_url=withdrawal.nft_image_url,
        image_text=picture_text(m, withdrawal.nft_name),
    )


def no_longer_followed(m: Markup, words: Words) -> Words:
    """Discord lets a message be edited for a quarter of an hour."""
    note = m.say(
        "This message cannot follow along any longer: press {refresh} to see how it stands. You also get a direct "
        "message, if you allow them.",
        refresh=m.bold(refresh(m)),
    )
    return replace(words, text=f"{words.text}\n\n{note}")


def details_reference(withdrawal: Withdrawal, page: int = 1) -> str:
    """What a button leads to: the page of the list to come back to, and which withdrawal."""
    return f"{page}-{withdrawal.id}"


def what_to_where(m: Markup, withdrawal: Withdrawal) -> str:
    nft = m.bold(nft_name(m, withdrawal))
    return m.say("{nft} to {address}", nft=nft, address=short_address(m, withdrawal))


def details(m: Markup) -> str:
    return m.say("Details")


def see_transaction(m: Markup) -> str:
    return m.say("See the transaction")


def my_withdrawals(m: Markup) -> str:
    return m.say("My withdrawals")
