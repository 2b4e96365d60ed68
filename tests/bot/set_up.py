"""A set-up with nothing wrong about it, between the emulators, for tests that break one thing of it."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

from bot import commands, config
from bot.doctor.examination import Examined, examine
from bot.doctor.findings import Finding, State
from sandbox.banq import identities
from sandbox.banq.server import BanqSandbox
from sandbox.banq.state import WebhookConfig
from sandbox.discord import (
    ADMIN_ROLE_ID,
    APPLICATION_ID,
    BOT_TOKEN,
    CLIENT_SECRET,
    GUILD_ID,
    TEAM_ID,
    DiscordSandbox,
)
from services.health import HealthCheck
from services.sources import Sources
from storage.backup import back_up
from storage.database import Database
from tests.bot.settings import SECRET, Sections, complete, write
from tests.storage.damaging import nothing_told
from tests.storage.rows import INBOX, put
from web import health
from web.keys import HEALTH


@dataclass
class SetUp:
    folder: Path
    banq: BanqSandbox
    discord: DiscordSandbox
    sections: Sections
    runner: web.AppRunner
    clock_off: timedelta = field(default=timedelta())

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def database(self) -> Path:
        return self.folder / "data" / "banqbot.sqlite3"

    @property
    def url(self) -> str:
        return str(self.sections["web"]["public_url"])

    @property
    def webhooks(self) -> WebhookConfig:
        return self.banq.store.state.webhook_configs[identities.ACCOUNT_SPACE_ID]

    def let_webhooks_be(self, **changes: object) -> None:
        known = self.webhooks.model_dump() | changes
        self.banq.store.state.webhook_configs[identities.ACCOUNT_SPACE_ID] = WebhookConfig.model_validate(
            known
        )

    def set(self, section: str, **values: object) -> None:
        self.sections.setdefault(section, {}).update(values)

    def remove(self, section: str, key: str) -> None:
        del self.sections[section][key]

    def change_database(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.database, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    async def answer_otherwise(self, status: int, **headers: str) -> None:
        """Something else serves the public address from now on."""

        async def answer(_request: web.Request) -> web.Response:
            return web.Response(status=status, text="Welcome!", headers=headers)

        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        await self.runner.cleanup()
        self.runner = await _serve(app)
        self.move(_url(self.runner))

    def move(self, url: str) -> None:
        """To another public address, at Banq as well."""
        self.set("web", public_url=url)
        self.let_webhooks_be(url=f"{url}/webhooks/{SECRET}")

    async def examined(self, patience_s: float = 4.0) -> Examined:
        write(self.folder, self.sections).chmod(0o600)
        sources = Sources(now=lambda: datetime.now(UTC) + self.clock_off)
        return await examine(self.config, sources, patience_s)

    async def found(self, patience_s: float = 4.0) -> list[Finding]:
        """What is not as it should be, but for what the loopback address of a test brings with it."""
        examined = await self.examined(patience_s)
        return [
            finding
            for finding in examined.findings
            if finding.state is not State.OK and "exists on this machine alone" not in finding.what
        ]


@asynccontextmanager
async def set_up(folder: Path) -> AsyncIterator[SetUp]:
    """The bot itself is not running, but what it answers about its health is there."""
    banq, discord = BanqSandbox(), DiscordSandbox()
    await banq.start()
    await discord.start()
    # A file of its own, so that a test can break the other one.
    async with Database(folder / "health.sqlite3") as database:
        app = web.Application()
        app.add_routes(health.for_anybody)
        app[HEALTH] = HealthCheck(database)
        started = await _started(folder, banq, discord, await _serve(app))
        try:
            yield started
        finally:
            await started.runner.cleanup()
            await discord.close()
            await banq.close()


async def _started(folder: Path, banq: BanqSandbox, discord: DiscordSandbox, runner: web.AppRunner) -> SetUp:
    path = folder / "data" / "banqbot.sqlite3"
    async with Database(path) as database, database.transaction() as tx:
        await put(tx, "webhook_inbox", INBOX)
    (path.parent / "backups").mkdir()
    back_up(path, path.parent / "backups" / "one.sqlite3", nothing_told)
    started = SetUp(folder, banq, discord, complete(banq), runner)
    started.set("web", public_url=_url(runner))
    started.set("storage", path=str(path))
    started.set(
        "discord",
        token=BOT_TOKEN,
        home_guild_id=GUILD_ID,
        admin_role_id=ADMIN_ROLE_ID,
        team_channel_id=TEAM_ID,
        client_id=APPLICATION_ID,
        client_secret=CLIENT_SECRET,
        api_url=discord.api_url,
    )
    started.banq.store.state.webhook_configs[identities.ACCOUNT_SPACE_ID] = WebhookConfig.model_validate(
        {
            "url": f"{started.url}/webhooks/{SECRET}",
            "enabled": True,
            "retryCount": 5,
            "webHookTypes": ["payment", "transaction", "userToken", "nftTransaction"],
        }
    )
    await commands.sync(config.load(write(folder, started.sections)))
    return started


async def _serve(app: web.Application) -> web.AppRunner:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner


def _url(runner: web.AppRunner) -> str:
    return f"http://127.0.0.1:{runner.addresses[0][1]}"
