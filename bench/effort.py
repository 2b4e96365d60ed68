"""How much is measured: little tells that all works, more tells how fast it is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """`commands`: how many the bot answers while its memory is watched."""

    rounds: int = 3
    seconds: float = 3.0
    warm_up_s: float = 0.5
    most_events: int = 5_000_000
    commands: int = 100_000
