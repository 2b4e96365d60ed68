import json

import pytest

from banq import protocol
from banq.errors import (
    BanqError,
    BanqRefused,
    BanqUnavailable,
    Forbidden,
    InvalidCredentials,
    MalformedResponse,
    NotFound,
    OutcomeUnknown,
    RateLimited,
)
from banq.models import (
    AccountSpaceId,
    BanqUserId,
    PlatformId,
    SourceBanq,
    TokenDataId,
    TransactionId,
    UserGuid,
    WebhookConfig,
)
from banq.protocol import Credentials, Request, Response, WithdrawOrder

GET = Request("GET", "/anything")
WITHDRAW = Request("POST", "/withdraw", repeatable=False)
CREDENTIALS = Credentials(client_id="c", username="u", password="hidden-word", audience="a")


def answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status, headers or {}, raw, "ref")


def nft(given_id: object = "t-1") -> dict[str, object]:
    return {"tokenDataId": given_id, "sourceBanq": "b-1"}


# -- requests


def test_ids_leave_with_the_json_type_they_came_with() -> None:
    order = WithdrawOrder(
        token_data_id=TokenDataId(str(2**53 + 1)),
        source_banq=SourceBanq('"007"'),
        address="0x1",
        amount=2,
        platform_id=PlatformId("p"),
        user_id=BanqUserId('"9"'),
    )
    request = protocol.withdraw_request(order)

    assert json.dumps(request.body) == (
        '{"tokenDataId": 9007199254740993, "sourceBanq": "007", "externalAddress": "0x1",'
        ' "amount": 2, "platformId": "p", "userId": "9"}'
    )
    assert (request.method, request.path, request.repeatable) == (
        "POST",
        "/v1/nft-transactions/withdraw",
        False,
    )


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        (protocol.account_spaces_request(), "/v1/users/me"),
        (protocol.platform_nfts_request(UserGuid("a b")), "/v1/user-tokens/a%20b/platform-nfts"),
        (
            protocol.platform_nfts_request(UserGuid("a/../b?c#d")),
            "/v1/user-tokens/a%2F..%2Fb%3Fc%23d/platform-nfts",
        ),
        (protocol.transaction_request(TransactionId("12")), "/v1/nft-transactions/12"),
        (protocol.transaction_request(TransactionId('"7"')), "/v1/nft-transactions/%227%22"),
        (protocol.transaction_request(TransactionId("x/y")), "/v1/nft-transactions/x%2Fy"),
        (protocol.webhook_config_request(AccountSpaceId("a/b")), "/v1/account-spaces/a%2Fb/webhook-config"),
    ],
)
def test_reading_calls_may_be_repeated_and_quote_their_ids(request_: Request, path: str) -> None:
    assert (request_.method, request_.path, request_.repeatable) == ("GET", path, True)


@pytest.mark.parametrize(("create", "method"), [(True, "POST"), (False, "PATCH")])
def test_a_webhook_config_is_written_in_banqs_words_and_only_once(create: bool, method: str) -> None:
    config = WebhookConfig.model_validate({"url": "https://a.example/x", "webHookTypes": ["userToken"]})
    request = protocol.set_webhook_config_request(AccountSpaceId("s"), config, create=create)

    assert (request.method, request.repeatable) == (method, False)
    assert request.body == {
        "url": "https://a.example/x",
        "enabled": True,
        "retryCount": 5,
        "webHookTypes": ["userToken"],
    }


def test_the_password_is_sent_but_never_shown() -> None:
    assert (protocol.token_request(CREDENTIALS).body or {})["password"] == "hidden-word"
    assert "hidden-word" not in repr(CREDENTIALS)


# -- who must act


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_a_2xx_is_well(status: int) -> None:
    protocol.check(WITHDRAW, answer({}, status))


@pytest.mark.parametrize(
    ("status", "of_a_get", "of_a_withdrawal"),
    [
        (400, BanqRefused, BanqRefused),
        (401, InvalidCredentials, InvalidCredentials),
        (403, Forbidden, Forbidden),
        (404, NotFound, NotFound),
        (409, BanqRefused, BanqRefused),
        (422, BanqRefused, BanqRefused),
        (429, RateLimited, RateLimited),
        (302, BanqUnavailable, OutcomeUnknown),
        (408, BanqUnavailable, OutcomeUnknown),
        (500, BanqUnavailable, OutcomeUnknown),
        (502, BanqUnavailable, OutcomeUnknown),
        (503, BanqUnavailable, OutcomeUnknown),
        (504, BanqUnavailable, OutcomeUnknown),
    ],
)
def test_the_status_says_who_must_act(
    status: int, of_a_get: type[BanqError], of_a_withdrawal: type[BanqError]
) -> None:
    for request, expected in ((GET, of_a_get), (WITHDRAW, of_a_withdrawal)):
        with pytest.raises(BanqError) as caught:
            protocol.check(request, answer({}, status))
        assert type(caught.value) is expected
        assert (caught.value.status, caught.value.reference) == (status, "ref")


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("body", [b"", b"<html>No.</html>", b"{", b"[" * 10_000, ["No."], "No.", 7, None])
def test_a_403_or_404_that_is_not_banqs_takes_nothing_away(status: int, body: object) -> None:
    with pytest.raises(BanqUnavailable) as caught:
        protocol.check(GET, answer(body, status))
    assert (caught.value.status, caught.value.reference) == (status, "ref")


@pytest.mark.parametrize(("status", "expected"), [(403, Forbidden), (404, NotFound)])
def test_a_withdrawal_that_was_turned_away_did_not_happen(status: int, expected: type[BanqError]) -> None:
    with pytest.raises(expected):
        protocol.check(WITHDRAW, answer(b"<html>", status))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"message": "Amount too high."}, "Amount too high."),
        ({"message": ["one", "two"]}, "one; two"),
        ({"error": "access_denied", "error_description": "Wrong password."}, "Wrong password."),
        ({"error": "access_denied"}, "access_denied"),
        ({"detail": "No."}, "No."),
        ({"message": "", "error": "No."}, "No."),
        ({"message": {"text": "No."}}, ""),
        ({"message": "x" * 1000}, "x" * 300),
        (["No."], ""),
        (b"<html>No.</html>", ""),
        (b"", ""),
        (b"[" * 10_000, ""),
    ],
)
def test_banqs_own_words_are_kept_apart_from_ours(body: object, message: str) -> None:
    with pytest.raises(BanqRefused) as caught:
        protocol.check(GET, answer(body, 400))
    assert caught.value.message == message
    assert str(caught.value) == "Banq refused the call (400)"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("999999", 3600.0),
        ("inf", 3600.0),
        ("nan", 30.0),
        ("soon", 30.0),
    ],
)
def test_retry_after_is_bounded(header: str, seconds: float) -> None:
    with pytest.raises(RateLimited) as caught:
        protocol.check(GET, answer({}, 429, {"Retry-After": header}))
    assert caught.value.retry_after_s == seconds


def test_without_retry_after_there_is_a_default() -> None:
    with pytest.raises(RateLimited) as caught:
        protocol.check(GET, answer({}, 429))
    assert caught.value.retry_after_s == protocol.DEFAULT_RETRY_AFTER_S


# -- the token


@pytest.mark.parametrize(
    ("body", "lives_s"), [({"access_token": "t", "expires_in": 60}, 60), ({"access_token": "t"}, 300)]
)
def test_a_token_is_read(body: object, lives_s: float) -> None:
    token = protocol.read_token(answer(body))

    assert (token.access_token, token.expires_in) == ("t", lives_s)


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (answer({}, 400), InvalidCredentials),
        (answer({}, 401), InvalidCredentials),
        (answer({}, 403), InvalidCredentials),
        (answer(b"<html>", 403), InvalidCredentials),
        (answer({}, 404), BanqUnavailable),
        (answer(b"<html>", 404), BanqUnavailable),
        (answer({}, 405), BanqUnavailable),
        (answer({}, 429), RateLimited),
        (answer({}, 500), BanqUnavailable),
        (answer({}), MalformedResponse),
        (answer({"access_token": ""}), MalformedResponse),
        (answer({"access_token": "two\nlines"}), MalformedResponse),
        (answer({"access_token": "tökén"}), MalformedResponse),
        (answer({"access_token": "t", "expires_in": 0}), MalformedResponse),
        (answer([]), MalformedResponse),
        (answer(b"<html>"), MalformedResponse),
    ],
)
def test_no_token_is_told_by_who_must_act(response: Response, expected: type[BanqError]) -> None:
    with pytest.raises(BanqError) as caught:
        protocol.read_token(response)
    assert type(caught.value) is expected


# -- the rest


@pytest.mark.parametrize(
    "body", [[nft()], {"items": [nft()]}, {"data": [nft()]}, {"items": [nft()], "total": 1}]
)
def test_an_nft_list_comes_bare_or_under_a_key(body: object) -> None:
    found = protocol.read_nfts(answer(body))

    assert [item.token_data_id for item in found.items] == ['"t-1"']
    assert found.unreadable == 0


@pytest.mark.parametrize("body", [[], {"items": []}, {"data": []}])
def test_an_empty_wallet_is_an_empty_list(body: object) -> None:
    assert protocol.read_nfts(answer(body)).items == ()


@pytest.mark.parametrize(
    "body",
    [
        {},
        None,
        "text",
        0,
        {"items": None},
        {"items": {}},
        {"data": {"items": []}},
        {"nfts": [nft()]},
        [{}],
        [None],
        [{"tokenDataId": "t-1"}],
        [nft(1.5), nft(None), nft("")],
        b"",
        b"[",
        b"<html>",
        b"[" * 10_000,
    ],
)
def test_an_unreadable_answer_is_never_an_empty_wallet(body: object) -> None:
    with pytest.raises(MalformedResponse):
        protocol.read_nfts(answer(body))


def test_single_unreadable_entries_are_counted_not_lost() -> None:
    found = protocol.read_nfts(answer([nft(1), {"name": "no ids"}, None, nft("1")]))

    assert [item.token_data_id for item in found.items] == ["1", '"1"']
    assert found.unreadable == 2


def test_account_spaces_keep_their_platform_ids() -> None:
    spaces = protocol.read_account_spaces(
        answer(
            {
                "accountSpaces": [
                    {"id": "s-1", "name": "Me", "type": "personal"},
                    {"id": "s-2", "identity": {"id": "p-2", "type": "merchant"}},
                ]
            }
        )
    )

    assert [(space.id, space.type, space.platform_id) for space in spaces] == [
        ("s-1", "personal", None),
        ("s-2", "merchant", "p-2"),
    ]


@pytest.mark.parametrize(
    "body", [{}, [], {"accountSpaces": None}, {"accountSpaces": [{}]}, {"accountSpaces": [1]}]
)
def test_unreadable_account_spaces_are_malformed(body: object) -> None:
    with pytest.raises(MalformedResponse):
        protocol.read_account_spaces(answer(body))


def test_a_withdrawal_is_read() -> None:
    transaction = protocol.read_withdrawal(answer({"id": 2**60, "status": "Processing"}, 201))

    assert (transaction.id, transaction.status) == (str(2**60), "processing")


@pytest.mark.parametrize(
    "body", [{}, {"id": None}, {"id": ""}, {"id": ".."}, {"id": "\ud800"}, {"id": 1.5}, [], b"", b"<html>"]
)
def test_an_accepted_withdrawal_without_an_id_is_of_unknown_outcome(body: object) -> None:
    with pytest.raises(OutcomeUnknown):
        protocol.read_withdrawal(answer(body, 201))


@pytest.mark.parametrize("body", [{}, {"id": None}, [], b"<html>"])
def test_an_unreadable_transaction_is_malformed(body: object) -> None:
    with pytest.raises(MalformedResponse):
        protocol.read_transaction(answer(body))


def test_an_error_repeats_nothing_that_banq_sent() -> None:
    with pytest.raises(MalformedResponse) as caught:
        protocol.read_token(answer({"access_token": ["hidden-word"]}))
    assert "hidden-word" not in str(caught.value) + repr(caught.value.__cause__)
    assert "access_token" in str(caught.value)


@pytest.mark.parametrize(
    "excess",
    [
        pytest.param("[" * 5000 + "]" * 5000, id="nested"),
        pytest.param('{"a":' * 3000 + "1" + "}" * 3000, id="nested objects"),
        pytest.param("9" * 6000, id="digits"),
        pytest.param("-" + "9" * 6000 + ".5e3", id="a fraction"),
        pytest.param('["]}", "\\"", ' + "7" * 5000 + "]", id="brackets in strings"),
    ],
)
def test_what_one_nft_says_of_itself_hides_no_other(excess: str) -> None:
    good = '{"tokenDataId": 2, "sourceBanq": "s", "name": "Good [1}"}'
    bad = '{"tokenDataId": 1, "sourceBanq": "s", "name": "Bad", "attributes": ' + excess + "}"

    found = protocol.read_nfts(Response(200, {}, f"[{bad}, {good}, {bad}]".encode(), "r"))

    assert [item.name for item in found.items] == ["Bad", "Good [1}", "Bad"]


def test_what_is_no_json_is_still_none() -> None:
    for body in (b"[" * 5000, b"9" * 6000 + b"x", b"\xff" + b"9" * 6000):
        with pytest.raises(MalformedResponse):
            protocol.read_nfts(Response(200, {}, body, "r"))
