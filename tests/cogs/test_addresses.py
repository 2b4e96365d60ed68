"""The address book and the limits as a member meets them, with the live bot."""

import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.banq import identities
from sandbox.discord import ADA, BEN
from storage import limits
from tests.cogs.member import ADDRESS, Member
from tests.live import LiveBot, living

ANOTHER = "0x" + "ab" * 20
SOLANA = "DRpbCBMxVnDK7maPM5tGv6MvB3v1sRMC86PZ8okm21hy"
NFT = "Copper Hills"
STRICT = limits.Rules(
    link_hold=timedelta(minutes=30),
    address_hold=timedelta(hours=2),
    per_day=10,
    in_flight=5,
    loosening=timedelta(hours=24),
)


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveBot]:
    async with living(tmp_path) as running:
        yield running


@pytest.fixture
def ada(live: LiveBot) -> Member:
    return Member(live, ADA)


async def choices(
    member: Member, command: str, option: str, typed: str = "", **others: str
) -> list[tuple[str, str]]:
    """(name, value) of each choice that autocomplete offers."""
    found = await member.live.discord.members.autocomplete(member.id, command, option, typed, others)
    return [(str(choice["name"]), str(choice["value"])) for choice in found]


def nothing_went_wrong(live: LiveBot) -> None:
    assert not [line for line in live.output if "Traceback" in line or "ERROR" in line]


async def test_an_address_is_saved_used_by_its_name_and_removed(live: LiveBot, ada: Member) -> None:
    assert "No saved addresses" in (await ada.command("addresses list")).text
    added = await ada.command("addresses add", label="Cold *wallet*", address=ADDRESS.lower())
    assert added.is_ephemeral
    assert "0x 5290 8400 0985 2788 6E0F 7030 0698 57D2 E416 9EE7" in added.text
    assert "Ethereum-like (EVM)" in added.text.replace("\\", "")
    assert "You can use it now" in added.text
    assert "already" in (await ada.command("addresses add", label="Other", address=ADDRESS)).text
    assert "already" in (await ada.command("addresses add", label="cold *WALLET*", address=ANOTHER)).text
    assert "another name" in (await ada.command("addresses add", label="0x5290…9EE7", address=ANOTHER)).text
    assert (
        "has a mistake"
        in (await ada.command("addresses add", label="Bad", address=ADDRESS.replace("E0F", "e0F"))).text
    )

    [(name, key)] = await choices(ada, "withdraw", "to", "cold")
    assert name == "Cold *wallet* · 0x5290…9EE7 · Ethereum-like (EVM)"
    assert await choices(ada, "withdraw", "to", ADDRESS[-10:]) == [(name, key)]
    assert await choices(ada, "withdraw", "to", ANOTHER) == []
    assert await choices(Member(live, BEN), "withdraw", "to") == []
    await ada.link(identities.ADA)
    for to in (key, "COLD *wallet*", ADDRESS):
        review = await ada.command("withdraw", nft=NFT, to=to)
        assert "your saved address" in review.text
        assert "9EE7" in review.text

    assert await choices(ada, "addresses remove", "label", "wal") == [(name, key)]
    removed = await ada.command("addresses remove", label=key)
    assert "it is a new address again" in removed.text
    assert "no such address" in (await ada.command("addresses remove", label=key)).text
    assert await choices(ada, "withdraw", "to") == []
    assert "new address" in (await ada.command("withdraw", nft=NFT, to=ADDRESS)).text
    nothing_went_wrong(live)


async def test_only_addresses_that_fit_the_chosen_nft_are_offered(live: LiveBot) -> None:
    ben = Member(live, BEN)
    await ben.command("addresses add", label="Cold", address=ADDRESS)
    await ben.command("addresses add", label="Sol", address=SOLANA)
    await ben.link(identities.BEN)

    async def offered(nft: str) -> list[str]:
        return [name for name, _ in await choices(ben, "withdraw", "to", nft=nft)]

    cold = "Cold · 0x5290…9EE7 · Ethereum-like (EVM)"
    sol = "Sol · DRpbCB…21hy · Solana"
    [(_, picture), *_] = await choices(ben, "withdraw", "nft", "Ethereum")
    [(_, letter), *_] = await choices(ben, "withdraw", "nft", "Solana")
    asked = live.banq.faults.received["nfts"]
    assert await offered(picture) == [cold]
    assert await offered(letter) == [sol]
    assert await offered("typed by hand") == [cold, sol]
    assert live.banq.faults.received["nfts"] == asked
    nothing_went_wrong(live)


async def test_the_longest_book_fits_into_messages(live: LiveBot, ada: Member) -> None:
    for number in range(25):
        address = "0x" + hashlib.sha256(str(number).encode()).hexdigest()[:40]
        await ada.command("addresses add", label=f"{number:02}" + "*" * 38, address=address)
    assert "room for 25" in (await ada.command("addresses add", label="One more", address=ADDRESS)).text
    assert len(await choices(ada, "addresses remove", "label")) == 25

    page = await ada.command("addresses list")
    seen = page.text
    for _ in range(2):
        page = await ada.press(page, "Next ▶")
        seen += page.text
    assert "page 3 of 3" in page.text
    assert page.button("Next ▶")["disabled"]
    assert all(f"{number:02}\\*" in seen for number in range(25))
    assert "page 2 of 3" in (await ada.press(page, "◀ Back")).text
    nothing_went_wrong(live)


async def test_what_holds_is_told_where_it_is_met(live: LiveBot, ada: Member) -> None:
    assert "need not wait" in (await ada.command("limits")).text
    await ada.link(identities.ADA)
    async with live.opened_database() as database, database.transaction() as tx:
        await limits.set_rules(tx, STRICT)
    added = await ada.command("addresses add", label="Cold", address=ADDRESS)
    assert "has to wait. You can use it <t:" in added.text
    assert "can be used <t:" in (await ada.command("addresses list")).text

    wallet = (await ada.command("wallet")).text
    assert "The link is still new: you can withdraw <t:" in wallet
    assert "1 saved address is still new; it can be used <t:" in wallet
    shown = (await ada.command("limits")).text
    assert "has to wait 30 minutes. From yours you can withdraw <t:" in shown
    assert "has to wait 2 hours" in shown
    assert "has to wait 2 hours" in (await ada.command("addresses remove", label="cold")).text
    nothing_went_wrong(live)


async def test_members_set_stricter_limits_at_once_and_looser_ones_late(live: LiveBot, ada: Member) -> None:
    assert "at most 10 withdrawals; 0 so far." in (await ada.command("limits")).text
    stricter = (await ada.command("limits", per_day=0, under_way=2, new_address_hours=48)).text
    assert "No withdrawals at all, from now on" in stricter
    assert "At most 2 withdrawals under way at a time, from now on" in stricter
    assert "A newly saved address has to wait 2 days, from now on" in stricter

    looser = (await ada.command("limits", per_day=3, new_address_hours=0)).text
    assert "At most 3 withdrawals within 24 hours: that is looser, so it starts <t:" in looser
    assert "You wanted that; this community allows 10. That changes <t:" in looser
    refused = (await ada.command("limits", per_day=11)).text
    assert "Not changed. The limit of this community: At most 10 withdrawals within 24 hours." in refused
    await ada.link(identities.ADA)
    assert "This address is new" in (await ada.command("withdraw", nft=NFT, to=ADDRESS)).text
    nothing_went_wrong(live)
