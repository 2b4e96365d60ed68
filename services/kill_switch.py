"""Stops all withdrawals that Banq has not been asked for yet, for everybody and in every process."""

from dataclasses import dataclass

from services import reasons, withdrawal_steps
from services.changes import Changes
from services.sources import Sources
from storage import audit, limits, withdrawals
from storage.database import Database
from storage.limits import Pause


@dataclass(frozen=True)
class PausedNow:
    """`cancelled` withdrawals had been confirmed but not yet sent."""

    cancelled: int


@dataclass(frozen=True)
class AlreadyPaused:
    pause: Pause


@dataclass(frozen=True)
class NotPaused:
    """There is no pause to end."""


class KillSwitch:
    def __init__(self, database: Database, changes: Changes, sources: Sources) -> None:
        self._database = database
        self._changes = changes
        self._sources = sources

    async def pause(self, actor: str, reason: str) -> PausedNow | AlreadyPaused:
        """Stop all withdrawals that Banq has not been asked for yet, in every process, at once."""
        now, reason = self._sources.now(), reasons.kept(reason)
        async with self._database.transaction() as tx:
            if not await limits.pause(tx, now, actor, reason):
                pause = await limits.current_pause(tx)
                if pause is None:
                    raise AssertionError("only another pause stands in the way of a pause")
                return AlreadyPaused(pause)
            await audit.append(tx, now, actor, "withdrawals paused", reason=reason)
            unsent = await withdrawals.in_state(tx, "confirmed")
            for withdrawal in unsent:
                await withdrawal_steps.move(tx, withdrawal, "cancelled", now, actor, reason="paused")
        self._changes.announce()
        return PausedNow(len(unsent))

    async def resume(self, actor: str, reason: str) -> Pause | NotPaused:
        """Let withdrawals be made again; the pause that ended."""
        now = self._sources.now()
        async with self._database.transaction() as tx:
            pause = await limits.current_pause(tx)
            if pause is None or not await limits.resume(tx, now):
                return NotPaused()
            await audit.append(tx, now, actor, "withdrawals resumed", reason=reasons.kept(reason))
        return pause

    async def current_pause(self) -> Pause | None:
        return await limits.current_pause(self._database.read)
