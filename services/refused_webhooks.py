"""Webhooks that were refused: counted since the start, and told in the log however many there are."""

import logging
from collections import Counter
from datetime import datetime, timedelta
from enum import Enum, auto

from services.metrics import Metrics
from services.sources import Sources

log = logging.getLogger(__name__)

TOLD_AT_MOST_EVERY = timedelta(minutes=1)


class Refusal(Enum):
    WRONG_PATH = auto()
    WRONG_SIGNATURE = auto()
    MALFORMED = auto()


# Whoever looks for a way in calls wrong paths as well: that alone means nothing.
WHAT_TO_CHECK = {
    Refusal.WRONG_SIGNATURE: "the signature is missing or wrong; check lanes.*.signature_secrets and "
    "banq.signature_header, and that no proxy changes the body",
    Refusal.MALFORMED: "the body is no JSON object; check that it is Banq who sends to this address, and "
    "that no proxy changes the body",
}


class RefusedWebhooks:
    def __init__(self, metrics: Metrics, sources: Sources) -> None:
        self._metrics = metrics
        self._sources = sources
        self._numbers: Counter[Refusal] = Counter()
        self._told_at: dict[Refusal, datetime] = {}

    @property
    def numbers(self) -> dict[Refusal, int]:
        return dict(self._numbers)

    def count(self, refusal: Refusal) -> None:
        self._numbers[refusal] += 1
        self._metrics.webhook_refused(refusal.name.lower())
        now = self._sources.now()
        told_at = self._told_at.get(refusal)
        if refusal not in WHAT_TO_CHECK or (told_at and abs(now - told_at) < TOLD_AT_MOST_EVERY):
            return
        self._told_at[refusal] = now
        number = self._numbers[refusal]
        log.warning("webhooks are refused, %s since the start: %s", number, WHAT_TO_CHECK[refusal])
