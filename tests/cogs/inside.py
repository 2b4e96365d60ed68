"""The chat's client in the test's own process: what it works with is at hand, and both emulators."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.wiring import FOR_EVERYBODY
from cogs.client import BanqBot
from cogs.pictures import Pictures
from sandbox.banq.server import BanqSandbox
from sandbox.discord import ADA, BOT_TOKEN, DiscordSandbox
from services.identity import ChatUser
from services.sources import Sources
from storage.database import Database
from tests.cogs.member import InChat
from tests.cogs.unconnected import SETTINGS, services_of
from tests.services.rig import Rig, build

ADA_IN_CHAT = ChatUser("discord", str(ADA), "Ada")


@dataclass
class Inside:
    """No worker runs, and no web server: only what the commands themselves do happens."""

    discord: DiscordSandbox
    rig: Rig
    bot: BanqBot
    connection: asyncio.Task[None]

    @property
    def ada(self) -> InChat:
        return InChat(self.discord, ADA)

    @property
    def commands(self) -> list[asyncio.Task[object]]:
        """Those that run, as the library names them."""
        return [task for task in asyncio.all_tasks() if task.get_name() == "CommandTree-invoker"]


@asynccontextmanager
async def running(database: Database, sources: Sources) -> AsyncIterator[Inside]:
    banq, discord = BanqSandbox(), DiscordSandbox()
    await banq.start()
    await discord.start()
    # The emulator's pictures are on this machine, and no encrypted line leads there.
    pictures = Pictures("https://ipfs.example/ipfs/", "https://bot.example/none.png", insecure=True)
    settings = replace(SETTINGS, pictures=pictures, api_url=discord.api_url, gateway_url=discord.gateway_url)
    async with build(banq, database, sources) as rig:
        bot = BanqBot(services_of(rig), settings)
        for cog in FOR_EVERYBODY:
            await bot.add_cog(cog(bot))
        connection = asyncio.create_task(bot.start(BOT_TOKEN))
        await discord.gateway.wait_until(connected=True)
        inside = Inside(discord, rig, bot, connection)
        yield inside
        # A closed bot can be told of nothing any more: neither by a command that ends, nor by the gateway.
        ending = [*inside.commands, connection]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        await bot.close()
    await discord.close()
    await banq.close()
