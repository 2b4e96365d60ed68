"""Keeps figures: as JSON, by part, with the machine and the day, and what was to reach."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

JSON = Path("build/bench.json")


@dataclass(frozen=True)
class Target:
    """`at_most`: the value is a limit from above, otherwise from below.

    `short_of` says what was measured too little to call it reached; nothing calls it missed but the value.
    """

    figure: str
    value: float
    unit: str
    limit: float
    at_most: bool
    short_of: str = ""

    @property
    def reached(self) -> bool:
        return self.within and not self.short_of

    @property
    def within(self) -> bool:
        return self.value <= self.limit if self.at_most else self.value >= self.limit


def machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


class Results:
    """Parts that are not measured now keep their figures, if they are of this machine."""

    def __init__(self, path: Path = JSON) -> None:
        self._path = path
        # Before anything is measured: later it would tell of the measurements themselves.
        self._load_before = os.getloadavg()[0]
        self.all: dict[str, Any] = {"machine": machine(), "parts": {}}
        if path.exists():
            before = json.loads(path.read_text(encoding="utf-8"))
            if before.get("machine") == self.all["machine"]:
                self.all = before

    def keep(self, part: str, figures: object, targets: Sequence[Target]) -> None:
        self._write(
            part,
            {
                "date": f"{datetime.now(UTC):%Y-%m-%d}",
                "load_before": self._load_before,
                "figures": _plain(figures),
                "targets": [
                    asdict(target) | {"reached": target.reached, "within": target.within}
                    for target in targets
                ],
            },
        )

    def failed(self, part: str, why: str) -> None:
        self._write(part, {"date": f"{datetime.now(UTC):%Y-%m-%d}", "failed": why})

    def _write(self, part: str, entry: dict[str, Any]) -> None:
        """After each part: one that dies takes nothing with it."""
        self.all["parts"][part] = entry
        self._path.parent.mkdir(exist_ok=True)
        self._path.write_text(json.dumps(self.all, indent=1), encoding="utf-8")


def _processor() -> str:
    with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(each) for name, each in vars(value).items()}
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.total_seconds() if isinstance(value, timedelta) else value
