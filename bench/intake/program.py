"""Server programs: each prints its port once it listens, and ends when its input does."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from bench.checks import NotMeasured

START_WITHIN_S, END_WITHIN_S = 60, 20
HOST = "127.0.0.1"


@asynccontextmanager
async def running(module: str, *arguments: str, log: Path) -> AsyncIterator[int]:
    """The program's port. It ends with this, and would also end if this process died."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BANQBOT_")}
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *arguments),
            stdin=PIPE,
            stdout=PIPE,
            stderr=errors,
            env=environment,
        )
    if process.stdin is None or process.stdout is None:
        raise AssertionError("both are pipes")
    try:
        async with asyncio.timeout(START_WITHIN_S):
            port = await process.stdout.readline()
        if not port:
            said = await asyncio.to_thread(log.read_text)
            raise NotMeasured(f"{module} did not start:\n{said}")
        yield int(port)
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(END_WITHIN_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def serve(runner: web.AppRunner) -> None:
    """Serve until the input ends."""
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    say(runner.addresses[0][1])
    await told_to_end()
    await runner.cleanup()


def say(port: int) -> None:
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


async def told_to_end() -> None:
    await asyncio.to_thread(sys.stdin.read)
