"""What the HTTP server says in the log by itself: of what is no HTTP, a line, as of any other refusal."""

import logging

from aiohttp.http import HttpProcessingError

log = logging.getLogger("web.http")


class _BrokenRequests(logging.Filter):
    """A stranger's broken request is no failure of ours. Its text holds what was sent, a secret perhaps."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, HttpProcessingError):
            return True
        log.info("web: no HTTP (%s): 400", type(error).__name__)
        return False


log.addFilter(_BrokenRequests())
