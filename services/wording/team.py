"""The words for the team of a server: how things are, never what members hold."""

from collections.abc import Mapping
from datetime import datetime

from services.links import Conflict, Frozen, Unlinked, WalletOverview
from services.messenger import TeamChannel
from services.overview import BanqState, Overview
from services.wording.team_withdrawals import pause_since
from services.wording.text import Markup, Words
from storage.withdrawals import Withdrawal

ADMINS_ONLY = Words(
    "This is for the team", "You need the team's role in this server to use /admin.", "warning"
)


BANQ_STATES = {
    BanqState.WELL: "answers, and takes our sign-in",
    BanqState.SILENT: "does not answer. Members are told so; nothing is lost",
    BanqState.CREDENTIALS_REFUSED: "refuses our sign-in. Check [banq] in the configuration with `banqbot doctor`",
}
TEAM_CHANNELS = {
    TeamChannel.NOT_SET: "is not set (team_channel_id). What needs the team is shown at its next /admin command",
    TeamChannel.WELL: "is set",
    TeamChannel.CLOSED: "is not open to the bot. Give it View Channel and Send Messages there. Until then, what "
    "needs the team is shown at its next /admin command",
}


def status(m: Markup, overview: Overview, team_channel: TeamChannel) -> Words:
    def counts(numbers: Mapping[str, int]) -> str:
        return (
            ", ".join(f"{number} {state.replace('_', ' ')}" for state, number in numbers.items())
            or "none yet"
        )

    webhook = m.time(overview.last_webhook_at) if overview.last_webhook_at else "none yet"
    lines = [
        f"{m.bold('Banq')} {BANQ_STATES[overview.banq]}",
        f"{m.bold('Last webhook')} {webhook}",
        f"{m.bold('Linking now')} {counts(overview.linking)}",
        f"{m.bold('Links')} {counts(overview.links)}",
        f"{m.bold('Withdrawals')} {counts(overview.withdrawals)}",
        f"{m.bold('Webhooks')} {counts(overview.webhooks)}",
        f"{m.bold('Notices')} {counts({k: n for k, n in overview.notices.items() if k != 'dead'})}",
        f"{m.bold('Channel for the team')} {TEAM_CHANNELS[team_channel]}",
    ]
    if overview.pause is not None:
        lines.append(f"{m.bold('Withdrawals are paused')} {pause_since(m, overview.pause)}")
    if overview.withdrawals.get("unknown"):
        lines.append(
            f"{m.bold('Without an answer from Banq')} {overview.withdrawals['unknown']}; see /admin stuck"
        )
    if overview.oldest_dead_notice_at is not None:
        lines.append(_dead(m, overview.dead_notices, overview.oldest_dead_notice_at))
    if overview.unclaimed_grants_lately:
        lines.append(
            f"{m.bold('Approvals that matched nobody in 24 hours')} {overview.unclaimed_grants_lately}. They linked nobody."
        )
    is_well = (
        overview.banq is BanqState.WELL
        and overview.oldest_dead_notice_at is None
        and overview.pause is None
        and team_channel is not TeamChannel.CLOSED
    )
    return Words("How things are", "\n".join(lines), "good" if is_well else "warning")


def _dead(m: Markup, count: int, oldest_at: datetime) -> str:
    if count == 1:
        return f"1 notice could not be delivered, written {m.time(oldest_at)}; its member sees it at the next command"
    return (
        f"{count} notices could not be delivered, the oldest written {m.time(oldest_at)}; their members see them "
        "at their next command"
    )


def stuck(m: Markup, user_id: str, since: datetime) -> Words:
    return Words(
        "A withdrawal needs you",
        f"Banq has given no answer about a withdrawal of {m.member(user_id)} since {m.time(since)}. It is never sent "
        "again by itself. See at Banq what became of it, and settle it with /admin stuck.",
        "warning",
    )


def contradicted(m: Markup, withdrawal: Withdrawal) -> Words:
    return Words(
        "Banq says otherwise about a withdrawal",
        f"The withdrawal {m.code(withdrawal.id)} of {m.member(withdrawal.chat_user_id)} had ended here as "
        f"{withdrawal.state}, and Banq now says something else. Its owner is told to look at Banq; see there what is "
        "true, and help them.",
        "warning",
    )


def member_not_linked(name: str) -> Words:
    return Words("Not linked", f"{name} has no wallet linked.")


def member(m: Markup, name: str, overview: WalletOverview) -> Words:
    states = {"active": "", "stale": " Banq gives no access to it any more.", "frozen": " It is frozen."}
    return Words(
        "Member",
        f"{name} linked a wallet {m.time(overview.linked_at)}.{states[overview.state]}\n"
        f"Withdrawals under way: {overview.running_withdrawals}.",
    )


def conflict(m: Markup, refused: Conflict) -> str:
    return (
        f"{m.bold('Refused')} {m.time(refused.at)}: {refused.reason}. If both accounts are the same person's, "
        "unlink the other one with /admin unlink; you can paste that id there."
    )


def member_frozen(name: str, outcome: Frozen) -> Words:
    return Words(
        "Member frozen",
        f"Nobody can withdraw from {name}'s wallet here until {name} links it again, and {name} is told. "
        f"Withdrawals cancelled: {outcome.cancelled}; still under way: {outcome.still_running}.",
        "good",
    )


def member_unlinked(name: str, outcome: Unlinked) -> Words:
    return Words(
        "Member unlinked",
        f"{name}'s wallet is unlinked, and {name} is told. Withdrawals cancelled: {outcome.cancelled}; "
        f"still under way: {outcome.still_running}.",
        "good",
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
