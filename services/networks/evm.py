"""Ethereum and the networks with the same addresses: 20 bytes in hex, with capitals as checksum (EIP-55)."""

import re

from eth_utils.address import is_checksum_address, to_checksum_address

from services.networks.network import AddressProblem, Chain, Network

_ADDRESS = re.compile(r"0[xX][0-9a-fA-F]{40}")
_WITHOUT_PREFIX = re.compile(r"[0-9a-fA-F]{40}")
_CUT_OFF = re.compile(r"0[xX][0-9a-fA-F]{17,59}")
_MISTYPED = re.compile(r"0[xX][0-9a-zA-Z]{40}")
_TRANSACTION = re.compile(r"0x[0-9a-fA-F]{64}")
# No search for a key gets there: such addresses are precompiled contracts, or made up to destroy things.
_ZEROS_IN_A_ROW = "0" * 28
_BURN_ADDRESSES = frozenset({
    "dead000000000000000042069420694206942069",
    # Stands for the network's own coin in many programs.
    "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
})  # fmt: skip


class Evm(Network):
    key = "evm"
    elsewhere = AddressProblem.EVM_ADDRESS
    chains = (
        Chain("Ethereum", ("ethereum", "eth", "mainnet", "eip155:1"), "https://etherscan.io/tx/{hash}"),
        Chain(
            "Polygon", ("polygon", "matic", "polygon-pos", "eip155:137"), "https://polygonscan.com/tx/{hash}"
        ),
        Chain("Base", ("base", "eip155:8453"), "https://basescan.org/tx/{hash}"),
        Chain("Arbitrum", ("arbitrum", "arbitrum-one", "eip155:42161"), "https://arbiscan.io/tx/{hash}"),
        Chain("Optimism", ("optimism", "op", "eip155:10"), "https://optimistic.etherscan.io/tx/{hash}"),
        Chain(
            "Avalanche",
            ("avalanche", "avax", "avalanche-c", "eip155:43114"),
            "https://snowtrace.io/tx/{hash}",
        ),
        Chain(
            "BNB Smart Chain",
            ("bsc", "bnb", "bnb-chain", "bnb-smart-chain", "binance-smart-chain", "eip155:56"),
            "https://bscscan.com/tx/{hash}",
        ),
        Chain("Linea", ("linea", "eip155:59144"), "https://lineascan.build/tx/{hash}"),
        Chain("Zora", ("zora", "eip155:7777777"), "https://explorer.zora.energy/tx/{hash}"),
        Chain("Gnosis", ("gnosis", "xdai", "eip155:100"), "https://gnosisscan.io/tx/{hash}"),
        Chain("Scroll", ("scroll", "eip155:534352"), "https://scrollscan.com/tx/{hash}"),
        Chain("Blast", ("blast", "eip155:81457"), "https://blastscan.io/tx/{hash}"),
        Chain(
            "Immutable zkEVM", ("immutable-zkevm", "eip155:13371"), "https://explorer.immutable.com/tx/{hash}"
        ),
        Chain("Flow EVM", ("flow-evm", "evm-on-flow", "eip155:747"), "https://evm.flowscan.io/tx/{hash}"),
        Chain(
            "Sepolia",
            ("sepolia", "ethereum-sepolia", "eip155:11155111"),
            "https://sepolia.etherscan.io/tx/{hash}",
        ),
        Chain(
            "Holesky",
            ("holesky", "ethereum-holesky", "eip155:17000"),
            "https://holesky.etherscan.io/tx/{hash}",
        ),
        Chain("Goerli", ("goerli", "ethereum-goerli", "eip155:5")),
        Chain("Mumbai", ("mumbai", "polygon-mumbai", "eip155:80001")),
        Chain("Amoy", ("amoy", "polygon-amoy", "eip155:80002"), "https://amoy.polygonscan.com/tx/{hash}"),
        Chain("Base Sepolia", ("base-sepolia", "eip155:84532"), "https://sepolia.basescan.org/tx/{hash}"),
        Chain(
            "Arbitrum Sepolia", ("arbitrum-sepolia", "eip155:421614"), "https://sepolia.arbiscan.io/tx/{hash}"
        ),
        Chain(
            "Optimism Sepolia",
            ("optimism-sepolia", "op-sepolia", "eip155:11155420"),
            "https://sepolia-optimism.etherscan.io/tx/{hash}",
        ),
        Chain(
            "Avalanche Fuji",
            ("fuji", "avalanche-fuji", "eip155:43113"),
            "https://testnet.snowtrace.io/tx/{hash}",
        ),
        Chain(
            "BNB Smart Chain Testnet", ("bsc-testnet", "eip155:97"), "https://testnet.bscscan.com/tx/{hash}"
        ),
    )

    def has_form(self, text: str) -> bool:
        return _ADDRESS.fullmatch(text) is not None

    def damage(self, text: str) -> AddressProblem | None:
        if _WITHOUT_PREFIX.fullmatch(text):
            return AddressProblem.NO_PREFIX
        if _CUT_OFF.fullmatch(text):
            return AddressProblem.CUT_OFF
        return AddressProblem.BAD_CHARACTER if _MISTYPED.fullmatch(text) else None

    def check(self, text: str, chain: Chain | None, contract: str | None) -> str | AddressProblem:
        del chain  # the same account has the same address on all of them
        digits = text[2:]
        lower = digits.lower()
        if digits not in (lower, digits.upper()) and not is_checksum_address("0x" + digits):
            return AddressProblem.BAD_CHECKSUM
        if _ZEROS_IN_A_ROW in lower or lower in _BURN_ADDRESSES or len(set(lower)) == 1:
            return AddressProblem.BURNS
        if contract is not None and contract.lower() == "0x" + lower:
            return AddressProblem.OWN_CONTRACT
        return str(to_checksum_address("0x" + lower))

    def transaction(self, text: str) -> str | None:
        return text if _TRANSACTION.fullmatch(text) else None
