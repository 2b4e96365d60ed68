"""Reads and sets where Banq sends its webhooks. The secret end of the address is never printed."""

from rich.console import Console

from banq.client import BanqClient
from banq.errors import BanqError
from banq.models import AccountSpaceId, WebhookConfig
from bot.banq_client import banq_client
from bot.config import Config, Lane
from bot.refusals import StartRefused

console = Console(highlight=False, soft_wrap=True)
RETRIES = 5


async def show(settings: Config) -> int:
    """0 when every lane's webhooks come here. Raises StartRefused where Banq does not answer."""
    well = True
    async with banq_client(settings.banq) as client:
        for name, lane in settings.lanes.items():
            found = await _read(client, lane)
            if found is None:
                console.print(f"{name}: nothing is configured. Set it with: banqbot webhooks set")
                well = False
                continue
            ours = found.url == webhook_url(settings, lane)
            console.print(
                f"{name}: {_without_secret(found.url)} {'(this bot)' if ours else '(not this bot)'}"
            )
            console.print(f"  {'enabled' if found.enabled else 'disabled'}, {found.retry_count} retries")
            console.print(f"  types: {', '.join(found.types) or 'none'}", markup=False)
            missing = [kind for kind in settings.banq.webhook_types if kind not in found.types]
            if missing:
                console.print(f"  missing: {', '.join(missing)}. Set them with: banqbot webhooks set")
            well = well and ours and found.enabled and not missing
    return 0 if well else 1


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
