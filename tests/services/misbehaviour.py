"""The ways in which Banq misbehaves, and what the tests of it share."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sandbox.banq.faults import Fault, Route
from sandbox.banq.state import Transaction
from tests.conftest import Clock
from tests.services.rig import Rig

ODD: dict[str, dict[str, object]] = {
    "slow": {"hold": True},
    "hangs up": {"drop": True},
    "400": {"status": 400},
    "401": {"status": 401},
    "403": {"status": 403},
    "404": {"status": 404},
    "429": {"status": 429, "retry_after_s": 1800},
    "500": {"status": 500},
    "503": {"status": 503},
    "no JSON": {"body": "not-json"},
    "odd JSON": {"body": "wrong-shape"},
    "nothing": {"body": "empty"},
}


def fault(route: Route, what: str) -> Fault:
    """`what` as in ODD, perhaps `before` or `after` Banq acted, perhaps `once`."""
    name = re.sub(r" (before|after|once)\b", "", what)
    fields = {"route": route, "after_acting": " after" in what, "times": 1 if " once" in what else None}
    return Fault.model_validate(fields | ODD[name])


@asynccontextmanager
async def struck(rig: Rig, route: Route, what: str) -> AsyncIterator[Rig]:
    """The rig while Banq misbehaves; where that is being slow, one that does not wait for long."""
    if route == "token":
        rig.sandbox.tokens.expire_all()
    rig.sandbox.faults.add(fault(route, what))
    if what.startswith("slow"):
        async with rig.again(timeout_s=0.5) as impatient:
            yield impatient
    else:
        yield rig


def asked(rig: Rig) -> tuple[int, int]:
    """How often Banq was asked to send something, and how often it did as asked."""
    return rig.sandbox.faults.received["withdraw"], rig.sandbox.faults.accepted["withdraw"]


async def owner_approves(rig: Rig) -> None:
    for transaction in rig.sandbox.ledger.transactions:
        rig.sandbox.ledger.approve_transfer(transaction.id)


async def later(rig: Rig, clock: Clock) -> None:
    """Banq is well, and what is due by now is done."""
    rig.sandbox.faults.clear()
    clock.forward(minutes=31)
    await rig.work_off()
    await rig.reconciler.step()


def only_transaction(rig: Rig) -> Transaction:
    [transaction] = rig.sandbox.ledger.transactions
    return transaction


async def untold(rig: Rig) -> list[object]:
    """The notices that are still to be read."""
    return await rig.column("SELECT kind FROM outbox WHERE state <> 'delivered' ORDER BY id")
