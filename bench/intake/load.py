"""The load, in a process of its own: `python -m bench.intake.load PORT CONNECTIONS SECONDS WARM_UP_S KIND`.

Each connection is kept, and sends the next webhook once the last one is answered. The figures are printed
as JSON; they leave out the time to warm up.
"""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from bench.checks import require
from bench.effort import Effort
from bench.figures import Times, times
from bench.intake.webhooks import Kind, requests

HOST = "127.0.0.1"
# More than any of the programs answers; beyond it, webhooks are made while they are sent.
AT_MOST_PER_S, ONE_AT_MOST_PER_S = 10_000, 2_500
PATIENCE_S = 30


@dataclass(frozen=True)
class Load:
    per_s: float
    times: Times


class _Run:
    def __init__(self, requests: Iterator[bytes], since: float, until: float) -> None:
        self.requests = requests
        self.since = since
        self.until = until
        self.took: list[float] = []
        self.refused = b""
        self.under_way = 0


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run) -> None:
        self._run = run
        self._answer = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the types
        self._transport = transport
        self._run.under_way += 1
        self._send()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if self._answer[9:12] != b"204":
            self._run.refused = self._answer
            self._transport.close()
        elif self._answer.endswith(b"\r\n\r\n"):
            now = time.perf_counter()
            if self._sent_at >= self._run.since and now <= self._run.until:
                self._run.took.append(now - self._sent_at)
            if now < self._run.until:
                self._answer = b""
                self._send()
            else:
                self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        self._run.under_way -= 1

    def _send(self) -> None:
        request = next(self._run.requests)
        self._sent_at = time.perf_counter()
        self._transport.write(request)


async def load(port: int, connections: int, effort: Effort, kind: Kind) -> Load:
    """Raises NotMeasured where something was not taken."""
    arguments = (str(port), str(connections), str(effort.seconds), str(effort.warm_up_s), kind)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.intake.load", *arguments, stdout=PIPE
    )
    output, _ = await process.communicate()
    require(process.returncode == 0, "the load was not taken; it says why above")
    figures = json.loads(output)
    return Load(figures["per_s"], Times(**figures["times"]))


async def _send_all(port: int, connections: int, seconds: float, warm_up_s: float, kind: Kind) -> Load:
    per_s = AT_MOST_PER_S if connections > 1 else ONE_AT_MOST_PER_S
    prebuilt = requests(kind, int(per_s * (warm_up_s + seconds)))
    since = time.perf_counter() + warm_up_s
    run = _Run(prebuilt, since, since + seconds)
    loop = asyncio.get_running_loop()
    for _ in range(connections):
        await loop.create_connection(lambda: _Connection(run), HOST, port)
    await asyncio.sleep(run.until - time.perf_counter())
    async with asyncio.timeout(PATIENCE_S):
        while run.under_way:  # noqa: ASYNC110 - looking is enough here
            await asyncio.sleep(0.01)
    require(not run.refused, f"a webhook was not taken: {run.refused!r}")
    require(len(run.took) > 1, "hardly anything was answered")
    return Load(len(run.took) / seconds, times(run.took))


def main() -> None:
    port, connections, seconds, warm_up_s, kind = sys.argv[1:]
    sent = _send_all(int(port), int(connections), float(seconds), float(warm_up_s), kind)  # type: ignore[arg-type] # only `load` calls it
    json.dump(asdict(asyncio.run(sent)), sys.stdout)


if __name__ == "__main__":
    main()
