"""Starts programs of ours out of a process that has their modules already: importing them takes a second.

`python -m tests.fork_server FD` serves one test process over a socket, until that closes it.
"""

import asyncio
import atexit
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache

LARGEST_ORDER = 64 * 1024


class Forked:
    """A running program. What it prints, on either stream, is in `output`."""

    def __init__(self, pid: int, output: asyncio.StreamReader, status: asyncio.StreamReader) -> None:
        self.output = output
        self._pid = pid
        self._ended = asyncio.create_task(self._read_code(status))

    @property
    def has_ended(self) -> bool:
        return self._ended.done()

    def send_signal(self, signal_number: signal.Signals) -> None:
        if not self.has_ended:
            os.kill(self._pid, signal_number)

    async def wait(self) -> int:
        """Its exit code; negative where a signal ended it."""
        return await asyncio.shield(self._ended)

    @staticmethod
    async def _read_code(status: asyncio.StreamReader) -> int:
        return int(await status.readline())


async def fork(module: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Forked:
    """Run `python -m MODULE ARGUMENTS`, with this in its environment, and no settings of a live bot."""
    output, output_fd = await _pipe()
    status, status_fd = await _pipe()
    order = json.dumps([dict(environment), module, *arguments]).encode()
    try:
        socket.send_fds(_server(), [order], [output_fd, status_fd])
    finally:
        os.close(output_fd)
        os.close(status_fd)
    return Forked(int(await status.readline()), output, status)


async def _pipe() -> tuple[asyncio.StreamReader, int]:
    read_fd, write_fd = os.pipe()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(read_fd, "rb"))
    return reader, write_fd


@cache
def _server() -> socket.socket:
    """One for each test process; it ends with it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BANQBOT_")}
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.fork_server", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env=environment,
        )
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


def main() -> None:
    """Serve; in a program that was forked off, return its name and arguments, to be run."""
    from bot import app  # noqa: F401, PLC0415 - only the server needs what it imports
    from tests.torture import killable  # noqa: F401, PLC0415

    orders = socket.socket(fileno=int(sys.argv[1]))
    children: dict[int, int] = {}
    woken, waker = socket.socketpair()
    waker.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    while True:
        ready, _, _ = select.select([orders, woken], [], [])
        if woken in ready:
            woken.recv(4096)
            _report_the_dead(children)
        if orders in ready:
            order, fds, _, _ = socket.recv_fds(orders, LARGEST_ORDER, 2)
            if not order:
                return
            output_fd, status_fd = fds
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for one in (orders, woken, waker):
                    one.close()
                for fd in (status_fd, *children.values()):
                    os.close(fd)
                os.dup2(output_fd, 1)
                os.dup2(output_fd, 2)
                os.close(output_fd)
                environment, module, *sys.argv[1:] = json.loads(order)
                os.environ.update(environment)
                # Run once more, and warned of, where something has imported it already.
                sys.modules.pop(f"{module}.__main__", None)
                runpy.run_module(module, run_name="__main__", alter_sys=True)
                return
            os.close(output_fd)
            os.write(status_fd, b"%d\n" % pid)
            children[pid] = status_fd


def _report_the_dead(children: dict[int, int]) -> None:
    for pid in list(children):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            status_fd = children.pop(pid)
            os.write(status_fd, b"%d\n" % os.waitstatus_to_exitcode(status))
            os.close(status_fd)


if __name__ == "__main__":
    main()
