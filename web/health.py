"""Says whether the process can do its work: to anybody in a word, and privately what keeps it from that."""

from typing import Any

from aiohttp import web

from services.health import Check
from web.keys import HEALTH

HEALTH_ROUTE = "/healthz"
# Tells this program from whatever else answers; a reverse proxy puts its own name under Server.
PROGRAM_HEADER = "X-Program"
PROGRAM = "banqbot"

for_anybody = web.RouteTableDef()
private = web.RouteTableDef()


@for_anybody.get(HEALTH_ROUTE)
async def healthz_in_a_word(request: web.Request) -> web.Response:
    trouble = await request.app[HEALTH].trouble()
    return _health("ok" if trouble is None else "not well", is_well=trouble is None)


@private.get(HEALTH_ROUTE)
async def healthz(request: web.Request) -> web.Response:
    """Whether the process lives and its database can be read and written."""
    trouble = await request.app[HEALTH].trouble()
    return _health(trouble or "ok", is_well=trouble is None)


@for_anybody.get("/readyz")
async def readyz_in_a_word(request: web.Request) -> web.Response:
    is_ready = (await request.app[HEALTH].readiness()).is_ready
    return web.json_response({"status": "ok" if is_ready else "not ready"}, status=200 if is_ready else 503)


@private.get("/readyz")
async def readyz(request: web.Request) -> web.Response:
    readiness = await request.app[HEALTH].readiness()
    checks = {check.name: _told(check) for check in readiness.checks}
    return web.json_response(
        {"status": readiness.status, "checks": checks}, status=200 if readiness.is_ready else 503
    )


def _health(status: str, *, is_well: bool) -> web.Response:
    return web.json_response(
        {"status": status}, status=200 if is_well else 503, headers={PROGRAM_HEADER: PROGRAM}
    )


def _told(check: Check) -> dict[str, Any]:
    told = {"state": check.state, "sentence": check.sentence}
    if check.last_good_at is not None:
        told["last_good_answer"] = check.last_good_at.isoformat(timespec="seconds")
    return told
