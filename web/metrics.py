"""Builds the listener for whoever watches the bot: measurements and health. For a private address only."""

from aiohttp import web

from services.health import HealthCheck
from services.scrape import CONTENT_TYPE, Scrape
from web import health
from web.keys import HEALTH, SCRAPE

routes = web.RouteTableDef()


def create_private_app(health_check: HealthCheck, scrape: Scrape) -> web.Application:
    app = web.Application()
    app[HEALTH] = health_check
    app[SCRAPE] = scrape
    app.add_routes(health.private)
    app.add_routes(routes)
    return app


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    return web.Response(body=await request.app[SCRAPE].text(), headers={"Content-Type": CONTENT_TYPE})
