"""Files that come with a message, within Discord's limits."""

import base64
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from sandbox.discord import BOT_TOKEN, GENERAL_ID
from tests.sandbox.discord_bodies import faults
from tests.sandbox.discord_wire import Wire, wired

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    async with wired() as rig:
        yield rig


async def upload(wire: Wire, content: bytes, name: str, description: str = "A chart") -> tuple[int, Any]:
    form = aiohttp.FormData()
    attachments = [{"id": "0", "description": description}]
    form.add_field("payload_json", json.dumps({"content": "look", "attachments": attachments}))
    form.add_field("files[0]", io.BytesIO(content), filename=name)
    url = f"{wire.sandbox.api_url}/channels/{GENERAL_ID}/messages"
    async with wire.http.post(url, data=form, headers={"Authorization": f"Bot {BOT_TOKEN}"}) as answer:
        return answer.status, await answer.json()


async def test_a_file_is_described_and_measured(wire: Wire) -> None:
    status, message = await upload(wire, PIXEL, "chart.png")
    assert status == 200
    [file] = message["attachments"]
    assert (file["content_type"], file["size"], file["description"]) == ("image/png", len(PIXEL), "A chart")
    assert (file["width"], file["height"]) == (1, 1)
    async with wire.http.get(file["url"]) as answer:
        assert (answer.content_type, await answer.read()) == ("image/png", PIXEL)

    [text] = (await upload(wire, b"no picture", "chart.png"))[1]["attachments"]
    assert (text["width"], text["height"]) == (None, None)


async def test_a_file_that_is_too_large_or_described_too_long_is_refused(wire: Wire) -> None:
    limit = 10 * 1024 * 1024
    assert (await upload(wire, bytes(limit), "chart.bin"))[0] == 200
    status, body = await upload(wire, bytes(limit + 1), "chart.bin")
    assert (status, body["code"]) == (413, 40005)

    status, body = await upload(wire, PIXEL, "chart.png", "d" * 1025)
    assert faults(body["errors"]) == ["attachments.0.description BASE_TYPE_MAX_LENGTH"]
