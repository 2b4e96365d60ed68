"""The words for the audit log: each line says when, who, what, about whom and why."""

from services.audit_log import AuditPage
from services.wording.limits import limit_in_words
from services.wording.text import Markup, Words
from storage.audit import ADMIN, OPERATOR, STEPS, Entry

# So that a page of lines fits into one message, also where each character is escaped.
LONGEST_REASONS = (100, 50, 25, 12)
LONGEST_ESCAPED = 220


def page(m: Markup, shown: AuditPage, member_id: str | None) -> Words:
    title = m.say("Audit log")
    if member_id is not None:
        title = m.say("Audit log about {member}", member=m.member(member_id))
    if shown.page > 1:
        title = m.say("{title}, page {page}", title=title, page=shown.page)
    if not shown.entries:
        return Words(title, m.say("There is nothing here."))
    return Words(title, "\n".join(line(m, entry) for entry in shown.entries))


def line(m: Markup, entry: Entry) -> str:
    what = action(m, entry.action)
    if what is None:
        # Another version of the bot has written it.
        what = m.code(entry.action)
    parts = [f"{m.moment(entry.at)} {m.bold(_who(m, entry))}: {what}"]
    if entry.member is not None and entry.actor != "member":
        parts.append(m.say("about {member}", member=m.member(entry.member[1])))
    why = _why(m, entry)
    if why:
        parts.append(why)
    return " · ".join(parts)


def _who(m: Markup, entry: Entry) -> str:
    if entry.actor.startswith(ADMIN):
        return m.member(entry.actor.removeprefix(ADMIN))
    match entry.actor:
        case "member" if entry.member is not None:
            return m.member(entry.member[1])
        case "banq":
            return "Banq"
        case "bot":
            return m.say("the bot")
    return m.say("the bot's operator") if entry.actor == OPERATOR else m.code(entry.actor)


def action(m: Markup, name: str) -> str | None:
    """In words; None where it has none."""
    kind, _, detail = name.partition(": ")
    match kind:
        case "linking":
            return _linking(m, detail)
        case "withdrawal":
            return _withdrawal(m, detail)
        case "limit":
            limit, _, value = detail.partition(" ")
            return limit_in_words(m, limit, int(value)) if value.isdigit() else None
    of_team = _of_team(m, name)
    return _of_member(m, name) if of_team is None else of_team


def _of_team(m: Markup, name: str) -> str | None:
    match name:
        case "withdrawals paused":
            return m.say("all withdrawals paused")
        case "withdrawals resumed":
            return m.say("withdrawals allowed again")
        case "settled as sent":
            return m.say("withdrawal without an answer settled as sent")
        case "settled as not_sent":
            return m.say("withdrawal without an answer settled as not sent")
        case "webhooks replayed":
            return m.say("webhooks that were set aside tried again")
        case "webhooks set":
            return m.say("Banq told to send its webhooks to this bot")
        case "panel posted":
            return m.say("panel posted in a channel")
        case "database restored":
            return m.say("database restored from a backup")
    return None


def _of_member(m: Markup, name: str) -> str | None:
    match name:
        case "wallet linked":
            return m.say("wallet linked")
        case "wallet replaced":
            return m.say("earlier link replaced by a new one")
        case "wallet unlinked":
            return m.say("wallet unlinked")
        case "wallet frozen":
            return m.say("withdrawals frozen")
        case "link attempt ended":
            return m.say("attempt to link ended")
        case "access revoked":
            return m.say("wallet no longer open to the bot")
        case "address saved":
            return m.say("address saved")
        case "address removed":
            return m.say("address removed")
        case "person forgotten":
            return m.say("what the bot kept about the person deleted")
    return None


def _linking(m: Markup, state: str) -> str | None:
    match state:
        case "issued":
            return m.say("link asked for")
        case "proven":
            return m.say("signed in on the link page")
        case "matched":
            return m.say("approval at Banq matched to the link")
        case "linked":
            return m.say("linking finished")
        case "expired":
            return m.say("linking ended: not in time")
        case "cancelled":
            return m.say("linking ended: cancelled")
        case "wrong_browser":
            return m.say("linking ended: somebody else opened the link")
        case "unmatched":
            return m.say("linking ended: no approval that was surely theirs")
        case "conflict":
            return m.say("linking refused: the wallet is linked to somebody else")
        case "refused":
            return m.say("linking refused")
    return None


def _withdrawal(m: Markup, state: str) -> str | None:
    match state:
        case "confirmed":
            return m.say("withdrawal confirmed")
        case "submitting":
            return m.say("withdrawal being asked of Banq")
        case "awaiting_owner":
            return m.say("withdrawal waiting for the owner's approval")
        case "processing":
            return m.say("withdrawal approved, being sent by Banq")
        case "completed":
            return m.say("withdrawal completed")
        case "cancelled":
            return m.say("withdrawal cancelled before Banq was asked")
        case "expired":
            return m.say("withdrawal not confirmed in time")
        case "refused":
            return m.say("withdrawal not taken by Banq")
        case "failed":
            return m.say("withdrawal failed or rejected")
        case "unknown":
            return m.say("withdrawal without an answer from Banq")
    return None


def _why(m: Markup, entry: Entry) -> str:
    """What a person of the team wrote, or what the bot noted; whose wallet it is, never."""
    if not entry.reason:
        return ""
    if entry.is_by_team and not entry.action.startswith(STEPS):
        # A person wrote it, be it in the bot's own words.
        return m.say("why: {reason}", reason=_reason(m, entry.reason))
    noted = _noted(m, entry.reason)
    if noted is not None:
        return noted
    return m.say("why: {reason}", reason=_reason(m, entry.reason)) if entry.is_by_team else ""


def _reason(m: Markup, reason: str) -> str:
    escaped = (m.foreign(reason, longest) for longest in LONGEST_REASONS)
    return next((text for text in escaped if len(text) <= LONGEST_ESCAPED), "…")


def _noted(m: Markup, reason: str) -> str | None:
    match reason:
        case "paused":
            return m.say("withdrawals were paused")
        case "link_ended":
            return m.say("the wallet was unlinked or frozen")
        case "too_late":
            return m.say("it could not be asked for in time")
        case "banq_unreachable":
            return m.say("Banq could not be reached")
        case "banq_busy":
            return m.say("Banq had too much to do")
        case "bot_not_signed_in":
            return m.say("Banq did not accept the bot's sign-in")
        case "banq_said_no":
            return m.say("Banq said no")
        case "left_the_wallet":
            return m.say("it has left the wallet")
        case "rejected_at_banq":
            return m.say("rejected by the owner at Banq")
        case "cancelled_at_banq":
            return m.say("cancelled at Banq")
        case "expired_at_banq":
            return m.say("not approved at Banq in time")
        case "settled_by_team":
            return m.say("the team looked into it")
        case "wrong codes":
            return m.say("too many wrong codes")
    return None
