"""What must hold when everything is over: looked up at Banq, in the database, and in chat."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cogs.markup import DiscordMarkup
from sandbox.banq.catalogue import NFTS
from sandbox.banq.state import Transaction
from sandbox.discord import SeenMessage
from sandbox.discord.cast import PEOPLE
from services.addresses import in_groups, shortened
from services.wording.language import ENGLISH
from services.wording.withdrawal_standing import how_it_stands
from services.wording.withdrawals import nft_name
from storage import withdrawals
from storage.withdrawals import Withdrawal
from tests.torture.play import Play

# What Banq must say of a withdrawal in each state; None: it has no such transaction.
TRUE_OF: dict[str, set[str | None]] = {
    "draft": {None},
    "cancelled": {None},
    "expired": {None},
    "refused": {None},
    # Banq tells of a transaction only once its owner has done something about it.
    "unknown": {None, "awaitingApproval"},
    "awaiting_owner": {"awaitingApproval"},
    "processing": {"processing"},
    "completed": {"completed"},
    "failed": {"failed", "rejected", "canceled", "expired"},
}
# These end without a notice: the member's own press ends a draft, and an expired one was never asked for.
UNTOLD = {"draft", "cancelled", "expired"}
MARKUP = DiscordMarkup(ENGLISH)
ADDRESS = re.compile(r"0x[0-9a-fA-F]{4}[ …]")
AUDITED = "SELECT object_id, action FROM audit WHERE action LIKE 'withdrawal: %' ORDER BY id"
NOTICES = "SELECT kind, state FROM outbox WHERE kind LIKE 'withdrawal%'"


@dataclass(frozen=True)
class Found:
    """A withdrawal with all that is known of it."""

    row: Withdrawal
    path: Sequence[str]
    transactions: Sequence[Transaction]
    messages: Sequence[Sequence[SeenMessage]]


async def breaches(play: Play) -> list[str]:
    found, notices = await _everything(play)
    told = [f"{one.row.state}: {breach}" for one in found for breach in _of_withdrawal(one)]
    told += [f"a notice {kind} is still {state}" for kind, state in notices if state != "delivered"]
    posts = play.live.banq.faults.received["withdraw"]
    submitted = sum("submitting" in one.path for one in found)
    if posts > submitted:
        told.append(f"Banq got {posts} POSTs for {submitted} withdrawals")
    known = {one.row.address.lower() for one in found}
    if any(one.external_address.lower() not in known for one in play.live.banq.ledger.transactions):
        told.append("Banq has a transaction that nobody asked for")
    told += [
        f"the log has {line.strip()}"
        for line in play.live.output
        if line.startswith("Traceback") or "ERROR" in line
    ]
    return told


def _of_withdrawal(one: Found) -> Iterator[str]:
    row, transaction = one.row, one.transactions[0] if one.transactions else None
    if len(one.transactions) > 1:
        yield f"Banq has {len(one.transactions)} transactions"
    status = None if transaction is None else transaction.status
    if status not in TRUE_OF.get(row.state, set()):
        yield f"not true, Banq says {status}"
    if transaction is not None:
        if row.banq_transaction_id not in {transaction.id, None}:
            yield "it has the id of another transaction"
        if (transaction.amount, json.dumps(NFTS[transaction.nft].token_data_id)) != (
            row.amount,
            row.token_data_id,
        ):
            yield "Banq was asked for something else"
    if len(set(one.path)) < len(one.path):
        yield f"audited twice: {one.path}"
    if (one.path[-1] if one.path else "draft") != row.state:
        yield f"audited otherwise: {one.path}"
    yield from _of_messages(one)


def _of_messages(one: Found) -> Iterator[str]:
    """Each message told its states once each and in order; the owner has read the last one somewhere."""
    titles = [how_it_stands(MARKUP, replace(one.row, state=state)).title for state in one.path]
    told = [_told(revisions, titles) for revisions in one.messages]
    for in_order in told:
        places = [titles.index(title) for title in in_order]
        if places != sorted(set(places)):
            yield f"a message told {in_order}"
    is_told = any(in_order[-1:] == titles[-1:] for in_order in told)
    if not is_told and (one.row.state not in UNTOLD or one.row.reason is not None):
        yield "its owner was never told"


def _told(revisions: Sequence[SeenMessage], titles: Sequence[str]) -> list[str]:
    """The titles that a message had, one after the other."""
    in_order: list[str] = []
    for seen in revisions:
        heading = next((line for line in seen.text.splitlines() if line.startswith("### ")), "")
        title = next((title for title in titles if heading.endswith(title)), None)
        if title is not None and in_order[-1:] != [title]:
            in_order.append(title)
    return in_order


async def _everything(play: Play) -> tuple[list[Found], list[tuple[str, str]]]:
    paths: dict[str, list[str]] = defaultdict(list)
    async with play.live.opened_database() as database:
        rows = await withdrawals.in_state(database.read, *TRUE_OF, "confirmed", "submitting")
        for object_id, action in await database.read.fetch_all(AUDITED):
            paths[object_id].append(action.removeprefix("withdrawal: "))
        notices = [(str(kind), str(state)) for kind, state in await database.read.fetch_all(NOTICES)]
    return [
        Found(row, paths[row.id], _transactions(play, row), _messages(play, row)) for row in rows
    ], notices


def _transactions(play: Play, row: Withdrawal) -> list[Transaction]:
    made = play.live.banq.ledger.transactions
    return [one for one in made if one.external_address.lower() == row.address.lower()]


def _messages(play: Play, row: Withdrawal) -> list[list[SeenMessage]]:
    """What its owner saw of it: each message with all its revisions."""
    owner = int(row.chat_user_id)
    direct = PEOPLE[owner].channel_id
    owners = [
        revisions
        for revisions in play.said.values()
        if direct == revisions[0].channel_id or revisions[0].used_by == owner
    ]
    return [revisions for revisions in owners if _is_about(row, revisions)]


def _is_about(row: Withdrawal, revisions: Sequence[SeenMessage]) -> bool:
    """By the address, which is each withdrawal's own; or by the NFT, where a message shows none."""
    text = "\n".join(seen.text for seen in revisions)
    if in_groups(row.address) in text or shortened(row.address) in text:
        return True
    return nft_name(MARKUP, row) in text and not ADDRESS.search(text)
