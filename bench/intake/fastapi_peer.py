"""One transaction per request on FastAPI and uvicorn. `python -m bench.intake.fastapi_peer FILE`."""

import asyncio
import json
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response

from bench.intake import one_by_one
from bench.intake.one_by_one import OneByOne
from bench.intake.program import HOST, say, told_to_end
from bench.intake.webhooks import is_signed

# Which of its two parsers uvicorn takes by itself depends on what is installed.
PARSER = "httptools" if find_spec("httptools") else "h11"


def create_app(storage: OneByOne) -> FastAPI:
    app = FastAPI()

    @app.post("/webhooks/{secret}")
    async def receive(request: Request, secret: str) -> Response:  # noqa: ARG001 - nobody guesses it here
        body = await request.body()
        if not is_signed(body, request.headers.get("X-Signature", "")):
            return Response(status_code=401)
        await storage.store(body, json.loads(body))
        return Response(status_code=204)

    return app


async def main() -> None:
    listening = socket.create_server((HOST, 0), backlog=128)
    async with one_by_one.opened(Path(sys.argv[1])) as storage:
        server = uvicorn.Server(
            uvicorn.Config(create_app(storage), loop="asyncio", log_level="warning", access_log=False)
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 - it tells in no other way
            await asyncio.sleep(0.01)
        say(listening.getsockname()[1])
        await told_to_end()
        server.should_exit = True
        await serving


if __name__ == "__main__":
    asyncio.run(main())
