"""The command line as it is typed, within this process: a process of its own costs a second."""

import asyncio
import gc
import logging
from pathlib import Path

from typer.testing import CliRunner

from bot.__main__ import cli
from tests.bot.test_command_line import Ended


async def typed(config: Path, *arguments: str, answer: str | None = None) -> Ended:
    """`answer` is typed when it asks; without one, nobody is there."""
    # In a thread, since each command runs a loop of its own.
    try:
        result = await asyncio.to_thread(
            CliRunner().invoke, cli, ["--config", str(config), *arguments], input=answer
        )
    finally:
        # A process would end here.
        logging.disable(logging.NOTSET)
        gc.unfreeze()
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)
