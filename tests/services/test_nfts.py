"""What a member holds: fresh enough, cheap enough, and never "nothing" because Banq is away."""

import asyncio
import logging
from dataclasses import replace

import pytest

from banq.models import Nft
from sandbox.banq import identities
from sandbox.banq.catalogue import NFTS
from sandbox.banq.faults import Fault
from services import nfts
from services.links import LinkStale, NotLinked
from services.nfts import BanqSilent
from services.wallet import Wallet, nft_key
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, CLEO, Rig, key_of

PICTURE = "quiet-hours-2"


def readings(rig: Rig) -> int:
    """How often Banq was asked for a wallet."""
    return rig.sandbox.faults.received["nfts"]


async def wallet_of_ada(rig: Rig, *, fresh: bool = False) -> Wallet:
    wallet = await rig.nfts.of(ADA, fresh=fresh)
    assert isinstance(wallet, Wallet), wallet
    return wallet


def labels_of(wallet: Wallet) -> dict[str, str]:
    return {key: entry.label for key, entry in wallet.entries.items()}


def nft(number: int, name: str | None = "Same", **fields: str) -> Nft:
    return Nft.model_validate({"tokenDataId": number, "sourceBanq": "s", "name": name} | fields)


async def test_a_member_sees_what_banq_says(linked: Rig) -> None:
    found = await wallet_of_ada(linked)

    assert len(found.items) == len(found.by_key) == 32
    assert found.unreadable == 0
    assert found.by_key[key_of("glaze-garden-8")].amount == 5


async def test_without_a_link_there_is_nothing_to_see(linked: Rig) -> None:
    assert await linked.nfts.of(BEN) == NotLinked()


async def test_an_empty_wallet_is_a_wallet(rig: Rig) -> None:
    await rig.link(CLEO, identities.CLEO)

    found = await rig.nfts.of(CLEO)

    assert isinstance(found, Wallet)
    assert found.items == ()


async def test_a_wallet_is_kept_for_a_minute(linked: Rig, clock: Clock) -> None:
    first = await wallet_of_ada(linked)
    asked = readings(linked)

    clock.forward(seconds=60)
    assert await wallet_of_ada(linked) == first
    assert readings(linked) == asked
    clock.forward(seconds=1)
    await wallet_of_ada(linked)

    assert readings(linked) == asked + 1


async def test_a_fresh_look_asks_banq(linked: Rig, clock: Clock) -> None:
    assert key_of(PICTURE) in (await wallet_of_ada(linked)).by_key
    linked.sandbox.ledger.move_away(identities.ADA.email, PICTURE)
    clock.forward(seconds=1)

    assert key_of(PICTURE) in (await wallet_of_ada(linked)).by_key
    assert key_of(PICTURE) not in (await wallet_of_ada(linked, fresh=True)).by_key
    assert key_of(PICTURE) not in (await wallet_of_ada(linked)).by_key


async def test_a_look_that_was_under_way_is_not_fresh(linked: Rig, clock: Clock) -> None:
    asked = readings(linked)
    linked.sandbox.faults.add(Fault(route="nfts", times=1, hold=True, after_acting=True))
    under_way = asyncio.create_task(linked.nfts.of(ADA))
    await linked.sandbox.store.until(lambda: readings(linked) == asked + 1)
    linked.sandbox.ledger.move_away(identities.ADA.email, PICTURE)
    clock.forward(seconds=1)

    fresh = asyncio.create_task(wallet_of_ada(linked, fresh=True))
    linked.sandbox.faults.release()

    await under_way
    assert key_of(PICTURE) not in (await fresh).by_key


@pytest.mark.parametrize("fresh", [False, True])
async def test_many_looks_at_once_ask_banq_once(linked: Rig, clock: Clock, fresh: bool) -> None:
    clock.forward(minutes=2)
    asked = readings(linked)

    found = await asyncio.gather(*(linked.nfts.of(ADA, fresh=fresh) for _ in range(10)))

    assert all(isinstance(each, Wallet) for each in found)
    assert readings(linked) == asked + 1


async def test_many_looks_at_once_hear_together_that_banq_is_silent(linked: Rig, clock: Clock) -> None:
    clock.forward(minutes=2)
    link = await linked.links.of(ADA)
    assert link is not None
    asked = readings(linked)
    linked.sandbox.faults.add(Fault(route="nfts", status=429, times=1))

    found = await asyncio.gather(*(linked.nfts.of_link(link, fresh=fresh) for fresh in (False, True, False)))

    assert found == [BanqSilent()] * 3
    assert readings(linked) == asked + 1
    assert len((await wallet_of_ada(linked)).items) == 32


async def test_one_members_slow_wallet_does_not_hold_up_another(rig: Rig, clock: Clock) -> None:
    await rig.link(ADA, identities.ADA)
    clock.forward(seconds=10)
    await rig.link(BEN, identities.BEN)
    asked = readings(rig)
    rig.sandbox.faults.add(Fault(route="nfts", times=1, hold=True))
    slow = asyncio.create_task(rig.nfts.of(ADA))
    await rig.sandbox.store.until(lambda: readings(rig) == asked + 1)

    assert isinstance(await rig.nfts.of(BEN), Wallet)

    assert not slow.done()
    rig.sandbox.faults.release()
    assert isinstance(await slow, Wallet)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(route="nfts", status=500),
        Fault(route="nfts", status=429),
        Fault(route="nfts", status=401),
        Fault(route="nfts", status=400),
        Fault(route="nfts", drop=True),
        Fault(route="nfts", body="not-json"),
        Fault(route="nfts", body="wrong-shape"),
        Fault(route="nfts", body="empty"),
    ],
)
async def test_an_outage_is_never_an_empty_wallet(linked: Rig, fault: Fault) -> None:
    linked.sandbox.faults.add(fault)

    assert await linked.nfts.of(ADA) == BanqSilent()

    link = await linked.links.of(ADA)
    assert link is not None
    assert link.state == "active"
    linked.sandbox.faults.clear()
    assert len((await wallet_of_ada(linked)).items) == 32


async def test_an_outage_leaves_the_kept_wallet_for_its_minute(linked: Rig, clock: Clock) -> None:
    await wallet_of_ada(linked)
    linked.sandbox.faults.outage = "503"

    clock.forward(seconds=60)
    assert len((await wallet_of_ada(linked)).items) == 32
    assert await linked.nfts.of(ADA, fresh=True) == BanqSilent()
    clock.forward(seconds=1)
    assert await linked.nfts.of(ADA) == BanqSilent()


@pytest.mark.parametrize("status", [403, 404])
async def test_access_that_banq_denies_twice_makes_the_link_stale(
    linked: Rig, clock: Clock, status: int
) -> None:
    await wallet_of_ada(linked)
    clock.forward(minutes=2)
    linked.sandbox.faults.add(Fault(route="nfts", status=status))

    for _ in range(3):
        assert await linked.nfts.of(ADA) == BanqSilent()
        clock.forward(seconds=10)
    assert await linked.nfts.of(ADA) == LinkStale()

    asked = readings(linked)
    assert await linked.nfts.of(ADA) == LinkStale()
    assert readings(linked) == asked
    assert await linked.column("SELECT kind FROM outbox") == ["link_stale"]


async def test_a_denial_that_was_a_hiccup_makes_nothing_stale(linked: Rig, clock: Clock) -> None:
    for _ in range(2):
        linked.sandbox.faults.add(Fault(route="nfts", times=1, status=403))
        assert await linked.nfts.of(ADA) == BanqSilent()
        clock.forward(seconds=30)
        assert len((await wallet_of_ada(linked)).items) == 32
        clock.forward(minutes=2)

    assert await linked.column("SELECT state FROM links") == ["active"]
    assert await linked.column("SELECT kind FROM outbox") == []


async def test_whether_a_denial_holds_is_found_out_without_the_member(linked: Rig, clock: Clock) -> None:
    linked.sandbox.ledger.revoke_platform(identities.ADA.email, identities.PLATFORM_ID)
    await linked.nfts.of(ADA)
    asked = readings(linked)

    clock.forward(seconds=29)
    await linked.nfts.ask_again_about_denials()
    assert readings(linked) == asked
    clock.forward(seconds=1)
    linked.sandbox.faults.add(Fault(route="nfts", times=2, status=503))
    await linked.nfts.ask_again_about_denials()
    assert await linked.column("SELECT state FROM links") == ["active"]
    for _ in range(2):
        await linked.nfts.ask_again_about_denials()

    assert await linked.column("SELECT kind FROM outbox") == ["link_stale"]
    assert readings(linked) == asked + 3, "the outage, asked twice, and the denial"


async def test_denials_are_asked_about_beside_each_other_and_some_at_a_time(
    linked: Rig, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In turn, a Banq that hangs would keep the round for as long as there are denials."""
    caplog.set_level(logging.INFO, logger="services.nfts")
    monkeypatch.setattr(nfts, "ASKED_AGAIN_AT_ONCE", 2)
    for user, person in ((BEN, identities.BEN), (CLEO, identities.CLEO)):
        clock.forward(seconds=10)
        await linked.link(user, person)
    linked.sandbox.faults.add(Fault(route="nfts", times=3, status=403))
    for user in (ADA, BEN, CLEO):
        await linked.nfts.of(user, fresh=True)
    clock.forward(seconds=30)
    linked.sandbox.faults.add(Fault(route="nfts", times=2, hold=True, status=429))
    asked = readings(linked)

    round_of_two = asyncio.create_task(linked.nfts.ask_again_about_denials())
    await linked.sandbox.store.until(lambda: linked.sandbox.faults.held == 2)
    assert (readings(linked), caplog.messages) == (asked + 2, []), "nobody was given up yet"
    linked.sandbox.faults.release()
    await round_of_two

    await linked.nfts.ask_again_about_denials()
    assert isinstance(await linked.nfts.of(CLEO), Wallet)
    assert readings(linked) == asked + 4, "Cleo had her turn, before the two whose answer is not known"


async def test_a_denial_that_banq_announced_is_believed_at_once(linked: Rig) -> None:
    """Also where Banq could not be asked when the announcement came."""
    linked.sandbox.ledger.revoke_platform(identities.ADA.email, identities.PLATFORM_ID)
    linked.sandbox.faults.outage = "503"
    guid = identities.ADA.user_guid(identities.PLATFORM_ID)
    await linked.webhook({"action": "deleted", "resourceType": "UserToken", "resourceId": guid})
    assert await linked.nfts.of(ADA) == BanqSilent()

    linked.sandbox.faults.clear()

    assert await linked.nfts.of(ADA) == LinkStale()


@pytest.mark.parametrize("elsewhere", [Fault(route="me", status=404), Fault(route="me", drop=True)])
async def test_a_denial_while_banq_is_not_well_proves_nothing(linked: Rig, elsewhere: Fault) -> None:
    linked.sandbox.faults.add(Fault(route="nfts", status=404))
    linked.sandbox.faults.add(elsewhere)

    assert await linked.nfts.of(ADA) == BanqSilent()

    link = await linked.links.of(ADA)
    assert link is not None
    assert link.state == "active"


async def test_what_is_held_no_times_is_not_held(linked: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [(NFTS[PICTURE], 0), (NFTS["quiet-hours-3"], 1)]
    monkeypatch.setattr(linked.sandbox.ledger, "wallet", lambda _email: listed)

    found = await wallet_of_ada(linked)

    assert found.by_key.keys() == {key_of("quiet-hours-3")}


async def test_entries_that_cannot_be_read_are_counted(linked: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(NFTS, PICTURE, replace(NFTS[PICTURE], omitted=frozenset({"tokenDataId"})))

    found = await wallet_of_ada(linked)

    assert (len(found.items), found.unreadable) == (31, 1)


async def test_after_a_withdrawal_the_wallet_is_looked_at_again(linked: Rig) -> None:
    withdrawal = await linked.confirm(ADA, await linked.draft(ADA, PICTURE))
    [transaction] = linked.sandbox.ledger.transactions
    assert key_of(PICTURE) in (await wallet_of_ada(linked)).by_key
    linked.sandbox.ledger.approve_transfer(transaction.id)

    await linked.webhook({"action": "", "resourceType": "NftTransaction", "resourceId": transaction.id})

    assert (await linked.stored(withdrawal)).state == "completed"
    assert key_of(PICTURE) not in (await wallet_of_ada(linked)).by_key


async def test_autocomplete_does_not_wait_and_has_it_the_next_time(linked: Rig) -> None:
    asked = readings(linked)
    linked.sandbox.faults.add(Fault(route="nfts", times=1, hold=True))

    assert await linked.nfts.within(ADA, 0) is None
    await linked.sandbox.store.until(lambda: readings(linked) == asked + 1)
    linked.sandbox.faults.release()
    found = await linked.nfts.within(ADA, 60)

    assert found is not None
    assert readings(linked) == asked + 1


async def test_autocomplete_without_a_link_says_so(rig: Rig) -> None:
    assert await rig.nfts.within(ADA, 60) == NotLinked()


async def test_every_nft_has_a_label_of_its_own(linked: Rig) -> None:
    found = await wallet_of_ada(linked)

    labels = labels_of(found)

    assert labels.keys() == found.by_key.keys()
    assert len(set(labels.values())) == 32
    assert all(0 < len(label) <= 100 for label in labels.values())
    assert labels[key_of("quiet-hours-1")] == "Harbour Before Rain · Quiet Hours · Ethereum · #1"
    assert labels[key_of("quiet-hours-10")] == "Harbour Before Rain · Quiet Hours · Ethereum · #10"


def test_twins_are_numbered_and_no_label_is_too_long(clock: Clock) -> None:
    same = {"collection": "c" * 90, "chain": "n" * 90, "tokenId": "9" * 90}
    twins = tuple(nft(number, "name " * 40, **same) for number in range(12))

    labels = labels_of(Wallet(twins, 0, clock()))

    assert len(set(labels.values())) == 12
    assert all(len(label) <= 100 for label in labels.values())


def test_each_of_5000_nfts_of_one_name_has_a_label_of_its_own(clock: Clock) -> None:
    same = tuple(nft(number) for number in range(5_000))

    labels = labels_of(Wallet(same, 0, clock()))

    assert len(labels) == len(set(labels.values())) == 5_000
    assert all(len(label) <= 100 for label in labels.values())


def test_a_name_that_looks_numbered_takes_nobodys_label(clock: Clock) -> None:
    names = ("Same", "Same (2)", "Same", "Same (2)", "Same (3)", "Same", "Same (2) (2)")

    labels = labels_of(Wallet(tuple(nft(number, name) for number, name in enumerate(names)), 0, clock()))

    assert len(set(labels.values())) == len(names)


def test_an_nft_is_found_by_both_its_ids(clock: Clock) -> None:
    wallet = Wallet((nft(1), nft(1, sourceBanq="other")), 0, clock())

    assert wallet.find("1", '"other"') == wallet.items[1]
    assert wallet.find("1", '"third"') is None


def test_an_nft_without_a_name_has_a_label(clock: Clock) -> None:
    unnamed = (nft(1, None), nft(2, "\u202e\u200b"))

    assert sorted(labels_of(Wallet(unnamed, 0, clock())).values()) == ["NFT", "NFT (2)"]


def test_a_label_has_nothing_of_parts_that_cannot_be_seen(clock: Clock) -> None:
    unseen = nft(1, "Cat", collection="\u200b", chain="\u3164", tokenId="\u2800")

    assert list(labels_of(Wallet((unseen,), 0, clock())).values()) == ["Cat"]


def test_a_label_is_never_cut_within_an_emoji(clock: Clock) -> None:
    family = "\u200d".join("\N{MAN}\N{WOMAN}\N{GIRL}\N{BOY}")
    crowd = nft(1, family * 40, collection=family * 40, chain=family * 40, tokenId="1")

    (label,) = labels_of(Wallet((crowd,), 0, clock())).values()

    assert set(label.replace(family, "")) <= set(" ·…")
    assert len(label) <= 90


def test_a_key_tells_a_number_from_its_digits() -> None:
    number, digits = nft(7), Nft.model_validate({"tokenDataId": "7", "sourceBanq": "s"})

    assert nft_key(number) != nft_key(digits)
    assert len(nft_key(number)) == 20


async def test_what_was_read_is_remembered_without_asking_banq(linked: Rig, clock: Clock) -> None:
    assert await linked.nfts.remembered(BEN) is None
    read = await wallet_of_ada(linked)
    asked = readings(linked)
    clock.forward(minutes=60)

    assert await linked.nfts.remembered(ADA) == read
    assert readings(linked) == asked
