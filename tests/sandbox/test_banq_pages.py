"""The pages as a browser gets them, without a browser."""

import hashlib
import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from sandbox.banq.catalogue import NFTS
from sandbox.banq.identities import ADA, CLEO, CUSTOMER_PASSWORD, PLATFORM_ID, PLATFORMS
from tests.sandbox.banq_rig import CHECKSUMMED, Rig, running


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with running() as rig:
        yield rig


async def test_the_widget_knows_only_merchant_platforms(rig: Rig) -> None:
    status, text = await rig.page("/widget?platformId=00000000-0000-0000-0000-000000000000")
    assert status == 404
    assert "does not know" in text
    for platform in PLATFORMS.values():
        status, text = await rig.page(f"/widget?platformId={platform.identity_id}")
        assert status == 200
        assert platform.name in text


async def test_the_widget_can_be_closed_while_banq_is_down(rig: Rig) -> None:
    rig.banq.faults.outage = "503"
    status, text = await rig.page(f"/widget?platformId={PLATFORM_ID}")
    assert status == 503
    assert "Something went wrong at Banq" in text
    assert "data-close" in text


async def test_a_wrong_password_is_told_and_nothing_happens(rig: Rig) -> None:
    for path in ("/widget/sign-in", "/account/sign-in"):
        form = {"platformId": PLATFORM_ID, "email": ADA.email, "password": "wrong"}
        status, text = await rig.page(path, form)
        assert status == 401
        assert "belong together" in text
    assert rig.banq.ledger.grants_of(ADA.email) == []


async def test_approving_takes_a_session(rig: Rig) -> None:
    form = {"platformId": PLATFORM_ID, "refreshToken": "guessed"}
    _, text = await rig.page("/widget/approve", form)
    assert "Sign in to Banq" in text
    assert rig.banq.ledger.grants_of(ADA.email) == []


async def test_a_customer_revokes_in_the_account(rig: Rig) -> None:
    await rig.want_webhooks()
    rig.http.cookie_jar.clear()
    rig.banq.ledger.approve_platform(CLEO.email, PLATFORM_ID)
    async with rig.http.post(
        f"{rig.banq.url}/account/sign-in",
        data={"email": CLEO.email, "password": CUSTOMER_PASSWORD},
        allow_redirects=False,
    ) as answer:
        assert answer.status == 303
        cookie = {"Cookie": f"banq_session={answer.cookies['banq_session'].value}"}
    async with rig.http.post(
        f"{rig.banq.url}/account/revoke", data={"platformId": PLATFORM_ID}, headers=cookie
    ) as answer:
        text = await answer.text()
    await rig.banq.webhooks.settled()
    assert "No platform has access" in text
    assert "This wallet is empty" in text
    assert rig.receiver.actions == ["created", "deleted"]


async def test_a_stranger_revokes_nothing(rig: Rig) -> None:
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    await rig.page("/account/revoke", {"platformId": PLATFORM_ID})
    assert len(rig.banq.ledger.grants_of(ADA.email)) == 1


async def test_a_withdrawal_is_mailed_and_reading_decides_nothing(rig: Rig) -> None:
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    _, started = await rig.withdraw()
    secret = rig.banq.ledger.transaction(started["id"]).secret
    _, mail = await rig.page(f"/mail?for={ADA.email}")
    _, approval = await rig.page(f"/transfers/{secret}")
    _, other = await rig.page(f"/mail?for={CLEO.email}")
    assert all(word in mail for word in (CHECKSUMMED, f"/transfers/{secret}", "/pictures/quiet-hours/3.png"))
    assert CHECKSUMMED in approval
    assert secret not in other
    assert rig.banq.ledger.transaction(started["id"]).status == "awaitingApproval"


async def test_a_rejected_transfer_keeps_the_nft(rig: Rig) -> None:
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    _, started = await rig.withdraw()
    secret = rig.banq.ledger.transaction(started["id"]).secret
    _, rejected = await rig.page(f"/transfers/{secret}/reject", {})
    _, late = await rig.page(f"/transfers/{secret}/approve", {})
    assert "You rejected this transfer" in rejected
    assert "You rejected this transfer" in late
    assert "quiet-hours-3" in [nft.slug for nft, _ in rig.banq.ledger.wallet(ADA.email)]


async def test_an_approved_transfer_is_not_rejected_any_more() -> None:
    async with running(settle_after_s=3600) as rig:
        rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
        _, started = await rig.withdraw()
        secret = rig.banq.ledger.transaction(started["id"]).secret
        await rig.page(f"/transfers/{secret}/approve", {})
        status, text = await rig.page(f"/transfers/{secret}/reject", {})
    assert status == 200
    assert "Your transfer is on its way" in text


async def test_a_transfer_takes_its_time_to_settle() -> None:
    async with running(settle_after_s=0.05) as rig:
        rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
        _, started = await rig.withdraw()
        rig.banq.ledger.approve_transfer(started["id"])
        transaction = rig.banq.ledger.transaction(started["id"])
        before = str(transaction.status)
        await rig.banq.store.until(lambda: transaction.status == "completed")
    assert before == "processing"


async def test_anybody_can_look_at_a_transaction_on_its_network(rig: Rig) -> None:
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    _, started = await rig.withdraw()
    rig.banq.ledger.approve_transfer(started["id"])
    transaction_hash = rig.banq.ledger.transaction(started["id"]).transaction_hash
    assert transaction_hash is not None
    async with rig.http.get(rig.banq.explorer_urls["ethereum"].replace("{hash}", transaction_hash)) as answer:
        text = await answer.text()
    assert answer.status == 200
    assert all(word in text for word in ("Ethereum", "Completed", CHECKSUMMED, transaction_hash))
    assert "/pictures/quiet-hours/3.png" in text
    assert ADA.name not in text


@pytest.mark.parametrize(
    "path", ["ethereum/tx/None", "polygon/tx/{hash}", "nowhere/tx/{hash}", "ethereum/tx/x"]
)
async def test_no_network_shows_what_did_not_happen_there(rig: Rig, path: str) -> None:
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    _, settled = await rig.withdraw()
    rig.banq.ledger.approve_transfer(settled["id"])
    await rig.withdraw("quiet-hours-4")
    transaction_hash = str(rig.banq.ledger.transaction(settled["id"]).transaction_hash)
    status, text = await rig.page("/explorer/" + path.replace("{hash}", transaction_hash))
    assert status == 404
    assert "This network has no such transaction." in text


async def test_hostile_names_are_escaped(rig: Rig) -> None:
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    await rig.withdraw("glaze-garden-14")
    _, mail = await rig.page(f"/mail?for={ADA.email}")
    assert "&lt;@1&gt;" in mail
    assert "javascript:" not in mail


@pytest.mark.parametrize("path", ["/mail?for=x", "/mail?mail=x", "/transfers/x", "/transfers/%C3%A9"])
async def test_what_does_not_exist_gets_a_page_that_says_so(rig: Rig, path: str) -> None:
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    await rig.withdraw()
    status, text = await rig.page(path)
    assert status == 404
    assert 'role="alert"' in text


@pytest.mark.parametrize("path", ["/", "/mail", "/account", "/widget?platformId=x", "/transfers/x"])
async def test_pages_allow_nothing_inline(rig: Rig, path: str) -> None:
    async with rig.http.get(rig.banq.url + path) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert ("frame-ancestors" in policy) == (not path.startswith("/widget"))


async def test_every_listed_picture_is_its_own(rig: Rig) -> None:
    digests = set()
    paths = [nft.picture_path for nft in NFTS.values() if nft.picture_path]
    for path in paths:
        async with rig.http.get(rig.banq.url + path) as answer:
            picture = await answer.read()
            assert (answer.status, answer.content_type) == (200, "image/png")
            assert "immutable" in answer.headers["Cache-Control"]
        assert picture.startswith(b"\x89PNG\r\n\x1a\n")
        digests.add(hashlib.sha256(picture).digest())
    assert len(digests) == len(paths) == 50
    assert Image.open(io.BytesIO(picture)).size == (512, 512)


async def test_pictures_come_out_the_same_each_time() -> None:
    copies = []
    for _ in range(2):
        async with running() as rig, rig.http.get(f"{rig.banq.url}/pictures/pebble-folk/2.png") as answer:
            copies.append(await answer.read())
    assert copies[0] == copies[1]


@pytest.mark.parametrize("path", ["quiet-hours/99", "moon/1", "pebble-folk/16"])
async def test_there_is_no_picture_where_none_is_listed(rig: Rig, path: str) -> None:
    async with rig.http.get(f"{rig.banq.url}/pictures/{path}.png") as answer:
        assert answer.status == 404
