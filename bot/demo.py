"""The demo: the very bot that goes live, between emulators of Discord and Banq, all on this machine."""

import asyncio
import os
import secrets
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from bot.lock import take_lock
from bot.refusals import StartRefused
from sandbox.banq import identities
from sandbox.banq.server import BanqSandbox
from sandbox.banq.webhooks import Signature
from sandbox.discord import (
    ADMIN_ROLE_ID,
    APPLICATION_ID,
    BOT_TOKEN,
    CLIENT_SECRET,
    GUILD_ID,
    TEAM_ID,
    DiscordSandbox,
)

console = Console(highlight=False, soft_wrap=True)

COMMUNITY = "Sunny Meadow"
SETTLE_AFTER_S = 3.0
START_WITHIN_S = 30.0
STOP_WITHIN_S = 10.0
HOST = "127.0.0.1"


async def play(folder: Path, port: int) -> int:
    """Run until Ctrl-C. Uses `port` and the two after it; keeps everything under `folder`."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop.set)
    with _only_demo_in(folder):
        return await _play(folder, port, stop)


async def _play(folder: Path, port: int, stop: asyncio.Event) -> int:
    _refuse_taken_ports(port, 3)
    banq = BanqSandbox(
        state_path=folder / "banq.json",
        settle_after_s=SETTLE_AFTER_S,
        webhook_signature=Signature(secret=_secret(folder, "signature-secret")),
    )
    discord = DiscordSandbox(
        state_path=folder / "discord.json",
        bookmarks={
            "Mailbox": f"http://{HOST}:{port + 1}/mail",
            "My account at Banq": f"http://{HOST}:{port + 1}/account",
        },
    )
    discord.oauth.redirect_uris.add(f"http://{HOST}:{port + 2}/link/discord")
    await banq.start(port + 1)
    await discord.start(port)
    try:
        config = folder / "config.toml"
        config.touch(mode=0o600)
        config.write_text(_config(folder, banq, discord, port + 2), encoding="utf-8")
        return await _run_bot(folder, config, discord, stop)
    finally:
        await discord.close()
        await banq.close()


async def _run_bot(folder: Path, config: Path, discord: DiscordSandbox, stop: asyncio.Event) -> int:
    log_path = folder / "bot.log"
    with log_path.open("ab") as log:
        console.print("Telling Banq where to send its webhooks …")
        setting_up = await _banqbot(config, "webhooks", "set", output=log.fileno())
        if await setting_up.wait() != 0:
            raise StartRefused(f"The demo could not set up its webhooks; {log_path} says why.")
        console.print("Starting the bot …")
        bot = await _banqbot(config, "run", output=log.fileno())
        stopped = asyncio.create_task(stop.wait())
        ended = asyncio.create_task(bot.wait())
        try:
            await _until_ready(discord, stopped, ended)
            if not stopped.done() and not ended.done():
                console.print(f"\n  Open [bold]{discord.url}[/bold] and type /link\n")
                console.print(f"  Password at Banq: {identities.CUSTOMER_PASSWORD}. The log: {log_path}")
                console.print("  Ctrl-C ends it; what you did is kept for the next time.\n")
            await asyncio.wait({stopped, ended}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done() and not stopped.done():
                raise StartRefused(f"The bot ended by itself; the last lines of {log_path} say why.")
            console.print("Stopping …")
            return 0
        finally:
            stopped.cancel()
            await _end(bot, ended)


async def _until_ready(
    discord: DiscordSandbox, stopped: asyncio.Task[bool], ended: asyncio.Task[int]
) -> None:
    connected = asyncio.create_task(discord.gateway.wait_until(connected=True))
    await asyncio.wait(
        {connected, stopped, ended}, timeout=START_WITHIN_S, return_when=asyncio.FIRST_COMPLETED
    )
    connected.cancel()


async def _banqbot(config: Path, *arguments: str, output: int) -> Process:
    # The demo must not pick up the settings of a live bot from the environment.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BANQBOT_")}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "--config",
        str(config),
        *arguments,
        stdout=output,
        stderr=output,
        env=environment,
        # Ctrl-C in the terminal goes to us alone, and we end the bot in order.
        start_new_session=True,
    )


async def _end(bot: Process, ended: asyncio.Task[int]) -> None:
    if not ended.done():
        bot.terminate()
        done, _ = await asyncio.wait({ended}, timeout=STOP_WITHIN_S)
        if not done:
            bot.kill()
    await ended


@contextmanager
def _only_demo_in(folder: Path) -> Iterator[None]:
    """A second demo would overwrite the settings that the first one's bot lives on."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = take_lock(
            folder / "demo.lock",
            f"Another demo is running in {folder}. End it, or play in another folder: "
            "--folder .demo2 --port 8800",
        )
    except OSError as error:
        raise StartRefused(f"{folder} cannot be the demo's folder: {error.strerror}.") from None
    with lock:
        yield


def _refuse_taken_ports(first: int, count: int) -> None:
    for port in range(first, first + count):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                raise StartRefused(
                    f"Port {port} is in use; perhaps another demo is running. "
                    f"End it, or choose another three ports: {sys.executable} -m bot demo --port 8800"
                ) from None


def _secret(folder: Path, name: str) -> str:
    """The same at every start, so that what Banq has not delivered yet still arrives."""
    path = folder / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def _config(folder: Path, banq: BanqSandbox, discord: DiscordSandbox, port: int) -> str:
    """The live bot's configuration, but for where Discord and Banq are."""
    return f"""\
[community]
name = "{COMMUNITY}"

[discord]
token = "{BOT_TOKEN}"
home_guild_id = {GUILD_ID}
admin_role_id = {ADMIN_ROLE_ID}
team_channel_id = {TEAM_ID}
client_id = {APPLICATION_ID}
client_secret = "{CLIENT_SECRET}"
api_url = "{discord.api_url}"
authorize_url = "{discord.authorize_url}"
gateway_url = "{discord.gateway_url}"

[banq]
client_id = "{identities.CLIENT_ID}"
username = "{identities.USERNAME}"
password = "{identities.PASSWORD}"
audience = "{identities.AUDIENCE}"
api_url = "{banq.api_url}"
token_url = "{banq.token_url}"
widget_url = "{banq.widget_url}"

[lanes.main]
account_space_id = "{identities.ACCOUNT_SPACE_ID}"
platform_id = "{identities.PLATFORM_ID}"
webhook_secret = "{_secret(folder, "webhook-secret")}"
signature_secrets = ["{_secret(folder, "signature-secret")}"]

[web]
public_url = "http://{HOST}:{port}"
port = {port}

[metrics]
port = 0

[storage]
path = "{(folder / "banqbot.sqlite3").resolve().as_posix()}"

[withdrawals]
link_hold_minutes = 0
explorers = {{ {", ".join(f'{chain} = "{url}"' for chain, url in banq.explorer_urls.items())} }}

[nfts]
allow_insecure_pictures = true
"""
