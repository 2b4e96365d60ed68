"""How often somebody may ask for something: a bucket of tokens each, refilled steadily, in memory."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

BUCKETS_AT_MOST = 50_000


@dataclass(frozen=True)
class _Bucket:
    tokens: float
    filled_at: datetime


class RequestLimit:
    """`burst` requests at once for each key, and `per_s` more each second.

    Bounded: among very many keys, those unheard of for longest are forgotten, and start full again.
    """

    def __init__(self, *, burst: int, per_s: float, now: Callable[[], datetime]) -> None:
        self._burst = burst
        self._per_s = per_s
        self._now = now
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str) -> float | None:
        """Use one request up. None where it is allowed, otherwise the seconds until one will be."""
        now = self._now()
        bucket = self._buckets.pop(key, None)
        tokens = float(self._burst)
        if bucket is not None:
            passed_s = max((now - bucket.filled_at).total_seconds(), 0.0)
            tokens = min(tokens, bucket.tokens + passed_s * self._per_s)
        allowed = tokens >= 1
        self._buckets[key] = _Bucket(tokens - 1 if allowed else tokens, now)
        while len(self._buckets) > BUCKETS_AT_MOST:
            self._buckets.popitem(last=False)
        return None if allowed else (1 - tokens) / self._per_s
