"""Everything this Banq remembers, and the file it is remembered in."""

import asyncio
import os
from collections import ChainMap
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from sandbox.banq import identities
from sandbox.banq.catalogue import FIRST_HOLDINGS, NFTS, Nft, holdings_in_crowd
from sandbox.banq.identities import CUSTOMERS

TransactionStatus = Literal[
    "awaitingApproval", "processing", "completed", "failed", "rejected", "canceled", "expired"
]
WebhookType = Literal["payment", "transaction", "userToken", "nftTransaction"]
OPEN_STATUSES: frozenset[TransactionStatus] = frozenset({"awaitingApproval", "processing"})


def now() -> datetime:
    return datetime.now(UTC)


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid", validate_assignment=True)


def _http_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an http or https URL")
    return url


class WebhookConfig(BaseModel):
    """As the API takes it and gives it back."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, alias_generator=to_camel, serialize_by_alias=True
    )

    url: Annotated[str, AfterValidator(_http_url)]
    enabled: bool
    retry_count: int = Field(ge=0, le=5)
    web_hook_types: list[WebhookType] = Field(min_length=1)


class Grant(Record):
    """A customer's approval of a platform: what the API calls a user token."""

    user_guid: str
    user_id: str
    email: str
    platform_id: str
    active: bool
    approved_at: datetime


class Transaction(Record):
    id: str
    secret: str
    email: str
    platform_id: str
    nft: str
    external_address: str
    amount: int
    status: TransactionStatus
    created_at: datetime
    transaction_hash: str | None = None


class Mail(Record):
    id: str
    email: str
    kind: Literal["welcome", "connected", "withdrawal", "completed"]
    sent_at: datetime
    platform_id: str | None = None
    transaction_id: str | None = None


class Attempt(Record):
    at: datetime
    status: int | None = None
    error: str | None = None


class Delivery(Record):
    """One webhook on its way: `held` waits for a release, `unwanted` was never asked for."""

    id: str
    account_space_id: str
    body: str
    state: Literal["waiting", "held", "delivered", "given up", "dropped", "unwanted"]
    attempts: list[Attempt] = Field(default_factory=list)


def _welcome_mails() -> list[Mail]:
    return [
        Mail(id=f"welcome-{number}", email=email, kind="welcome", sent_at=now())
        for number, email in enumerate(CUSTOMERS, start=1)
    ]


class State(Record):
    webhook_configs: dict[str, WebhookConfig] = Field(default_factory=dict)
    grants: dict[str, Grant] = Field(default_factory=dict)
    transactions: dict[str, Transaction] = Field(default_factory=dict)
    mails: list[Mail] = Field(default_factory=_welcome_mails)
    holdings: dict[str, dict[str, int]] = Field(
        default_factory=lambda: {email: dict(held) for email, held in FIRST_HOLDINGS.items()}
    )
    undelivered: list[Delivery] = Field(default_factory=list)


class Store:
    """The state, written to its file after each change; and a way to wait for the next change."""

    def __init__(self, path: Path | None, crowd: int = 0) -> None:
        self._path = path
        self._changed = asyncio.Event()
        self.saves = 0
        self.state = State.model_validate_json(path.read_bytes()) if path and path.exists() else State()
        self.customers = dict(CUSTOMERS)
        # Others may be added to this one.
        self.nfts = ChainMap[str, Nft]({}, NFTS)
        for index, customer in enumerate(identities.crowd(crowd)):
            self.customers[customer.email] = customer
            if customer.email not in self.state.holdings:
                self._open_wallet(index, customer.email)

    def _open_wallet(self, index: int, email: str) -> None:
        self.state.holdings[email] = holdings_in_crowd(index)
        self.state.mails.append(
            Mail(id=f"welcome-crowd-{index + 1}", email=email, kind="welcome", sent_at=now())
        )

    def save(self) -> None:
        if self._path:
            unfinished = self._path.with_name(self._path.name + ".new")
            with unfinished.open("w", encoding="utf-8") as file:
                file.write(self.state.model_dump_json(indent=1))
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._path)
        self.saves += 1
        self.notify()

    def notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self) -> None:
        await self._changed.wait()

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self.changed()
