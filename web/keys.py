"""What the handlers find in the application: settings, and the services that they call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from urllib.parse import urlsplit

import jinja2
from aiohttp import web

from services.health import HealthCheck
from services.inbox import Inbox
from services.link_page import LinkPage
from services.scrape import Scrape
from services.wording.language import Language
from web.discord_sign_in import DiscordSignIn
from web.limits import RequestLimit


@dataclass(frozen=True)
class WebSettings:
    """`webhook_secrets` maps each lane to the last part of its webhook address.

    `signature_secrets`: of each lane whose webhooks are signed, those that count.

    `body_within_s`: how long the body of a webhook may take to come.

    `reference_option`: the widget's option for what Banq echoes in its webhook, where it does.
    `heard_within_s`: a page that cannot reach us for so long must close the widget by itself.
    """

    public_url: str
    community: str
    widget_url: str
    widget_frame_origins: tuple[str, ...]
    webhook_secrets: Mapping[str, str]
    signature_secrets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    signature_header: str = "X-Signature"
    body_within_s: float = 10
    sign_in_origins: tuple[str, ...] = ()
    reference_option: str | None = None
    heard_within_s: float = 60
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()

    @property
    def secure(self) -> bool:
        """Whether members reach us over https, and cookies may insist on it."""
        return self.public_url.startswith("https:")


@dataclass(frozen=True)
class Limits:
    """How often one network may open links, and how often it may ask anything of the link page."""

    links: RequestLimit
    requests: RequestLimit


def origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


SETTINGS = web.AppKey("SETTINGS", WebSettings)
LINK_PAGE = web.AppKey("LINK_PAGE", LinkPage)
SIGN_IN: web.AppKey[DiscordSignIn | None] = web.AppKey("SIGN_IN")
LIMITS = web.AppKey("LIMITS", Limits)
INBOX = web.AppKey("INBOX", Inbox)
HEALTH = web.AppKey("HEALTH", HealthCheck)
SCRAPE = web.AppKey("SCRAPE", Scrape)
TEMPLATES: web.AppKey[Mapping[Language, jinja2.Environment]] = web.AppKey("TEMPLATES")
