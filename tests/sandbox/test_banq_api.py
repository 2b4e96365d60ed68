import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.banq import identities
from sandbox.banq.addresses import checksummed, flow_address, is_well_formed
from sandbox.banq.catalogue import HOSTILE_NAME, NFTS
from sandbox.banq.identities import ADA, BEN, CLEO, PLATFORM_ID
from tests.sandbox.banq_rig import CHECKSUMMED, CONFIG_PATH, CREDENTIALS, Rig, running

CONFIG = {
    "url": "https://bot.example/hooks/1",
    "enabled": True,
    "retryCount": 5,
    "webHookTypes": ["userToken", "nftTransaction"],
}


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    async with running() as rig:
        yield rig


async def test_the_password_grant_gives_a_bearer_token(rig: Rig) -> None:
    async with rig.http.post(rig.banq.token_url, json=CREDENTIALS) as answer:
        body = await answer.json()
    assert (answer.status, body["token_type"], body["expires_in"]) == (200, "Bearer", 86_400)


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"password": "wrong"}, 403, "invalid_grant"),
        ({"username": "somebody@else.example"}, 403, "invalid_grant"),
        ({"client_id": "another"}, 401, "access_denied"),
        ({"audience": "https://banq.com/open/api"}, 401, "access_denied"),
        ({"grant_type": "client_credentials"}, 400, "invalid_request"),
        ({"password": None}, 400, "invalid_request"),
    ],
)
async def test_wrong_credentials_get_auth0s_errors(
    rig: Rig, changes: dict[str, object], status: int, error: str
) -> None:
    async with rig.http.post(rig.banq.token_url, json=CREDENTIALS | changes) as answer:
        assert (answer.status, (await answer.json())["error"]) == (status, error)


async def test_a_form_is_not_a_token_request(rig: Rig) -> None:
    async with rig.http.post(rig.banq.token_url, data=CREDENTIALS) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "invalid_request")


async def test_calls_need_a_good_token(rig: Rig) -> None:
    rig.banq.tokens.expire_all()
    status, body = await rig.call("GET", "/v1/users/me")
    assert (status, body) == (401, {"statusCode": 401, "message": "Unauthorized"})


async def test_tokens_expire(rig: Rig) -> None:
    rig.banq.tokens.lifetime_s = 0
    await rig.sign_in()
    status, _ = await rig.call("GET", "/v1/users/me")
    assert status == 401


async def test_me_includes_account_spaces_only_when_asked(rig: Rig) -> None:
    _, plain = await rig.call("GET", "/v1/users/me")
    _, included = await rig.call("GET", "/v1/users/me?include=accountSpaces")
    refused, _ = await rig.call("GET", "/v1/users/me?include=everything")
    merchants = [space for space in included["accountSpaces"] if space["type"] == "merchant"]
    assert "accountSpaces" not in plain
    assert included["accountSpaces"][0]["type"] == "personal"
    assert [space["identity"]["id"] for space in merchants] == list(identities.PLATFORMS)
    assert merchants[0]["identity"]["id"] == PLATFORM_ID
    assert refused == 400


async def test_webhook_config_is_created_once_then_patched(rig: Rig) -> None:
    assert (await rig.call("GET", CONFIG_PATH))[0] == 404
    assert (await rig.call("PATCH", CONFIG_PATH, {"enabled": False}))[0] == 404
    assert await rig.call("POST", CONFIG_PATH, CONFIG) == (201, CONFIG)
    assert (await rig.call("POST", CONFIG_PATH, CONFIG))[0] == 400
    assert await rig.call("PATCH", CONFIG_PATH, {"enabled": False}) == (200, CONFIG | {"enabled": False})
    assert await rig.call("GET", CONFIG_PATH) == (200, CONFIG | {"enabled": False})


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "ftp://bot.example"},
        {"url": "https://"},
        {"url": None},
        {"enabled": "true"},
        {"retryCount": 6},
        {"retryCount": -1},
        {"webHookTypes": []},
        {"webHookTypes": ["nftTransfer"]},
        {"secret": "x"},
    ],
)
async def test_bad_webhook_configs_are_refused(rig: Rig, changes: dict[str, object]) -> None:
    status, body = await rig.call("POST", CONFIG_PATH, CONFIG | changes)
    assert (status, body["statusCode"]) == (400, 400)
    assert next(iter(changes)) in body["message"]


async def test_unknown_spaces_and_routes_are_not_found(rig: Rig) -> None:
    status, _ = await rig.call("GET", "/v1/account-spaces/another/webhook-config")
    assert status == 404
    missing = await rig.call("DELETE", "/v1/users/me")
    assert missing == (404, {"statusCode": 404, "message": "Cannot DELETE /api/v1/users/me"})


async def test_nfts_are_listed_for_customers_who_approved(rig: Rig) -> None:
    grant = rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    status, body = await rig.call("GET", f"/v1/user-tokens/{grant.user_guid}/platform-nfts")
    by_id = {json.dumps(item["tokenDataId"]): item for item in body["items"]}
    names = [item["name"] for item in body["items"]]
    assert status == 200
    assert len(by_id) == len(body["items"]) == 32
    assert by_id["9007199254740993"]["name"] == "Copper Hills"
    assert names.count("Harbour Before Rain") == 2
    assert HOSTILE_NAME in names
    assert {type(item["tokenDataId"]) for item in body["items"]} == {int, str}
    assert [item["amount"] for item in body["items"] if item["amount"] > 1] == [5]
    assert {item.get("chain") for item in body["items"]} == {"ethereum", "polygon"}
    assert [item["name"] for item in body["items"] if "imageUrl" not in item] == ["Unhatched"]
    addresses = [item["contractAddress"] for item in body["items"]]
    assert all(address == checksummed(address) for address in addresses)


async def test_wallets_differ_and_may_be_empty(rig: Rig) -> None:
    counts = []
    for customer in (BEN, CLEO):
        grant = rig.banq.ledger.approve_platform(customer.email, PLATFORM_ID)
        _, body = await rig.call("GET", f"/v1/user-tokens/{grant.user_guid}/platform-nfts")
        counts.append(len(body["items"]))
    assert counts == [20, 0]


async def test_nfts_are_kept_from_platforms_without_approval(rig: Rig) -> None:
    user_guid = ADA.user_guid(PLATFORM_ID)
    assert (await rig.call("GET", f"/v1/user-tokens/{user_guid}/platform-nfts"))[0] == 404
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    rig.banq.ledger.revoke_platform(ADA.email, PLATFORM_ID)
    assert (await rig.call("GET", f"/v1/user-tokens/{user_guid}/platform-nfts"))[0] == 403
    assert (await rig.withdraw())[0] == 403


async def test_a_withdrawal_waits_for_the_customer_then_completes(rig: Rig) -> None:
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    status, started = await rig.withdraw("quiet-hours-11")
    assert (status, started["status"], started["tokenDataId"]) == (
        201,
        "awaitingApproval",
        9_007_199_254_740_993,
    )
    assert await rig.call("GET", f"/v1/nft-transactions/{started['id']}") == (200, started)

    rig.banq.ledger.approve_transfer(started["id"])
    rig.banq.ledger.approve_transfer(started["id"])

    _, ended = await rig.call("GET", f"/v1/nft-transactions/{started['id']}")
    assert ended["status"] == "completed"
    assert len(ended["transactionHash"]) == 66
    assert "quiet-hours-11" not in [nft.slug for nft, _ in rig.banq.ledger.wallet(ADA.email)]
    assert (await rig.withdraw("quiet-hours-11"))[0] == 400


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"tokenDataId": str(NFTS["quiet-hours-3"].token_data_id)}, 400),
        ({"tokenDataId": float(NFTS["quiet-hours-3"].token_data_id)}, 400),
        ({"tokenDataId": NFTS["quiet-hours-13"].token_data_id}, 400),
        ({"tokenDataId": None}, 400),
        ({"sourceBanq": NFTS["pebble-folk-1"].source_banq}, 400),
        ({"externalAddress": CHECKSUMMED.replace("5aAeb", "5aaeb")}, 400),
        ({"externalAddress": CHECKSUMMED[:-1]}, 400),
        ({"externalAddress": f" {CHECKSUMMED}"}, 400),
        ({"amount": 0}, 400),
        ({"amount": -1}, 400),
        ({"amount": 2}, 400),
        ({"amount": "1"}, 400),
        ({"amount": True}, 400),
        ({"idempotencyKey": "x"}, 400),
        ({"platformId": identities.PERSONAL_IDENTITY_ID}, 403),
        ({"platformId": identities.SECOND_PLATFORM_ID}, 403),
        ({"userId": BEN.user_id}, 403),
        ({"userId": ADA.user_guid(PLATFORM_ID)}, 403),
    ],
)
async def test_bad_withdrawals_are_refused_and_leave_nothing(
    rig: Rig, changes: dict[str, object], status: int
) -> None:
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    answered, body = await rig.withdraw("quiet-hours-3", **changes)
    assert (answered, body["statusCode"]) == (status, status)
    assert rig.banq.ledger.transactions == []
    assert rig.banq.faults.accepted["withdraw"] == 0


@pytest.mark.parametrize(
    "missing", ["tokenDataId", "sourceBanq", "externalAddress", "amount", "platformId", "userId"]
)
async def test_every_field_of_a_withdrawal_is_required(rig: Rig, missing: str) -> None:
    body: dict[str, Any] = {
        "tokenDataId": 1,
        "sourceBanq": "x",
        "externalAddress": CHECKSUMMED,
        "amount": 1,
        "platformId": PLATFORM_ID,
        "userId": ADA.user_id,
    }
    del body[missing]
    status, refusal = await rig.call("POST", "/v1/nft-transactions/withdraw", body)
    assert (status, refusal["message"]) == (400, f"{missing}: Field required")


async def test_only_merchant_platforms_may_withdraw(rig: Rig) -> None:
    _, refusal = await rig.withdraw(platformId=identities.PERSONAL_IDENTITY_ID)
    assert refusal["message"] == "platformId is not one of your merchant accounts."


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
async def test_json_has_to_be_sent_as_json(rig: Rig, content_type: str) -> None:
    async with rig.http.post(
        rig.banq.api_url + CONFIG_PATH,
        data=json.dumps(CONFIG),
        headers={"Authorization": f"Bearer {rig.token}", "Content-Type": content_type},
    ) as answer:
        assert answer.status == 400


@pytest.mark.parametrize("address", [CHECKSUMMED.lower(), "0x" + CHECKSUMMED[2:].upper()])
async def test_addresses_in_one_case_carry_no_checksum(rig: Rig, address: str) -> None:
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    assert (await rig.withdraw(externalAddress=address))[0] == 201


async def test_a_single_nft_has_one_open_transfer_at_a_time(rig: Rig) -> None:
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    _, first = await rig.withdraw()
    status, refusal = await rig.withdraw()
    assert (status, refusal["message"]) == (400, "A transfer of this NFT is already open.")
    rig.banq.ledger.reject_transfer(first["id"])
    assert (await rig.withdraw())[0] == 201


async def test_the_same_call_twice_makes_two_transactions(rig: Rig) -> None:
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    _, first = await rig.withdraw("glaze-garden-8", amount=2)
    _, second = await rig.withdraw("glaze-garden-8", amount=2)
    assert first["id"] != second["id"]
    assert rig.banq.faults.accepted["withdraw"] == 2
    assert (await rig.withdraw("glaze-garden-8", amount=2))[0] == 400
    rig.banq.ledger.approve_transfer(first["id"])
    amounts = {nft.slug: amount for nft, amount in rig.banq.ledger.wallet(ADA.email)}
    assert amounts["glaze-garden-8"] == 3


async def test_an_nft_that_is_gone_fails_on_approval(rig: Rig) -> None:
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    _, started = await rig.withdraw()
    rig.banq.ledger.move_away(ADA.email, "quiet-hours-3")
    rig.banq.ledger.approve_transfer(started["id"])
    assert rig.banq.ledger.transaction(started["id"]).status == "failed"


async def test_transactions_are_not_found_where_unknown_or_not_offered(rig: Rig) -> None:
    rig.banq.ledger.approve_platform(ADA.email, PLATFORM_ID)
    _, started = await rig.withdraw()
    assert (await rig.call("GET", "/v1/nft-transactions/another"))[0] == 404
    rig.banq.api.offers_transactions = False
    assert (await rig.call("GET", f"/v1/nft-transactions/{started['id']}"))[0] == 404


async def test_the_checksum_agrees_with_the_examples_of_eip_55() -> None:
    for address in (
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ):
        assert checksummed(address.lower()) == address


SOLANA_ADDRESS = "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM"
FLOW_ADDRESS = "0xead892083b3e2c6c"


async def test_nfts_of_other_networks_are_named_as_these_do(rig: Rig) -> None:
    grant = rig.banq.ledger.approve_platform(BEN.email, PLATFORM_ID)
    _, body = await rig.call("GET", f"/v1/user-tokens/{grant.user_guid}/platform-nfts")
    solana = [item for item in body["items"] if item.get("chain") == "solana"]
    flow = [item for item in body["items"] if item.get("chain") == "flow"]
    assert (len(solana), len(flow)) == (3, 3)
    assert len({item["contractAddress"] for item in solana}) == 3
    assert all(40 < len(item["contractAddress"]) < 45 and "tokenId" not in item for item in solana)
    [contract] = {item["contractAddress"] for item in flow}
    assert contract.endswith(".TidePool")
    assert is_well_formed("0x" + contract.split(".")[1], "flow")


@pytest.mark.parametrize(
    ("slug", "address", "status"),
    [
        ("night-post-1", SOLANA_ADDRESS, 201),
        ("night-post-1", SOLANA_ADDRESS[:-2], 400),
        ("night-post-1", SOLANA_ADDRESS.replace("9", "0"), 400),
        ("night-post-1", "z" * 44, 400),
        ("night-post-1", "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knM", 400),
        ("night-post-1", "", 400),
        ("night-post-1", CHECKSUMMED, 400),
        ("night-post-1", FLOW_ADDRESS, 400),
        ("tide-pool-2", FLOW_ADDRESS, 201),
        ("tide-pool-2", FLOW_ADDRESS[2:], 400),
        ("tide-pool-2", FLOW_ADDRESS.replace("e", "f", 1), 400),
        ("tide-pool-2", "0x" + "0" * 16, 400),
        ("tide-pool-2", "0x45722594009505d7", 400),
        ("tide-pool-2", CHECKSUMMED, 400),
        ("quiet-hours-13", SOLANA_ADDRESS, 400),
        ("quiet-hours-13", FLOW_ADDRESS, 400),
    ],
)
async def test_each_network_has_its_own_addresses(rig: Rig, slug: str, address: str, status: int) -> None:
    rig.banq.ledger.approve_platform(BEN.email, PLATFORM_ID)
    answered, _ = await rig.withdraw(slug, userId=BEN.user_id, externalAddress=address)
    assert answered == status


@pytest.mark.parametrize(
    ("slug", "address", "form"),
    [
        ("quiet-hours-13", CHECKSUMMED, r"0x[0-9a-f]{64}"),
        ("night-post-1", SOLANA_ADDRESS, r"[1-9A-HJ-NP-Za-km-z]{80,88}"),
        ("tide-pool-2", FLOW_ADDRESS, r"[0-9a-f]{64}"),
    ],
)
async def test_each_network_has_its_own_hashes(rig: Rig, slug: str, address: str, form: str) -> None:
    rig.banq.ledger.approve_platform(BEN.email, PLATFORM_ID)
    _, started = await rig.withdraw(slug, userId=BEN.user_id, externalAddress=address)
    rig.banq.ledger.approve_transfer(started["id"])
    _, ended = await rig.call("GET", f"/v1/nft-transactions/{started['id']}")
    assert re.fullmatch(form, ended["transactionHash"])


def test_flow_addresses_agree_with_accounts_that_exist() -> None:
    assert [flow_address(account) for account in (1, 2, 3)] == [
        "0xe467b9dd11fa00df",
        "0xf233dcee88fe0abe",
        "0x1654653399040a61",
    ]
