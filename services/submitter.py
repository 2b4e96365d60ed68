"""Brings a confirmed withdrawal to Banq, at most once.

The intent is committed before the one call. No answer makes it `unknown`, and that is never sent again.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from banq.client import BanqClient
from banq.errors import (
    BanqRefused,
    BanqUnavailable,
    InvalidCredentials,
    MalformedResponse,
    OutcomeUnknown,
    RateLimited,
)
from banq.models import BanqUserId, PlatformId, SourceBanq, TokenDataId, Transaction
from banq.protocol import WithdrawOrder
from services import withdrawal_steps
from services.foreign_text import clean
from services.nfts import Nfts
from services.sources import Sources
from services.withdrawal_steps import WithdrawalSteps
from storage import limits, links, outbox, withdrawals
from storage.database import Connection, Database
from storage.withdrawals import Withdrawal

log = logging.getLogger(__name__)

LONGEST_MESSAGE = 200


class Submitter:
    def __init__(
        self,
        database: Database,
        banq: BanqClient,
        nfts: Nfts,
        lanes: Mapping[str, PlatformId],
        steps: WithdrawalSteps,
        sources: Sources,
    ) -> None:
        self._database = database
        self._banq = banq
        self._nfts = nfts
        self._lanes = lanes
        self._steps = steps
        self._sources = sources
        self._sending: dict[str, asyncio.Event] = {}
        self._nothing_sending = asyncio.Event()
        self._nothing_sending.set()
        self._begins_no_more = False

    def is_sending(self, withdrawal_id: str) -> bool:
        """Whether this process is about to send it, or waits for Banq's answer."""
        return withdrawal_id in self._sending

    async def submit(self, withdrawal_id: str) -> Withdrawal:
        """Send a confirmed withdrawal. Only the caller that wins confirmed -> submitting sends anything."""
        confirmed = await self._get(withdrawal_id)
        order = self._order(confirmed)
        if withdrawal_id in self._sending:
            await self._sending[withdrawal_id].wait()
            return await self._get(withdrawal_id)
        if confirmed.state != "confirmed" or self._begins_no_more:
            return confirmed
        answered = self._sending[withdrawal_id] = asyncio.Event()
        self._nothing_sending.clear()
        try:
            if await self._begin(confirmed):
                await self._send(replace(confirmed, state="submitting"), order)
                self._nfts.forget(confirmed.link_id)
        finally:
            del self._sending[withdrawal_id]
            answered.set()
            if not self._sending:
                self._nothing_sending.set()
        return await self._get(withdrawal_id)

    async def drain(self, patience_s: float) -> None:
        """Wait for what is being sent, so that a shutdown leaves no outcome unknown without need.

        What is confirmed from now on is sent after the next start.
        """
        self._begins_no_more = True
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self._nothing_sending.wait()

    async def _begin(self, confirmed: Withdrawal) -> bool:
        """Confirmed -> submitting, unless something stops it at the last moment."""
        now = self._sources.now()
        async with self._database.transaction() as tx:
            stopped_by = await _what_stops(tx, confirmed)
            if stopped_by is None:
                return await withdrawal_steps.move(tx, confirmed, "submitting", now, "bot")
            await withdrawal_steps.move(tx, confirmed, "cancelled", now, "bot", reason=stopped_by)
        return False

    async def _send(self, withdrawal: Withdrawal, order: WithdrawOrder) -> None:
        try:
            transaction = await self._banq.withdraw(order)
        except OutcomeUnknown:
            await self._steps.take(withdrawal, "unknown", actor="bot")
        except (InvalidCredentials, RateLimited) as error:
            reason = "banq_busy" if isinstance(error, RateLimited) else "bot_not_signed_in"
            await self._answered(withdrawal, "refused", reason=reason)
        except BanqRefused as error:
            message = clean(error.message, LONGEST_MESSAGE)
            await self._answered(withdrawal, "refused", reason="banq_said_no", banq_message=message)
        except (BanqUnavailable, MalformedResponse):
            # Raised only before the call itself: no connection, or no token. Nothing was sent.
            await self._answered(withdrawal, "refused", reason="banq_unreachable")
        else:
            await self._accepted(withdrawal, transaction)

    async def _accepted(self, withdrawal: Withdrawal, transaction: Transaction) -> None:
        if not withdrawal_steps.is_about(transaction, withdrawal):
            log.error("withdrawal %s: Banq answered about another transfer", withdrawal.id)
            await self._steps.take(withdrawal, "unknown")
            return
        try:
            await self._answered(withdrawal, "awaiting_owner", transaction=transaction)
        except sqlite3.IntegrityError:
            # The id is one that another withdrawal has, so it says nothing about this one.
            log.error("withdrawal %s: Banq answered with the id of another one", withdrawal.id)  # noqa: TRY400
            await self._steps.take(withdrawal, "unknown", actor="banq")
            return
        waiting = replace(withdrawal, state="awaiting_owner")
        if await self._steps.follow(waiting, transaction.status, transaction):
            # The notice of where it stands now is enough.
            async with self._database.transaction() as tx:
                await outbox.mark_told(tx, "withdrawal_awaiting_owner", withdrawal.id, self._sources.now())

    async def _answered(
        self,
        withdrawal: Withdrawal,
        state: str,
        *,
        transaction: Transaction | None = None,
        reason: str | None = None,
        banq_message: str | None = None,
    ) -> None:
        """Another process may have taken the answer for lost meanwhile; it is the truth all the same."""
        for before in ("submitting", "unknown"):
            if await self._steps.take(
                replace(withdrawal, state=before),
                state,
                actor="bot" if reason == "banq_unreachable" else "banq",
                transaction=transaction,
                reason=reason,
                banq_message=banq_message,
            ):
                return

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


async def _what_stops(tx: Connection, withdrawal: Withdrawal) -> str | None:
    """The reason for not sending what was confirmed; services/wording has the sentences."""
    if await limits.current_pause(tx) is not None:
        return "paused"
    link = await links.get(tx, withdrawal.link_id)
    return None if link is not None and link.state == "active" else "link_ended"
