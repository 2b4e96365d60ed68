"""Solana: 32 bytes in base58, without a checksum."""

import re

import base58

from services.networks.network import AddressProblem, Chain, Network

_ALPHABET = r"[1-9A-HJ-NP-Za-km-z]"
_PERHAPS_AN_ADDRESS = re.compile(_ALPHABET + r"{32,44}")
_CUT_OFF = re.compile(_ALPHABET + r"{28,48}")
_MISTYPED = re.compile(r"(?!0[xX])[0-9A-Za-z]{43,44}")
_PERHAPS_A_SIGNATURE = re.compile(_ALPHABET + r"{64,88}")
# The names of native programs and sysvars are padded with them; no search for a key gets there.
_PADDING = "1" * 10
_INCINERATOR = "1nc1nerator11111111111111111111111111111111"
_PROGRAMS_AND_MINTS = frozenset({
    "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
    "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
    "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL",
    "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr",
    "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo",
    "metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s",
    "BGUMAp9Gq7iTEuizy4pqaxsTyUCBK68MDfK752saRPUY",
    "CoREENxT6tW1HoK8ypY1SxRMZTcVPm7R94rH4PZNhX7d",
    "So11111111111111111111111111111111111111112",
    "9pan9bMn5HatX4EJdBwg9VgCa7Uz5HL8N1m5D3NdXej9",
})  # fmt: skip
_FIELD = 2**255 - 19
_CURVE_D = -121665 * pow(121666, -1, _FIELD)


class Solana(Network):
    key = "solana"
    elsewhere = AddressProblem.SOLANA_ADDRESS
    chains = (
        Chain(
            "Solana",
            ("solana", "sol", "solana-mainnet-beta", "solana:5eykt4usfv8p8njdtrepy1vzqkqzkvdp"),
            "https://explorer.solana.com/tx/{hash}",
        ),
        Chain(
            "Solana Devnet",
            ("solana-devnet", "solana:etwtrabzayq6imfeykouru166vu2xqa1"),
            "https://explorer.solana.com/tx/{hash}?cluster=devnet",
        ),
        Chain(
            "Solana Testnet",
            ("solana-testnet", "solana:4uhccpyksbqx7i7j6ldtf6ygsgjdt2ea"),
            "https://explorer.solana.com/tx/{hash}?cluster=testnet",
        ),
    )

    def has_form(self, text: str) -> bool:
        return _PERHAPS_AN_ADDRESS.fullmatch(text) is not None and len(base58.b58decode(text)) == 32

    def damage(self, text: str) -> AddressProblem | None:
        if _CUT_OFF.fullmatch(text):
            return AddressProblem.CUT_OFF
        return AddressProblem.BAD_CHARACTER if _MISTYPED.fullmatch(text) else None

    def check(self, text: str, chain: Chain | None, contract: str | None) -> str | AddressProblem:
        del chain  # the same account has the same address on all of them
        if text == _INCINERATOR:
            return AddressProblem.BURNS
        if _PADDING in text or text in _PROGRAMS_AND_MINTS:
            return AddressProblem.PART_OF_NETWORK
        if contract is not None and contract == text:
            return AddressProblem.OWN_CONTRACT
        return text if _can_have_a_key(base58.b58decode(text)) else AddressProblem.NOT_A_WALLET

    def transaction(self, text: str) -> str | None:
        is_signature = _PERHAPS_A_SIGNATURE.fullmatch(text) and len(base58.b58decode(text)) == 64
        return text if is_signature else None


def _can_have_a_key(address: bytes) -> bool:
    """Whether this is a point on the curve ed25519.

    The accounts of programs are chosen not to be; and half of all mistyped addresses are not, either.
    """
    y = int.from_bytes(address, "little") % 2**255
    if y >= _FIELD:
        return False
    x_squared = (y * y - 1) * pow(_CURVE_D * y * y + 1, -1, _FIELD) % _FIELD
    return x_squared == 0 or pow(x_squared, (_FIELD - 1) // 2, _FIELD) == 1
