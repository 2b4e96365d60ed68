"""The words of linking a wallet."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.standing import Standing
from services.wording.language import Language
from services.wording.text import Action, Markup, Words


def link_steps(m: Markup, session_id: str, expires_at: datetime, *, signs_in: bool) -> Words:
    if signs_in:
        first = m.say("1. Open the secure page and continue with Discord, so that nobody else can use it.")
        last = m.say("3. Come back here. This message asks you to confirm.")
    else:
        first = m.say("1. Open the secure page. It works once, in one browser.")
        last = m.say(
            "3. The page shows a 6-digit code. Come back here and press {enter_code}.",
            enter_code=m.bold(m.say("Enter code")),
        )
    steps = "\n".join((first, m.say("2. Sign in at Banq there and approve this community."), last))
    note = m.say(
        "The page works once and stops working {time}. It is yours alone: do not pass it on.",
        time=m.time(expires_at),
    )
    return Words(
        m.say("Link your Banq wallet"),
        f"{steps}\n\n{note}",
        actions=_actions(m, session_id, signs_in=signs_in),
    )


def link_standing(m: Markup, standing: Standing) -> Words:
    """The message in chat, as the attempt goes on. Raises LookupError for a standing without words."""
    signs_in = standing.proof == "sign_in"
    actions = _actions(m, standing.session_id, signs_in=signs_in)
    match standing.state:
        case "issued":
            return link_steps(m, standing.session_id, standing.expires_at, signs_in=signs_in)
        case "opened":
            return Words(
                m.say("The page is open"),
                m.say(
                    "Continue with Discord there. Was that not you? Then press {cancel}: somebody else has your link.",
                    cancel=m.bold(m.say("Cancel")),
                ),
                actions=actions,
            )
        case "waiting":
            return Words(
                m.say("You are number {place} in line", place=standing.place or 1),
                m.say(
                    "People take turns at Banq. {wait} Banq opens on the page by itself; keep that open.",
                    wait=expected_wait(m.language, standing.wait),
                ),
                actions=actions,
            )
        case "open":
            return Words(
                m.say("It is your turn"),
                m.say("Sign in at Banq on the page and approve this community. You have a few minutes."),
                actions=actions,
            )
        case "proven":
            return Words(
                m.say("You have not approved yet"),
                m.say(
                    "Banq's page was closed, or your time there ran out. Nothing was linked. Press {open_again} on the "
                    "page when you are ready.",
                    open_again=m.bold(m.say("Open Banq again")),
                ),
                actions=actions,
            )
        case "approved":
            return Words(
                m.say("You approved"),
                m.say(
                    "We are waiting for Banq to confirm it. That usually takes seconds, and at most a few minutes."
                ),
                actions=actions,
            )
        case "matched":
            return confirm_link(m, standing)
        case "linked":
            return linked(m, standing.nft_count or 0)
    return linking_ended(m, standing.state)


def no_longer_followed(m: Markup, words: Words) -> Words:
    """Discord lets a message be edited for a quarter of an hour."""
    note = m.say(
        "This message cannot follow along any longer. The page goes on by itself, and you get a direct message when it "
        "is your turn, if you allow them."
    )
    return replace(words, text=f"{words.text}\n\n{note}")


def confirm_link(m: Markup, standing: Standing) -> Words:
    count = standing.nft_count or 0
    holding = m.say("no NFTs") if count == 0 else m.count(count, "1 NFT", "{number} NFTs")
    approved = m.say("A Banq wallet holding {holding} approved this community.", holding=m.bold(holding))
    if standing.proof == "code":
        what_next = m.say(
            "If that is yours, press {enter_code} and type the code that the page shows. If not, press {cancel}.",
            enter_code=m.bold(m.say("Enter code")),
            cancel=m.bold(m.say("Cancel")),
        )
        return Words(
            m.say("Almost done"),
            f"{approved} {what_next}",
            actions=_actions(m, standing.session_id, signs_in=False),
        )
    question = m.say(
        "Link it to {name}? If it is not yours, press {not_mine}.",
        name=m.bold(m.foreign(standing.chat_user_name, 100)),
        not_mine=m.bold(m.say("Not mine")),
    )
    return Words(
        m.say("Is this your wallet?"),
        f"{approved}\n{question}",
        actions=(
            Action(m.say("Link it"), "link-confirm", standing.session_id, "primary"),
            Action(m.say("Not mine"), "link-cancel", standing.session_id),
        ),
    )


def _actions(m: Markup, session_id: str, *, signs_in: bool) -> tuple[Action, ...]:
    cancel = Action(m.say("Cancel"), "link-cancel", session_id)
    return (
        (cancel,) if signs_in else (Action(m.say("Enter code"), "link-code", session_id, "primary"), cancel)
    )


def expected_wait(language: Language, wait: timedelta | None) -> str:
    if wait is None or wait < timedelta(seconds=45):
        return language.say("Your turn comes in less than a minute.")
    minutes = round(wait / timedelta(minutes=1)) or 1
    return language.count(
        minutes, "Your turn comes in about a minute.", "Your turn comes in about {number} minutes."
    )


def cooling_down(m: Markup, until: datetime) -> Words:
    return Words(
        m.say("Please wait a little"),
        m.say(
            "You have tried several times without linking a wallet, and others may be waiting. You can use /link again "
            "{time}.",
            time=m.time(until),
        ),
        "warning",
    )


def already_linked(m: Markup, linked_at: datetime) -> Words:
    return Words(
        m.say("Your wallet is already linked"),
        m.say("You linked it {time}. To link another one, use /unlink first.", time=m.time(linked_at)),
    )


def linked(m: Markup, nft_count: int, *, replaces: bool = False) -> Words:
    """`replaces`: another wallet was linked before."""
    if nft_count == 0:
        sentences = [m.say("It holds no NFTs.")]
    else:
        sentences = [m.count(nft_count, "It holds 1 NFT.", "It holds {number} NFTs.")]
    if replaces:
        sentences.append(m.say("It takes the place of the wallet that was linked before."))
    sentences.append(m.say("Only you can see it here, and only you can withdraw."))
    return Words(
        m.say("Your wallet is linked"),
        " ".join(sentences),
        "good",
        actions=(Action(m.say("Show NFTs"), "nfts-page", "1", "primary"),),
    )


def wrong_code(m: Markup, tries_left: int) -> Words:
    if tries_left == 0:
        return Words(
            m.say("That was the last try"),
            m.say(
                "The code was wrong five times, so this attempt is closed and nothing was linked. Use /link to start "
                "again."
            ),
            "bad",
        )
    compare = m.say("Compare it with the code on the page you opened.")
    left = m.count(tries_left, "You have 1 try left.", "You have {number} tries left.")
    return Words(m.say("That code is not right"), f"{compare} {left}", "warning")


def code_unreadable(m: Markup) -> Words:
    return Words(
        m.say("That is not a code"),
        m.say(
            "The code is the six digits on the page you opened, such as 123 456. Press {enter_code} to try again.",
            enter_code=m.bold(m.say("Enter code")),
        ),
        "warning",
    )


def too_early(m: Markup) -> Words:
    return Words(
        m.say("There is nothing to confirm yet"),
        m.say(
            "First sign in at Banq on the secure page and approve. The page shows the code once Banq has confirmed that."
        ),
        "warning",
    )


def link_cancelled(m: Markup) -> Words:
    return Words(m.say("Linking cancelled"), m.say("Nothing was linked. Use /link to start again."))


def not_mine(m: Markup) -> Words:
    return Words(
        m.say("Nothing was linked"),
        m.say(
            "If you signed in to the wrong account at Banq, use /link to start again. If you did not sign in there at "
            "all, tell the team. To take an approval back, open your account at Banq."
        ),
    )


def linking_ended(m: Markup, state: str) -> Words:
    """How an attempt ended, other than by a link that still stands. Raises LookupError for a state without words."""
    match state:
        case "expired":
            return Words(
                m.say("This link has expired"),
                m.say("Nothing was linked. Use /link to get a new one."),
                "warning",
            )
        case "cancelled":
            return Words(
                m.say("This attempt was closed"),
                m.say("Nothing was linked by it. Use /link to get a new page."),
                "warning",
            )
        case "wrong_browser":
            return Words(
                m.say("Somebody else opened your link"),
                m.say(
                    "The page was opened by another Discord account than yours, so it was stopped and nothing was "
                    "linked. If that was you with a second account, switch to this one at Discord and use /link again. "
                    "If not, somebody has seen your link: never pass it on."
                ),
                "bad",
            )
        case "unmatched":
            return Words(
                m.say("The approval could not be matched"),
                m.say(
                    "Banq's confirmation did not arrive in time, or more than one wallet approved at the same moment, "
                    "or this wallet was approved for another account shortly before. To be safe, nothing was linked. "
                    "Use /link to try again, best in ten minutes; should that not help, in an hour."
                ),
                "warning",
            )
        case "conflict":
            return Words(
                m.say("This wallet is already linked"),
                m.say(
                    "It is linked to another Discord account. Unlink it there first, or ask the team. Nothing was "
                    "changed."
                ),
                "bad",
            )
        case "refused":
            return Words(
                m.say("Nothing was linked"),
                m.say(
                    "Banq did not confirm the approval, or the code was wrong too often. Use /link to try again."
                ),
                "bad",
            )
        case "over":
            return Words(
                m.say("This was some time ago"),
                m.say(
                    "It linked a wallet, which was unlinked or linked anew since. Nothing was changed now; /wallet shows how "
                    "it stands."
                ),
            )
    raise LookupError(state)


def not_your_button(m: Markup) -> Words:
    return Words(
        m.say("This is not yours"),
        m.say("Only the person who started this can use it. Use the command yourself."),
        "warning",
    )


def open_page(m: Markup) -> str:
    return m.say("Open the secure page")


def back_to_page(m: Markup) -> str:
    return m.say("Back to the page")


def code_title(m: Markup) -> str:
    return m.say("Finish linking")


def code_label(m: Markup) -> str:
    return m.say("The code on the page")


def code_help(m: Markup) -> str:
    return m.say("Six digits, on the page you opened")
