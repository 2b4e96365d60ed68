"""Follows withdrawals to their end: what Banq says, what a crash left behind, what the team decides."""

import asyncio
import logging
from datetime import timedelta

from banq.client import BanqClient
from banq.errors import BanqError, NotFound, RateLimited
from banq.models import NftList, Transaction, TransactionId, UserGuid
from services.nfts import Nfts
from services.settling import STUCK_AFTER
from services.sources import Sources
from services.submitter import Submitter
from services.withdrawal_steps import WithdrawalSteps
from storage import outbox, withdrawals
from storage.database import Database
from storage.withdrawals import Withdrawal

log = logging.getLogger(__name__)

CHECK_AFTER = timedelta(seconds=30)
CHECK_AT_MOST_EVERY = timedelta(minutes=15)
CONFIRMED_LIVES = timedelta(minutes=10)
GONE_AFTER = timedelta(minutes=10)
EMPTY_AFTER = timedelta(hours=1)
REMIND_AFTER = timedelta(hours=1)


class TooEarly(Exception):
    """A webhook speaks of a withdrawal whose own answer is still on its way: look again later."""


class Reconciler:
    """`webhook_action_stands`: believe a webhook's action where Banq offers no GET for the transaction."""

    def __init__(
        self,
        database: Database,
        banq: BanqClient,
        nfts: Nfts,
        submitter: Submitter,
        steps: WithdrawalSteps,
        sources: Sources,
        *,
        webhook_action_stands: bool = False,
    ) -> None:
        self._database = database
        self._banq = banq
        self._nfts = nfts
        self._submitter = submitter
        self._steps = steps
        self._sources = sources
        self._webhook_action_stands = webhook_action_stands

    async def step(self) -> None:
        """Ask Banq about each withdrawal on its way that is due; webhooks may come late, or never."""
        await self.recover()
        async with asyncio.TaskGroup() as checks:
            for withdrawal in await withdrawals.due_for_check(self._database.read, self._sources.now()):
                checks.create_task(self._check(withdrawal))
        await self._remind()
        await self._tell_team()

    async def recover(self) -> None:
        """Settle what nobody in this process is sending: after a crash, or when an answer could not be kept.

        What was being sent is unknown now. What was only confirmed is sent, if its owner still waits for it.
        """
        now = self._sources.now()
        for withdrawal in await withdrawals.in_state(self._database.read, "submitting"):
            if not self._submitter.is_sending(withdrawal.id):
                log.warning("withdrawal %s: nobody knows what Banq answered", withdrawal.id)
                await self._steps.take(withdrawal, "unknown", actor="bot")
        for withdrawal in await withdrawals.in_state(self._database.read, "confirmed"):
            if now - withdrawal.updated_at > CONFIRMED_LIVES:
                await self._steps.take(withdrawal, "cancelled", actor="bot", reason="too_late")
            else:
                await self._submitter.submit(withdrawal.id)

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
        moved, pause = False, timedelta(0)
        try:
            if withdrawal.banq_transaction_id is not None:
                transaction = await self._banq.transaction(TransactionId(withdrawal.banq_transaction_id))
                moved = await self._apply(withdrawal, transaction.status, transaction)
            else:
                moved = await self._look_into_wallet(withdrawal)
        except BanqError as error:
            log.info("withdrawal %s: Banq does not say how it stands: %s", withdrawal.id, error)
            if isinstance(error, RateLimited):
                pause = timedelta(seconds=error.retry_after_s)
        if not moved:
            wait = max(pause, min(CHECK_AFTER * 2 ** min(withdrawal.checks, 10), CHECK_AT_MOST_EVERY))
            async with self._database.transaction() as tx:
                await withdrawals.postpone_check(tx, withdrawal.id, self._sources.now() + wait)

    async def _look_into_wallet(self, withdrawal: Withdrawal) -> bool:
        """An unknown withdrawal is settled once its NFT has left the wallet for good.

        Not within the first minutes, when Banq may hide what it is about to send; and an empty list may be a
        hiccup, so that one must have been seen for an hour.
        """
        age = self._sources.now() - withdrawal.updated_at
        wallet = await self._banq.platform_nfts(UserGuid(withdrawal.user_guid))
        gone = not wallet.unreadable and _has_left(wallet, withdrawal)
        if not gone or age < (GONE_AFTER if wallet.items else EMPTY_AFTER):
            return False
        self._nfts.forget(withdrawal.link_id)
        return await self._steps.take(withdrawal, "completed", reason="left_the_wallet")

    async def _apply(
        self, withdrawal: Withdrawal, status: str, transaction: Transaction | None = None
    ) -> bool:
        moved = await self._steps.follow(withdrawal, status, transaction)
        if moved:
            self._nfts.forget(withdrawal.link_id)
        return moved

    async def _remind(self) -> None:
        """Once, an hour after Banq's mail, of what only the owner can do."""
        now = self._sources.now()
        kind = "withdrawal_reminder"
        late = await withdrawals.without_notice(
            self._database.read, "awaiting_owner", now - REMIND_AFTER, kind
        )
        for withdrawal in late:
            async with self._database.transaction() as tx:
                await outbox.insert(tx, withdrawal.owner, kind, withdrawal.id, now)

    async def _tell_team(self) -> None:
        """Once, of what Banq has said nothing about for an hour."""
        now = self._sources.now()
        stuck = await withdrawals.without_notice(
            self._database.read, "unknown", now - STUCK_AFTER, "team_stuck"
        )
        for withdrawal in stuck:
            log.error("withdrawal %s: no answer from Banq for an hour; see /admin stuck", withdrawal.id)
            async with self._database.transaction() as tx:
                await outbox.insert_for_team(tx, withdrawal.chat_platform, "team_stuck", withdrawal.id, now)


def _has_left(wallet: NftList, withdrawal: Withdrawal) -> bool:
    """Whether so many fewer are held than when it was confirmed."""
    before = withdrawal.held_when_confirmed or withdrawal.amount
    held = sum(nft.amount for nft in wallet.items if nft.token_data_id == withdrawal.token_data_id)
    return held <= before - withdrawal.amount
