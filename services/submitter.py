"""Brings a confirmed withdrawal to Banq, at most once, and follows it to its end.

The intent is committed before the one call. No answer makes it `unknown`, and that is never sent again.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from banq.client import BanqClient
from banq.errors import (
    BanqError,
    BanqRefused,
    BanqUnavailable,
    InvalidCredentials,
    MalformedResponse,
    NotFound,
    OutcomeUnknown,
    RateLimited,
)
from banq.models import BanqUserId, PlatformId, SourceBanq, TokenDataId, Transaction, TransactionId, UserGuid
from banq.protocol import WithdrawOrder
from services import withdrawal_steps
from services.foreign_text import clean
from services.nfts import Nfts
from services.sources import Sources
from storage import links, outbox, withdrawals
from storage.database import Database
from storage.withdrawals import Withdrawal

log = logging.getLogger(__name__)

CHECK_AFTER = timedelta(seconds=30)
CHECK_AT_MOST_EVERY = timedelta(minutes=15)
CONFIRMED_LIVES = timedelta(minutes=10)
GONE_AFTER = timedelta(minutes=10)
EMPTY_AFTER = timedelta(hours=1)
LONGEST_MESSAGE = 200

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
LATER_STATES = {
    "unknown": ("awaiting_owner", "processing", "completed", "failed"),
    "awaiting_owner": ("processing", "completed", "failed"),
    "processing": ("completed", "failed"),
}


class TooEarly(Exception):
    """A webhook speaks of a withdrawal whose own answer is still on its way: look again later."""


class Submitter:
    """`webhook_action_stands`: believe a webhook's action where Banq offers no GET for the transaction."""

    def __init__(
        self,
        database: Database,
        banq: BanqClient,
        nfts: Nfts,
        lanes: Mapping[str, PlatformId],
        sources: Sources,
        *,
        webhook_action_stands: bool = False,
    ) -> None:
        self._database = database
        self._banq = banq
        self._nfts = nfts
        self._lanes = lanes
        self._sources = sources
        self._webhook_action_stands = webhook_action_stands
        self._sending: dict[str, asyncio.Event] = {}
        self._nothing_sending = asyncio.Event()
        self._nothing_sending.set()

    async def submit(self, withdrawal_id: str, *, tell_owner: bool = False) -> Withdrawal:
        """Send a confirmed withdrawal. Only the caller that wins confirmed -> submitting sends anything."""
        confirmed = await self._get(withdrawal_id)
        order = self._order(confirmed)
        if withdrawal_id in self._sending:
            await self._sending[withdrawal_id].wait()
            return await self._get(withdrawal_id)
        if confirmed.state != "confirmed":
            return confirmed
        answered = self._sending[withdrawal_id] = asyncio.Event()
        self._nothing_sending.clear()
        try:
            async with self._database.transaction() as tx:
                won = await withdrawal_steps.move(tx, confirmed, "submitting", self._sources.now(), "bot")
            if won:
                await self._send(replace(confirmed, state="submitting"), order, tell_owner=tell_owner)
                self._nfts.forget(confirmed.link_id)
        finally:
            del self._sending[withdrawal_id]
            answered.set()
            if not self._sending:
                self._nothing_sending.set()
        return await self._get(withdrawal_id)

    async def recover(self) -> None:
        """Settle what nobody in this process is sending: after a crash, or when an answer could not be kept.

        What was being sent is unknown now. What was only confirmed is sent, if its owner still waits for it.
        """
        now = self._sources.now()
        for withdrawal in await withdrawals.in_state(self._database.read, "submitting"):
            if withdrawal.id not in self._sending:
                log.warning("withdrawal %s: nobody knows what Banq answered", withdrawal.id)
                await self._move(withdrawal, "unknown", actor="bot")
        for withdrawal in await withdrawals.in_state(self._database.read, "confirmed"):
            link = await links.get(self._database.read, withdrawal.link_id)
            late = now - withdrawal.updated_at > CONFIRMED_LIVES
            if late or link is None or link.state != "active":
                await self._move(withdrawal, "cancelled", actor="bot", reason="too_late")
            else:
                await self.submit(withdrawal.id, tell_owner=True)

    async def drain(self, patience_s: float) -> None:
        """Wait for what is being sent, so that a shutdown leaves no outcome unknown without need."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self._nothing_sending.wait()

    async def step(self) -> None:
        """Ask Banq about each withdrawal on its way that is due; webhooks may come late, or never."""
        await self.recover()
        async with asyncio.TaskGroup() as checks:
            for withdrawal in await withdrawals.due_for_check(self._database.read, self._sources.now()):
                checks.create_task(self._check(withdrawal))

    async def transaction_moved(self, lane: str, transaction_id: TransactionId, action: str) -> None:
        """A webhook says that a transaction moved on: ask Banq, and believe only Banq's answer.

        Raises BanqError where Banq does not answer now, TooEarly where our own call is still under way.
        """
        withdrawal = await withdrawals.by_transaction(self._database.read, lane, transaction_id)
        try:
            transaction = await self._banq.transaction(transaction_id)
        except NotFound:
            if withdrawal is not None and self._webhook_action_stands:
                await self._apply(withdrawal, action)
            elif withdrawal is None and await self._is_sending(lane):
                raise TooEarly from None
            return
        withdrawal = withdrawal or await self._without_answer(lane, transaction)
        if withdrawal is not None:
            await self._apply(withdrawal, transaction.status, transaction)

    async def _send(self, withdrawal: Withdrawal, order: WithdrawOrder, *, tell_owner: bool) -> None:
        try:
            transaction = await self._banq.withdraw(order)
        except OutcomeUnknown:
            await self._move(withdrawal, "unknown", tell_owner=tell_owner, actor="bot")
        except (InvalidCredentials, RateLimited) as error:
            reason = "banq_busy" if isinstance(error, RateLimited) else "bot_not_signed_in"
            await self._move(withdrawal, "refused", reason=reason, tell_owner=tell_owner)
        except BanqRefused as error:
            message = clean(error.message, LONGEST_MESSAGE)
            await self._move(
                withdrawal, "refused", reason="banq_said_no", banq_message=message, tell_owner=tell_owner
            )
        except (BanqUnavailable, MalformedResponse):
            # Raised only before the call itself: no connection, or no token. Nothing was sent.
            await self._move(
                withdrawal, "refused", reason="banq_unreachable", tell_owner=tell_owner, actor="bot"
            )
        else:
            await self._move(withdrawal, "awaiting_owner", transaction=transaction, tell_owner=tell_owner)

    async def _is_sending(self, lane: str) -> bool:
        under_way = await withdrawals.in_state(self._database.read, "submitting")
        return any(withdrawal.lane == lane for withdrawal in under_way)

    async def _without_answer(self, lane: str, transaction: Transaction) -> Withdrawal | None:
        """The one withdrawal that asked for just this and never heard its id; None where several did."""
        waiting = [
            withdrawal
            for withdrawal in await withdrawals.in_state(self._database.read, "submitting", "unknown")
            if withdrawal.lane == lane
            and withdrawal.token_data_id == transaction.token_data_id
            and transaction.amount in {withdrawal.amount, None}
            and withdrawal.address.lower() == (transaction.address or "").lower()
        ]
        if any(withdrawal.state == "submitting" for withdrawal in waiting):
            raise TooEarly
        return waiting[0] if len(waiting) == 1 else None

    async def _check(self, withdrawal: Withdrawal) -> None:
        moved = False
        try:
            if withdrawal.banq_transaction_id is not None:
                transaction = await self._banq.transaction(TransactionId(withdrawal.banq_transaction_id))
                moved = await self._apply(withdrawal, transaction.status, transaction)
            else:
                moved = await self._look_into_wallet(withdrawal)
        except BanqError as error:
            log.info("withdrawal %s: Banq does not say how it stands: %s", withdrawal.id, error)
        if not moved:
            wait = min(CHECK_AFTER * 2 ** min(withdrawal.checks, 10), CHECK_AT_MOST_EVERY)
            async with self._database.transaction() as tx:
                await withdrawals.postpone_check(tx, withdrawal.id, self._sources.now() + wait)

    async def _look_into_wallet(self, withdrawal: Withdrawal) -> bool:
        """An unknown withdrawal is settled once its NFT has left the wallet for good.

        Not within the first minutes, when Banq may hide what it is about to send; and an empty list may be a
        hiccup, so that one must have been seen for an hour.
        """
        age = self._sources.now() - withdrawal.updated_at
        wallet = await self._banq.platform_nfts(UserGuid(withdrawal.user_guid))
        gone = all(nft.token_data_id != withdrawal.token_data_id for nft in wallet.items)
        if wallet.unreadable or not gone or age < (GONE_AFTER if wallet.items else EMPTY_AFTER):
            return False
        self._nfts.forget(withdrawal.link_id)
        return await self._move(withdrawal, "completed", reason="left_the_wallet")

    async def _apply(
        self, withdrawal: Withdrawal, status: str, transaction: Transaction | None = None
    ) -> bool:
        state = STATE_BY_STATUS.get(status)
        if state is None or state not in LATER_STATES.get(withdrawal.state, ()):
            return False
        self._nfts.forget(withdrawal.link_id)
        reason = REASON_BY_STATUS.get(status)
        return await self._move(withdrawal, state, transaction=transaction, reason=reason)

    async def _move(
        self,
        withdrawal: Withdrawal,
        state: str,
        *,
        transaction: Transaction | None = None,
        reason: str | None = None,
        banq_message: str | None = None,
        tell_owner: bool = True,
        actor: str = "banq",
    ) -> bool:
        """Compare-and-set with its audit row and its notice; a lost race changes nothing."""
        now = self._sources.now()
        async with self._database.transaction() as tx:
            moved = await withdrawal_steps.move(
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
            if not moved:
                return False
            if tell_owner:
                await outbox.insert(tx, withdrawal.owner, f"withdrawal_{state}", withdrawal.id, now)
        log.info("withdrawal %s: %s -> %s", withdrawal.id, withdrawal.state, state)
        return True

    def _order(self, withdrawal: Withdrawal) -> WithdrawOrder:
        return WithdrawOrder(
            token_data_id=TokenDataId(withdrawal.token_data_id),
            source_banq=SourceBanq(withdrawal.source_banq),
            address=withdrawal.address,
            amount=withdrawal.amount,
            platform_id=self._lanes[withdrawal.lane],
            user_id=BanqUserId(withdrawal.banq_user_id),
        )

    async def _get(self, withdrawal_id: str) -> Withdrawal:
        withdrawal = await withdrawals.get(self._database.read, withdrawal_id)
        if withdrawal is None:
            raise AssertionError("withdrawals are never deleted")
        return withdrawal
