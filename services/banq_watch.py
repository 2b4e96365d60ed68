"""Knows how Banq has answered of late; where nobody asks it anything, it asks now and then."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from banq.client import BanqClient
from banq.errors import (
    BanqError,
    BanqRefused,
    BanqUnavailable,
    InvalidCredentials,
    OutcomeUnknown,
    RateLimited,
)
from services.health import Check
from services.metrics import Metrics
from services.overview import BanqState, banq_state
from services.sources import Sources

log = logging.getLogger(__name__)

# So long nobody need have asked anything; and so often Banq is asked while it is silent.
ASK_AFTER = timedelta(minutes=5)
LOOK_EVERY_S = 30.0

# A refusal is an answer as well: Banq is there, and takes our sign-in. What is not listed tells neither.
STATE_BY_RESULT: Mapping[str, BanqState] = {
    "ok": BanqState.WELL,
    "refused": BanqState.WELL,
    "rate_limited": BanqState.WELL,
    "credentials": BanqState.CREDENTIALS_REFUSED,
    "unavailable": BanqState.SILENT,
    "timeout": BanqState.SILENT,
    "outcome_unknown": BanqState.SILENT,
}


class BanqWatch:
    def __init__(self, metrics: Metrics, sources: Sources) -> None:
        self._metrics = metrics
        self._sources = sources
        self._state: BanqState | None = None
        self._told: BanqState | None = None
        self.last_good_at: datetime | None = None

    def called(self, operation: str, seconds: float, error: BaseException | None) -> None:
        """What the client tells about each call to Banq."""
        result = _result(error)
        self._metrics.banq_called(operation, result, seconds)
        self._state = STATE_BY_RESULT.get(result, self._state)
        if result in {"ok", "refused"}:
            self.last_good_at = self._sources.now()

    async def look(self, banq: BanqClient) -> None:
        """Ask Banq where its last good answer is too long ago, and say in the log how it is, once."""
        if not self._is_well():
            await banq_state(banq)
        if self._state is not self._told:
            self._told = self._state
            self._tell()

    def check(self) -> Check:
        match self._state:
            case BanqState.WELL:
                return Check("banq", "ok", "Banq answers.", self.last_good_at)
            case BanqState.SILENT:
                return Check("banq", "degraded", "Banq does not answer; members are told.", self.last_good_at)
            case BanqState.CREDENTIALS_REFUSED:
                return Check("banq", "degraded", "Banq refuses our sign-in.", self.last_good_at)
        return Check("banq", "degraded", "Banq has not answered yet.")

    def _is_well(self) -> bool:
        if self._state is not BanqState.WELL or self.last_good_at is None:
            return False
        # The clock may have been set back since.
        return abs(self._sources.now() - self.last_good_at) < ASK_AFTER

    def _tell(self) -> None:
        match self._state:
            case BanqState.WELL:
                log.info("banq: reachable, and takes our sign-in")
            case BanqState.SILENT:
                log.warning("banq: cannot be reached now; members are told so until it answers")
            case BanqState.CREDENTIALS_REFUSED:
                log.error("banq: refuses our sign-in; check [banq] with 'banqbot doctor'")


def _result(error: BaseException | None) -> str:
    """How a call to Banq ended, in a word."""
    match error:
        case None:
            return "ok"
        case InvalidCredentials():
            return "credentials"
        case RateLimited():
            return "rate_limited"
        case BanqRefused():
            return "refused"
        case OutcomeUnknown():
            return "outcome_unknown"
        case BanqUnavailable(__cause__=TimeoutError()) | asyncio.CancelledError():
            # Whoever asked for it waited no longer.
            return "timeout"
        case BanqUnavailable():
            return "unavailable"
        case BanqError():
            return "malformed"
    return "failed"
