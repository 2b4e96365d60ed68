"""Where Banq sends its webhooks, looked at and changed while the bot runs."""

import pytest

from sandbox.banq import identities
from sandbox.banq.faults import Fault
from sandbox.banq.state import WebhookConfig
from services.webhook_setup import BanqRefuses, NothingSet, NowSet, SetAtBanq, WebhookSetup, lane_setups
from tests.services.rig import Rig

SECRET = "a-webhook-secret-of-tests"
TYPES = ("payment", "transaction")
LANES = lane_setups(
    "https://bot.example",
    {
        "main": (identities.ACCOUNT_SPACE_ID, SECRET),
        "second": (identities.SECOND_ACCOUNT_SPACE_ID, SECRET[::-1]),
    },
    TYPES,
)


@pytest.fixture
def setup(rig: Rig) -> WebhookSetup:
    return WebhookSetup(rig.database, rig.banq, LANES, rig.sources)


def at_banq(rig: Rig, url: str) -> None:
    rig.sandbox.store.state.webhook_configs[identities.ACCOUNT_SPACE_ID] = WebhookConfig.model_validate(
        {"url": url, "enabled": True, "retryCount": 3, "webHookTypes": ["payment"]}
    )


async def test_each_lane_is_set_and_written_down(rig: Rig, setup: WebhookSetup) -> None:
    rig.sandbox.store.state.webhook_configs.clear()
    assert await setup.look() == [NothingSet("main"), NothingSet("second")]

    url = "https://bot.example/webhooks/…"
    assert await setup.update("admin:7") == [NowSet("main", url), NowSet("second", url)]
    assert [isinstance(found, SetAtBanq) and found.is_well for found in await setup.look()] == [True, True]
    configs = rig.sandbox.store.state.webhook_configs
    assert configs[identities.ACCOUNT_SPACE_ID].url == f"https://bot.example/webhooks/{SECRET}"
    rows = await rig.database.read.fetch_all("SELECT actor, action, object_id FROM audit")
    assert [tuple(row) for row in rows] == [("admin:7", "webhooks set", lane) for lane in ("main", "second")]


async def test_a_lane_that_banq_refuses_stops_no_other(rig: Rig, setup: WebhookSetup) -> None:
    rig.sandbox.faults.add(Fault(route="webhook-config", times=1, status=403))

    refused, done = await setup.update("admin:7")
    assert isinstance(refused, BanqRefuses)
    assert isinstance(done, NowSet)
    assert await rig.column("SELECT object_id FROM audit") == ["second"]


async def test_a_lane_that_cannot_be_looked_at_hides_no_other(rig: Rig, setup: WebhookSetup) -> None:
    at_banq(rig, f"https://bot.example/webhooks/{SECRET}")
    rig.sandbox.faults.add(Fault(route="webhook-config", times=1, status=403))

    refused, _ = await setup.look()
    assert isinstance(refused, BanqRefuses)
    assert SECRET not in str(refused.error)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"https://bot.example/webhooks/{SECRET}", "https://bot.example/webhooks/…"),
        ("https://other.example/their-secret", "https://other.example/…"),
        (
            "https://user:their-secret@other.example:8443/their-secret/?key=their-secret",
            "https://other.example:8443/…",
        ),
        ("https://other.example:port/their-secret", "…"),
    ],
)
async def test_no_part_of_an_address_that_could_be_a_secret_is_told(
    rig: Rig, setup: WebhookSetup, url: str, shown: str
) -> None:
    at_banq(rig, url)

    found, _ = await setup.look()
    assert isinstance(found, SetAtBanq)
    assert (found.url, found.is_ours) == (shown, SECRET in url)
    assert (found.retries, found.types, found.missing, found.is_well) == (
        3,
        ("payment",),
        ("transaction",),
        False,
    )
    assert "secret" not in repr(found)
