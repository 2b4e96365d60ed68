"""Runs the bot and takes it down again in order; at start, what is wrong is one sentence."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from bot.chat import discord_in_words
from bot.config import Config
from bot.config_models import Metrics, Web
from bot.lock import only_one
from bot.printing import in_utc
from bot.refusals import StartRefused
from bot.signals import listen
from bot.systemd import Systemd
from bot.upgrade import migrate_before_start
from bot.wiring import wired
from cogs.client import BanqBot
from services.foreign_text import clean
from services.sources import Sources
from services.worker import Worker
from storage.limits import Pause
from web.app import create_runner
from web.stopping import finish

log = logging.getLogger(__name__)

# Together with the rest of the way down within ten seconds: whoever stops a service kills it then.
DRAIN_S = 8.0
ANSWERS_WITHIN_S = 2.0


async def run(config: Config) -> None:
    """Run until SIGTERM or SIGINT. Raises StartRefused or storage.refusals.DatabaseRefused."""
    stop = asyncio.Event()
    listen(stop)
    systemd = Systemd(os.environ)
    async with AsyncExitStack() as stack:
        stack.enter_context(only_one(config.storage.path))
        await migrate_before_start(config.storage.path, Sources())
        parts = await stack.enter_async_context(wired(config))
        if parts.pause is not None:
            _tell_of(parts.pause)
        site = await stack.enter_async_context(_serving(parts.web, "web", config.web))
        if config.metrics.enabled:
            await stack.enter_async_context(_serving(parts.private_web, "metrics", config.metrics))
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        running = [
            tasks.create_task(_discord(parts.bot, config), name="discord"),
            tasks.create_task(parts.bot.following.run(), name="following"),
            tasks.create_task(parts.outbox.run(), name="outbox"),
            *(tasks.create_task(worker.run()) for worker in parts.workers),
            tasks.create_task(
                systemd.watch(parts.bot.seen_ready, lambda: hanging(parts.rounds)), name="systemd"
            ),
        ]
        await stop.wait()
        systemd.stopping()
        await site.stop()
        log.info("stopping")
        await asyncio.gather(finish(parts.web, ANSWERS_WITHIN_S), parts.submitter.drain(DRAIN_S))
        for task in running:
            task.cancel()
    log.info("stopped")


@asynccontextmanager
async def _serving(app: web.Application, section: str, where: Web | Metrics) -> AsyncIterator[web.TCPSite]:
    runner = create_runner(app)
    await runner.setup()
    site = web.TCPSite(runner, where.host, where.port)
    try:
        try:
            await site.start()
        except OSError as error:
            raise StartRefused(
                f"{section}.port: cannot listen on {where.host}:{where.port} ({error.strerror}). "
                "Stop what uses it, or choose another port."
            ) from error
        log.info("%s: listening on %s:%s", section, where.host, runner.addresses[0][1])
        yield site
    finally:
        await runner.cleanup()


async def _discord(bot: BanqBot, config: Config) -> None:
    with discord_in_words():
        async with bot:
            try:
                await bot.start(config.discord.token.get_secret_value())
            except AttributeError as error:
                # The library trips over its missing socket when the first connection to the gateway fails.
                if bot.ws is not None:
                    raise
                raise StartRefused(
                    "Discord's gateway cannot be reached. Check the network and start again."
                ) from error


def hanging(rounds: Iterable[Worker]) -> str | None:
    """What systemd should restart the bot for. A worker that fails is none of it: its rounds go on."""
    names = [worker.name for worker in rounds if worker.hangs()]
    return f"Hanging: {', '.join(names)}" if names else None


def _tell_of(pause: Pause) -> None:
    log.warning(
        "withdrawals are paused since %s, by %s; end that with 'banqbot resume REASON' or /admin resume",
        in_utc(pause.paused_at),
        clean(pause.actor.partition(":")[0], 40),
    )
