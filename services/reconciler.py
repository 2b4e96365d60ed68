"""Follows withdrawals to their end: what Banq says, what a crash left behind, what the team decides."""

import asyncio
import logging
from datetime import timedelta

from banq.client import BanqClient
from banq.errors import BanqError, NotFound, RateLimited
from banq.models import NftList, Transaction, TransactionId, UserGuid, is_same_id
from services import withdrawal_steps
from services.nfts import Nfts
from services.settling import SILENT_AFTER, STUCK_AFTER
from services.sources import Sources
from services.submitter import Submitter
from services.withdrawal_steps import STATE_BY_STATUS, WithdrawalSteps
from storage import outbox, withdrawals
from storage.database import CannotWrite, Database
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
        in_time: list[str] = []
        for withdrawal in await withdrawals.in_state(self._database.read, "confirmed"):
            # By a clock that was put back it may be days ago, and look as if it were to come.
            if not timedelta(0) <= now - withdrawal.updated_at <= CONFIRMED_LIVES:
                await self._steps.take(withdrawal, "cancelled", actor="bot", reason="too_late")
            else:
                in_time.append(withdrawal.id)
        # No TaskGroup: one that fails must not break off another that is already at Banq.
        outcomes = await asyncio.gather(*map(self._submitter.submit, in_time), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

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
        withdrawal = withdrawal or await self._without_transaction(lane, transaction)
        if withdrawal is not None:
            await self._apply(withdrawal, transaction.status, transaction)

    async def _is_sending(self, lane: str) -> bool:
        under_way = await withdrawals.in_state(self._database.read, "submitting")
        return any(withdrawal.lane == lane for withdrawal in under_way)

    async def _without_transaction(self, lane: str, transaction: Transaction) -> Withdrawal | None:
        """The one withdrawal that asked for just this and never heard its id; None where several may be it.

        Where it had ended here, Banq says otherwise: its owner and the team are told.
        """
        asked = [
            withdrawal
            for withdrawal in await withdrawals.without_transaction(self._database.read, lane)
            if is_same_id(withdrawal.token_data_id, transaction.token_data_id)
            and transaction.address is not None
            and withdrawal_steps.is_about(transaction, withdrawal)
        ]
        if any(withdrawal.state == "submitting" for withdrawal in asked):
            raise TooEarly
        without_answer = [withdrawal for withdrawal in asked if withdrawal.state != "refused"]
        if len(without_answer) > 1 or not asked:
            return None
        one = (without_answer or asked)[0]
        if one.state != "unknown":
            await self._tell_contradiction(one, transaction.status)
            return None
        return one

    async def _tell_contradiction(self, withdrawal: Withdrawal, status: str) -> None:
        """Once, where what we told of a withdrawal is not what Banq tells."""
        is_failed = STATE_BY_STATUS.get(status) == "failed"
        if status not in STATE_BY_STATUS or is_failed != (withdrawal.state == "completed"):
            return
        log.error("withdrawal %s is %s here, and Banq says otherwise", withdrawal.id, withdrawal.state)
        now = self._sources.now()
        async with self._database.transaction() as tx:
            await outbox.insert(tx, withdrawal.owner, "withdrawal_contradicted", withdrawal.id, now)
            await outbox.insert_for_team(
                tx, withdrawal.chat_platform, "team_contradicted", withdrawal.id, now
            )

    async def _check(self, withdrawal: Withdrawal) -> None:
        moved, pause = False, timedelta(0)
        try:
            moved = await self._ask(withdrawal)
        except BanqError as error:
            log.info("withdrawal %s: Banq does not say how it stands: %s", withdrawal.id, error)
            if isinstance(error, RateLimited):
                pause = timedelta(seconds=error.retry_after_s)
        except CannotWrite:
            raise
        except Exception:
            # One odd answer must not keep the others from being asked about.
            log.exception("withdrawal %s could not be checked", withdrawal.id)
        if not moved:
            wait = max(pause, min(CHECK_AFTER * 2 ** min(withdrawal.checks, 10), CHECK_AT_MOST_EVERY))
            async with self._database.transaction() as tx:
                await withdrawals.postpone_check(tx, withdrawal.id, self._sources.now() + wait)

    async def _ask(self, withdrawal: Withdrawal) -> bool:
        if withdrawal.banq_transaction_id is None:
            return await self._look_into_wallet(withdrawal)
        transaction = await self._banq.transaction(TransactionId(withdrawal.banq_transaction_id))
        return await self._apply(withdrawal, transaction.status, transaction)

    async def _look_into_wallet(self, withdrawal: Withdrawal) -> bool:
        """An unknown withdrawal is settled once its NFT has left the wallet for good.

        Banq may hide for some minutes what it is about to send, and one odd list may lack anything; so it
        must be seen to be gone for a while, and for an hour where the list is empty.
        """
        now = self._sources.now()
        wallet = await self._banq.platform_nfts(UserGuid(withdrawal.user_guid))
        gone = not wallet.unreadable and _has_left(wallet, withdrawal)
        gone_since = min(withdrawal.gone_since or now, now) if gone else None
        if gone_since != withdrawal.gone_since:
            async with self._database.transaction() as tx:
                await withdrawals.mark_gone(tx, withdrawal.id, gone_since)
        if gone_since is None or now - gone_since < (GONE_AFTER if wallet.items else EMPTY_AFTER):
            return False
        self._nfts.forget(withdrawal.link_id)
        return await self._steps.take(withdrawal, "completed", reason="left_the_wallet")

    async def _apply(
        self, withdrawal: Withdrawal, status: str, transaction: Transaction | None = None
    ) -> bool:
        if transaction is not None and not withdrawal_steps.is_about(transaction, withdrawal):
            log.error("withdrawal %s: Banq speaks of another transfer under its id", withdrawal.id)
            return False
        moved = await self._steps.follow(withdrawal, status, transaction)
        if moved:
            self._nfts.forget(withdrawal.link_id)
        elif status in STATE_BY_STATUS:
            async with self._database.transaction() as tx:
                await withdrawals.mark_heard(tx, withdrawal.id, self._sources.now())
        return moved

    async def _remind(self) -> None:
        """Once, an hour after Banq's mail, of what only the owner can do."""
        now = self._sources.now()
        kind = "withdrawal_reminder"
        late = await withdrawals.without_notice(
            self._database.read, "awaiting_owner", now, REMIND_AFTER, kind
        )
        for withdrawal in late:
            async with self._database.transaction() as tx:
                await outbox.insert(tx, withdrawal.owner, kind, withdrawal.id, now)

    async def _tell_team(self) -> None:
        """Once, of each that Banq has said nothing about for too long."""
        now = self._sources.now()
        stuck = await withdrawals.unanswered(
            self._database.read, now, SILENT_AFTER, unknown_for=STUCK_AFTER, untold_as="team_stuck"
        )
        for withdrawal in stuck:
            log.error("withdrawal %s: Banq has said nothing for too long; see /admin stuck", withdrawal.id)
            async with self._database.transaction() as tx:
                await outbox.insert_for_team(tx, withdrawal.chat_platform, "team_stuck", withdrawal.id, now)


def _has_left(wallet: NftList, withdrawal: Withdrawal) -> bool:
    """Whether so many fewer are held than when it was confirmed."""
    before = withdrawal.held_when_confirmed or withdrawal.amount
    amounts = [nft.amount for nft in wallet.items if is_same_id(nft.token_data_id, withdrawal.token_data_id)]
    # Of several, a 1 may stand for an amount that Banq did not tell.
    is_told = before == 1 or 1 not in amounts
    return is_told and sum(amounts) <= before - withdrawal.amount
