"""The words about a linked wallet, its NFTs, and unlinking it."""

from collections.abc import Sequence

from services.links import Frozen, LinkFrozen, LinkStale, NotLinked, Unlinked, WalletOverview
from services.nfts import BanqSilent
from services.wording.gallery import unreadable
from services.wording.text import Action, Markup, Words


def no_wallet(m: Markup, outcome: NotLinked | LinkStale | LinkFrozen | BanqSilent) -> Words:
    match outcome:
        case NotLinked():
            return Words(
                m.say("No wallet linked"),
                m.say("Use /link to link your Banq wallet. It takes about two minutes."),
            )
        case LinkStale():
            return Words(
                m.say("Banq no longer gives access"),
                m.say(
                    "The approval for this community was taken back at Banq. Your NFTs are safe there. Use /link to "
                    "approve it again."
                ),
                "warning",
            )
        case LinkFrozen():
            return Words(
                m.say("Withdrawals are frozen"),
                m.say(
                    "Withdrawals from this wallet are stopped. When all is well, use /link to link it again; that thaws "
                    "it."
                ),
                "warning",
            )
        case BanqSilent():
            return Words(
                m.say("Banq is not answering"),
                m.say(
                    "Banq gives us no usable answer, so we cannot see your wallet right now. Your NFTs are not "
                    "affected, and nothing new was sent. Try again in a few minutes."
                ),
                "warning",
            )


def nothing_to_choose(m: Markup, outcome: NotLinked | LinkStale | BanqSilent) -> str:
    """In place of the NFTs to choose from, at most 100 characters; nothing in it is marked up."""
    match outcome:
        case NotLinked():
            return m.say("No wallet linked: use /link first")
        case LinkStale():
            return m.say("Banq no longer gives access: use /link first")
        case BanqSilent():
            return m.say("Banq is not answering: try again in a few minutes")


def wallet(m: Markup, overview: WalletOverview, nfts: str, holds: Sequence[str] = ()) -> Words:
    """`holds`: what keeps the member from withdrawing now, a line each."""
    if overview.state == "stale":
        return no_wallet(m, LinkStale())
    running = overview.running_withdrawals
    chats = m.language.list_of([CHATS[chat] for chat in overview.chats])
    lines = [m.say("Linked {time}, on {chats}.", time=m.time(overview.linked_at), chats=chats), nfts]
    frozen = overview.state == "frozen"
    if frozen:
        lines.append(
            m.say(
                "Withdrawals are frozen. When all is well, use /link to link the wallet again; that thaws it."
            )
        )
    else:
        lines.extend(holds)
    if running == 0:
        lines.append(m.say("No withdrawals under way."))
    else:
        lines.append(m.count(running, "1 withdrawal under way.", "{number} withdrawals under way."))
    return Words(
        m.say("Your Banq wallet"),
        "\n".join(lines),
        "warning" if frozen else "plain",
        actions=(
            Action(m.say("Show NFTs"), "nfts-page", "1", "primary"),
            Action(m.say("My withdrawals"), "withdrawals-list"),
            *(() if frozen else (Action(m.say("Freeze"), "freeze-ask"),)),
            Action(m.say("Unlink"), "unlink-ask"),
        ),
    )


CHATS = {"discord": "Discord", "telegram": "Telegram"}


def nft_count(m: Markup, count: int, cannot_show: int) -> str:
    if count == 0:
        text = "" if cannot_show else m.say("It holds no NFTs.")
    else:
        text = m.count(count, "It holds 1 NFT.", "It holds {number} NFTs.")
    return f"{text} {unreadable(m, cannot_show)}".strip()


def nft_count_unknown(m: Markup) -> str:
    return m.say("Banq is not answering, so we cannot say what it holds right now.")


def waiting_for_banq(m: Markup) -> Words:
    return Words(
        m.say("Waiting for Banq"),
        m.say(
            "Banq is taking its time to answer. This message goes on by itself; there is nothing you need to do."
        ),
    )


def unlink_review(m: Markup, overview: WalletOverview) -> Words:
    means = m.say("You will not see your NFTs here any more, nor withdraw them from here.")
    stays = m.say(
        "Your NFTs stay in your Banq wallet. To take back the approval as well, open your account at Banq."
    )
    return Words(
        m.say("Unlink your wallet?"),
        f"{means} {_under_way(m, overview)}\n\n{stays}",
        "warning",
        actions=(
            Action(m.say("Unlink"), "unlink-confirm", style="danger"),
            Action(m.say("Keep it linked"), "unlink-keep"),
        ),
    )


def freeze_review(m: Markup, overview: WalletOverview) -> Words:
    means = m.say(
        "From that moment nobody can withdraw from here, not even you. You can still look at your NFTs."
    )
    thaw = m.say("To thaw it, link the wallet again: that takes your sign-in at Banq.")
    return Words(
        m.say("Freeze withdrawals?"),
        f"{means} {_under_way(m, overview)}\n\n{thaw}",
        "warning",
        actions=(
            Action(m.say("Freeze now"), "freeze-confirm", style="danger"),
            Action(m.say("Keep it as it is"), "unlink-keep"),
        ),
    )


def _under_way(m: Markup, overview: WalletOverview) -> str:
    """What becomes of withdrawals: Banq cannot be told to stop what it was asked for."""
    unsent = overview.unsent_withdrawals
    sent = overview.running_withdrawals - unsent
    sentences = []
    if unsent:
        sentences.append(
            m.count(
                unsent,
                "1 withdrawal is confirmed and not sent yet. That one will be cancelled.",
                "{number} withdrawals are confirmed and not sent yet. Those will be cancelled.",
            )
        )
    if sent:
        sentences.append(
            m.count(
                sent,
                "1 withdrawal is under way at Banq. That one goes on, and you will hear how it ends.",
                "{number} withdrawals are under way at Banq. Those go on, and you will hear how they end.",
            )
        )
    return " ".join(sentences) or m.say("No withdrawals are under way.")


def frozen(m: Markup, outcome: Frozen) -> Words:
    lines = [m.say("Nobody can withdraw from your wallet here. Your NFTs are still in it.")]
    if outcome.cancelled:
        lines.append(_cancelled(m, outcome.cancelled))
    if outcome.still_running:
        lines.append(
            m.say(
                "Withdrawals still under way: {number}. Do not approve at Banq what you did not ask for.",
                number=outcome.still_running,
            )
        )
    lines.append(m.say("Use /link to link it again when all is well; that thaws it."))
    return Words(m.say("Withdrawals are frozen"), "\n".join(lines), "good")


def unlinked(m: Markup, outcome: Unlinked) -> Words:
    lines = [m.say("Your NFTs are still in your Banq wallet.")]
    if outcome.cancelled:
        lines.append(_cancelled(m, outcome.cancelled))
    if outcome.still_running:
        lines.append(
            m.say(
                "Withdrawals still under way: {number}. You will hear how they end.",
                number=outcome.still_running,
            )
        )
    lines.append(m.say("To take back the approval as well, open your account at Banq."))
    return Words(m.say("Wallet unlinked"), "\n".join(lines), "good")


def _cancelled(m: Markup, number: int) -> str:
    return m.say("Withdrawals cancelled before they were sent: {number}.", number=number)


def kept_linked(m: Markup) -> Words:
    return Words(m.say("Nothing changed"), m.say("Your wallet stays as it is."))
