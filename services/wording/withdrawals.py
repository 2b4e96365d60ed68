"""The words of a withdrawal before it is sent: its review, and why one was not made."""

from dataclasses import replace

from services.addresses import in_groups, shortened
from services.withdrawals import Drafted, RetypeNeeded
from services.wording.addresses import network, not_the_same
from services.wording.gallery import picture_text
from services.wording.text import Action, Markup, Words
from storage.address_book import SavedAddress
from storage.withdrawals import Withdrawal


def nft_name(m: Markup, withdrawal: Withdrawal) -> str:
    name = m.foreign(withdrawal.nft_name) if withdrawal.nft_name else m.say("an NFT without a name")
    if withdrawal.nft_details:
        name = f"{name} ({m.foreign(withdrawal.nft_details)})"
    return f"{withdrawal.amount} × {name}" if withdrawal.amount > 1 else name


def short_address(m: Markup, withdrawal: Withdrawal) -> str:
    return m.code(shortened(withdrawal.address))


def to_saved_address(m: Markup, saved: SavedAddress) -> str:
    label = m.bold(m.foreign(saved.label))
    return m.say("{to} your saved address {label}", to=m.bold(m.say("To")), label=label)


def withdrawal_review(m: Markup, drafted: Drafted) -> Words:
    """The whole of what is about to be sent where; for a new address, what to do about it."""
    withdrawal = drafted.withdrawal
    if drafted.saved is not None:
        to = to_saved_address(m, drafted.saved)
    else:
        to = m.say(
            "{to} {a_new_address}, not in your address book",
            to=m.bold(m.say("To")),
            a_new_address=m.bold(m.say("a new address")),
        )
    held = drafted.held or 1
    amount = m.say("{amount} of the {held} that you hold", amount=withdrawal.amount, held=held)
    lines = [
        *([m.bold(m.say("Amount")) + "\n" + amount] if held > 1 else []),
        to + "\n" + m.code(in_groups(withdrawal.address)),
        m.bold(m.say("Network")) + "\n" + network(m, withdrawal.chain),
        _compare(m, drafted.look_alike),
        m.say("A withdrawal cannot be undone, and nobody can fetch an NFT back from a wrong address."),
        m.say("After you confirm, Banq e-mails you. The NFT moves only when you approve it there.")
        + "\n"
        + m.say("The time to decide ends {time}.", time=m.time(withdrawal.expires_at)),
    ]
    confirm = "withdraw-confirm" if drafted.saved else "withdraw-retype"
    return Words(
        m.say("Withdraw {nft}?", nft=nft_name(m, withdrawal)),
        "\n\n".join(lines),
        "warning",
        withdrawal.nft_image_url,
        picture_text(m, withdrawal.nft_name),
        actions=(
            Action(m.say("Withdraw"), confirm, withdrawal.id, "danger"),
            _cancel(m, withdrawal.id),
        ),
    )


def _compare(m: Markup, look_alike: SavedAddress | None) -> str:
    if look_alike is None:
        return m.say("Compare the whole address, not only its ends.")
    warning, compare = not_the_same(m, look_alike), m.say("Compare every character:")
    return f"{warning} {compare}\n{m.code(in_groups(look_alike.address))}"


def _cancel(m: Markup, withdrawal_id: str) -> Action:
    return Action(m.say("Cancel"), "withdraw-cancel", withdrawal_id)


def with_another_try(m: Markup, words: Words, withdrawal_id: str, *, retype: bool) -> Words:
    """Where the review is untouched by what went wrong, and the same button may simply be pressed again."""
    again = Action(m.say("Try again"), "withdraw-retype" if retype else "withdraw-confirm", withdrawal_id)
    return replace(words, actions=(again, _cancel(m, withdrawal_id)))


def retype_title(m: Markup) -> str:
    return m.say("A new address")


def retype_label(m: Markup) -> str:
    return m.say("Its last 6 characters")


def retype_help(m: Markup) -> str:
    return m.say("From your own wallet, where the NFT is to arrive")


def retype_needed(m: Markup, outcome: RetypeNeeded) -> Words:
    """The review once more, with what has to be done about the new address."""
    if outcome.typed is None:
        text = m.say(
            "This address is new, so its last 6 characters have to be typed before anything is sent there."
        )
    else:
        text = m.say(
            "What you typed is not how this address ends, so nothing was sent. If it is how your own address ends, then "
            "the address here is the wrong one: press Cancel."
        )
    review = withdrawal_review(m, outcome.draft)
    return replace(review, text=f"⛔ {m.bold(text)}\n\n{review.text}")


def draft_gone(m: Markup, state: str, reason: str | None = None) -> Words:
    if reason == "link_ended":
        return Words(
            m.say("Withdrawal not sent"),
            m.say(
                "Your wallet was unlinked or frozen meanwhile, so nothing was sent. When all is well with it, use /link, "
                "then /withdraw to start again."
            ),
            "warning",
        )
    if state == "cancelled":
        return Words(m.say("Withdrawal cancelled"), m.say("Nothing was sent."))
    return Words(
        m.say("This review has expired"),
        m.say("Nothing was sent. Use /withdraw to start again."),
        "warning",
    )


def nft_not_found(m: Markup) -> Words:
    return Words(
        m.say("You do not hold this NFT"),
        m.say(
            "It is not in your linked wallet right now, so nothing new was sent. If you have sent it before, /withdrawals "
            "tells how that went. Otherwise type a part of its name and pick it from the list."
        ),
        "bad",
    )


def nft_not_chosen(m: Markup) -> Words:
    return Words(
        m.say("Which one?"),
        m.say(
            "Either no NFT of yours is called just that, or more than one is. Type a part of its name and pick it from the list, "
            "which tells those of the same name apart. Nothing was sent."
        ),
        "warning",
    )


def amount_refused(m: Markup, owned: int) -> Words:
    return Words(
        m.say("You do not hold that many"),
        m.count(
            owned,
            "You hold only 1 of this NFT. Choose 1, or leave the amount out. Nothing was sent.",
            "You hold {number} of this NFT. Choose an amount from 1 to {number}. Nothing was sent.",
        ),
        "bad",
    )
