"""Foreign text as Discord gets it."""

import re
from datetime import UTC, datetime

import pytest

from banq.models import Nft
from cogs.markup import DiscordMarkup
from services.foreign_text import clean
from services.wallet import Wallet
from services.wording import gallery
from services.wording.language import ENGLISH
from tests.hostile_texts import NAMED

MARKUP = DiscordMarkup(ENGLISH)
ARABIC = "\u0645\u0631\u062d\u0628\u0627"
# Discord shows neither of them: a backslash before a mark, and what keeps the text's direction to itself.
UNSHOWN = re.compile(r"\\([^0-9A-Za-z\s])|[\u2068\u2069]")


def test_nothing_that_is_read_is_lost() -> None:
    for name, text in NAMED.items():
        assert UNSHOWN.sub(r"\1", MARKUP.foreign(text)) == clean(text, 80), name


def test_every_mark_is_taken_apart() -> None:
    for name, text in NAMED.items():
        bare = re.sub(r"\\[^0-9A-Za-z\s]", "", MARKUP.foreign(text, 200))
        assert not re.search(r"[\\*_~`|<>\[\]()#:@/.+-]", bare), name


def test_code_holds_all_of_it() -> None:
    for name, text in NAMED.items():
        shown = re.sub(r"[\u2068\u2069]", "", MARKUP.code(text))
        assert re.fullmatch(r"(?:`[^`\n]+`)?", shown), name
        assert shown.strip("`") == clean(text, 200).replace("`", "'"), name


@pytest.mark.parametrize("text", ["", " ", "\n", "\u200b", "\u202e\u2066", "\u3164", "\ud83d"])
def test_what_cannot_be_seen_is_empty(text: str) -> None:
    assert MARKUP.foreign(text) == ""
    assert MARKUP.code(text) == ""


def test_an_nft_of_which_nothing_can_be_seen_is_unnamed() -> None:
    unseen = dict.fromkeys(("name", "collectionName", "chain", "tokenId"), "\u3164\u200b")
    nft = Nft.model_validate({"tokenDataId": 1, "sourceBanq": 1, **unseen})

    (entry,) = Wallet((nft,), 0, datetime.now(UTC)).entries.values()

    assert gallery.entry(MARKUP, entry) == "**An NFT without a name**"


@pytest.mark.parametrize("text", ["Cat #7", "Blåbær", "\u6771\u4eac", "\N{CAT FACE}"])
def test_only_text_from_right_to_left_is_kept_apart(text: str) -> None:
    assert "\u2068" not in MARKUP.foreign(text) + MARKUP.code(text)
    assert MARKUP.foreign(f"{text} {ARABIC}").startswith("\u2068")
    assert MARKUP.foreign(ARABIC) == f"\u2068{ARABIC}\u2069"
    assert MARKUP.code(ARABIC) == f"\u2068`{ARABIC}`\u2069"


@pytest.mark.parametrize("filling", ["*", "*\u0301", "\U0001f1e9\U0001f1ea", "\u0e01\u0e33", "\u05d0", "x"])
def test_whatever_somebody_minted_fits_into_one_message(filling: str) -> None:
    full = dict.fromkeys(
        ("name", "description", "collection", "chain", "contract", "tokenId"), filling * 3000
    )
    traits = [{"trait_type": filling * 3000, "value": filling * 3000}] * 90
    nft = Nft.model_validate(
        {"tokenDataId": 1, "sourceBanq": 1, "amount": 9**9, "attributes": traits, **full}
    )
    wallet = Wallet((nft,) * 5, 0, datetime.now(UTC))
    (entry,) = wallet.entries.values()

    room_for_the_rest = 300
    assert len(gallery.details(MARKUP, entry)) <= 4000 - room_for_the_rest
    assert 5 * len(gallery.entry(MARKUP, entry)) <= 4000 - room_for_the_rest
    assert len(entry.label) <= 100
    assert len(entry.collection) <= 100
    assert all(len(collection.name) <= 100 for collection in wallet.collections)


def test_a_moment_is_shown_by_each_readers_own_clock() -> None:
    moment = DiscordMarkup(ENGLISH).moment(datetime(2026, 3, 1, 12, 0, tzinfo=UTC))

    assert moment == "<t:1772366400:d> <t:1772366400:t>"
