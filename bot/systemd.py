"""Tells systemd how the bot is, over the socket that a unit of Type=notify names in NOTIFY_SOCKET."""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

TELL_EVERY_S = 10.0


class Systemd:
    """Does nothing where nobody listens. Never raises: the bot is there without systemd, too."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # A name that begins with @ is in the kernel's own namespace, and in no folder.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.tell_every_s = min(TELL_EVERY_S, _watchdog_s(environment) / 2)
        self._told = ""

    async def watch(self, ready: asyncio.Event, trouble: Callable[[], str | None]) -> None:
        """Run until cancelled. Once `ready`, keep the watchdog quiet for as long as there is no `trouble`.

        Whatever keeps the event loop from going on keeps this from being told as well.
        """
        if not self._address:
            return
        self._say("Connecting to Discord")
        await ready.wait()
        self.tell("READY=1")
        while True:
            hanging = trouble()
            if hanging is None:
                self.tell("WATCHDOG=1")
            self._say("Working" if hanging is None else hanging)
            await asyncio.sleep(self.tell_every_s)

    def stopping(self) -> None:
        self.tell("STOPPING=1")
        self._say("Finishing what is under way")

    def tell(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                # A systemd that is busy must not hold up members.
                sender.setblocking(False)
                sender.sendto(message.encode(), self._address)
        except OSError as error:
            log.warning("systemd cannot be told %s: %s", message.partition("=")[0], error.strerror)

    def _say(self, sentence: str) -> None:
        """What `systemctl status` shows."""
        if sentence != self._told:
            self._told = sentence
            self.tell(f"STATUS={sentence}.")


def _watchdog_s(environment: Mapping[str, str]) -> float:
    """How long systemd waits for a word of this process; for ever where it does not watch."""
    microseconds = environment.get("WATCHDOG_USEC", "")
    meant_for = environment.get("WATCHDOG_PID", str(os.getpid()))
    if not microseconds.isdigit() or meant_for != str(os.getpid()):
        return float("inf")
    return int(microseconds) / 1_000_000
