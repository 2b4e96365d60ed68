"""The dashboard and the alert rules in deploy/ ask only for what the bot measures."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import config
from bot.wiring import wired
from cogs.client import BanqBot
from services.metrics import BANQ_RESULTS, OUTCOMES
from tests.bot.settings import complete, write
from tests.scraped import samples
from web.keys import SCRAPE

DEPLOY = Path(__file__).parents[2] / "deploy"
# What Prometheus itself adds to each scrape.
ADDED_METRICS, ADDED_LABELS = {"up"}, {"job", "instance", "le"}
OPERATORS = {"and", "or", "unless", "bool"}
SELECTOR = r"(\w+)\s*\{([^}]*)\}"
GROUPING = r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)"
MATCHER = r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"'

Measured = dict[str, dict[str, set[str]]]


@pytest.fixture
async def measured(tmp_path: Path) -> Measured:
    """By metric, its labels and their values, of a bot in which everything countable has happened once."""
    sections = complete()
    sections["storage"] = {"path": str(tmp_path / "banqbot.sqlite3")}
    async with wired(config.load(write(tmp_path, sections))) as parts:
        everything_happens_to(parts.bot)
        text = (await parts.private_web[SCRAPE].text()).decode()
    found: Measured = {}
    for sample in samples(text):
        labels = found.setdefault(sample.name, {})
        for label, value in sample.labels.items():
            labels.setdefault(label, set()).add(value)
    return found


def everything_happens_to(bot: BanqBot) -> None:
    metrics = bot.services.metrics
    for result in BANQ_RESULTS:
        metrics.banq_called("account_spaces", result, 0.1)
    for outcome in OUTCOMES:
        metrics.interaction_ended("/help", outcome)


def alerts() -> list[dict[str, Any]]:
    [group] = yaml.safe_load((DEPLOY / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return list(group["rules"])


def dashboard() -> Any:
    return json.loads((DEPLOY / "grafana-dashboard.json").read_text(encoding="utf-8"))


def targets() -> list[tuple[str, str]]:
    """Each expression of the dashboard, and how its lines are called."""
    panels = dashboard()["panels"]
    return [(one["expr"], one["legendFormat"]) for panel in panels for one in panel.get("targets", [])]


def unknown_in(expression: str, measured: Measured) -> Iterator[str]:
    """The metrics, labels and values that the bot does not have."""
    for name, matchers in re.findall(SELECTOR, expression):
        for label, values in re.findall(MATCHER, matchers):
            known = measured.get(name, {}).get(label)
            if label not in ADDED_LABELS and (known is None or not set(values.split("|")) <= known):
                yield f"{name}{{{label}={values!r}}}"
    words = re.sub(r"\{[^}]*\}|\[[^\]]*\]", "", expression)
    labels = {label for group in re.findall(GROUPING, words) for label in re.findall(r"\w+", group)}
    words = re.sub(GROUPING, "", words)
    names = set(re.findall(r"\b[A-Za-z_]\w*\b(?!\s*\()", words)) - OPERATORS - ADDED_METRICS
    yield from names - measured.keys()
    yield from labels - ADDED_LABELS - {label for name in names for label in measured.get(name, {})}


def test_what_is_misspelt_is_found(measured: Measured) -> None:
    for expression, unknown in {
        "banqbot_redy == 0": "banqbot_redy",
        "sum by (kid) (rate(banqbot_webhooks_received_total[5m]))": "kid",
        'time() - banqbot_links{stat="active"} > 0': "banqbot_links{stat='active'}",
        'banqbot_links{state=~"active|odd"}': "banqbot_links{state='active|odd'}",
        "banqbot_ready and on (job) banqbot_webhook_parked > 0": "banqbot_webhook_parked",
        "sum by (le) (rate(banqbot_first_answer_seconds[5m]))": "banqbot_first_answer_seconds",
    }.items():
        assert list(unknown_in(expression, measured)) == [unknown]


def test_every_alert_asks_for_what_there_is_and_says_what_to_do(measured: Measured) -> None:
    assert len(alerts()) > 10
    for alert in alerts():
        assert list(unknown_in(alert["expr"], measured)) == [], alert["alert"]
        assert alert["annotations"]["summary"].endswith(".")
        assert re.search(r"docs/operations\.md#[a-z-]+\.", alert["annotations"]["what_to_do"]), alert["alert"]


def test_every_panel_asks_for_what_there_is(measured: Measured) -> None:
    assert len(targets()) > 30
    for expression, legend in targets():
        assert list(unknown_in(expression, measured)) == [], expression
        for label in re.findall(r"\{\{(\w+)\}\}", legend):
            names = set(re.findall(r"\w+", expression)) & measured.keys()
            assert any(label in measured[name] for name in names), (expression, legend)


def test_the_dashboard_asks_for_its_data_source_and_puts_no_panel_over_another() -> None:
    board = dashboard()
    assert board["templating"]["list"][0]["type"] == "datasource"
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells
