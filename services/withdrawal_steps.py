"""The one way to move a withdrawal: compare-and-set, audit row and notice in the same transaction."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from banq.models import Transaction, is_same_id
from services.changes import Changes
from services.sources import Sources
from storage import audit, outbox, withdrawals
from storage.database import Connection, Database
from storage.withdrawals import Withdrawal

log = logging.getLogger(__name__)

ACTION = "withdrawal: "
# The owner is told of these, always: nobody can be sure that a message in chat will be able to tell it.
TOLD = {"awaiting_owner", "processing", "completed", "refused", "failed", "unknown", "cancelled"}
# A message that follows along looks again within this time, and then marks the notice as told.
HOLD_BACK = timedelta(seconds=5)

# Banq's words for how a withdrawal stands, lower-cased. Words that are not here are ignored.
STATE_BY_STATUS = {
    "awaitingapproval": "awaiting_owner",
    "awaiting_approval": "awaiting_owner",
    "pending": "awaiting_owner",
    "created": "awaiting_owner",
    "processing": "processing",
    "approved": "processing",
    "completed": "completed",
    "failed": "failed",
    "rejected": "failed",
    "canceled": "failed",
    "cancelled": "failed",
    "expired": "failed",
}
# Why a withdrawal failed; services/wording has the sentences.
REASON_BY_STATUS = {
    "rejected": "rejected_at_banq",
    "canceled": "cancelled_at_banq",
    "cancelled": "cancelled_at_banq",
    "expired": "expired_at_banq",
}
LATER_STATES: Mapping[str, tuple[str, ...]] = {
    "unknown": ("awaiting_owner", "processing", "completed", "failed"),
    "awaiting_owner": ("processing", "completed", "failed"),
    "processing": ("completed", "failed"),
}


class WithdrawalSteps:
    """Moves withdrawals in transactions of their own, and wakes whoever follows them."""

    def __init__(self, database: Database, changes: Changes, sources: Sources) -> None:
        self._database = database
        self.changes = changes
        self._sources = sources

    async def take(
        self,
        withdrawal: Withdrawal,
        state: str,
        *,
        actor: str = "banq",
        transaction: Transaction | None = None,
        reason: str | None = None,
        banq_message: str | None = None,
    ) -> bool:
        """Move on from the state that `withdrawal` has; a lost race changes nothing and is False."""
        now = self._sources.now()
        async with self._database.transaction() as tx:
            moved = await move(
                tx,
                withdrawal,
                state,
                now,
                actor,
                transaction_id=None if transaction is None else transaction.id,
                transaction_hash=None if transaction is None else transaction.transaction_hash,
                reason=reason,
                banq_message=banq_message,
            )
        if moved:
            log.info("withdrawal %s: %s -> %s", withdrawal.id, withdrawal.state, state)
            self.changes.announce()
        return moved

    async def follow(
        self,
        withdrawal: Withdrawal,
        status: str,
        transaction: Transaction | None = None,
    ) -> bool:
        """Move on to where Banq's word says that the withdrawal stands, if that is further on."""
        state = STATE_BY_STATUS.get(status)
        if state is None and status:
            log.warning("withdrawal %s: Banq's word for it is not known here: %.40r", withdrawal.id, status)
        if state is None or state not in LATER_STATES.get(withdrawal.state, ()):
            return False
        reason = REASON_BY_STATUS.get(status)
        return await self.take(withdrawal, state, transaction=transaction, reason=reason)


def is_about(transaction: Transaction, withdrawal: Withdrawal) -> bool:
    """Whether what Banq says of a transaction fits what was asked for, as far as it says anything."""
    token, amount, address = transaction.token_data_id, transaction.amount, transaction.address
    own_id = withdrawal.banq_transaction_id
    return (
        own_id in {None, transaction.id}
        and (token is None or is_same_id(withdrawal.token_data_id, token))
        and (amount is None or amount == withdrawal.amount)
        and (address is None or _bare(address) == _bare(withdrawal.address))
    )


def _bare(address: str) -> str:
    return address.strip().lower().removeprefix("0x")


async def confirm(tx: Connection, draft: Withdrawal, now: datetime, *, held: int, retyped: bool) -> bool:
    """Draft -> confirmed; False where it has been moved meanwhile. Raises IntegrityError at a limit."""
    confirmed = await withdrawals.confirm(tx, draft.id, now, held=held, retyped=retyped)
    if confirmed:
        await _write_down(tx, draft, "confirmed", now, "member", None)
    return confirmed


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
    """Move on from the state that `withdrawal` has; False where it has been moved meanwhile.

    Its owner gets a notice, unless it was only a draft.
    """
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
        await _write_down(tx, withdrawal, state, now, actor, reason)
        if state in TOLD and withdrawal.state != "draft":
            kind = f"withdrawal_{state}"
            await outbox.insert(tx, withdrawal.owner, kind, withdrawal.id, now, hold_back=HOLD_BACK)
    return moved


async def cancel_unsent(tx: Connection, link_id: str, actor: str, now: datetime) -> int:
    """Cancel what an ending link has not sent yet; how many were confirmed, of which their owner is told."""
    unsent = await withdrawals.unsent_of_link(tx, link_id)
    confirmed = [withdrawal for withdrawal in unsent if withdrawal.state == "confirmed"]
    for withdrawal in unsent:
        await move(tx, withdrawal, "cancelled", now, actor, reason="link_ended")
    return len(confirmed)


async def times(connection: Connection, withdrawal_id: str) -> dict[str, datetime]:
    """When a withdrawal got into each of the states that it has been in."""
    lines = await audit.of_object(connection, withdrawal_id)
    return {line.action.removeprefix(ACTION): line.at for line in lines if line.action.startswith(ACTION)}


async def _write_down(
    tx: Connection, withdrawal: Withdrawal, state: str, now: datetime, actor: str, reason: str | None
) -> None:
    await audit.append(
        tx,
        now,
        actor,
        ACTION + state,
        member=withdrawal.owner,
        object_id=withdrawal.id,
        reason=reason,
    )
