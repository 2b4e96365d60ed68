"""What people paste where an address is wanted: names, links, and the secrets of their wallets."""

import re
import unicodedata

import base58

from services.networks.network import AddressProblem

_LENGTHS_OF_SEED_PHRASES = frozenset({12, 15, 18, 21, 24})
_LIST_OF_WORDS = re.compile(r"[\s\d.,;:)a-z]+", re.IGNORECASE)
_SEED_WORD = re.compile(r"[a-z]{3,8}")
_LIST_OF_BYTES = re.compile(r"\[?\s*(?:\d{1,3}\s*,\s*){31,}\d{1,3}\s*\]?")
# Extended keys of Bitcoin wallets, and what Tezos and Stellar write keys like.
_KNOWN_KEY = re.compile(r"[xyzt]prv[1-9A-HJ-NP-Za-km-z]{70,}|edsk[1-9A-HJ-NP-Za-km-z]{50,94}|S[A-Z2-7]{55}")
_WALLET_IMPORT_KEY = re.compile(r"[1-9A-HJ-NP-Za-km-z]{50,53}")
_WALLET_IMPORT_VERSIONS = frozenset({0x80, 0xB0, 0xEF})
_LONG_HEX = re.compile(r"(?:0[xX])?[0-9a-fA-F]{60,}")
_LONG_BASE58 = re.compile(r"[1-9A-HJ-NP-Za-km-z]{84,90}")
_LINK = re.compile(r"(?:https?|ftp|ipfs)://.*|www\..*|[\w.-]+\.[a-z]{2,}/.*", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_NAME = re.compile(
    r"[^\s@/:]+\.(?:eth|sol|crypto|nft|wallet|x|bnb|arb|lens|fn|find|tez|ada|apt|sui|bitcoin|dao|polygon|wam)|@\w+",
    re.IGNORECASE,
)
_CONTRACT_NAME = re.compile(r"A\.[0-9a-fA-F]{16}(?:\.\w+)*")
_PREFIXED = re.compile(r"[a-z][a-z0-9+.-]*:.*|0x[0-9a-f]+@.*", re.IGNORECASE)
# Letters of no script and characters of no width; lone surrogates and unassigned ones are no text at all.
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me"})


def something_else(text: str) -> AddressProblem | None:
    """What this is, if it is not an address at all, or has in it what no address has. `text` is trimmed."""
    secret = _secret(text)
    if secret is not None:
        return secret
    if any(unicodedata.category(character) in _HIDDEN and not character.isspace() for character in text):
        return AddressProblem.HIDDEN_CHARACTER
    if any(character.isspace() for character in text):
        return AddressProblem.GAP
    for pattern, problem in (
        (_CONTRACT_NAME, AddressProblem.CONTRACT_NAME),
        (_LINK, AddressProblem.LINK),
        (_EMAIL, AddressProblem.EMAIL),
        (_NAME, AddressProblem.NAME),
    ):
        if pattern.fullmatch(text):
            return problem
    if not text.isascii():
        return AddressProblem.FOREIGN_LETTER
    return AddressProblem.PREFIXED if _PREFIXED.fullmatch(text) else None


def _secret(text: str) -> AddressProblem | None:
    """The secrets come first: whoever pastes one must hear that, whatever else is wrong with it."""
    words = re.findall(r"[a-z]+", text.lower())
    if (
        len(words) in _LENGTHS_OF_SEED_PHRASES
        and _LIST_OF_WORDS.fullmatch(text)
        and all(_SEED_WORD.fullmatch(word) for word in words)
    ):
        return AddressProblem.SEED_PHRASE
    parts = text.split()
    if _LIST_OF_BYTES.fullmatch(text) or any(_is_private_key(part) for part in parts):
        return AddressProblem.PRIVATE_KEY
    if any(_LONG_HEX.fullmatch(part) or _LONG_BASE58.fullmatch(part) for part in parts):
        return AddressProblem.KEY_OR_HASH
    return None


def _is_private_key(text: str) -> bool:
    """Whether this is a key of a form that nothing else has."""
    if _KNOWN_KEY.fullmatch(text):
        return True
    if not _WALLET_IMPORT_KEY.fullmatch(text):
        return False
    try:
        return base58.b58decode_check(text)[0] in _WALLET_IMPORT_VERSIONS
    except ValueError:
        return False
