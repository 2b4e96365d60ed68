"""The rules of the bank: approvals, wallets and withdrawals. No HTTP."""

import asyncio
import secrets
from collections.abc import Iterator
from typing import Any, Literal
from uuid import uuid4

from sandbox.banq.addresses import is_well_formed, transaction_hash
from sandbox.banq.catalogue import NFTS, Nft
from sandbox.banq.echo import Echo
from sandbox.banq.identities import PLATFORMS
from sandbox.banq.state import OPEN_STATUSES, Grant, Mail, Store, Transaction, TransactionStatus, now
from sandbox.banq.webhooks import Webhooks


class Refusal(Exception):
    """Banq says no: the HTTP status and the sentence that it answers with."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Ledger:
    """Approved transfers take `settle_after_s` to complete; with 0 they complete at once."""

    def __init__(self, store: Store, webhooks: Webhooks, settle_after_s: float, echo: Echo | None) -> None:
        self._store = store
        self._webhooks = webhooks
        self._settle_after_s = settle_after_s
        self._echo = echo
        self._settling: dict[str, asyncio.TimerHandle] = {}

    def start(self) -> None:
        for transaction in self._store.state.transactions.values():
            if transaction.status == "processing":
                self._settle_later(transaction.id)

    def close(self) -> None:
        for timer in self._settling.values():
            timer.cancel()
        self._settling.clear()

    # Approvals

    def approve_platform(self, email: str, platform_id: str, reference: str | None = None) -> Grant:
        """What pressing Approve in the widget does. Each approval is announced, a repeated one too.

        `reference` is what the embedding page gave the widget; without an echo it goes nowhere.
        """
        customer = self._store.customers[email]
        grant = Grant(
            user_guid=customer.user_guid(platform_id),
            user_id=customer.user_id,
            email=email,
            platform_id=platform_id,
            active=True,
            approved_at=now(),
        )
        self._store.state.grants[grant.user_guid] = grant
        self._send_mail(email, "connected", platform_id=platform_id)
        self._announce_grant(grant, "created", reference)
        return grant

    def revoke_platform(self, email: str, platform_id: str) -> None:
        grant = self._store.state.grants.get(self._store.customers[email].user_guid(platform_id))
        if grant and grant.active:
            grant.active = False
            self._announce_grant(grant, "deleted")

    def grants_of(self, email: str) -> list[Grant]:
        return [grant for grant in self._store.state.grants.values() if grant.email == email and grant.active]

    def grant(self, user_guid: str) -> Grant:
        grant = self._store.state.grants.get(user_guid)
        if grant is None:
            raise Refusal(404, "User token not found.")
        if not grant.active:
            raise Refusal(403, "The customer has revoked this platform's access.")
        return grant

    def _announce_grant(self, grant: Grant, action: str, reference: str | None = None) -> None:
        body: dict[str, Any] = {
            "action": action,
            "resourceType": "UserToken",
            "resourceId": grant.user_guid,
            "data": {"userGuid": grant.user_guid, "userId": grant.user_id},
        }
        if self._echo and reference is not None:
            self._echo.put(body, reference)
        self._webhooks.announce(PLATFORMS[grant.platform_id].id, "userToken", body)

    # Wallets

    def wallet(self, email: str) -> list[tuple[Nft, int]]:
        """Each NFT with the amount owned, transfers under way included."""
        held = self._store.state.holdings[email]
        return [(nft, held[nft.slug]) for nft in self._store.nfts.values() if held.get(nft.slug)]

    def move_away(self, email: str, nft: str, amount: int = 1) -> None:
        """The customer parts with an NFT outside of this API, as if it were sold."""
        held = self._store.state.holdings[email]
        if not 1 <= amount <= held.get(nft, 0):
            raise Refusal(400, f"{email} does not own that many of {nft}.")
        held[nft] -= amount
        self._store.save()

    # Withdrawals

    def withdraw(
        self,
        *,
        token_data_id: int | str,
        source_banq: str,
        external_address: str,
        amount: int,
        platform_id: str,
        user_id: str,
    ) -> Transaction:
        """There is no idempotency: the same call twice makes two transactions where ownership allows."""
        if platform_id not in PLATFORMS:
            raise Refusal(403, "platformId is not one of your merchant accounts.")
        grant = self._grant_of_user(platform_id, user_id)
        if grant is None:
            raise Refusal(403, "This user has not given your platform access.")
        if not grant.active:
            raise Refusal(403, "The customer has revoked this platform's access.")
        owned = self._owned(grant.email, token_data_id, source_banq)
        if owned is None:
            raise Refusal(400, "The user does not own this NFT.")
        nft, owned_amount = owned
        if not is_well_formed(external_address, nft.collection.chain):
            raise Refusal(400, "externalAddress is not a valid address.")
        if amount < 1:
            raise Refusal(400, "amount must be at least 1.")
        held_back = sum(open_one.amount for open_one in self._open_transactions(grant.email, nft.slug))
        if held_back and nft.token_type != "ERC1155":
            raise Refusal(400, "A transfer of this NFT is already open.")
        if amount > owned_amount - held_back:
            raise Refusal(400, "amount is more than the user can transfer.")
        transaction = Transaction(
            id=str(uuid4()),
            secret=secrets.token_urlsafe(24),
            email=grant.email,
            platform_id=platform_id,
            nft=nft.slug,
            external_address=external_address,
            amount=amount,
            status="awaitingApproval",
            created_at=now(),
        )
        self._store.state.transactions[transaction.id] = transaction
        self._send_mail(grant.email, "withdrawal", platform_id=platform_id, transaction_id=transaction.id)
        self._store.save()
        return transaction

    @property
    def transactions(self) -> list[Transaction]:
        return list(self._store.state.transactions.values())

    def transaction(self, transaction_id: str) -> Transaction:
        transaction = self._store.state.transactions.get(transaction_id)
        if transaction is None:
            raise Refusal(404, "NFT transaction not found.")
        return transaction

    def transaction_by_secret(self, secret: str) -> Transaction:
        for transaction in self._store.state.transactions.values():
            if secrets.compare_digest(transaction.secret.encode(), secret.encode()):
                return transaction
        raise Refusal(404, "This transfer does not exist.")

    def approve_transfer(self, transaction_id: str) -> None:
        """What pressing Approve transfer does; a second press changes nothing."""
        transaction = self.transaction(transaction_id)
        if transaction.status != "awaitingApproval":
            return
        if self._store.state.holdings[transaction.email].get(transaction.nft, 0) < transaction.amount:
            self._move_on(transaction, "failed")
            return
        self._move_on(transaction, "processing")
        self._settle_later(transaction.id)

    def reject_transfer(self, transaction_id: str) -> None:
        if self.transaction(transaction_id).status == "awaitingApproval":
            self.finish(transaction_id, "rejected")

    def finish(
        self, transaction_id: str, status: Literal["completed", "failed", "rejected", "canceled", "expired"]
    ) -> None:
        """Ends an open transaction now. The NFT leaves the wallet with `completed`, and only once."""
        transaction = self.transaction(transaction_id)
        if transaction.status not in OPEN_STATUSES:
            raise Refusal(400, f"The transaction is already {transaction.status}.")
        timer = self._settling.pop(transaction_id, None)
        if timer:
            timer.cancel()
        held = self._store.state.holdings[transaction.email]
        if status != "completed":
            self._move_on(transaction, status)
        elif held.get(transaction.nft, 0) < transaction.amount:
            self._move_on(transaction, "failed")
        else:
            held[transaction.nft] -= transaction.amount
            chain = NFTS[transaction.nft].collection.chain
            transaction.transaction_hash = transaction_hash(transaction.id, chain)
            self._send_mail(transaction.email, "completed", transaction_id=transaction.id)
            self._move_on(transaction, "completed")

    def _settle_later(self, transaction_id: str) -> None:
        if self._settle_after_s:
            self._settling[transaction_id] = asyncio.get_running_loop().call_later(
                self._settle_after_s, self.finish, transaction_id, "completed"
            )
        else:
            self.finish(transaction_id, "completed")

    def _move_on(self, transaction: Transaction, status: TransactionStatus) -> None:
        transaction.status = status
        self._webhooks.announce(
            PLATFORMS[transaction.platform_id].id,
            "nftTransaction",
            {"action": status, "resourceType": "NftTransaction", "resourceId": transaction.id},
        )

    def _grant_of_user(self, platform_id: str, user_id: str) -> Grant | None:
        for grant in self._store.state.grants.values():
            if (grant.platform_id, grant.user_id) == (platform_id, user_id):
                return grant
        return None

    def _owned(self, email: str, token_data_id: int | str, source_banq: str) -> tuple[Nft, int] | None:
        for nft, amount in self.wallet(email):
            same_id = type(nft.token_data_id) is type(token_data_id) and nft.token_data_id == token_data_id
            if same_id and nft.source_banq == source_banq:
                return nft, amount
        return None

    def _open_transactions(self, email: str, slug: str) -> Iterator[Transaction]:
        return (
            transaction
            for transaction in self._store.state.transactions.values()
            if (transaction.email, transaction.nft) == (email, slug) and transaction.status in OPEN_STATUSES
        )

    # Mail

    def mails(self, email: str) -> list[Mail]:
        """Newest first."""
        return [mail for mail in reversed(self._store.state.mails) if mail.email == email]

    def _send_mail(
        self,
        email: str,
        kind: Literal["connected", "withdrawal", "completed"],
        *,
        platform_id: str | None = None,
        transaction_id: str | None = None,
    ) -> None:
        self._store.state.mails.append(
            Mail(
                id=uuid4().hex,
                email=email,
                kind=kind,
                sent_at=now(),
                platform_id=platform_id,
                transaction_id=transaction_id,
            )
        )
