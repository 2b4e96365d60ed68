"""Reads and sets where Banq sends its webhooks. The secret end of the address is never printed."""

from collections.abc import Sequence
from typing import assert_never

from rich.console import Console
from rich.markup import escape

from banq.client import BanqClient
from bot import lanes
from bot.banq_client import banq_client
from bot.config import Config
from bot.existing_database import existing_database
from bot.json_output import print_json
from bot.refusals import StartRefused
from services import webhook_setup
from services.sources import Sources
from services.webhook_setup import BanqRefuses, Changed, NothingSet, NowSet, SetAtBanq, WebhookSetup
from storage.audit import OPERATOR

console = Console(highlight=False, soft_wrap=True)


async def show(settings: Config, *, as_json: bool) -> int:
    """0 when every lane's webhooks come here. Raises StartRefused where Banq does not answer."""
    async with banq_client(settings.banq) as client:
        found = [each async for each in webhook_setup.look(client, lanes.configured(settings))]
    answered = []
    for each in found:
        if isinstance(each, BanqRefuses):
            raise _refusal(each) from each.error
        answered.append(each)
    if as_json:
        print_json([_of_lane(settings, each) for each in answered])
    else:
        for each in answered:
            _tell(each)
    return 0 if all(isinstance(each, SetAtBanq) and each.is_well for each in answered) else 1


def _of_lane(settings: Config, found: NothingSet | SetAtBanq) -> dict[str, object]:
    if isinstance(found, NothingSet):
        nothing: dict[str, object] = {
            "url": None,
            "ours": False,
            "enabled": False,
            "retries": None,
            "types": [],
        }
        return {"lane": found.lane, "well": False, **nothing, "missing": settings.banq.webhook_types}
    return {
        "lane": found.lane,
        "well": found.is_well,
        "url": found.url,
        "ours": found.is_ours,
        "enabled": found.is_enabled,
        "retries": found.retries,
        "types": found.types,
        "missing": found.missing,
    }


async def update(settings: Config) -> int:
    """Patch every lane's webhook configuration. Idempotent. Raises StartRefused where Banq refuses."""
    async with banq_client(settings.banq) as client:
        outcomes = await _updated(settings, client)
    refusals = []
    for outcome in outcomes:
        match outcome:
            case NowSet(name, url):
                console.print(f"{name}: Banq now sends webhooks to {url}")
            case BanqRefuses() as refused:
                refusals.append(str(_refusal(refused)))
            case never:
                assert_never(never)
    if refusals:
        raise StartRefused("\n".join(refusals))
    return 0


async def _updated(settings: Config, client: BanqClient) -> Sequence[Changed]:
    configured = lanes.configured(settings)
    if not settings.storage.path.exists():
        # Before the first start, there is nowhere to write it down.
        return [await webhook_setup.update(client, lane) for lane in configured]
    async with existing_database(settings) as database:
        return await WebhookSetup(database, client, configured, Sources()).update(OPERATOR)


def _tell(found: NothingSet | SetAtBanq) -> None:
    if isinstance(found, NothingSet):
        console.print(f"{found.lane}: nothing is configured. Set it with: banqbot webhooks set")
        return
    console.print(f"{found.lane}: {escape(found.url)} {'(this bot)' if found.is_ours else '(not this bot)'}")
    console.print(f"  {'enabled' if found.is_enabled else 'disabled'}, {found.retries} retries")
    console.print(f"  types: {', '.join(found.types) or 'none'}", markup=False)
    if found.missing:
        console.print(f"  missing: {', '.join(found.missing)}. Set them with: banqbot webhooks set")


def _refusal(refused: BanqRefuses) -> StartRefused:
    return StartRefused(f"lanes.{refused.lane}: {refused.error}. Look with: banqbot doctor")
