"""Where the two listeners cannot listen, the bot does not start, and says why."""

import socket

import pytest
from aiohttp import web

from bot.app import _serving
from bot.config_models import Metrics
from bot.refusals import StartRefused


async def test_a_port_that_is_taken_is_named_by_its_key() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StartRefused, match=rf"^metrics\.port: cannot listen on 127\.0\.0\.1:{port} \("):
            async with _serving(web.Application(), "metrics", Metrics(port=port)):
                pass
