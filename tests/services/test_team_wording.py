"""What the team is told: its channels, the last days, the audit log, webhooks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cogs.markup import DiscordMarkup
from services.activity import Activity
from services.audit_log import ON_A_PAGE, AuditPage
from services.messenger import TeamChannel
from services.wording import team_activity, team_audit, team_status
from services.wording.language import Language, languages
from services.wording.team_status import Channels
from storage.audit import Entry
from tests.services.audited import actions, reasons
from tests.services.messenger import PlainMarkup
from tests.services.test_wording import NOW, REASONS, STRANGE, M, overview
from tests.services.words_of_team import LONG, WELL, activity

OURS = "admin:7"


def entry(action: str, actor: str = OURS, reason: str | None = None) -> Entry:
    return Entry(1, NOW, actor, action, ("discord", "1"), reason)


@pytest.mark.parametrize("channel", list(TeamChannel))
def test_the_team_is_told_how_its_channels_are(channel: TeamChannel) -> None:
    words = team_status.status(M, overview(), replace(WELL, team=channel), activity(NOW))
    assert team_status.channel(M, channel) in words.text
    assert (words.tone == "warning") == (channel is TeamChannel.CLOSED)

    words = team_status.status(M, overview(), replace(WELL, audit=channel), activity(NOW))
    assert ("Channel for the audit log" in words.text) == (channel is not TeamChannel.NOT_SET)
    assert (words.tone == "warning") == (channel is TeamChannel.CLOSED)


# -- the last days


def test_where_nothing_happened_a_sentence_stands_in_place_of_the_chart() -> None:
    text = team_status.status(M, overview(), WELL, activity(NOW)).text

    assert "The last 30 days nothing was linked and nothing was withdrawn" in text


def test_the_chart_counts_and_labels_the_days_up_to_today() -> None:
    shown = Activity(activity(NOW).days, (0,) * 29 + (2,), (1,) + (0,) * 29)

    chart = team_activity.chart(M, shown)
    assert [panel.title for panel in chart.panels] == ["2 wallets linked", "1 withdrawal confirmed"]
    assert chart.ticks == ((1, "1 Feb"), (8, "8 Feb"), (15, "15 Feb"), (22, "22 Feb"), (29, "1 Mar"))
    text = team_activity.chart_text(M, shown)
    assert "Wallets linked: 1 Mar 2. Withdrawals confirmed: 31 Jan 1." in text


@pytest.mark.parametrize("language", languages(), ids=lambda language: language.code)
def test_what_the_chart_shows_fits_into_its_description(language: object) -> None:
    busy = activity(NOW.replace(month=9, day=30), number=9999)

    text = team_activity.chart_text(PlainMarkup(language), replace(busy, withdrawals=busy.links))  # type: ignore[arg-type]
    assert text.count("9999") == 60
    assert len(text) <= 1024


# -- the audit log


@pytest.mark.parametrize("action", actions())
def test_each_action_that_the_code_writes_down_has_words(action: str) -> None:
    words = team_audit.action(M, action)

    assert words, action
    assert "_" not in words


def test_reasons_of_the_bot_are_told_in_words_and_never_whose_wallet_it_is() -> None:
    known = {*reasons(), *(reason for each in REASONS.values() for reason in each if reason)}
    for reason in known:
        assert "_" not in team_audit.line(M, entry("withdrawal: failed", "bot", reason)), reason
        assert team_audit.line(M, entry("withdrawal: failed", "bot", reason)).count(" · ") == 2, reason
    assert "777" not in team_audit.line(M, entry("linking: conflict", "bot", "linked to 777"))


def test_a_line_says_when_who_what_about_whom_and_why() -> None:
    line = team_audit.line(M, entry("wallet frozen", reason=STRANGE))

    assert line == (f"01.03. at 12:00 member 7: withdrawals frozen · about member 1 · why: ⟦{STRANGE}⟧")
    own = team_audit.line(M, entry("wallet linked", "member"))
    assert own == "01.03. at 12:00 member 1: wallet linked"


@pytest.mark.parametrize("language", languages(), ids=lambda each: each.code)
def test_a_page_of_the_most_awkward_reasons_fits(language: Language) -> None:
    m = DiscordMarkup(language)
    awkward = replace(
        entry("withdrawals resumed", f"admin:{LONG}", "*\u0323" * 100), member=("discord", LONG)
    )
    page = AuditPage((awkward,) * ON_A_PAGE, 12345, None, None)

    assert len(team_audit.page(m, page, LONG).text) < 3900
    assert "*" in team_audit.line(m, awkward)


def test_what_a_person_of_the_team_wrote_passes_for_nothing_that_the_bot_found() -> None:
    assert "why: ⟦banq_said_no⟧" in team_audit.line(M, entry("wallet frozen", reason="banq_said_no"))
    assert "Banq said no" in team_audit.line(M, entry("withdrawal: refused", "bot", "banq_said_no"))


def test_an_action_of_another_version_spoils_no_page() -> None:
    page = AuditPage((entry("made up"), entry("wallet linked")), 1, None, None)

    assert "⟦made up⟧" in team_audit.page(M, page, None).text
    assert team_audit.action(M, "linking: made up") is None
    assert team_audit.action(M, "limit: per_day many") is None


def test_the_two_channels_are_told_apart() -> None:
    closed = Channels(TeamChannel.WELL, TeamChannel.CLOSED)

    assert "within an hour" in team_status.status(M, overview(), closed, activity(NOW)).text
    assert activity(NOW).days[-1] - activity(NOW).days[0] == timedelta(days=29)
