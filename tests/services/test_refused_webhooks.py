"""Webhooks that were refused: each is counted, and a flood of them is a line a minute."""

import logging

import pytest

from services.metrics import Metrics
from services.refused_webhooks import Refusal, RefusedWebhooks
from services.sources import Sources
from tests.conftest import Clock


@pytest.mark.parametrize("jump", [60, -60])
def test_each_kind_is_told_at_once_and_then_once_a_minute_with_its_number(
    sources: Sources, clock: Clock, caplog: pytest.LogCaptureFixture, jump: int
) -> None:
    refused = RefusedWebhooks(Metrics(), sources)

    for _ in range(3):
        refused.count(Refusal.WRONG_SIGNATURE)
    refused.count(Refusal.MALFORMED)
    clock.forward(seconds=jump)
    for _ in range(3):
        refused.count(Refusal.WRONG_SIGNATURE)

    assert [message.partition(";")[0] for message in caplog.messages] == [
        "webhooks are refused, 1 since the start: the signature is missing or wrong",
        "webhooks are refused, 1 since the start: the body is no JSON object",
        "webhooks are refused, 4 since the start: the signature is missing or wrong",
    ]
    assert refused.numbers == {Refusal.WRONG_SIGNATURE: 6, Refusal.MALFORMED: 1}


def test_who_tries_wrong_paths_is_only_counted(sources: Sources, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    refused = RefusedWebhooks(Metrics(), sources)

    for _ in range(5):
        refused.count(Refusal.WRONG_PATH)

    assert refused.numbers == {Refusal.WRONG_PATH: 5}
    assert caplog.messages == []
