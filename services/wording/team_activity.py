"""The words about what happened on each of the last days: beside the chart, in it, and in its place."""

from collections.abc import Sequence

from services.activity import DAYS, Activity
from services.charts import Chart, Panel
from services.wording.text import Markup

WEEK = 7


def heading(m: Markup, activity: Activity) -> str:
    """Stands in the text from the start, before the chart is there."""
    what = m.bold(m.say("The last {days} days", days=DAYS))
    if activity.is_empty:
        return f"{what} {m.say('nothing was linked and nothing was withdrawn')}"
    links = _linked(m, sum(activity.links))
    withdrawals = _confirmed(m, sum(activity.withdrawals))
    return f"{what} {links}, {withdrawals}"


def chart(m: Markup, activity: Activity) -> Chart:
    # Counted back from today, which always has its date.
    labelled = range((len(activity.days) - 1) % WEEK, len(activity.days), WEEK)
    return Chart(
        panels=(
            Panel(_linked(m, sum(activity.links)), activity.links),
            Panel(_confirmed(m, sum(activity.withdrawals)), activity.withdrawals),
        ),
        ticks=tuple((place, m.language.day(activity.days[place])) for place in labelled),
    )


def chart_text(m: Markup, activity: Activity) -> str:
    """What the chart shows, for whoever cannot see it; it fits where Discord takes 1024 characters."""
    return m.say(
        "The last {days} days (UTC), on all others none. Wallets linked: {links}. Withdrawals confirmed: {withdrawals}.",
        days=DAYS,
        links=_by_day(m, activity, activity.links),
        withdrawals=_by_day(m, activity, activity.withdrawals),
    )


def _by_day(m: Markup, activity: Activity, numbers: Sequence[int]) -> str:
    days = zip(activity.days, numbers, strict=True)
    return ", ".join(f"{m.language.day(day)} {number}" for day, number in days if number) or m.say("none")


def _linked(m: Markup, number: int) -> str:
    return m.count(number, "1 wallet linked", "{number} wallets linked")


def _confirmed(m: Markup, number: int) -> str:
    return m.count(number, "1 withdrawal confirmed", "{number} withdrawals confirmed")
