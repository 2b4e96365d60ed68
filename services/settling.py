"""What Banq gave no answer about, and its settling by a person who has found out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services import reasons, withdrawal_steps
from services.changes import Changes
from services.sources import Sources
from storage import audit, withdrawals
from storage.clock import has_come
from storage.database import Database
from storage.withdrawals import Withdrawal

STUCK_AFTER = timedelta(hours=1)
# Banq has taken it, and has not been able to say how it stands for so long.
SILENT_AFTER = timedelta(hours=24)

Settlement = Literal["sent", "not_sent"]
STATE_BY_SETTLEMENT: Mapping[Settlement, str] = {"sent": "completed", "not_sent": "failed"}


@dataclass(frozen=True)
class Settled:
    withdrawal: Withdrawal


@dataclass(frozen=True)
class NotStuck:
    """There is no withdrawal of this id without Banq's answer."""


@dataclass(frozen=True)
class StillChecking:
    """It may not be settled by hand before `until`: Banq itself may still tell."""

    until: datetime


class Settling:
    def __init__(self, database: Database, changes: Changes, sources: Sources) -> None:
        self._database = database
        self._changes = changes
        self._sources = sources

    async def stuck(self) -> list[Withdrawal]:
        """Withdrawals without Banq's answer, or of which it has said nothing for long, the oldest first."""
        now = self._sources.now()
        return await withdrawals.unanswered(self._database.read, now, SILENT_AFTER)

    async def settle(
        self, withdrawal_id: str, settlement: Settlement, actor: str, reason: str
    ) -> Settled | NotStuck | StillChecking:
        """What a person found out at Banq stands from now on, and the owner is told.

        Only an hour after it was asked for, and only where Banq itself has not answered meanwhile.
        """
        now = self._sources.now()
        async with self._database.transaction() as tx:
            withdrawal = await withdrawals.get(tx, withdrawal_id)
            stuck = await withdrawals.unanswered(tx, now, SILENT_AFTER)
            if withdrawal is None or withdrawal.id not in {each.id for each in stuck}:
                return NotStuck()
            until = withdrawal.updated_at + STUCK_AFTER
            if withdrawal.state == "unknown" and not has_come(until, now):
                return StillChecking(until)
            state = STATE_BY_SETTLEMENT[settlement]
            await withdrawal_steps.move(tx, withdrawal, state, now, actor, reason="settled_by_team")
            await audit.append(
                tx,
                now,
                actor,
                f"settled as {settlement}",
                member=withdrawal.owner,
                object_id=withdrawal.id,
                reason=reasons.kept(reason),
            )
        self._changes.announce()
        return Settled(withdrawal)
