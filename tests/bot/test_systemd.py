"""What systemd is told, over a real socket of its kind."""

import asyncio
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.systemd import Systemd


class Manager:
    """The end of the socket that systemd has."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(address.replace("@", "\0", 1))
        self.environment = {"NOTIFY_SOCKET": address}

    async def hear(self) -> str:
        return (await asyncio.get_running_loop().sock_recv(self._socket, 4096)).decode()

    async def hear_until(self, wanted: str) -> list[str]:
        """All that is told up to this."""
        heard: list[str] = []
        while wanted not in heard:
            heard.append(await self.hear())
        return heard

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(params=["in a folder", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    listening = Manager(
        str(tmp_path / "notify") if request.param == "in a folder" else f"@{secrets.token_hex(8)}"
    )
    yield listening
    listening.close()


def well() -> str | None:
    return None


async def test_the_bot_is_ready_once_discord_is_and_then_keeps_the_watchdog_quiet(manager: Manager) -> None:
    ready = asyncio.Event()
    watching = asyncio.create_task(Systemd(manager.environment).watch(ready, well))

    assert await manager.hear() == "STATUS=Connecting to Discord."
    ready.set()
    assert await manager.hear_until("STATUS=Working.") == ["READY=1", "WATCHDOG=1", "STATUS=Working."]
    watching.cancel()


async def test_the_watchdog_hears_nothing_while_something_hangs(manager: Manager) -> None:
    ready = asyncio.Event()
    ready.set()
    # So often is told what is told twice within so long.
    environment = manager.environment | {"WATCHDOG_USEC": "20000", "WATCHDOG_PID": str(os.getpid())}
    hanging = ["Hanging: outbox", "Hanging: outbox", "Hanging: outbox"]
    watching = asyncio.create_task(
        Systemd(environment).watch(ready, lambda: hanging.pop() if hanging else None)
    )

    heard = await manager.hear_until("WATCHDOG=1")
    watching.cancel()

    assert heard == [
        "STATUS=Connecting to Discord.",
        "READY=1",
        "STATUS=Hanging: outbox.",
        "WATCHDOG=1",
    ]
    assert hanging == []


@pytest.mark.parametrize(
    ("watchdog", "every_s"),
    [({}, 10), ({"WATCHDOG_USEC": "60000000"}, 10), ({"WATCHDOG_USEC": "8000000"}, 4)],
)
def test_the_watchdog_hears_of_us_twice_within_its_time(watchdog: dict[str, str], every_s: float) -> None:
    """Told once only, a little delay would get the bot killed."""
    assert Systemd(watchdog).tell_every_s == every_s


async def test_a_stop_is_told(manager: Manager) -> None:
    Systemd(manager.environment).stopping()

    assert await manager.hear() == "STOPPING=1"
    assert await manager.hear() == "STATUS=Finishing what is under way."


async def test_without_systemd_nothing_is_told_and_nothing_waited_for() -> None:
    systemd = Systemd({"WATCHDOG_USEC": "20000"})

    await systemd.watch(asyncio.Event(), well)
    systemd.stopping()


async def test_a_socket_that_is_gone_harms_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "gone")}).tell("READY=1")

    assert "systemd cannot be told READY" in caplog.text
