"""The one way to move a withdrawal: compare-and-set with its audit row, in the caller's transaction."""

from datetime import datetime

from storage import audit, withdrawals
from storage.database import Connection
from storage.withdrawals import Withdrawal


async def move(
    tx: Connection,
    withdrawal: Withdrawal,
    state: str,
    now: datetime,
    actor: str,
    *,
    transaction_id: str | None = None,
    transaction_hash: str | None = None,
    reason: str | None = None,
    banq_message: str | None = None,
) -> bool:
    """Move on from the state that `withdrawal` has; False where it has been moved meanwhile."""
    moved = await withdrawals.move(
        tx,
        withdrawal.id,
        withdrawal.state,
        state,
        now,
        transaction_id=transaction_id,
        transaction_hash=transaction_hash,
        reason=reason,
        banq_message=banq_message,
    )
    if moved:
        await audit.append(
            tx,
            now,
            actor,
            f"withdrawal: {state}",
            member=withdrawal.owner,
            object_id=withdrawal.id,
            reason=reason,
        )
    return moved


async def cancel_unsent(tx: Connection, link_id: str, actor: str, now: datetime) -> int:
    """Cancel what an ending link has not sent yet; how many of these were confirmed."""
    unsent = await withdrawals.unsent_of_link(tx, link_id)
    for withdrawal in unsent:
        await move(tx, withdrawal, "cancelled", now, actor)
    return sum(withdrawal.state == "confirmed" for withdrawal in unsent)
