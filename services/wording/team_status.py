"""The words for the team about how things are, in numbers: never what members hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.activity import Activity
from services.messenger import TeamChannel
from services.overview import BanqState, Overview
from services.refused_webhooks import Refusal
from services.wording.team_activity import heading
from services.wording.team_withdrawals import pause_since
from services.wording.text import Markup, Words

MOST_REASONS = 3


@dataclass(frozen=True)
class Channels:
    """How the channels are in which the bot writes to the team."""

    team: TeamChannel
    audit: TeamChannel


def status(m: Markup, overview: Overview, channels: Channels, activity: Activity) -> Words:
    last_webhook = m.time(overview.last_webhook_at) if overview.last_webhook_at else m.say("not yet")
    notices = {state: number for state, number in overview.notices.items() if state != "dead"}
    lines = [
        _line(m, "Banq", banq(m, overview.banq)),
        _line(m, m.say("Last webhook"), last_webhook),
        _line(m, m.say("Linking now"), _counts(m, overview.linking, _attempts)),
        _line(m, m.say("Links"), _counts(m, overview.links, _links)),
        _line(m, m.say("Withdrawals"), _counts(m, overview.withdrawals, _withdrawals)),
        _line(m, m.say("Webhooks"), _counts(m, overview.webhooks, _webhooks)),
        _line(m, m.say("Notices"), _counts(m, notices, _notices)),
        _line(m, m.say("Channel for the team"), channel(m, channels.team)),
    ]
    if channels.audit is not TeamChannel.NOT_SET:
        lines.append(_line(m, m.say("Channel for the audit log"), audit_channel(m, channels.audit)))
    if overview.pause is not None:
        ending = m.say("End it with /admin resume.")
        since = f"{pause_since(m, overview.pause)}\n{ending}"
        lines.append(_line(m, m.say("Withdrawals are paused"), since))
    unanswered = overview.withdrawals.get("unknown")
    if unanswered:
        see = m.say("{number}; see /admin stuck", number=unanswered)
        lines.append(_line(m, m.say("Without an answer from Banq"), see))
    if overview.refused_webhooks:
        refused = (_refused(m, why, number) for why, number in overview.refused_webhooks.items())
        lines.append(_line(m, m.say("Webhooks refused since the start"), ", ".join(refused)))
    if overview.parked_webhooks:
        lines.append(_line(m, m.say("Webhooks set aside"), _parked(m, overview.parked_webhooks)))
    if overview.oldest_dead_notice_at is not None:
        lines.append(_dead(m, overview.dead_notices, overview.oldest_dead_notice_at))
    if overview.unclaimed_grants_lately:
        unclaimed = m.say("{number}. They linked nobody.", number=overview.unclaimed_grants_lately)
        lines.append(_line(m, m.say("Approvals that matched nobody in 24 hours"), unclaimed))
    is_well = (
        overview.banq is BanqState.WELL
        and overview.oldest_dead_notice_at is None
        and overview.pause is None
        and not overview.parked_webhooks
        and not set(overview.refused_webhooks) - {Refusal.WRONG_PATH}
        and TeamChannel.CLOSED not in {channels.team, channels.audit}
    )
    lines.append(heading(m, activity))
    return Words(m.say("How things are"), "\n".join(lines), "good" if is_well else "warning")


def banq(m: Markup, state: BanqState) -> str:
    match state:
        case BanqState.WELL:
            return m.say("answers, and takes our sign-in")
        case BanqState.SILENT:
            return m.say("does not answer. Members are told so; nothing is lost")
        case BanqState.CREDENTIALS_REFUSED:
            return m.say(
                "refuses our sign-in. Check [banq] in the configuration with {command}",
                command=m.code("banqbot doctor"),
            )


def channel(m: Markup, state: TeamChannel) -> str:
    match state:
        case TeamChannel.NOT_SET:
            return m.say(
                "is not set (team_channel_id). What needs the team is shown at its next /admin command"
            )
        case TeamChannel.WELL:
            return m.say("is set")
        case TeamChannel.CLOSED:
            return m.say(
                "is not open to the bot. Give it View Channel and Send Messages there. Until then, what needs the team is "
                "shown at its next /admin command"
            )


def audit_channel(m: Markup, state: TeamChannel) -> str:
    if state is TeamChannel.WELL:
        return m.say("is set")
    return m.say(
        "is not open to the bot. Give it View Channel and Send Messages there; it tries again within an hour, and nothing "
        "is left out"
    )


def _line(m: Markup, what: str, how: str) -> str:
    return f"{m.bold(what)} {how}"


def _counts(m: Markup, numbers: Mapping[str, int], said: Callable[[Markup, str, int], str]) -> str:
    return ", ".join(said(m, state, number) for state, number in numbers.items()) or m.say("none")


def _attempts(m: Markup, state: str, number: int) -> str:
    match state:
        case "issued":
            return m.say("{number} with an unopened link", number=number)
        case "opened":
            return m.say("{number} with the page open", number=number)
        case "proven":
            return m.say("{number} signed in but not in line", number=number)
        case "waiting":
            return m.say("{number} in line", number=number)
        case "open":
            return m.say("{number} at Banq", number=number)
        case "approved":
            return m.say("{number} approved but not yet confirmed by Banq", number=number)
        case "matched":
            return m.say("{number} about to confirm", number=number)
    raise _no_words(state)


def _links(m: Markup, state: str, number: int) -> str:
    match state:
        case "active":
            return m.say("{number} active", number=number)
        case "stale":
            return m.say("{number} without access at Banq", number=number)
        case "frozen":
            return m.say("{number} frozen", number=number)
        case "unlinked":
            return m.say("{number} ended", number=number)
    raise _no_words(state)


def _withdrawals(m: Markup, state: str, number: int) -> str:
    match state:
        case "draft":
            return m.say("{number} not confirmed yet", number=number)
        case "confirmed" | "submitting":
            return m.say("{number} being asked of Banq", number=number)
        case "awaiting_owner":
            return m.say("{number} waiting for the owner's approval", number=number)
        case "processing":
            return m.say("{number} being sent by Banq", number=number)
        case "unknown":
            return m.say("{number} without an answer", number=number)
        case "completed":
            return m.say("{number} completed", number=number)
    return _not_sent(m, state, number)


def _not_sent(m: Markup, state: str, number: int) -> str:
    match state:
        case "cancelled":
            return m.say("{number} cancelled before Banq was asked", number=number)
        case "expired":
            return m.say("{number} never confirmed", number=number)
        case "refused":
            return m.say("{number} not taken by Banq", number=number)
        case "rejected_at_banq":
            return m.say("{number} rejected by the owner", number=number)
        case "cancelled_at_banq":
            return m.say("{number} cancelled at Banq", number=number)
        case "expired_at_banq":
            return m.say("{number} not approved in time", number=number)
        case "settled_by_team":
            return m.say("{number} settled as not sent", number=number)
        case "failed":
            return m.say("{number} failed at Banq", number=number)
    raise _no_words(state)


def _webhooks(m: Markup, state: str, number: int) -> str:
    match state:
        case "pending":
            return m.say("{number} to be read", number=number)
        case "processed":
            return m.say("{number} read", number=number)
        case "unknown":
            return m.say("{number} of kinds that are of no use here", number=number)
    raise _no_words(state)


def _refused(m: Markup, refusal: Refusal, number: int) -> str:
    match refusal:
        case Refusal.WRONG_SIGNATURE:
            return m.say(
                "{number} with no signature or a wrong one (check {setting} in the configuration)",
                number=number,
                setting=m.code("signature_secrets"),
            )
        case Refusal.MALFORMED:
            return m.say("{number} that could not be read", number=number)
        case Refusal.WRONG_PATH:
            return m.say("{number} with a wrong secret in the address", number=number)


def _parked(m: Markup, reasons: Mapping[str, int]) -> str:
    """Those few reasons that most have; the command lists them all."""
    shown = ", ".join(
        f"{m.code(reason)} ({number})" for reason, number in list(reasons.items())[:MOST_REASONS]
    )
    return m.say(
        "{count} after failures: {reasons}. Look at them with {list}, and let them be tried again with {replay}",
        count=sum(reasons.values()),
        reasons=shown,
        list=m.code("banqbot events list"),
        replay=m.code("banqbot events replay"),
    )


def _notices(m: Markup, state: str, number: int) -> str:
    match state:
        case "pending":
            return m.say("{number} to be delivered", number=number)
        case "kept":
            return m.say("{number} kept for the next command", number=number)
        case "delivered":
            return m.say("{number} delivered", number=number)
    raise _no_words(state)


def _no_words(state: str) -> AssertionError:
    return AssertionError(f"no words for the state {state}")


def _dead(m: Markup, count: int, oldest_at: datetime) -> str:
    return m.count(
        count,
        "1 notice could not be delivered, written {time}; its member sees it at the next command",
        "{number} notices could not be delivered, the oldest written {time}; their members see them at their next command",
        time=m.time(oldest_at),
    )
