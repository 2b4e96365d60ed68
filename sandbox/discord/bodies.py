"""Request and response bodies: JSON, and the multipart form that carries files."""

import json
import mimetypes
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

from sandbox.discord.wire import ATTACHMENT_LIMIT, NOT_JSON, TOO_LARGE, Problem
from sandbox.discord.world import Attachment


@dataclass(frozen=True)
class Body:
    """What a request brought: JSON, and the files beside it by their number."""

    fields: Any
    files: dict[int, Attachment]


async def read_body(request: web.Request) -> Body:
    """Reads JSON, or multipart with `payload_json` and `files[n]`; anything else answers 50109.

    A file that is too large answers 413.
    """
    raw: str | bytes = b"{}"
    files: dict[int, Attachment] = {}
    if request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise Problem(*NOT_JSON)
            if part.name == "payload_json":
                raw = await part.text()
            elif part.name and part.name.startswith("files["):
                name = part.filename or "unknown"
                kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
                number = part.name.removeprefix("files[").rstrip("]")
                content = bytes(await part.read())
                if len(content) > ATTACHMENT_LIMIT:
                    raise Problem(*TOO_LARGE)
                files[int(number) if number.isdigit() else len(files)] = Attachment(name, kind, content)
    elif request.body_exists:
        if request.content_type != "application/json":
            raise Problem(*NOT_JSON)
        raw = await request.read()
    try:
        return Body(json.loads(raw), files)
    except ValueError as error:
        raise Problem(*NOT_JSON) from error


def json_answer(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON without a charset: discord.py reads the body only under exactly "application/json"."""
    body = json.dumps(data).encode()
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")
