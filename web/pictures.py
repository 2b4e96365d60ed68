"""The picture that stands for an NFT whose own cannot be shown. The chat fetches it from here."""

from pathlib import Path

from aiohttp import web

routes = web.RouteTableDef()

NEUTRAL = "/pictures/no-picture.png"
PICTURE = Path(__file__).parent / "static" / "no-picture.png"


@routes.get(NEUTRAL)
async def neutral(_request: web.Request) -> web.Response:
    headers = {"Cache-Control": "public, max-age=86400", "Cross-Origin-Resource-Policy": "cross-origin"}
    return web.Response(body=PICTURE.read_bytes(), content_type="image/png", headers=headers)
