"""/help: what to do next, by situation."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.links import NotLinked, WalletOverview
from services.wording.text import Markup, Words


@dataclass(frozen=True)
class Situation:
    """`is_linking`: an attempt to link is under way. `is_paused`: nobody can withdraw now."""

    wallet: WalletOverview | NotLinked
    is_linking: bool
    is_paused: bool


def help_words(m: Markup, situation: Situation) -> Words:
    match situation.wallet:
        case NotLinked():
            lines = [_begin(m, is_linking=situation.is_linking), *_before_linking(m)]
        case WalletOverview(state="stale"):
            again = m.say("use /link to approve this community again. Your NFTs are safe at Banq.")
            lines = [(m.say("Banq no longer gives access:"), again), *_before_linking(m)]
        case WalletOverview() as wallet:
            lines = _linked(m, wallet, is_paused=situation.is_paused)
    warning = m.say(
        "We write to you first only to report on your own link and withdrawals, and we never ask for a password or seed "
        "phrase."
    )
    text = "\n".join(f"{m.bold(question)} {answer}" for question, answer in lines)
    return Words(m.say("What can I do for you?"), f"{text}\n\n{warning}")


def _begin(m: Markup, *, is_linking: bool) -> tuple[str, str]:
    if is_linking:
        return m.say("You have begun to link:"), m.say("/link shows how far that is, and goes on.")
    return m.say("Start here:"), m.say("/link connects your Banq wallet. You sign in at Banq, never here.")


def _before_linking(m: Markup) -> Sequence[tuple[str, str]]:
    return (
        (m.say("Then:"), m.say("/nfts shows your NFTs, /withdraw sends one to an address of your own.")),
        (m.say("You stay in control:"), m.say("every withdrawal is approved by you at Banq.")),
        (m.say("Way out at any time:"), m.say("/unlink, or take the approval back in your account at Banq.")),
    )


def _linked(m: Markup, wallet: WalletOverview, *, is_paused: bool) -> list[tuple[str, str]]:
    if wallet.state == "frozen":
        send = (m.say("Your withdrawals are frozen:"), m.say("if all is well, /link thaws them."))
        looks_wrong = m.say("Tell the team of this community, and look into your account at Banq.")
    elif is_paused:
        send = (
            m.say("Withdrawals are paused:"),
            m.say("the team of this community has stopped them all for now. Your NFTs are safe."),
        )
        looks_wrong = _freeze(m)
    else:
        send = (
            m.say("Send one to your own address:"),
            m.say(
                "{withdraw} in /nfts, or /withdraw; /addresses keeps your own addresses for it.",
                withdraw=m.bold(m.say("Withdraw")),
            ),
        )
        looks_wrong = _freeze(m)
    running = wallet.running_withdrawals
    if running == 0:
        how = m.say("How are my withdrawals, and where is my NFT?")
    else:
        how = m.count(running, "1 withdrawal is under way:", "{number} withdrawals are under way:")
    return [
        (m.say("See your NFTs:"), m.say("/nfts")),
        send,
        (how, m.say("/withdrawals")),
        (
            m.say("Is all well with my wallet?"),
            m.say("/wallet, and /limits for what holds for your withdrawals."),
        ),
        (m.say("Something looks wrong?"), looks_wrong),
        (m.say("Way out at any time:"), m.say("/unlink, or take the approval back in your account at Banq.")),
    ]


def _freeze(m: Markup) -> str:
    return m.say("{freeze} in /wallet stops all new withdrawals at once.", freeze=m.bold(m.say("Freeze")))
