"""Turns templates into pages with the headers that every page of Banq's carries."""

from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'"
)
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, *, status: int = 200, framable: bool = False, **context: object) -> web.Response:
    """A page; only a framable one may be shown inside another site."""
    return web.Response(
        status=status,
        text=_ENVIRONMENT.get_template(template).render(context),
        content_type="text/html",
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": _POLICY if framable else f"{_POLICY}; frame-ancestors 'none'",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
    )
