"""What the team is told of the last days, of the audit log, and of webhooks at Banq; for all that may be."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from banq.errors import BanqUnavailable
from services.activity import DAYS, Activity
from services.audit_log import ON_A_PAGE, AuditPage, Position
from services.messenger import TeamChannel
from services.overview import BanqState, Overview
from services.webhook_setup import BanqRefuses, Changed, Found, NothingSet, NowSet, SetAtBanq
from services.wording import team_audit, team_status, team_webhooks
from services.wording.team_status import Channels
from services.wording.text import Markup, Words
from storage.audit import Entry

WELL = Channels(TeamChannel.WELL, TeamChannel.WELL)
LONG = "123456789012345678901"
HERE = SetAtBanq("1", "https://bot.example/webhooks/…", True, True, 5, ("payment",), ())


def activity(now: datetime, *, number: int = 0) -> Activity:
    days = tuple(now.date() - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1))
    return Activity(days, (number,) * DAYS, (0,) * (DAYS - 1) + (number,))


def of_status(m: Markup, overview: Overview, now: datetime) -> Iterator[Words]:
    for team in TeamChannel:
        for audit in TeamChannel:
            yield team_status.status(
                m, overview, Channels(team, audit), activity(now, number=audit.value - 1)
            )
    for banq in BanqState:
        yield team_status.status(m, replace(overview, banq=banq), WELL, activity(now, number=2))


def of_audit(m: Markup, now: datetime, actions: list[str], reasons: list[str]) -> Iterator[Words]:
    """All actions on full pages, by whoever may do something, for each reason."""
    yield team_audit.page(m, AuditPage((), 7, Position(), None), LONG)
    for actor in ("member", "banq", "bot", "operator", f"admin:{LONG}"):
        for number, name in enumerate(actions):
            reason = reasons[number % len(reasons)]
            entry = Entry(number, now, actor, name, ("discord", LONG), reason)
            yield team_audit.page(m, AuditPage((entry,) * ON_A_PAGE, 12345, None, None), LONG)


def of_webhooks(m: Markup) -> Iterator[Words]:
    elsewhere = replace(
        HERE, url="https://other.example/…", is_ours=False, missing=("payment", "transaction")
    )
    no_answer = BanqRefuses("1", BanqUnavailable("Banq cannot be reached"))
    found: list[Found] = [HERE, elsewhere, replace(HERE, is_enabled=False), NothingSet("1"), no_answer]
    changed: list[Changed] = [NowSet("1", HERE.url), no_answer]
    for one in found:
        yield team_webhooks.shown(m, [one])
        yield team_webhooks.review(m, [one, one])
    for each in changed:
        yield team_webhooks.changed(m, [each, each])
    yield team_webhooks.unchanged(m)
