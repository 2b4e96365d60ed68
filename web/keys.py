"""What the handlers find in the application: settings, and the services that they call."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import jinja2
from aiohttp import web

from services.health import HealthCheck
from services.inbox import Inbox
from services.link_page import LinkPage


@dataclass(frozen=True)
class WebSettings:
    """`webhook_secrets` maps each lane to the last part of its webhook address."""

    public_url: str
    community: str
    widget_url: str
    widget_frame_origins: tuple[str, ...]
    webhook_secrets: Mapping[str, str]

    @property
    def secure(self) -> bool:
        """Whether members reach us over https, and cookies may insist on it."""
        return self.public_url.startswith("https:")


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


SETTINGS = web.AppKey("SETTINGS", WebSettings)
LINK_PAGE = web.AppKey("LINK_PAGE", LinkPage)
INBOX = web.AppKey("INBOX", Inbox)
HEALTH = web.AppKey("HEALTH", HealthCheck)
TEMPLATES = web.AppKey("TEMPLATES", jinja2.Environment)
