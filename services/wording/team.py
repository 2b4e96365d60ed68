"""The words for the team of a server: how things are, never what members hold."""

from collections.abc import Mapping

from services.links import Conflict, Frozen, Unlinked, WalletOverview
from services.overview import BanqState, Overview
from services.wording.text import Markup, Words

ADMINS_ONLY = Words(
    "This is for the team", "You need the team's role in this server to use /admin.", "warning"
)


BANQ_STATES = {
    BanqState.WELL: "answers, and takes our sign-in",
    BanqState.SILENT: "does not answer. Members are told so; nothing is lost",
    BanqState.CREDENTIALS_REFUSED: "refuses our sign-in. Check [banq] in the configuration with `banqbot doctor`",
}


def status(m: Markup, overview: Overview) -> Words:
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
        f"{m.bold('Notices')} {counts(overview.notices)}",
    ]
    if overview.unclaimed_grants_lately:
        lines.append(
            f"{m.bold('Approvals that matched nobody in 24 hours')} {overview.unclaimed_grants_lately}. They linked nobody."
        )
    return Words("How things are", "\n".join(lines), "good" if overview.banq is BanqState.WELL else "warning")


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
