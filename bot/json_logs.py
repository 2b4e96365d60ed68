"""The log as JSON, an object a line. Its keys stay; `ref` and `exception` only where there are any."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

NAMES = {"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "exception"}
KEYS = {"time", "level", "logger", "message", "ref", "exception"}


class JsonLines(JsonFormatter):
    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields=NAMES)
        self._redact = redact

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - the library's name
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Redacted before it becomes JSON, whose escapes could hide where something ends."""
        return {name: self._redact(str(value)) for name, value in log_data.items() if name in KEYS}
