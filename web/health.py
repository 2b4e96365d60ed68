"""Says whether the process is alive and its database answers."""

from aiohttp import web

from web.keys import HEALTH

routes = web.RouteTableDef()


@routes.get("/healthz")
async def healthz(request: web.Request) -> web.Response:
    if await request.app[HEALTH].database_answers():
        return web.json_response({"status": "ok"})
    return web.json_response({"status": "the database does not answer"}, status=503)
