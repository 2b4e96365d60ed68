"""Reads and sets where Banq sends its webhooks. The secret end of the address is never printed."""

from dataclasses import dataclass

from rich.console import Console

from banq.client import BanqClient
from banq.errors import BanqError
from banq.models import AccountSpaceId, WebhookConfig
from bot.banq_client import banq_client
from bot.config import Config, Lane
from bot.json_output import print_json
from bot.refusals import StartRefused

console = Console(highlight=False, soft_wrap=True)
RETRIES = 5


@dataclass(frozen=True)
class Configured:
    """What Banq has for a lane; `found` is None where it has nothing."""

    lane: str
    found: WebhookConfig | None
    ours: bool
    missing: list[str]

    @property
    def is_well(self) -> bool:
        return self.found is not None and self.found.enabled and self.ours and not self.missing


async def show(settings: Config, *, as_json: bool) -> int:
    """0 when every lane's webhooks come here. Raises StartRefused where Banq does not answer."""
    async with banq_client(settings.banq) as client:
        lanes = [
            _configured(settings, name, lane, await _read(client, lane))
            for name, lane in settings.lanes.items()
        ]
    if as_json:
        print_json([_of_lane(lane) for lane in lanes])
    else:
        for lane in lanes:
            _tell(lane)
    return 0 if all(lane.is_well for lane in lanes) else 1


def _configured(settings: Config, name: str, lane: Lane, found: WebhookConfig | None) -> Configured:
    types = [] if found is None else found.types
    missing = [kind for kind in settings.banq.webhook_types if kind not in types]
    ours = found is not None and found.url == webhook_url(settings, lane)
    return Configured(name, found, ours, missing)


def _tell(lane: Configured) -> None:
    found = lane.found
    if found is None:
        console.print(f"{lane.lane}: nothing is configured. Set it with: banqbot webhooks set")
        return
    console.print(
        f"{lane.lane}: {_without_secret(found.url)} {'(this bot)' if lane.ours else '(not this bot)'}"
    )
    console.print(f"  {'enabled' if found.enabled else 'disabled'}, {found.retry_count} retries")
    console.print(f"  types: {', '.join(found.types) or 'none'}", markup=False)
    if lane.missing:
        console.print(f"  missing: {', '.join(lane.missing)}. Set them with: banqbot webhooks set")


def _of_lane(lane: Configured) -> dict[str, object]:
    found = lane.found
    return {
        "lane": lane.lane,
        "well": lane.is_well,
        "url": found and _without_secret(found.url),
        "ours": lane.ours,
        "enabled": found is not None and found.enabled,
        "retries": found and found.retry_count,
        "types": found.types if found else [],
        "missing": lane.missing,
    }


async def update(settings: Config) -> int:
    """Patch every lane's webhook configuration. Idempotent. Raises StartRefused where Banq refuses."""
    async with banq_client(settings.banq) as client:
        for name, lane in settings.lanes.items():
            wanted = WebhookConfig.model_validate(
                {
                    "url": webhook_url(settings, lane),
                    "enabled": True,
                    "retryCount": RETRIES,
                    "webHookTypes": settings.banq.webhook_types,
                }
            )
            try:
                await client.set_webhook_config(AccountSpaceId(lane.account_space_id), wanted)
            except BanqError as error:
                raise StartRefused(f"lanes.{name}: {error}. Look with: banqbot doctor") from error
            console.print(f"{name}: Banq now sends webhooks to {_without_secret(wanted.url)}")
    return 0


def webhook_url(settings: Config, lane: Lane) -> str:
    return f"{settings.web.public_url}/webhooks/{lane.webhook_secret.get_secret_value()}"


async def _read(client: BanqClient, lane: Lane) -> WebhookConfig | None:
    try:
        return await client.webhook_config(AccountSpaceId(lane.account_space_id))
    except BanqError as error:
        raise StartRefused(f"{error}. Look with: banqbot doctor") from error


def _without_secret(url: str) -> str:
    return url.rsplit("/", maxsplit=1)[0] + "/…"
