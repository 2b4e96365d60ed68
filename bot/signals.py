"""What the signals do: SIGTERM and Ctrl-C stop in order, SIGHUP reloads nothing.

The configuration is read once, so a change of it takes a restart. A SIGHUP that a log rotation or a
habit sends must not end the bot: it is told in the log, and nothing else. Only where a terminal is
closed that shows the log does it mean the same as SIGTERM.
"""

import asyncio
import logging
import signal
import sys

log = logging.getLogger(__name__)


def listen(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop.set)
    if sys.stderr.isatty():
        loop.add_signal_handler(signal.SIGHUP, stop.set)
    else:
        loop.add_signal_handler(signal.SIGHUP, _say_that_nothing_happens)


def _say_that_nothing_happens() -> None:
    log.warning("SIGHUP changes nothing: restart the bot, and it reads its configuration again")
