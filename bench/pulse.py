"""Feels the pulse of a running bot from a process of its own: how long its event loop stands still.

Asks for a small picture, which needs neither the database nor Banq, over and over; at the end of its input
it prints each (asked at, answered after) in seconds, on the clock of `time.perf_counter`.
"""

import asyncio
import json
import sys
import threading
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http.client import HTTPConnection

from web.pictures import NEUTRAL

PAUSE_S = 0.002


class Pulse:
    """What was felt; complete once `feeling` is left."""

    def __init__(self) -> None:
        self.samples: Sequence[tuple[float, float]] = ()

    def longest_s(self, since: float, until: float) -> float:
        """The longest answer that anybody waited for at some time in between."""
        return max((took for at, took in self.samples if at + took >= since and at <= until), default=0.0)


@asynccontextmanager
async def feeling(port: int) -> AsyncIterator[Pulse]:
    pulse = Pulse()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.pulse", str(port), stdin=PIPE, stdout=PIPE
    )
    try:
        yield pulse
    finally:
        output, _ = await process.communicate(b"")
        pulse.samples = json.loads(output)


def main() -> None:
    over = threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(over,), daemon=True).start()
    connection = HTTPConnection("127.0.0.1", int(sys.argv[1]))
    samples = []
    while not over.is_set():
        started = time.perf_counter()
        try:
            connection.request("GET", NEUTRAL)
            connection.getresponse().read()
        except OSError:
            connection.close()
        else:
            samples.append((started, time.perf_counter() - started))
        time.sleep(PAUSE_S)
    json.dump(samples, sys.stdout)


def _wait_for_the_end(over: threading.Event) -> None:
    sys.stdin.read()
    over.set()


if __name__ == "__main__":
    main()
