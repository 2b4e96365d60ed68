import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banq.models import LARGEST_AMOUNT, Nft, Transaction, id_to_json_text, id_to_text

IDS = st.text(min_size=1) | st.integers()
NFT = {"tokenDataId": "t-1", "sourceBanq": "b-1"}


@given(IDS)
def test_an_id_goes_back_as_it_came(value: str | int) -> None:
    again = json.loads(id_to_json_text(value))

    assert again == value
    assert type(again) is type(value)


@pytest.mark.parametrize("value", [2**53 + 1, -(2**63), 0, "0", "007", '"', "é"])
def test_an_id_of_a_path_is_plain_text(value: str | int) -> None:
    assert id_to_text(value) == str(value)


@pytest.mark.parametrize("value", ["", None, True, False, 1.0, 1.5, float("nan"), [], {}, ["1"], b"1"])
def test_what_is_no_id_is_refused(value: object) -> None:
    for read in (id_to_json_text, id_to_text):
        with pytest.raises(ValueError, match="an id must be"):
            read(value)


@pytest.mark.parametrize("value", [".", ".."])
def test_an_id_of_a_path_cannot_lead_out_of_it(value: str) -> None:
    with pytest.raises(ValueError, match="an id must be"):
        id_to_text(value)


def test_only_the_two_ids_of_an_nft_are_required() -> None:
    nft = Nft.model_validate(NFT)

    assert (nft.token_data_id, nft.source_banq, nft.amount) == ('"t-1"', '"b-1"', 1)
    assert {nft.name, nft.description, nft.image_url, nft.collection, nft.chain, nft.contract} == {None}


@pytest.mark.parametrize(
    ("field", "given", "read"),
    [
        ("name", {"name": "Moth"}, "Moth"),
        ("name", {"title": "Moth"}, "Moth"),
        ("name", {"tokenName": "Moth"}, "Moth"),
        ("name", {"name": 12}, "12"),
        ("name", {"name": ["Moth"]}, None),
        ("name", {"name": True}, None),
        ("description", {"description": None}, None),
        ("image_url", {"imageUrl": "https://a.example/1"}, "https://a.example/1"),
        ("image_url", {"image": "https://a.example/1"}, "https://a.example/1"),
        ("image_url", {"image_url": "https://a.example/1"}, "https://a.example/1"),
        ("image_url", {"thumbnailUrl": "https://a.example/1"}, "https://a.example/1"),
        ("image_url", {"mediaUrl": "https://a.example/1"}, "https://a.example/1"),
        ("collection", {"collectionName": "Moths"}, "Moths"),
        ("collection", {"collection": {"name": "Moths"}}, "Moths"),
        ("collection", {"collection": "Moths"}, "Moths"),
        ("collection", {"collection": {"title": "Moths"}}, None),
        ("chain", {"chain": "polygon"}, "polygon"),
        ("chain", {"blockchain": "polygon"}, "polygon"),
        ("chain", {"network": "polygon"}, "polygon"),
        ("chain", {"chain": {"name": "polygon"}}, "polygon"),
        ("contract", {"contractAddress": "0xabc"}, "0xabc"),
        ("contract", {"contract": "0xabc"}, "0xabc"),
        ("contract", {"contract": {"address": "0xabc"}}, "0xabc"),
        ("token_id", {"tokenId": 2**64}, str(2**64)),
        ("token_id", {"token_id": "7"}, "7"),
        ("amount", {"amount": 5}, 5),
        ("amount", {"amount": "5"}, 5),
        ("amount", {"amountOwned": 5}, 5),
        ("amount", {"quantity": 5}, 5),
        ("amount", {"balance": 5}, 5),
        ("amount", {"amount": 0}, 0),
        ("amount", {"amount": "many"}, 1),
        ("amount", {"amount": None}, 1),
        ("amount", {"amount": -1}, 1),
        ("amount", {"amount": LARGEST_AMOUNT}, LARGEST_AMOUNT),
        ("amount", {"amount": LARGEST_AMOUNT + 1}, LARGEST_AMOUNT),
        ("amount", {"amount": 10**60}, LARGEST_AMOUNT),
        ("name", {"name": None, "title": "Moth"}, "Moth"),
        ("image_url", {"imageUrl": None, "mediaUrl": "https://a.example/1"}, "https://a.example/1"),
        ("collection", {"collectionName": None, "collection": {"name": "Moths"}}, "Moths"),
        ("chain", {"chain": None, "network": "polygon"}, "polygon"),
        ("amount", {"amount": None, "quantity": 5}, 5),
    ],
)
def test_fields_are_found_under_their_aliases(field: str, given: dict[str, object], read: object) -> None:
    assert getattr(Nft.model_validate(NFT | given), field) == read


@pytest.mark.parametrize(
    ("given", "status"),
    [("Completed", "completed"), ("PROCESSING", "processing"), ("something new", "something new")],
)
def test_a_transactions_status_is_banqs_word_in_small_letters(given: str, status: str) -> None:
    assert Transaction.model_validate({"id": 1, "status": given}).status == status


def test_only_the_id_of_a_transaction_is_required() -> None:
    transaction = Transaction.model_validate({"id": 2**60, "tokenDataId": 1.5, "txHash": "0x12"})

    assert transaction.id == str(2**60)
    assert (transaction.status, transaction.token_data_id, transaction.address) == ("", None, None)
    assert transaction.amount is None
    assert transaction.transaction_hash == "0x12"


def test_a_transactions_number_and_its_text_are_the_same() -> None:
    assert Transaction.model_validate({"id": 123}) == Transaction.model_validate({"id": "123"})


@pytest.mark.parametrize(("given", "read"), [(5, 5), ("5", 5), (None, None), ("many", None), ([], None)])
def test_a_transactions_amount_is_known_or_not(given: object, read: int | None) -> None:
    assert Transaction.model_validate({"id": 1, "amount": given}).amount == read


@pytest.mark.parametrize("key", ["name", "imageUrl"])
def test_a_text_that_cannot_be_encoded_is_no_text(key: str) -> None:
    nft = Nft.model_validate(NFT | {key: "https://a.example/\ud800"})
    assert (nft.name, nft.image_url) == (None, None)
