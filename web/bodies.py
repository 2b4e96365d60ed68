"""Reads the bodies of requests."""

from aiohttp import web


async def whole_body(request: web.Request) -> bytes:
    """All of it, as it came. Raises ConnectionError where nobody is there any more to send it."""
    try:
        return await request.read()
    except RuntimeError:
        if request.transport is not None:
            raise
        # The library takes it for a mistake of ours where the client left before we began to read.
        raise ConnectionResetError from None
