"""Summaries of many measured times."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True)
class Times:
    """In milliseconds."""

    count: int
    p50: float
    p99: float
    max: float


def times(seconds: Sequence[float]) -> Times:
    """Of at least two."""
    cuts = quantiles(seconds, n=100, method="inclusive")
    return Times(len(seconds), cuts[49] * 1000, cuts[98] * 1000, max(seconds) * 1000)
