"""What is no address on the NFT's network: the chain, what must be said, what is pasted."""

GOOD_EVM = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
GOOD_SOLANA = "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM"
GOOD_FLOW = "0xead892083b3e2c6c"
NAME = "A name can come to mean another wallet, so this bot takes addresses only."
MAYBE_KEY = "It may be the number of a transaction, or a wallet's private key."
KEY = "Never send it to anybody, not here either: whoever has it can take everything in that wallet."
SEED = "Never type them anywhere but in the wallet itself, and never send them to anybody"
KEY_PAIR = (
    "f998fe06afa0cfbe73e0449dc2b1698309e1b5714960f027b2858312b152c275"
    "97fb5f8538b89f6c1accfd19836b65a73b61fbc2e0cbf84bb858a0fffa3f1592"
)


def elsewhere(what: str, chain: str) -> str:
    return f"That is {what}, and no place for an NFT on {chain}: it would be lost."


MISPLACED: list[tuple[str | None, str, tuple[str, ...]]] = [
    (
        "polygon",
        elsewhere("a Solana address", "Polygon"),
        (GOOD_SOLANA, "vines1vzrYbzLMRdu58ou5XTby4qAqVRLmqo36NKPTg"),
    ),
    (
        "polygon",
        elsewhere("a Flow address", "Polygon"),
        (GOOD_FLOW, "0b2a3299cc857e29", "0x45722594009505d7"),
    ),
    (
        "solana",
        elsewhere("an address of Ethereum, Polygon or the like", "Solana"),
        (GOOD_EVM, GOOD_EVM.lower()),
    ),
    ("solana", elsewhere("a Flow address", "Solana"), (GOOD_FLOW, "0x0b2a3299cc857e29")),
    (
        "flow",
        elsewhere("an address of Ethereum, Polygon or the like", "Flow"),
        (GOOD_EVM, "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"),
    ),
    (
        "flow",
        elsewhere("a Solana address", "Flow"),
        (GOOD_SOLANA, "7S3P4HxJpyyigGzodYwHtCxZyUQe9JiBMHyRWXArAaKv"),
    ),
    (
        "flow",
        "Flow's main network and its test network have different addresses",
        ("0x45722594009505d7", "0x877931736ee77cff"),
    ),
    (
        "flow-testnet",
        "Flow's main network and its test network have different addresses",
        (GOOD_FLOW, "0x0b2a3299cc857e29"),
    ),
    (
        "polygon",
        elsewhere("a Bitcoin address", "Polygon"),
        (
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
            "BC1QAR0SRRR7XFKVY5L643LYDNW9RE59GTZZWF5MDQ",
            "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr",
            "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",
            "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn",
        ),
    ),
    ("solana", elsewhere("a Bitcoin address", "Solana"), ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",)),
    (
        "flow",
        elsewhere("a Litecoin address", "Flow"),
        (
            "Lg7EvUMHYyzGrmV9oUtKSDMDxNjtYhApAB",
            "MVjTBMZivfMkDrbgx2uY9W8kJvmbCsvPaQ",
            "ltc1qee707acjh4dgfeelrx3j3z0de254vmqj95uqyn",
        ),
    ),
    (
        "polygon",
        elsewhere("a Dogecoin address", "Polygon"),
        ("D7PZ6ageS8nXWE1P8WCB21d9kXqN9hXGAS", "ADYVkZHaTm1wWbzbavya82ATFgCHUQRkM2"),
    ),
    (
        "polygon",
        elsewhere("a Tron address", "Polygon"),
        ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "TWjJfAde78HHmKFPpXyQNnfyP1T5fwTzox"),
    ),
    (
        "solana",
        elsewhere("a Tezos address", "Solana"),
        (
            "tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb",
            "tz2TKCoFgSBDmhyrrkfeQxv1ktuXBYz5XAYT",
            "KT1Nc8uLSmqtdqXqDAiiWSCzgP7oM3QpLk4W",
        ),
    ),
    (
        "polygon",
        elsewhere("an XRP address", "Polygon"),
        ("rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh", "rPT1Sjq2YGrBMTttX4GZHjKu9dyfzbpAYe"),
    ),
    (
        "solana",
        elsewhere("a Cardano address", "Solana"),
        (
            "addr1xg4f0xryc27frj4xh7ta90gw78rdwxja6zwtj7knrt4sjme9atrex26whlquwfvvgasjf45f2vyxq6q04maqeacz6qcckqanj0",
            "stake1qhdyj5u8jkdmg6fm26pae0uulkym56fn9k087rfnr6mrnaq77mcdu",
            "addr_test1kqtv83h643sfn34fpfzcyrxusz2w3nug06fpz86ktymp09sedqgal",
        ),
    ),
    (
        "polygon",
        elsewhere("an address of Cosmos or one of its networks", "Polygon"),
        (
            "cosmos1gxe4aju36eppp966mm33x5mntl623uh7jqkcxv",
            "osmo168ep77svqvtphah7s094c6uunakjesll4lul0k",
            "stars15uk8n6lxc6fykzfw3qgkghzwzlxglyha9wqw3g28m9exc7qvufd2ylmv9l",
            "inj1yxvluy7lrh5fp4eghuzu9a2lt7k6886retr8fz",
        ),
    ),
    (
        "solana",
        elsewhere("an address of Polkadot or one of its networks", "Solana"),
        (
            "169PVhdW1dVuSqs8G88PqTknm1GxEYya3T2vmoUsexiPP9Br",
            "Hii1giJnDFMkxg45BtSbGHe3yZYLvEcRL9C1AmUafuMwsyn",
            "5HD6MNNS9rES1JrcJV5PhJvduPHJYFRRxxJScWVX6sgsCnSM",
        ),
    ),
    ("flow", elsewhere("a NEAR account", "Flow"), ("alice.near", "market.paras.near", "bob.testnet")),
    ("polygon", elsewhere("a Hedera account", "Polygon"), ("0.0.1234", "0.0.98-vfmkw")),
    (
        "polygon",
        elsewhere("a Stellar address", "Polygon"),
        ("GFVYRMQVXE2YEIALCPSU7XLBS6XEFGD5RSA6MJWYCEWDRPEQ2JCAWCYQ",),
    ),
    (
        "polygon",
        elsewhere("an Algorand address", "Polygon"),
        ("F5R7D3OYWLBZE32SCVHLIZZOIOQFMPYPZQ3MTALG7AU7DR33VRXGCYTDMQ",),
    ),
    (
        "solana",
        elsewhere("a TON address", "Solana"),
        (
            "EQDVN7ycBNMi3xg4iUS7D32nSWmFfUgrS7aVW5XMEEeEiWFi",
            "0:d537bc9c04d322df18388944bb0f7da74969857d482b4bb6955b95cc10478489",
        ),
    ),
    (
        None,
        elsewhere("a Bitcoin address", "any network that we know"),
        ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mda",),
    ),
    (
        "flow",
        "That is the name of a contract. An NFT goes to a wallet.",
        (
            "A.0b2a3299cc857e29.TopShot",
            "A.ead892083b3e2c6c.DapperUtilityCoin",
            "A.0b2a3299cc857e29.TopShot.NFT",
        ),
    ),
    ("polygon", "That is the name of a contract", ("A.1654653399040a61.FlowToken",)),
    ("polygon", "That is an e-mail address", ("ada@example.com", "ben.smith+nft@mail.example.org")),
    ("solana", "That is an e-mail address", ("cleo@example.net",)),
    (
        "polygon",
        "That is a link",
        (
            "https://etherscan.io/address/0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "http://opensea.io/ada",
            "www.example.com",
            "polygonscan.com/address/0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi",
        ),
    ),
    (
        "solana",
        "That is a link",
        ("https://solscan.io/account/9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM",),
    ),
    (
        "polygon",
        NAME,
        (
            "alice.eth",
            "MEADOW.ETH",
            "pay.alice.eth",
            "ma\u00f1ana.eth",
            "ada.crypto",
            "ada.lens",
            "@ada",
            "\U0001f98a.eth",
        ),
    ),
    ("solana", NAME, ("alice.sol", "alice.eth", "bonfida.sol")),
    ("flow", NAME, ("alice.find", "alice.fn")),
    (None, NAME, ("ada.sol", "ada.tez")),
    (
        "polygon",
        MAYBE_KEY,
        (
            "0xaaa9402664f1a41f40ebbc52c9993eb66aeb366602958fdfaa283b71e64db123",
            "aaa9402664f1a41f40ebbc52c9993eb66aeb366602958fdfaa283b71e64db123",
            "AAA9402664F1A41F40EBBC52C9993EB66AEB366602958FDFAA283B71E64DB123",
            "0xaaa9402664f1a41f40ebbc52c9993eb66aeb366602958fdfaa283b71e64db12",
            "key: 0xaaa9402664f1a41f40ebbc52c9993eb66aeb366602958fdfaa283b71e64db123",
            f"0x{KEY_PAIR}",
        ),
    ),
    (
        "solana",
        MAYBE_KEY,
        (
            "53vkCnbaJpDSBbvkuwMR9AUkjCSv2ZTMybeNRMn9XJzkNRPv5h1mX9hC4oEwHoiJZXVACmK1hoZzrFTDEcEPfUR9",
            "2F4NoMEcmJpM7Q8XGNjj4HwPuEkKCm4boJ752NL53r5tTkAbPqXQ8H4eM66vqyCGbYa9Pzy1SadVBXNXGJThuEG1",
            KEY_PAIR,
        ),
    ),
    ("flow", MAYBE_KEY, ("8276aef5132747091640c387a9ac7887632157947b4422c598c71187b70746ef",)),
    (
        "solana",
        KEY,
        (
            str([7] * 64),
            ",".join(["200"] * 64),
            "5JRv8sU3q53xNXhvDAEHaZfYR3j1eVpCzt19EmYMkroyqHZw46Z",
        ),
    ),
    (
        "polygon",
        KEY,
        (
            "KyvyXjkPVAt3Q2XbrfjeB9B7f92RrWBMxU7dMmbQcarMqh9aW7Fh",
            "92Ekp3U7Ev3DhQXSzPzPk19wM1iL2c2ycnDnX4yU9T1wctzqGTq",
            "xprvfgD7b49hoQEJKtrQ3fREAbqXx4pWB7Tgf8BsYySp7FQJKBU3jXr1UBwRDqxCp2vJzRSjpMoJuw82xSN5SofWynoimep7D1HBXZaTEyjC76",
            "SUFM6V5B3UKHQ3YPBQLLW7IX6TKE72EBD73ESBOAOLOQQQJG4V6OWCYQ",
        ),
    ),
    (
        "polygon",
        SEED,
        (
            "legal winner thank year wave sausage worth useful legal winner thank yellow",
            "Legal Winner Thank Year Wave Sausage Worth Useful Legal Winner Thank Yellow",
            "legal winner thank year wave sausage\nworth useful legal winner thank yellow",
            (
                "1. legal 2. winner 3. thank 4. year 5. wave 6. sausage "
                "7. worth 8. useful 9. legal 10. winner 11. thank 12. yellow"
            ),
            (
                "letter advice cage absurd amount doctor acoustic avoid letter "
                "advice cage absurd amount doctor acoustic avoid letter always"
            ),
        ),
    ),
    (
        "solana",
        SEED,
        (
            "zoo, zoo, zoo, zoo, zoo, zoo, zoo, zoo, zoo, zoo, zoo, wrong",
            " ".join(["abandon"] * 23 + ["art"]),
        ),
    ),
    (None, SEED, (" ".join(["abandon"] * 11 + ["about"]),)),
    (
        "tezos",
        "The NFT is on Tezos, and this bot cannot check addresses there yet, so it sends none.",
        ("tz1hSucZs6SG666pn6weMb79SKhFFKNNN8wQ", GOOD_EVM),
    ),
    (
        "ethereum classic",
        "The NFT is on Ethereum Classic, and this bot cannot check",
        (GOOD_EVM.lower(), "0x" + GOOD_EVM[2:].upper()),
    ),
]
