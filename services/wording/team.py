"""The words for the team of a server about a member, and about what only the team can see to."""

from datetime import datetime

from services.links import Conflict, Frozen, Unlinked, WalletOverview
from services.wording.text import Markup, Words
from services.wording.withdrawal_standing import how_it_stands
from storage.withdrawals import Withdrawal


def team_only(m: Markup) -> Words:
    return Words(
        m.say("This is for the team"),
        m.say("Only the team of this community can use /admin, and only in its own server."),
        "warning",
    )


def stuck(m: Markup, user_id: str, since: datetime) -> Words:
    return Words(
        m.say("A withdrawal needs you"),
        m.say(
            "Banq gives no answer about a withdrawal of {member}; the last news was {time}. It is never sent again by "
            "itself. See at Banq what became of it, and settle it with /admin stuck.",
            member=m.member(user_id),
            time=m.time(since),
        ),
        "warning",
    )


def contradicted(m: Markup, withdrawal: Withdrawal) -> Words:
    return Words(
        m.say("Banq says otherwise about a withdrawal"),
        m.say(
            "About the withdrawal {withdrawal} we told {member}: {told}. Banq now says something else. Its owner is told to "
            "look at Banq; see there what is true, and help them.",
            withdrawal=m.code(withdrawal.id),
            member=m.member(withdrawal.chat_user_id),
            told=how_it_stands(m, withdrawal).title,
        ),
        "warning",
    )


def member_not_linked(m: Markup, name: str) -> Words:
    return Words(m.say("Not linked"), m.say("{member} has no wallet linked.", member=name))


def member(m: Markup, name: str, overview: WalletOverview) -> Words:
    lines = [m.say("{member} linked a wallet {time}.", member=name, time=m.time(overview.linked_at))]
    if overview.state == "stale":
        lines.append(m.say("Banq gives no access to it any more."))
    elif overview.state == "frozen":
        lines.append(m.say("Withdrawals from it are frozen."))
    lines.append(m.say("Withdrawals under way: {number}.", number=overview.running_withdrawals))
    return Words(m.say("Member"), "\n".join(lines))


def conflict(m: Markup, refused: Conflict) -> str:
    return m.say(
        "{refused} {time}: the wallet is linked to the account {holder}. If both accounts are the same person's, unlink the "
        "other one with /admin unlink; you can paste that id there.",
        refused=m.bold(m.say("Refused")),
        time=m.time(refused.at),
        holder=m.code(refused.holder),
    )


def member_frozen(m: Markup, name: str, outcome: Frozen) -> Words:
    text = m.say(
        "Nobody can withdraw from {member}'s wallet here until {member} links it again, and {member} is told.",
        member=name,
    )
    return Words(m.say("Member frozen"), f"{text} {_withdrawals(m, outcome)}", "good")


def member_unlinked(m: Markup, name: str, outcome: Unlinked) -> Words:
    text = m.say("{member}'s wallet is unlinked, and {member} is told.", member=name)
    return Words(m.say("Member unlinked"), f"{text} {_withdrawals(m, outcome)}", "good")


def _withdrawals(m: Markup, outcome: Frozen | Unlinked) -> str:
    return m.say(
        "Withdrawals cancelled: {cancelled}; still under way: {running}.",
        cancelled=outcome.cancelled,
        running=outcome.still_running,
    )


def panel_posted(m: Markup) -> Words:
    return Words(
        m.say("The panel is posted"),
        m.say(
            "Members start from it, each with answers that only they see. It goes on working when the bot restarts; to take "
            "it down, delete the message. Pin it so that it is found."
        ),
        "good",
    )


def panel_refused(m: Markup) -> Words:
    return Words(
        m.say("The panel could not be posted"),
        m.say("Give the bot View Channel and Send Messages in this channel, then use /admin panel again."),
        "warning",
    )
