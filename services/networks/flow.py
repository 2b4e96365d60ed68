"""Flow: 8 bytes in hex, of which the network gives out only those that fit its error-detecting code."""

import re

from services.networks.network import AddressProblem, Chain, Network

_ADDRESS = re.compile(r"(?:0[xX])?[0-9a-fA-F]{16}")
_CUT_OFF = re.compile(r"0[xX][0-9a-fA-F]{8,24}")
_MISTYPED = re.compile(r"0[xX][0-9a-zA-Z]{16}")
_TRANSACTION = re.compile(r"(?:0x)?([0-9a-fA-F]{64})")
_CONTRACT = re.compile(r"(?:A\.|0x)?([0-9a-fA-F]{16})(?:\.\w+)*")
# An address fits if the checks of its 1 bits, lowest bit first, cancel each other out: Flow's [64,45,7] code.
# Fewer than 7 wrong bits are always noticed.
_CHECKS = (
    0x00001, 0x00002, 0x00004, 0x00008, 0x00010, 0x00020, 0x00040, 0x00080,
    0x00100, 0x00200, 0x00400, 0x00800, 0x01000, 0x02000, 0x04000, 0x08000,
    0x10000, 0x20000, 0x40000, 0x7328D, 0x6689A, 0x6112F, 0x6084B, 0x433FD,
    0x42AAB, 0x41951, 0x233CE, 0x22A81, 0x21948, 0x1EF60, 0x1DECA, 0x1C639,
    0x1BDD8, 0x1A535, 0x194AC, 0x18C46, 0x1632B, 0x1529B, 0x14A43, 0x13184,
    0x12942, 0x118C1, 0x0F812, 0x0E027, 0x0D00E, 0x0C83C, 0x0B01D, 0x0A831,
    0x0982B, 0x07034, 0x0682A, 0x05819, 0x03807, 0x007D2, 0x00727, 0x0068E,
    0x0067C, 0x0059D, 0x004EB, 0x003B4, 0x0036A, 0x002D9, 0x001C7, 0x0003F,
)  # fmt: skip
_TEST_NETWORK = 0x6834BA37B3980209
# The service account and those of the core contracts, of the main network and of the test network.
_CORE_ACCOUNTS = frozenset({
    0xE467B9DD11FA00DF, 0xF233DCEE88FE0ABE, 0x1654653399040A61, 0xF919EE77447B7497,
    0x1D7E57AA55817448, 0x8624B52F9DDCD04A, 0x8D0E87B65159AE63, 0x4EB8A10CB9F87357,
    0x8C5303EAA26202D6, 0x9A0766D93B6608B7, 0x7E60DF042A9C0868, 0x912D5440F7E3769E,
    0x631E88AE7F1D7C20, 0x9ECA2B38B18B5DFE, 0x95E019A17D0E23D7,
})  # fmt: skip


class Flow(Network):
    key = "flow"
    elsewhere = AddressProblem.FLOW_ADDRESS
    chains = (
        Chain("Flow", ("flow", "flow-cadence"), "https://www.flowscan.io/tx/{hash}"),
        Chain("Flow Testnet", ("flow-testnet",), "https://testnet.flowscan.io/tx/{hash}", is_test=True),
    )

    def has_form(self, text: str) -> bool:
        """Without 0x, 16 digits could be anything, the number of a card for one."""
        if not _ADDRESS.fullmatch(text):
            return False
        number = int(text[-16:], 16)
        return len(text) > 16 or _fits(number) or _fits(number ^ _TEST_NETWORK)

    def damage(self, text: str) -> AddressProblem | None:
        if _ADDRESS.fullmatch(text) and not text.isdecimal():
            return AddressProblem.NOT_GIVEN_OUT
        if _CUT_OFF.fullmatch(text):
            return AddressProblem.CUT_OFF
        return AddressProblem.BAD_CHARACTER if _MISTYPED.fullmatch(text) else None

    def check(self, text: str, chain: Chain | None, contract: str | None) -> str | AddressProblem:
        digits = text[-16:].lower()
        number = int(digits, 16)
        if number in {0, _TEST_NETWORK}:
            return AddressProblem.BURNS
        of_main, of_test = _fits(number), _fits(number ^ _TEST_NETWORK)
        if not of_main and not of_test:
            return AddressProblem.NOT_GIVEN_OUT
        if chain is not None and chain.is_test != of_test:
            return AddressProblem.OTHER_FLOW_NETWORK
        if number in _CORE_ACCOUNTS:
            return AddressProblem.PART_OF_NETWORK
        own = _CONTRACT.fullmatch(contract or "")
        if own and own[1].lower() == digits:
            return AddressProblem.OWN_CONTRACT
        return "0x" + digits

    def transaction(self, text: str) -> str | None:
        found = _TRANSACTION.fullmatch(text)
        return found[1] if found else None


def _fits(number: int) -> bool:
    left = 0
    for bit, check in enumerate(_CHECKS):
        if number >> bit & 1:
            left ^= check
    return left == 0
