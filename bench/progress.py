"""Says what is being measured, and how far it is: in place on a terminal, otherwise line by line."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status

EVERY_S = 10.0


class Progress:
    def __init__(self, console: Console, parts: int) -> None:
        self._console = console
        self._parts = parts
        self._number = 0
        self._title = ""
        self._status: Status | None = None
        self._said_at = 0.0

    @contextmanager
    def part(self, title: str) -> Iterator[None]:
        self._number += 1
        self._title = f"{self._number} of {self._parts}: {title}"
        if not self._console.is_terminal:
            self._console.print(self._title)
        with self._console.status(self._title) as self._status:
            yield

    def step(self, what: str) -> None:
        if self._status is not None:
            self._status.update(f"{self._title} ({what})")
        now = time.monotonic()
        if not self._console.is_terminal and now - self._said_at > EVERY_S:
            self._said_at = now
            self._console.print(f"  {what}")
