"""Where Banq sends its webhooks, lane by lane, and having it send them here. No secret is told."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from banq.client import BanqClient
from banq.errors import BanqError
from banq.models import AccountSpaceId, WebhookConfig
from services.sources import Sources
from storage import audit
from storage.database import Database

RETRIES = 5


@dataclass(frozen=True)
class LaneSetup:
    """A lane of the configuration. The end of `url` is its secret."""

    name: str
    account_space_id: AccountSpaceId
    url: str
    types: Sequence[str]


@dataclass(frozen=True)
class NothingSet:
    """Banq has no webhooks configured for the lane."""

    lane: str


@dataclass(frozen=True)
class SetAtBanq:
    """What Banq has configured; of `url` nothing that could be a secret. `missing`: types that it lacks."""

    lane: str
    url: str
    is_ours: bool
    is_enabled: bool
    retries: int
    types: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        return self.is_ours and self.is_enabled and not self.missing


@dataclass(frozen=True)
class NowSet:
    """Banq sends the lane's webhooks here from now on."""

    lane: str
    url: str


@dataclass(frozen=True)
class BanqRefuses:
    """Banq said no, or nothing."""

    lane: str
    error: BanqError


Found = NothingSet | SetAtBanq | BanqRefuses
Changed = NowSet | BanqRefuses


async def look(banq: BanqClient, lanes: Sequence[LaneSetup]) -> AsyncIterator[Found]:
    for lane in lanes:
        yield await look_at(banq, lane)


async def look_at(banq: BanqClient, lane: LaneSetup) -> Found:
    try:
        found = await banq.webhook_config(lane.account_space_id)
    except BanqError as error:
        return BanqRefuses(lane.name, error)
    return NothingSet(lane.name) if found is None else _compared(lane, found)


async def update(banq: BanqClient, lane: LaneSetup) -> Changed:
    """Idempotent."""
    wanted = {"url": lane.url, "enabled": True, "retryCount": RETRIES, "webHookTypes": lane.types}
    try:
        await banq.set_webhook_config(lane.account_space_id, WebhookConfig.model_validate(wanted))
    except BanqError as error:
        return BanqRefuses(lane.name, error)
    return NowSet(lane.name, _ours(lane))


class WebhookSetup:
    """The same for the team, while the bot runs."""

    def __init__(
        self, database: Database, banq: BanqClient, lanes: Sequence[LaneSetup], sources: Sources
    ) -> None:
        self._database = database
        self._banq = banq
        self._lanes = lanes
        self._sources = sources

    async def look(self) -> list[Found]:
        return [found async for found in look(self._banq, self._lanes)]

    async def update(self, actor: str) -> list[Changed]:
        """Each lane for itself: one that Banq refuses stops no other."""
        outcomes = []
        for lane in self._lanes:
            outcome = await update(self._banq, lane)
            outcomes.append(outcome)
            if isinstance(outcome, NowSet):
                async with self._database.transaction() as tx:
                    await audit.append(tx, self._sources.now(), actor, "webhooks set", object_id=lane.name)
        return outcomes


def lane_setups(
    public_url: str, lanes: Mapping[str, tuple[str, str]], types: Sequence[str]
) -> list[LaneSetup]:
    """`lanes`: by name, the account space's id and the secret end of the address."""
    return [
        LaneSetup(name, AccountSpaceId(account_space_id), f"{public_url}/webhooks/{secret}", types)
        for name, (account_space_id, secret) in lanes.items()
    ]


def _compared(lane: LaneSetup, found: WebhookConfig) -> SetAtBanq:
    is_ours = found.url == lane.url
    return SetAtBanq(
        lane.name,
        _ours(lane) if is_ours else _host_of(found.url),
        is_ours,
        found.enabled,
        found.retry_count,
        tuple(found.types),
        tuple(kind for kind in lane.types if kind not in found.types),
    )


def _ours(lane: LaneSetup) -> str:
    return lane.url.rpartition("/")[0] + "/…"


def _host_of(url: str) -> str:
    """Anything after the host of another's address may be its secret."""
    try:
        parts = urlsplit(url)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return "…"
    return f"{parts.scheme}://{parts.hostname}{port}/…"
