"""Kills the bot again and again while webhooks pour in, and tells whether one was lost or worked twice."""

import asyncio
import json
import logging
import sqlite3
import sys
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from random import Random

import aiohttp
from rich.console import Console

from sandbox.banq import identities
from sandbox.banq.catalogue import NFTS
from sandbox.banq.state import now
from storage.database import to_ms
from tests.crowd import LinkedMember, link_crowd
from tests.live import LiveBot, living
from tests.storage.rows import put, withdrawal_in
from tests.torture.case import Breach
from tests.torture.flood import AGAIN_AFTER_S, Body, Flood, Webhook
from tests.torture.intake_truth import breaches
from tests.torture.life import NEVER_BY_ITSELF_S

SEED = 20_260_301
KILLS = 50
# A death comes after so many were taken: at once, amidst the load, or when much is to be worked off.
MOST_TAKEN = 400
PATIENCE_S = 120.0
MOST_SHOWN = 50
STARTS = 5
# Everybody of the crowd holds one.
SLUG = "glaze-garden-1"
console = Console(highlight=False)


class Killing:
    """Each member's withdrawal is approved and completed, and then the wallet is taken back."""

    def __init__(self, live: LiveBot, members: list[LinkedMember], seed: int) -> None:
        self.live = live
        self.kills = 0
        self._random = Random(seed)  # noqa: S311 - it is to be repeatable
        self._hints: list[Body] = []
        self.flood = Flood(live.webhook_url, seed, self._hints)
        self._members = members
        self._to_come: deque[Callable[[], None]] = deque()

    async def run(self, kills: int, tell: Callable[[int], None] = lambda _: None) -> list[str]:
        await self._put_withdrawals()
        async with self.flood.going():
            while self.kills < kills:
                for _ in range(-(-len(self._to_come) // (kills - self.kills))):
                    self._to_come.popleft()()
                await self.flood.takes(self._random.randint(0, MOST_TAKEN))
                await self.live.kill()
                self.kills += 1
                tell(self.kills)
                await self._start()
        await self._tell_all_hints()
        await self._work_off()
        await self.live.stop()
        log = self.live.banq.webhooks.log
        return breaches(self.live.database_path, self.flood.sent, log, self.live.output)

    async def _start(self) -> None:
        for _ in range(STARTS):
            if await self.live.try_start():
                return
            # On a busy machine it may take its time, with all that it finds to do.
            await self.live.kill()
        raise Breach("the bot does not start any more")

    async def _put_withdrawals(self) -> None:
        at = to_ms(now())
        waiting = {"created_at": at, "updated_at": at, "heard_at": at, "confirmed_at": at}
        # Only webhooks are to move it on.
        waiting["next_check_at"] = at + int(NEVER_BY_ITSELF_S * 1000)
        turns: list[list[Callable[[], None]]] = []
        async with self.live.opened_database() as database, database.transaction() as tx:
            for number, member in enumerate(self._members):
                transaction_id, order = self._withdraw(member)
                row = withdrawal_in("awaiting_owner", id=f"w-{number}", link_id=f"link-{number}")
                await put(tx, "withdrawals", row | waiting | order)
                turns.append(self._turns(member, transaction_id))
        for step in zip(*turns, strict=True):
            self._to_come += step

    def _withdraw(self, member: LinkedMember) -> tuple[str, dict[str, str]]:
        nft, address = NFTS[SLUG], f"0x{self._random.getrandbits(160):040x}"
        transaction = self.live.banq.ledger.withdraw(
            token_data_id=nft.token_data_id,
            source_banq=nft.source_banq,
            external_address=address,
            amount=1,
            platform_id=identities.PLATFORM_ID,
            user_id=member.customer.user_id,
        )
        return transaction.id, {
            "chat_user_id": str(member.id),
            "user_guid": member.customer.user_guid(identities.PLATFORM_ID),
            "banq_user_id": json.dumps(member.customer.user_id),
            "token_data_id": json.dumps(nft.token_data_id),
            "source_banq": json.dumps(nft.source_banq),
            "address": address,
            "banq_transaction_id": transaction.id,
        }

    def _turns(self, member: LinkedMember, transaction_id: str) -> list[Callable[[], None]]:
        """What happens at Banq, one after the other; each is told by Banq and, many times, by the flood."""
        ledger, email = self.live.banq.ledger, member.customer.email
        guid = member.customer.user_guid(identities.PLATFORM_ID)
        moved = {"action": "completed", "resourceType": "NftTransaction", "resourceId": transaction_id}
        revoked = {"action": "deleted", "resourceType": "UserToken", "resourceId": guid}

        def then(happens: Callable[[], object], hint: Body) -> None:
            happens()
            self._hints.append(hint)

        return [
            partial(then, partial(ledger.approve_transfer, transaction_id), moved),
            partial(then, partial(ledger.finish, transaction_id, "completed"), moved),
            partial(then, partial(ledger.revoke_platform, email, identities.PLATFORM_ID), revoked),
        ]

    async def _tell_all_hints(self) -> None:
        """Once more, now that nobody dies: a webhook that Banq gave up need not have come."""
        await self.live.banq.webhooks.settled()
        async with aiohttp.ClientSession() as http:
            for number, hint in enumerate(self._hints):
                webhook = Webhook(json.dumps({**hint, "last": number}).encode(), None)
                self.flood.sent.append(webhook)
                await self.flood.deliver(http, webhook)

    async def _work_off(self) -> None:
        pending = "SELECT 1 FROM webhook_inbox WHERE state = 'pending' LIMIT 1"
        try:
            async with asyncio.timeout(PATIENCE_S), aiohttp.ClientSession() as http:
                while self._finds(pending):
                    async with http.get(f"{self.live.url}/healthz") as answer:
                        answer.raise_for_status()
        except TimeoutError:
            raise Breach("there is no end of webhooks") from None

    def _finds(self, query: str) -> bool:
        with closing(sqlite3.connect(self.live.database_path)) as database:
            return database.execute(query).fetchone() is not None


@asynccontextmanager
async def killing(folder: Path, members: int, seed: int) -> AsyncIterator[Killing]:
    async with living(
        folder, settle_after_s=NEVER_BY_ITSELF_S, retry_delays_s=AGAIN_AFTER_S, crowd=members
    ) as live:
        yield Killing(live, await link_crowd(live, members), seed)


async def main(seed: int, kills: int) -> int:
    # The emulators' answers to the dead.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, console.status("") as status:
        async with killing(Path(folder), kills, seed) as run:
            try:
                found = await run.run(kills, lambda killed: status.update(f"{killed} of {kills} killed"))
            except* Breach as broken:
                found = [str(breach) for breach in broken.exceptions]
    took = time.monotonic() - began
    sent = run.flood.sent
    tries = sum(webhook.tries for webhook in sent)
    console.print(
        f"{run.kills} SIGKILLs under load, {len(sent)} webhooks sent {tries} times, "
        f"{sum(webhook.is_taken for webhook in sent)} taken, seed {seed}, {took:.0f} s"
    )
    for sentence in found[:MOST_SHOWN]:
        console.print(f"BREACH: {sentence}", style="bold red", markup=False)
    console.print(
        "What must hold was broken."
        if found
        else "Every webhook that got a 2xx is in the database, and none took effect twice."
    )
    return 1 if found else 0


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    sys.exit(asyncio.run(main(*given, *(SEED, KILLS)[len(given) :])))
