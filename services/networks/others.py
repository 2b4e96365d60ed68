"""The addresses of networks that this bot does not send to, so that whoever pastes one is told what it is."""

import re
from collections.abc import Callable

import base58

from services.networks.network import AddressProblem

_BECH32 = r"1[02-9ac-hj-np-z]"
_COSMOS_ZONES = "akash|axelar|celestia|cosmos|dydx|inj|juno|kava|neutron|noble|osmo|secret|sei|stars|terra"
_FORMS = {
    AddressProblem.BITCOIN_ADDRESS: rf"(?i:(?:bc|tb|bcrt){_BECH32}{{6,87}})",
    AddressProblem.LITECOIN_ADDRESS: rf"(?i:ltc{_BECH32}{{6,87}})",
    AddressProblem.CARDANO_ADDRESS: rf"(?i:(?:addr|stake)(?:_test)?{_BECH32}{{40,110}})",
    AddressProblem.COSMOS_ADDRESS: rf"(?:{_COSMOS_ZONES}){_BECH32}{{38}}(?:[02-9ac-hj-np-z]{{20}})?",
    AddressProblem.STELLAR_ADDRESS: r"[GM][A-Z2-7]{55}(?:[A-Z2-7]{13})?",
    AddressProblem.ALGORAND_ADDRESS: r"[A-Z2-7]{58}",
    AddressProblem.HEDERA_ADDRESS: r"0\.0\.\d{1,12}(?:-[a-z]{5})?",
    AddressProblem.NEAR_ADDRESS: r"(?i:[a-z0-9._-]+\.(?:near|testnet|tg))",
    AddressProblem.TON_ADDRESS: r"[EUk0][Qf][A-Za-z0-9_-]{46}|-?[01]:[0-9a-fA-F]{64}",
    AddressProblem.XRP_ADDRESS: r"r[1-9A-HJ-NP-Za-km-z]{24,34}",
}
_PATTERNS = {problem: re.compile(pattern) for problem, pattern in _FORMS.items()}
# What base58 addresses with a checksum begin with, and how long they are.
_CHECKED: dict[AddressProblem, Callable[[bytes], bool]] = {
    AddressProblem.BITCOIN_ADDRESS: lambda body: len(body) == 21 and body[0] in {0x00, 0x05, 0x6F, 0xC4},
    AddressProblem.LITECOIN_ADDRESS: lambda body: len(body) == 21 and body[0] in {0x30, 0x32},
    AddressProblem.DOGECOIN_ADDRESS: lambda body: len(body) == 21 and body[0] in {0x1E, 0x16},
    AddressProblem.TRON_ADDRESS: lambda body: len(body) == 21 and body[0] == 0x41,
    AddressProblem.TEZOS_ADDRESS: lambda body: (
        len(body) in {22, 23} and body[:2] in {b"\x06\xa1", b"\x02\x5a"}
    ),
}
_POLKADOT = re.compile(r"[1-9A-HJ-NP-Za-km-z]{46,48}")


def of_other_network(text: str) -> AddressProblem | None:
    for problem, pattern in _PATTERNS.items():
        if pattern.fullmatch(text):
            return problem
    try:
        body = base58.b58decode_check(text)
    except ValueError:
        is_polkadot = _POLKADOT.fullmatch(text) and len(base58.b58decode(text)) == 35
        return AddressProblem.POLKADOT_ADDRESS if is_polkadot else None
    return next((problem for problem, fits in _CHECKED.items() if fits(body)), None)
