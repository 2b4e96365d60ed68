"""Says whether the process is alive and its database can be read and written."""

from aiohttp import web

from web.keys import HEALTH

routes = web.RouteTableDef()


@routes.get("/healthz")
async def healthz(request: web.Request) -> web.Response:
    trouble = await request.app[HEALTH].trouble()
    return web.json_response({"status": trouble or "ok"}, status=503 if trouble else 200)
