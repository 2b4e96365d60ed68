"""The words about where Banq sends its webhooks, lane by lane."""

from collections.abc import Sequence
from typing import assert_never

from services.webhook_setup import BanqRefuses, Changed, Found, NothingSet, NowSet, SetAtBanq
from services.wording.text import Action, Markup, Words


def shown(m: Markup, found: Sequence[Found]) -> Words:
    is_well = all(isinstance(each, SetAtBanq) and each.is_well for each in found)
    lines = [_lane(m, each) for each in found]
    if not is_well:
        lines.append(m.say("Have Banq send them here with /admin webhook set."))
    return Words(m.say("Webhooks at Banq"), "\n".join(lines), "good" if is_well else "warning")


def review(m: Markup, found: Sequence[Found]) -> Words:
    """Before anything is changed."""
    lines = [_lane(m, each) for each in found]
    lines.append(
        m.say(
            "This changes your configuration at Banq: for each lane, webhooks come to this bot from then on, and to nothing "
            "else. Change it?"
        )
    )
    actions = (
        Action(m.say("Change it"), "webhook-set", style="primary"),
        Action(m.say("Leave it"), "webhook-keep"),
    )
    return Words(m.say("Webhooks at Banq, as they are"), "\n".join(lines), actions=actions)


def unchanged(m: Markup) -> Words:
    return Words(m.say("Nothing was changed"), m.say("Banq sends webhooks where it did before."))


def changed(m: Markup, outcomes: Sequence[Changed]) -> Words:
    is_well = not any(isinstance(each, BanqRefuses) for each in outcomes)
    title = m.say("Webhooks come here") if is_well else m.say("Not all webhooks come here")
    lines = [_changed(m, each) for each in outcomes]
    return Words(title, "\n".join(lines), "good" if is_well else "warning")


def _changed(m: Markup, outcome: Changed) -> str:
    match outcome:
        case NowSet(lane, url):
            return m.say("{lane}: Banq now sends them to {url}", lane=m.bold(lane), url=m.code(url))
        case BanqRefuses():
            return _refused(m, outcome)
        case never:
            assert_never(never)


def _lane(m: Markup, found: Found) -> str:
    match found:
        case NothingSet(lane):
            return m.say("{lane}: nothing is set. Banq sends nothing.", lane=m.bold(lane))
        case BanqRefuses():
            return _refused(m, found)
        case SetAtBanq():
            return _set(m, found)
        case never:
            assert_never(never)


def _set(m: Markup, found: SetAtBanq) -> str:
    whose = m.say("this bot") if found.is_ours else m.say("not this bot")
    state = m.say("on") if found.is_enabled else m.say("off: Banq sends nothing")
    text = m.say(
        "{lane}: {url} ({whose}), {state}, tried {retries} more times",
        lane=m.bold(found.lane),
        url=m.code(found.url),
        whose=whose,
        state=state,
        retries=found.retries,
    )
    if found.missing:
        kinds = ", ".join(m.code(kind) for kind in found.missing)
        missing = m.say("Kinds that Banq does not send: {kinds}", kinds=kinds)
        return f"{text}\n{missing}"
    return text


def _refused(m: Markup, refused: BanqRefuses) -> str:
    return m.say(
        "{lane}: {error}. Look with {command}",
        lane=m.bold(refused.lane),
        error=m.foreign(str(refused.error), 200),
        command=m.code("banqbot doctor"),
    )
