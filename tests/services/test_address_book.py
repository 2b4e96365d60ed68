"""The address book: each way that adding and removing can go, and what makes an address new."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.address_book import (
    LONGEST_LABEL,
    MOST_ENTRIES,
    Added,
    AddressSaved,
    BookFull,
    LabelRefused,
    LabelTaken,
    Listed,
    NotInBook,
    Removed,
    key_of,
)
from services.addresses import AddressProblem
from services.limits import AddressTooNew
from services.withdrawals import Drafted
from storage import limits
from storage.address_book import SavedAddress
from tests.conftest import Clock
from tests.services.rig import ADA, BEN, GOOD_ADDRESS, NO_LIMITS, Rig
from tests.services.rig import key_of as nft_key_of

ANOTHER = "0x" + "ab" * 20
BAD_CHECKSUM = "0x52908400098527886E0F7030069857D2E4169Ee7"
A_DAY = timedelta(days=1)
PICTURE = "quiet-hours-2"


async def hold_new_addresses(rig: Rig, hold: timedelta = A_DAY) -> None:
    async with rig.database.transaction() as tx:
        await limits.set_rules(tx, replace(NO_LIMITS, address_hold=hold))


async def saved(rig: Rig, label: str = "Cold", address: str = GOOD_ADDRESS) -> SavedAddress:
    outcome = await rig.address_book.add(ADA, label, address)
    assert isinstance(outcome, Added), outcome
    return outcome.entry


def address(number: int) -> str:
    return "0x" + hashlib.sha256(str(number).encode()).hexdigest()[:40]


async def test_an_address_is_saved_as_it_is_written_correctly(rig: Rig, clock: Clock) -> None:
    outcome = await rig.address_book.add(ADA, "  Cold \n wallet ", f" {GOOD_ADDRESS.lower()} ")

    assert isinstance(outcome, Added)
    assert (outcome.entry.label, outcome.entry.network) == ("Cold wallet", "evm")
    assert (outcome.entry.address, outcome.entry.added_at) == (GOOD_ADDRESS, clock.time)
    assert (outcome.held_until, outcome.look_alike) == (None, None)
    assert await rig.address_book.listed(ADA) == [Listed(outcome.entry, None)]


async def test_a_book_is_for_one_member_alone(rig: Rig) -> None:
    entry = await saved(rig)

    assert await rig.address_book.entries(BEN) == []
    assert await rig.address_book.entries(replace(ADA, platform="telegram")) == []
    assert await rig.address_book.remove(BEN, key_of(entry)) == NotInBook()
    assert await rig.address_book.entries(ADA) == [entry]


@pytest.mark.parametrize(
    "label",
    [
        "",
        " \u200b\u202e ",
        "x" * (LONGEST_LABEL + 1),
        # Cut before its 40th character it would be short enough.
        "x" * (LONGEST_LABEL - 1) + " and more",
        "\ufdfa" * 3,
        "saved:0000000000000001",
        "SAVED:cold",
        "0x5290…9EE7",
        "0X52908400098527886E0F7030069857D2",
        "DRpbCBMxVnDK7maPM5tGv6MvB3v1sRMC86PZ8okm",
    ],
)
async def test_a_label_is_short_and_looks_like_nothing_else(rig: Rig, label: str) -> None:
    assert await rig.address_book.add(ADA, label, GOOD_ADDRESS) == LabelRefused()
    assert await rig.address_book.entries(ADA) == []


@pytest.mark.parametrize("label", ["x", "é" * 20 + " " * 9 + "y" * 19, "*bold* @everyone", "🦊 cold"])
async def test_a_label_may_be_anything_else(rig: Rig, label: str) -> None:
    assert len((await saved(rig, label)).label) <= LONGEST_LABEL


async def test_what_is_no_address_is_not_saved(rig: Rig) -> None:
    assert await rig.address_book.add(ADA, "Cold", BAD_CHECKSUM) == AddressProblem.BAD_CHECKSUM
    assert await rig.address_book.entries(ADA) == []


async def test_an_address_is_saved_once_in_whatever_spelling(rig: Rig) -> None:
    entry = await saved(rig)

    for again in (GOOD_ADDRESS, GOOD_ADDRESS.lower(), "0X" + GOOD_ADDRESS[2:]):
        assert await rig.address_book.add(ADA, "Another", again) == AddressSaved(entry)


@pytest.mark.parametrize("label", ["Café", "CAFÉ", " cafe\u0301 ", "ｃａｆé"])
async def test_a_label_is_taken_in_whatever_spelling(rig: Rig, label: str) -> None:
    entry = await saved(rig, "Café")

    assert await rig.address_book.add(ADA, label, ANOTHER) == LabelTaken(entry)


async def test_a_full_book_takes_no_more(rig: Rig) -> None:
    for number in range(MOST_ENTRIES):
        await saved(rig, f"Number {number}", address(number))

    assert await rig.address_book.add(ADA, "One more", ANOTHER) == BookFull(MOST_ENTRIES)

    assert isinstance(await rig.address_book.remove(ADA, "Number 7"), Removed)
    await saved(rig, "One more", ANOTHER)


async def test_a_look_alike_of_a_saved_address_is_named(rig: Rig) -> None:
    entry = await saved(rig)
    digits = "3" if GOOD_ADDRESS[20] != "3" else "4"
    alike = (GOOD_ADDRESS[:20] + digits + GOOD_ADDRESS[21:]).lower()

    outcome = await rig.address_book.add(ADA, "Another", alike)

    assert isinstance(outcome, Added)
    assert outcome.look_alike == entry


async def test_two_processes_adding_at_once_save_one(rig: Rig) -> None:
    async with rig.again() as other:
        outcomes = await asyncio.gather(
            *(each.address_book.add(ADA, "Cold", GOOD_ADDRESS) for each in (rig, other, rig, other))
        )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Added"] + ["AddressSaved"] * 3


@pytest.mark.parametrize("wanted", ["cold", " COLD ", "key"])
async def test_an_entry_is_removed_by_its_label_or_key(rig: Rig, wanted: str) -> None:
    entry = await saved(rig)
    named = key_of(entry) if wanted == "key" else wanted

    assert await rig.address_book.remove(ADA, named) == Removed(entry, timedelta(0))
    assert await rig.address_book.remove(ADA, named) == NotInBook()
    assert await rig.address_book.entries(ADA) == []


@pytest.mark.parametrize("wanted", ["", "Col", "Cold wallet", GOOD_ADDRESS])
async def test_nothing_is_removed_by_anything_else(rig: Rig, wanted: str) -> None:
    entry = await saved(rig)

    assert await rig.address_book.remove(ADA, wanted) == NotInBook()
    assert await rig.address_book.entries(ADA) == [entry]


async def test_a_new_address_is_held_from_when_it_was_saved(linked: Rig, clock: Clock) -> None:
    await hold_new_addresses(linked)
    outcome = await linked.address_book.add(ADA, "Cold", GOOD_ADDRESS)
    assert isinstance(outcome, Added)
    until = clock.time + A_DAY
    assert outcome.held_until == until
    assert await linked.address_book.listed(ADA) == [Listed(outcome.entry, until)]
    assert await drafted(linked) == AddressTooNew(until, A_DAY)

    clock.time = until

    assert await linked.address_book.listed(ADA) == [Listed(outcome.entry, None)]
    assert isinstance(await drafted(linked), Drafted)


async def test_an_entry_is_removed_though_the_clock_went_back(rig: Rig, clock: Clock) -> None:
    entry = await saved(rig)
    clock.forward(seconds=-2)

    assert await rig.address_book.remove(ADA, entry.label) == Removed(entry, timedelta(0))

    assert await rig.address_book.listed(ADA) == []


async def test_an_address_that_was_removed_is_new_again(linked: Rig, clock: Clock) -> None:
    await hold_new_addresses(linked)
    first = await saved(linked)
    clock.time += A_DAY

    assert await linked.address_book.remove(ADA, "Cold") == Removed(first, A_DAY)
    assert await drafted(linked, GOOD_ADDRESS) == AddressTooNew(None, A_DAY)
    second = await saved(linked)

    assert second.added_at == clock.time
    assert await drafted(linked) == AddressTooNew(clock.time + A_DAY, A_DAY)


async def test_a_longer_hold_of_the_members_own_counts_for_what_is_saved_already(
    rig: Rig, clock: Clock
) -> None:
    entry = await saved(rig)
    clock.forward(minutes=30)

    await rig.limits.set_own(ADA, "address_hold_ms", 3_600_000)

    assert await held(rig) == entry.added_at + timedelta(hours=1)
    clock.forward(minutes=30)
    assert await held(rig) is None


async def test_the_audit_log_has_no_addresses(rig: Rig) -> None:
    await saved(rig)
    await rig.address_book.remove(ADA, "Cold")

    assert await rig.column("SELECT action FROM audit") == ["address saved", "address removed"]
    assert await rig.column("SELECT reason FROM audit") == [None, None]


async def drafted(rig: Rig, to: str = "cold") -> object:
    return await rig.withdrawals.draft(ADA, nft_key_of(PICTURE), to, 1)


async def held(rig: Rig) -> datetime | None:
    [listed] = await rig.address_book.listed(ADA)
    return listed.held_until


async def test_a_chosen_entry_that_was_removed_meanwhile_is_said_to_be_gone(linked: Rig) -> None:
    entry = await saved(linked)
    await linked.address_book.remove(ADA, entry.label)

    outcome = await linked.withdrawals.draft(ADA, nft_key_of("quiet-hours-2"), key_of(entry), 1)

    assert outcome == NotInBook()
