"""Customers beyond the three named ones: offered nowhere, and otherwise like anybody."""

import json
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from sandbox.banq.catalogue import FIRST_HOLDINGS
from sandbox.banq.identities import (
    ADA,
    CUSTOMER_PASSWORD,
    CUSTOMERS,
    PLATFORM_ID,
    PLATFORMS,
    AccountSpace,
    crowd,
)
from sandbox.banq.server import BanqSandbox
from tests.sandbox.banq_rig import Rig, hidden_fields, running

CROWD = crowd(9)
MEMBER = CROWD[4]


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with running(crowd=len(CROWD)) as rig:
        yield rig


def test_everybody_has_a_name_and_ids_of_their_own() -> None:
    everybody = [*CUSTOMERS.values(), *crowd(200)]
    assert crowd(200)[:9] == CROWD
    assert [CROWD[0].email, crowd(200)[-1].email] == [
        "member-001@meadow.example",
        "member-200@meadow.example",
    ]
    assert len({person.email for person in everybody}) == len({person.user_id for person in everybody}) == 203


def test_neighbours_hold_different_numbers_of_nfts(rig: Rig) -> None:
    counts = [len(rig.banq.ledger.wallet(person.email)) for person in CROWD]
    assert counts == [1, 2, 3, 4, 5, 6, 7, 1, 2]
    assert all(one != next_one for one, next_one in pairwise(counts))
    # One ERC-721 has one owner, so a crowd can only share the others.
    assert {nft.token_type for person in CROWD for nft, _ in rig.banq.ledger.wallet(person.email)} == {
        "ERC1155"
    }


def test_the_named_three_are_as_without_a_crowd(rig: Rig) -> None:
    alone = BanqSandbox()
    for email in CUSTOMERS:
        assert rig.banq.ledger.wallet(email) == alone.ledger.wallet(email)
        assert len(rig.banq.ledger.mails(email)) == len(alone.ledger.mails(email)) == 1


@pytest.mark.parametrize("path", ["/account", "/mail", *(f"/widget?platformId={one}" for one in PLATFORMS)])
async def test_the_pages_offer_only_the_named_three(rig: Rig, path: str) -> None:
    _, text = await rig.page(path)
    assert all(email in text for email in CUSTOMERS)
    assert "member-" not in text


@pytest.mark.parametrize("space", PLATFORMS.values(), ids=lambda space: space.name)
async def test_one_of_the_crowd_goes_the_whole_way(rig: Rig, space: AccountSpace) -> None:
    await rig.want_webhooks(f"/v1/account-spaces/{space.id}/webhook-config")
    known = {"email": MEMBER.email, "password": CUSTOMER_PASSWORD, "platformId": space.identity_id}
    _, consent = await rig.page("/widget/sign-in", known)
    await rig.page("/widget/approve", hidden_fields(consent))
    guid = MEMBER.user_guid(space.identity_id)
    _, nfts = await rig.call("GET", f"/v1/user-tokens/{guid}/platform-nfts")
    status, started = await rig.withdraw(
        "glaze-garden-5", userId=MEMBER.user_id, platformId=space.identity_id
    )
    _, mail = await rig.page(f"/mail?for={MEMBER.email}")
    secret = rig.banq.ledger.transaction(started["id"]).secret
    _, done = await rig.page(f"/transfers/{secret}/approve", {})
    await rig.banq.webhooks.settled()

    assert "(5 at the moment)" in consent
    assert (status, len(nfts["items"])) == (201, 5)
    assert f"/transfers/{secret}" in mail
    assert "Transfer complete" in done
    assert MEMBER.name in done
    assert rig.receiver.actions == ["created", "processing", "completed"]
    assert rig.receiver.bodies[0]["data"] == {"userGuid": guid, "userId": MEMBER.user_id}
    assert [len(rig.banq.ledger.wallet(person.email)) for person in CROWD[3:6]] == [4, 4, 6]


async def test_a_hoard_can_be_looked_at_and_not_withdrawn(rig: Rig) -> None:
    rig.banq.ledger.approve_platform(MEMBER.email, PLATFORM_ID)
    rig.banq.api.hoard(MEMBER.email, 1000)
    _, nfts = await rig.call("GET", f"/v1/user-tokens/{MEMBER.user_guid(PLATFORM_ID)}/platform-nfts")

    assert len(nfts["items"]) == 5 + 1000
    assert len({nft["tokenDataId"] for nft in nfts["items"]}) == 5 + 1000
    assert len(rig.banq.ledger.wallet(MEMBER.email)) == 5


async def test_the_control_routes_know_the_crowd(rig: Rig) -> None:
    assert (await rig.control("POST", "/approvals", {"email": MEMBER.email}))[0] == 204
    order = {"email": MEMBER.email, "nft": "glaze-garden-1"}
    assert (await rig.control("POST", "/nfts/move-away", order))[0] == 204
    assert len(rig.banq.ledger.grants_of(MEMBER.email)) == 1
    assert len(rig.banq.ledger.wallet(MEMBER.email)) == 4


async def test_nobody_is_there_beyond_the_crowd(rig: Rig) -> None:
    stranger = crowd(10)[-1].email
    form = {"email": stranger, "password": CUSTOMER_PASSWORD, "platformId": PLATFORM_ID}
    assert (await rig.page("/widget/sign-in", form))[0] == 401
    assert (await rig.page(f"/mail?for={stranger}"))[0] == 404
    assert (await rig.control("POST", "/approvals", {"email": stranger}))[0] == 400


async def test_a_state_without_a_crowd_is_written_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "banq.json"
    async with running(path) as rig:
        rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    state = json.loads(path.read_text())
    assert state["holdings"] == FIRST_HOLDINGS
    assert [mail["id"] for mail in state["mails"][:-1]] == ["welcome-1", "welcome-2", "welcome-3"]


async def test_a_crowd_joins_a_state_and_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "banq.json"
    async with running(path) as rig:
        grant = rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    async with running(path, crowd=5) as rig:
        assert rig.banq.ledger.grant(grant.user_guid) == grant
        rig.banq.ledger.move_away(MEMBER.email, "glaze-garden-1")
    async with running(path, crowd=9) as rig:
        assert len(rig.banq.ledger.wallet(MEMBER.email)) == 4
        assert len(rig.banq.ledger.wallet(CROWD[5].email)) == 6
        assert [mail.kind for mail in rig.banq.ledger.mails(MEMBER.email)] == ["welcome"]
