"""Damaged addresses, and those that lose what they get: the chain, what must be said, what is pasted."""

EVM_FORM = "An address on Polygon is 0x and then 40 digits from 0 to 9 and a to f."
SOLANA_FORM = "An address on Solana is 32 to 44 letters and digits, usually 44."
FLOW_FORM = "An address on Flow is 0x and then 16 digits from 0 to 9 and a to f."
ANY_FORM = "An address is the long code that your wallet shows where it says Receive."
CAPITALS = "Its capital letters do not fit together, so at least one character is wrong."
TOO_SHORT_OR_LONG = "It is too short or too long."
NO_SUCH_CHARACTER = "It has a character in it that no such address has."
NOT_FROM_FLOW = "Flow gives out no such address, so at least one character is wrong."
GAP = "An address has no spaces and no line breaks."
INVISIBLE = "It has characters in it that cannot be seen, and no address has any."
FOREIGN = "A letter in it may look right and be another one."
MORE = "Leave out what does not belong to it."
NOBODY = "Nobody holds the key to this address: whatever is sent there is lost."
NETWORKS_OWN = "This address belongs to the network itself, not to a wallet."
NO_WALLET = (
    "No wallet can have this address: it has a mistake in it, or belongs to a program or to one token."
)


BROKEN: list[tuple[str | None, str, tuple[str, ...]]] = [
    ("polygon", "There is no address", ("", " ", "\n\t", "\u00a0")),
    (
        "polygon",
        f"That is not an address. {EVM_FORM}",
        ("banana", "0", "#5aAeb6053F3E94C9b9A0", "$%", "-1", "0x", "null"),
    ),
    ("solana", f"That is not an address. {SOLANA_FORM}", ("my-phantom", "4111", "abc123", "0xyz", "?")),
    (
        "flow",
        f"That is not an address. {FLOW_FORM}",
        ("dapper", "16", "4111111111111111", "flow!", "tz1", "A.B.C"),
    ),
    (None, f"That is not an address. {ANY_FORM}", ("hello", "12345", "wallet1", "yes", "4111111111111111")),
    (
        "polygon",
        CAPITALS,
        (
            "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
            "0x5aAeb6054F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAde",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d358",
            "0xfB6916095ca1df60bB97Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6Fb",
            "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDB",
            "0XD1220A0cf47c7B9Be7A2E6BA89F429762e7b9adb",
            "0x52908400098527886E0F7030069857D2E4169Ee7",
            "0xde709f2102306220921060314715629080e2fB77",
        ),
    ),
    (
        None,
        CAPITALS,
        ("0x8b5Cc4df7eeC7d32A7814eCa4af047Ae33b2D523", "0xAc0F09c0f8bf5E7A4B063d863255F16D8cE9Abe6"),
    ),
    (
        "polygon",
        f"{TOO_SHORT_OR_LONG} {EVM_FORM}",
        (
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAedd",
            "0x5aAeb6053F3E94C9b9A0",
            "0xAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed05a",
            "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed5aaeb6053f3e",
        ),
    ),
    (
        "solana",
        f"{TOO_SHORT_OR_LONG} {SOLANA_FORM}",
        (
            "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAW",
            "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWMM",
            "zDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM",
            "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGY",
            "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
            "1111111111111111111111111111111",
        ),
    ),
    (
        "flow",
        f"{TOO_SHORT_OR_LONG} {FLOW_FORM}",
        ("0xead892083b3e2c6", "0xead892083b3e2c6c0", "0xead892083b", "0xead892083b3e2c6cead89208"),
    ),
    (
        None,
        TOO_SHORT_OR_LONG,
        ("0xead892083b3e2c6c1", "0x5aAeb6053F3E94C9b9A09f33669435E7", "vines1vzrYbzLMRdu58ou5XTby4qAqVRLmqo"),
    ),
    (
        "polygon",
        "The 0x belongs to it.",
        ("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "fB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"),
    ),
    (None, "The 0x belongs to it.", ("dbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",)),
    (
        "polygon",
        NO_SUCH_CHARACTER,
        (
            "0x5gAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aAeb6O53F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aAeb6053F3E94C9b9A09f33669435E7EflBeAed",
            "0x5aAeb6053F3E94C9b9A09f3366943SE7Ef1BeAed",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAex",
        ),
    ),
    (
        "solana",
        NO_SUCH_CHARACTER,
        (
            "0WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM",
            "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWO",
            "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdlVL9zYtAWWM",
            "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdIVL9zYtAWWM",
        ),
    ),
    ("flow", NO_SUCH_CHARACTER, ("0xead892083b3e2cGc", "0xeadB92083b3e2coc", "0xeadl92083b3e2c6c")),
    (
        "flow",
        NOT_FROM_FLOW,
        (
            "0xead892083b3e2c6d",
            "0xead892083b3e2cc6",
            "0xaed892083b3e2c6c",
            "0x0b2a3299cc857e28",
            "0xb02a3299cc857e29",
            "0x1e3c78c6d580273c",
            "0xf8d6e0586b0a20c7",
            "0x01cf0e2f2f715450",
            "0x0000000000000001",
            "0xffffffffffffffff",
            "ead892083b3e2c6d",
            "0XEAD892083B3E2C6D",
        ),
    ),
    ("flow-testnet", NOT_FROM_FLOW, ("0x45722594009505d8", "0x877931736ee77cfe", "0x0000000000000007")),
    (None, NOT_FROM_FLOW, ("0x1d7e57aa55817449", "0x4eb8a10cb9f87358")),
    (
        "polygon",
        GAP,
        (
            "0x5aAeb6053F3E94C9b9A0 9f33669435E7Ef1BeAed",
            "0x 5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aAe b605 3F3E 94C9 b9A0 9f33 6694 35E7 Ef1B eAed",
            "0x5aAeb6053F3E94C9b9A09f33\n669435E7Ef1BeAed",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aAeb6053F3E94C9b9A0\u00a09f33669435E7Ef1BeAed",
        ),
    ),
    (
        "solana",
        GAP,
        (
            "9WzDXwBbmkg8ZTbNMqUx vQRAyrZzDsGYdLVL9zYtAWWM",
            "my wallet",
            "vines1vzrYbzLMRdu58ou5XTby4qAqVRLmqo36NKPTg please",
        ),
    ),
    ("flow", GAP, ("0xead892083b3e 2c6c", "0xead892083b3e2c6c 0x0b2a3299cc857e29")),
    (
        "polygon",
        INVISIBLE,
        (
            "\u202e0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aAeb6053F3E94C9b9A0\u200b9f33669435E7Ef1BeAed",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\u200b",
            "\ufeff0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aAeb6053F3E94C9b9A0\u00ad9f33669435E7Ef1BeAed",
            "0x5aAeb6053F3E94C9b9A0\u20669f33669435E7Ef1BeAed\u2069",
            "0x5aAeb6053F3E94C9b9A0\x009f33669435E7Ef1BeAed",
            "0x5a\u0301Aeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        ),
    ),
    (
        "solana",
        INVISIBLE,
        (
            "9WzDXwBbmkg8ZTbNMqUx\u200dvQRAyrZzDsGYdLVL9zYtAWWM",
            "\u20609WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM",
        ),
    ),
    ("flow", INVISIBLE, ("0xead892083b3e2c6c\u200e", "0xead892\u200c083b3e2c6c")),
    (
        "polygon",
        FOREIGN,
        (
            "0x5\u0430Aeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aA\u0435b6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0\u04455aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0\u00d75aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x" + "\uff11" * 40,
            "0x" + "\u0661" * 40,
            "0x\u0421F3E94C9b9A09f33669435E7Ef1BeAed5aAeb6053",
        ),
    ),
    (
        "solana",
        FOREIGN,
        (
            "9WzDXwBbmkg8ZTbN\u041cqUxvQRAyrZzDsGYdLVL9zYtAWWM",
            "9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWW\u039c",
        ),
    ),
    ("flow", FOREIGN, ("0x\u0435ad892083b3e2c6c", "0xead892083b3\u00e92c6c")),
    (
        "polygon",
        MORE,
        (
            "ethereum:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "ethereum:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed@137",
            "ETHEREUM:0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "eip155:137:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "matic:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed@137",
            "bitcoin:bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        ),
    ),
    (
        "solana",
        MORE,
        (
            "solana:9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM",
            "sol:vines1vzrYbzLMRdu58ou5XTby4qAqVRLmqo36NKPTg",
        ),
    ),
    ("flow", MORE, ("flow:0xead892083b3e2c6c",)),
    (
        "polygon",
        NOBODY,
        (
            "0x0000000000000000000000000000000000000000",
            "0x0000000000000000000000000000000000000001",
            "0x000000000000000000000000000000000000000a",
            "0x000000000000000000000000000000000000ffff",
            "0x0000000000000000000000000000000000001010",
            "0x000000000000000000000000000000000000dEaD",
            "0x000000000000000000000000000000000000dead",
            "0xdEAD000000000000000042069420694206942069",
            "0xdead000000000000000000000000000000000000",
            "0xffffffffffffffffffffffffffffffffffffffff",
            "0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
            "0x1111111111111111111111111111111111111111",
            "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE",
            "0x4200000000000000000000000000000000000006",
            "0x0200000000000000000000000000000000000005",
        ),
    ),
    ("solana", NOBODY, ("1nc1nerator11111111111111111111111111111111",)),
    ("flow", NOBODY, ("0x0000000000000000", "0000000000000000", "0x6834ba37b3980209")),
    (
        "solana",
        NETWORKS_OWN,
        (
            "11111111111111111111111111111111",
            "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
            "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
            "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL",
            "metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s",
            "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr",
            "Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo",
            "ComputeBudget111111111111111111111111111111",
            "Stake11111111111111111111111111111111111111",
            "Vote111111111111111111111111111111111111111",
            "SysvarC1ock11111111111111111111111111111111",
            "SysvarRent111111111111111111111111111111111",
            "Sysvar1nstructions1111111111111111111111111",
            "BPFLoaderUpgradeab1e11111111111111111111111",
            "AddressLookupTab1e1111111111111111111111111",
            "So11111111111111111111111111111111111111112",
        ),
    ),
    (
        "flow",
        NETWORKS_OWN,
        (
            "0xe467b9dd11fa00df",
            "0xf233dcee88fe0abe",
            "0x1654653399040a61",
            "1d7e57aa55817448",
            "0x4eb8a10cb9f87357",
        ),
    ),
    (
        "flow-testnet",
        NETWORKS_OWN,
        ("0x8c5303eaa26202d6", "0x9a0766d93b6608b7", "0x7e60df042a9c0868", "0x631e88ae7f1d7c20"),
    ),
    (
        "solana",
        NO_WALLET,
        (
            "C7yhTUnpVqTY5yMwAEGTVFNss8berSi6tqhDB2aPryb1",
            "BxXszQZDTcuoTeMTqf2yLdD5jFWkPfuCeWUbj9CcJkjw",
            "HLxrdjVbhUMhaYy4iMUMrSUtT6aMPE1saREaPnhsZeTs",
        ),
    ),
    (None, NO_WALLET, ("5hRJZNXGVXDerWGTBoXPvyJQcq3jp7UpJchn9Vuxx1yT",)),
]
