"""Has charts drawn by a process of its own, which may take its time, and never more than its time."""

import asyncio
import json
import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from services.sources import Sources

log = logging.getLogger(__name__)

DRAWING = (sys.executable, "-m", "services.chart_drawing")
# Where `services` is found, from wherever the bot was started.
ROOT = Path(__file__).parents[1]
# The bot's own environment has its secrets.
PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR")
PATIENCE_S = 20.0
LESS_URGENT = 15
KEPT_FOR = timedelta(minutes=10)
MOST_KEPT = 8
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Panel:
    """One row of bars, a number for each day."""

    title: str
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Chart:
    """`ticks`: which days have a label, by number from 0."""

    panels: tuple[Panel, ...]
    ticks: tuple[tuple[int, str], ...]


class Charts:
    def __init__(
        self, sources: Sources, *, drawing: Sequence[str] = DRAWING, patience_s: float = PATIENCE_S
    ) -> None:
        self._sources = sources
        self._drawing = drawing
        self._patience_s = patience_s
        self._one_at_a_time = asyncio.Lock()
        self._kept: dict[Chart, tuple[datetime, bytes]] = {}

    async def draw(self, chart: Chart) -> bytes | None:
        """The chart as a PNG; None, and a line in the log, where it cannot be drawn."""
        async with self._one_at_a_time:
            now = self._sources.now()
            self._kept = {one: kept for one, kept in self._kept.items() if now - kept[0] < KEPT_FOR}
            if chart in self._kept:
                return self._kept[chart][1]
            png = await self._drawn(chart)
            if png is not None:
                if len(self._kept) >= MOST_KEPT:
                    del self._kept[next(iter(self._kept))]
                self._kept[chart] = (now, png)
            return png

    async def _drawn(self, chart: Chart) -> bytes | None:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._drawing,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=ROOT,
                env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
            )
        except OSError as error:
            log.warning("the chart could not be drawn: %s", error)
            return None
        try:
            # It may be over already, or not be allowed to us.
            with suppress(ProcessLookupError, PermissionError):
                os.setpriority(os.PRIO_PROCESS, process.pid, LESS_URGENT)
            async with asyncio.timeout(self._patience_s):
                png, said = await process.communicate(json.dumps(asdict(chart)).encode())
        except TimeoutError:
            log.warning("the chart could not be drawn within %s s", self._patience_s)
            return None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0 or not png.startswith(PNG):
            last = said.decode(errors="replace").strip().rpartition("\n")[2]
            log.warning("the chart could not be drawn (exit code %s): %s", process.returncode, last)
            return None
        return png
