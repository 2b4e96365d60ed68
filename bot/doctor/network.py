"""Whether members and Banq reach the side server, and whether this machine's clock is right."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

from bot.config import Config
from bot.doctor.findings import Finding, error, not_checked, ok, warning
from bot.lock import is_running
from services.foreign_text import clean
from web.health import HEALTH_ROUTE, PROGRAM, PROGRAM_HEADER

PUBLIC_URL, CLOCK = "public URL", "clock"
# A Date header tells whole seconds.
OFF_S, FAR_OFF_S = 5, 60
MUCH = 1024


async def look_at_public_url(settings: Config, patience_s: float) -> list[Finding]:
    url = settings.web.public_url
    finding = await _reached(settings, patience_s)
    if urlsplit(url).scheme == "https":
        return [finding]
    only_here = warning(
        PUBLIC_URL,
        f"web.public_url is {url}, which exists on this machine alone.",
        "Put a reverse proxy with https in front of the side server, and name its https address.",
    )
    return [finding, only_here]


async def _reached(settings: Config, patience_s: float) -> Finding:
    url = settings.web.public_url + HEALTH_ROUTE
    try:
        async with (
            asyncio.timeout(patience_s),
            aiohttp.ClientSession() as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            told = (await answer.content.read(MUCH)).decode(errors="replace")
            return _answered(settings, answer, told)
    except (aiohttp.ClientError, OSError) as failure:
        why, fix = _unreached(settings, failure)
    if not is_running(settings.storage.path):
        return warning(PUBLIC_URL, f"{url} {why}; the bot is not running.", "Start it, and look again.")
    return error(PUBLIC_URL, f"{url} {why}.", fix)


def _unreached(settings: Config, failure: Exception) -> tuple[str, str]:
    """What it did, and the fix."""
    host = urlsplit(settings.web.public_url).hostname
    match failure:
        case TimeoutError():
            return "gives no answer in time", "A firewall may swallow it: let the port of https in."
        case aiohttp.ClientConnectorDNSError():
            return "has no address", f"Make a DNS record for {host}, or correct web.public_url."
        case aiohttp.ClientSSLError() | aiohttp.ClientConnectorCertificateError():
            return (
                "has no valid certificate",
                f"Let the reverse proxy get one for {host}; browsers and Banq refuse it otherwise.",
            )
    return (
        "takes no connection",
        f"Start the reverse proxy, and let it pass requests on to {_ours(settings)}.",
    )


def _answered(settings: Config, answer: aiohttp.ClientResponse, told: str) -> Finding:
    url = settings.web.public_url + HEALTH_ROUTE
    if answer.headers.get(PROGRAM_HEADER) == PROGRAM:
        if answer.status == 200:
            return ok(PUBLIC_URL, f"{url} is reachable, and it is this program that answers.")
        return error(PUBLIC_URL, f"{url} is ours, but says: {clean(told, 200)}", "Look at the bot's log.")
    if answer.status in {502, 503, 504}:
        what = f"{url} answers {answer.status}: the reverse proxy does not reach the bot."
        fix = f"Start the bot, and let the proxy pass requests on to {_ours(settings)}."
        return (
            error(PUBLIC_URL, what, fix)
            if is_running(settings.storage.path)
            else warning(PUBLIC_URL, what, fix)
        )
    if 300 <= answer.status < 400:
        where = clean(answer.headers.get("Location", "somewhere"), 200)
        return error(
            PUBLIC_URL,
            f"{url} leads on to {where}.",
            "Set web.public_url to the address that answers itself.",
        )
    return error(
        PUBLIC_URL,
        f"Something else answers at {url} ({answer.status}).",
        f"Let the reverse proxy pass requests on to {_ours(settings)}, or correct web.public_url.",
    )


def _ours(settings: Config) -> str:
    return f"{settings.web.host}:{settings.web.port}"


async def look_at_clock(settings: Config, now: Callable[[], datetime], patience_s: float) -> list[Finding]:
    """By Discord's clock, or by Banq's where Discord does not answer."""
    for name, url in (("Discord", f"{settings.discord.api_url}/gateway"), ("Banq", settings.banq.api_url)):
        theirs = await _date_at(url, patience_s / 2)
        if theirs is not None:
            return [_compared(name, (now() - theirs).total_seconds())]
    return [not_checked(CLOCK, "neither Discord nor Banq answers")]


async def _date_at(url: str, patience_s: float) -> datetime | None:
    try:
        async with (
            asyncio.timeout(patience_s),
            aiohttp.ClientSession() as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            return parsedate_to_datetime(answer.headers["Date"])
    except (aiohttp.ClientError, OSError, KeyError, ValueError):
        return None


def _compared(name: str, ahead_s: float) -> Finding:
    off_s = abs(round(ahead_s))
    if off_s <= OFF_S:
        return ok(CLOCK, "The clock is right.")
    what = f"The clock is {off_s} s {'ahead of' if ahead_s > 0 else 'behind'} {name}'s."
    fix = "Let the machine set its clock by the network: timedatectl set-ntp true"
    return warning(CLOCK, what, fix) if off_s <= FAR_OFF_S else error(CLOCK, what, fix)
