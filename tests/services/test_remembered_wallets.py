"""Wallets that were read before: for how long they do, what they stand in for, and how many are kept."""

import threading
from datetime import timedelta

import pytest

from sandbox.banq import identities
from services import wallet as wallets
from services.foreign_text import clean
from services.links import LinkStale, NotLinked
from services.nfts import LOOKED_THROUGH_FOR, BanqSilent
from services.wallet import Wallet
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, CLEO, Rig

# Of Ada's 32 NFTs, and of the wallet itself.
ROOM_OF_ADAS = 33


def readings(rig: Rig) -> int:
    return rig.sandbox.faults.received["nfts"]


@pytest.fixture
async def everybody(rig: Rig, clock: Clock) -> Rig:
    """Ada, Ben and Cleo are linked; Ada holds the most, and Cleo nothing."""
    for user, customer in ((ADA, identities.ADA), (BEN, identities.BEN), (CLEO, identities.CLEO)):
        await rig.link(user, customer)
        clock.forward(minutes=1)
    return rig


async def test_whoever_turns_pages_looks_at_one_state_of_the_wallet(linked: Rig, clock: Clock) -> None:
    first = await linked.nfts.of(ADA)
    asked = readings(linked)

    clock.forward(minutes=10)
    assert await linked.nfts.of(ADA, not_older_than=LOOKED_THROUGH_FOR) is first
    assert readings(linked) == asked
    clock.forward(seconds=1)
    assert await linked.nfts.of(ADA, not_older_than=LOOKED_THROUGH_FOR) is not first
    assert readings(linked) == asked + 1


async def test_a_look_that_is_to_be_as_of_now_asks_banq(linked: Rig, clock: Clock) -> None:
    await linked.nfts.of(ADA)
    asked = readings(linked)
    clock.forward(seconds=1)

    await linked.nfts.of(ADA, not_older_than=timedelta(0))

    assert readings(linked) == asked + 1


async def test_choices_come_from_what_is_remembered_while_banq_is_slow(
    linked: Rig, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.nfts.AUTOCOMPLETE_PATIENCE_S", 0)
    assert await linked.nfts.soon(ADA) is None
    read = await linked.nfts.of(ADA)
    clock.forward(minutes=60)

    assert await linked.nfts.soon(ADA) is read


async def test_choices_come_from_what_is_remembered_while_banq_is_silent(linked: Rig, clock: Clock) -> None:
    linked.sandbox.faults.outage = "503"
    assert await linked.nfts.soon(ADA) == BanqSilent()
    linked.sandbox.faults.clear()
    read = await linked.nfts.of(ADA)
    clock.forward(minutes=60)
    linked.sandbox.faults.outage = "503"

    assert await linked.nfts.soon(ADA) is read


async def test_choices_are_as_fresh_as_banq_allows(linked: Rig, clock: Clock) -> None:
    read = await linked.nfts.of(ADA)
    clock.forward(minutes=60)

    found = await linked.nfts.soon(ADA)

    assert isinstance(found, Wallet)
    assert found is not read
    assert await linked.nfts.soon(BEN) == NotLinked()


async def test_nothing_is_remembered_of_a_wallet_whose_access_is_lost(linked: Rig) -> None:
    await linked.nfts.of(ADA)
    link = await linked.links.of(ADA)
    assert link is not None

    await linked.links.access_lost(link.id)

    assert await linked.nfts.remembered(ADA) is None
    assert await linked.nfts.soon(ADA) == LinkStale()


async def test_the_wallet_read_longest_ago_makes_room(
    everybody: Rig, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    nfts = everybody.nfts
    of_ben = await nfts.of(BEN)
    assert isinstance(of_ben, Wallet)
    monkeypatch.setattr("services.nfts.CACHED_NFTS", ROOM_OF_ADAS + len(of_ben.items) + 1)
    await nfts.of(ADA)
    assert await nfts.remembered(BEN) is of_ben, "there is room for both"
    clock.forward(minutes=2)
    of_ben = await nfts.of(BEN)

    await nfts.of(CLEO)

    assert await nfts.remembered(ADA) is None
    assert await nfts.remembered(BEN) is of_ben
    assert await nfts.remembered(CLEO) == Wallet((), 0, clock())


async def test_a_wallet_larger_than_all_room_is_kept_alone(
    everybody: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.nfts.CACHED_NFTS", ROOM_OF_ADAS - 1)
    await everybody.nfts.of(BEN)

    of_ada = await everybody.nfts.of(ADA)

    assert await everybody.nfts.remembered(ADA) is of_ada
    assert await everybody.nfts.remembered(BEN) is None


async def test_a_wallet_that_is_forgotten_is_read_anew(linked: Rig) -> None:
    await linked.nfts.of(ADA)
    asked = readings(linked)
    link = await linked.links.of(ADA)
    assert link is not None

    linked.nfts.forget(link.id)

    assert await linked.nfts.remembered(ADA) is None
    assert isinstance(await linked.nfts.of(ADA), Wallet)
    assert readings(linked) == asked + 1


async def test_a_wallet_is_prepared_where_it_holds_nobody_up(
    linked: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleaned_in: set[threading.Thread] = set()

    def noted(text: str, limit: int) -> str:
        cleaned_in.add(threading.current_thread())
        return clean(text, limit)

    monkeypatch.setattr(wallets, "clean", noted)

    found = await linked.nfts.of(ADA)

    assert "entries" in vars(found), "whoever uses it would have to wait"
    assert cleaned_in
    assert threading.current_thread() not in cleaned_in
