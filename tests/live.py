"""The live bot: `banqbot run` in a process of its own, between the two emulators, over real sockets."""

import asyncio
import re
import signal
import socket
import tomllib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType

from sandbox.banq import identities
from sandbox.banq.echo import Echo
from sandbox.banq.server import BanqSandbox
from sandbox.banq.state import WebhookConfig
from sandbox.discord import (
    ADMIN_ROLE_ID,
    APPLICATION_ID,
    BOT_TOKEN,
    CLIENT_SECRET,
    GUILD_ID,
    DiscordSandbox,
)
from storage.database import Database
from tests.fork_server import Forked, fork

WEBHOOK_SECRET = "a-webhook-secret-of-tests"
COMMUNITY = "Sunny Meadow"
SIGN_IN = f"""\
client_id = {APPLICATION_ID}
client_secret = "{CLIENT_SECRET}"
"""


class LiveBot:
    """`signs_in`: members sign in with Discord on the link page; otherwise the code is the proof.

    `echo`: what Banq repeats in its webhooks, where it does. `module`: what is run, if not the bot itself.
    """

    def __init__(
        self,
        folder: Path,
        discord: DiscordSandbox,
        banq: BanqSandbox,
        more: str,
        *,
        signs_in: bool,
        echo: Echo | None,
        module: str,
        timeout_s: float,
        environment: Mapping[str, str],
    ) -> None:
        self._module = module
        self._environment = environment
        self._more = more
        self._signs_in = signs_in
        self._echo = echo
        self._timeout_s = timeout_s
        self.discord = discord
        self.banq = banq
        self.config = folder / "config.toml"
        self.database_path = folder / "banqbot.sqlite3"
        self.port = free_port()
        discord.oauth.redirect_uris.add(f"{self.url}/link/discord")
        self.output: list[str] = []
        self._said = asyncio.Condition()
        self._process: Forked | None = None
        self._reading: asyncio.Task[None] | None = None
        self.config.write_text(self._toml(), encoding="utf-8")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def private_url(self) -> str:
        """Where /metrics is, once the bot runs."""
        [address] = re.findall(r"metrics: listening on (\S+)", "".join(self.output))[-1:]
        return f"http://{address}"

    @property
    def webhook_url(self) -> str:
        return f"{self.url}/webhooks/{WEBHOOK_SECRET}"

    @property
    def is_running(self) -> bool:
        return self._process is not None

    async def ended(self) -> None:
        """Wait until the process has died, by whatever cause."""
        assert self._reading is not None
        await asyncio.shield(self._reading)

    async def start(self) -> None:
        """Start the bot and wait until Discord has it."""
        assert await self.try_start(), "the bot did not start:\n" + "".join(self.output)

    async def try_start(self) -> bool:
        """Start the bot; whether Discord has it now. Otherwise it has ended, or hangs."""
        self._process = await self._spawn("run")
        self._reading = asyncio.create_task(self._read(self._process))
        connected = asyncio.create_task(self.discord.gateway.wait_until(connected=True))
        done, _ = await asyncio.wait(
            {connected, self._reading}, timeout=20, return_when=asyncio.FIRST_COMPLETED
        )
        connected.cancel()
        return connected in done

    async def kill(self) -> None:
        """SIGKILL, as a crash or a power cut would."""
        await self._end(signal.SIGKILL)
        await self.discord.gateway.wait_until(connected=False)

    async def stop(self) -> None:
        assert await self._end(signal.SIGTERM) == 0, "".join(self.output)

    async def has_said(self, words: str) -> None:
        """Wait for a line of the log."""
        async with self._said, asyncio.timeout(20):
            await self._said.wait_for(lambda: any(words in line for line in self.output))

    async def says_more(self, than: int) -> None:
        """Wait until the log has more lines than that."""
        async with self._said:
            await self._said.wait_for(lambda: len(self.output) > than)

    async def call(self, *arguments: str) -> tuple[int, str]:
        """Run another command of the command line; its exit code and all it printed."""
        process = await self._spawn(*arguments)
        output = await process.output.read()
        return await process.wait(), output.decode()

    @asynccontextmanager
    async def opened_database(self) -> AsyncIterator[Database]:
        async with Database(self.database_path) as database:
            yield database

    def send_signal(self, signal_number: signal.Signals) -> None:
        assert self._process is not None
        assert self._reading is not None
        if not self._reading.done():
            self._process.send_signal(signal_number)

    async def _end(self, signal_number: signal.Signals) -> int:
        self.send_signal(signal_number)
        assert self._process is not None
        code = await self._process.wait()
        await self.ended()
        self._process = None
        return code

    async def _spawn(self, *arguments: str) -> Forked:
        return await fork(self._module, ["--config", str(self.config), *arguments], self._environment)

    async def _read(self, process: Forked) -> None:
        async for line in process.output:
            async with self._said:
                self.output.append(line.decode())
                self._said.notify_all()

    def _toml(self) -> str:
        return f"""\
[community]
name = "{COMMUNITY}"

[discord]
token = "{BOT_TOKEN}"
home_guild_id = {GUILD_ID}
admin_role_id = {ADMIN_ROLE_ID}
api_url = "{self.discord.api_url}"
gateway_url = "{self.discord.gateway_url}"
authorize_url = "{self.discord.authorize_url}"
{SIGN_IN if self._signs_in else ""}

[banq]
client_id = "{identities.CLIENT_ID}"
username = "{identities.USERNAME}"
password = "{identities.PASSWORD}"
api_url = "{self.banq.api_url}"
token_url = "{self.banq.token_url}"
widget_url = "{self.banq.widget_url}"
timeout_s = {self._timeout_s}
{_reference(self._echo)}

[lanes.main]
account_space_id = "{identities.ACCOUNT_SPACE_ID}"
platform_id = "{identities.PLATFORM_ID}"
webhook_secret = "{WEBHOOK_SECRET}"

[web]
public_url = "{self.url}"
port = {self.port}

[metrics]
port = 0

[storage]
path = "{self.database_path.as_posix()}"

[nfts]
allow_insecure_pictures = true

[withdrawals]
link_hold_minutes = 0
explorers = {{ {", ".join(f'{chain} = "{url}"' for chain, url in self.banq.explorer_urls.items())} }}
{self._more}
"""


def _reference(echo: Echo | None) -> str:
    if echo is None:
        return ""
    return f'reference_option = "{echo.option}"\nreference_field = "{echo.field}"'


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def living(
    folder: Path,
    more: str = "",
    *,
    signs_in: bool = False,
    echo: Echo | None = None,
    module: str = "bot",
    settle_after_s: float = 0.0,
    retry_delays_s: Sequence[float] = (0.2, 0.5, 1.0, 2.0),
    timeout_s: float = 5,
    crowd: int = 0,
    guilds: int = 1,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[LiveBot]:
    """Both emulators and a running bot that Banq sends its webhooks to.

    `more` is further TOML; it goes on in the section [withdrawals]. `timeout_s`: how long the bot waits for
    Banq. `crowd`: how many members, and customers, there are beyond the three named ones.
    `guilds`: how many communities the bot is in.
    """
    banq = BanqSandbox(retry_delays_s=retry_delays_s, echo=echo, settle_after_s=settle_after_s, crowd=crowd)
    discord = DiscordSandbox(crowd=crowd, guilds=guilds)
    await banq.start()
    await discord.start()
    bot = LiveBot(
        folder,
        discord,
        banq,
        more,
        signs_in=signs_in,
        echo=echo,
        module=module,
        timeout_s=timeout_s,
        environment=environment,
    )
    try:
        # What `banqbot webhooks set` does; starting a process for it each time would cost a second.
        for lane in tomllib.loads(bot.config.read_text(encoding="utf-8"))["lanes"].values():
            banq.store.state.webhook_configs[lane["account_space_id"]] = WebhookConfig.model_validate(
                {
                    "url": f"{bot.url}/webhooks/{lane['webhook_secret']}",
                    "enabled": True,
                    "retryCount": 5,
                    "webHookTypes": ["payment", "transaction", "userToken", "nftTransaction"],
                }
            )
        await bot.start()
        yield bot
        if bot.is_running:
            await bot.stop()
    finally:
        if bot.is_running:
            await bot.kill()
        await discord.close()
        await banq.close()
