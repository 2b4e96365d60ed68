"""The NFTs of five collections, who holds what at first, and the odd ones that real wallets have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from sandbox.banq.addresses import base58, checksummed, flow_address, keccak256
from sandbox.banq.identities import ADA, BEN, CLEO

TokenType = Literal["ERC721", "ERC1155", "NonFungible", "NonFungibleToken"]
Chain = Literal["ethereum", "polygon", "solana", "flow"]
CHAINS: Mapping[Chain, str] = {
    "ethereum": "Ethereum",
    "polygon": "Polygon",
    "solana": "Solana",
    "flow": "Flow",
}


@dataclass(frozen=True)
class Collection:
    slug: str
    name: str
    chain: Chain
    token_type: TokenType
    source_banq: str


@dataclass(frozen=True)
class Nft:
    """`omitted` names the fields that the API leaves out for this one."""

    collection: Collection
    number: int
    name: str
    description: str
    token_data_id: int | str
    token_id: str
    odd_image_url: str | None = None
    omitted: frozenset[str] = frozenset()

    @property
    def slug(self) -> str:
        return f"{self.collection.slug}-{self.number}"

    @property
    def source_banq(self) -> str:
        return self.collection.source_banq

    @property
    def token_type(self) -> TokenType:
        return self.collection.token_type

    @property
    def contract_address(self) -> str:
        """The collection's contract; on Solana each NFT has a mint of its own instead."""
        collection = self.collection.slug.encode()
        match self.collection.chain:
            case "solana":
                return base58(keccak256(self.slug.encode()))
            case "flow":
                account = int.from_bytes(keccak256(collection)[:3])
                return f"A.{flow_address(account)[2:]}.{self.collection.name.replace(' ', '')}"
        return checksummed("0x" + keccak256(collection)[-20:].hex())

    @property
    def traits(self) -> tuple[tuple[str, str], ...]:
        """Chosen by number, so that neighbours differ."""
        return tuple(
            (name, values[(self.number * step) % len(values)])
            for step, (name, values) in enumerate(TRAITS[self.collection.slug], start=1)
        )

    @property
    def picture_path(self) -> str | None:
        """None where the API names no picture of ours either."""
        if self.odd_image_url or "imageUrl" in self.omitted:
            return None
        return f"/pictures/{self.collection.slug}/{self.number}.png"


QUIET_HOURS = Collection(
    "quiet-hours", "Quiet Hours", "ethereum", "ERC721", "7a1e9f52-0c4d-4f7e-b1a6-5d0e2c3b4a01"
)
PEBBLE_FOLK = Collection(
    "pebble-folk", "Pebble Folk", "polygon", "ERC721", "7a1e9f52-0c4d-4f7e-b1a6-5d0e2c3b4a02"
)
GLAZE_GARDEN = Collection(
    "glaze-garden", "Glaze Garden", "polygon", "ERC1155", "7a1e9f52-0c4d-4f7e-b1a6-5d0e2c3b4a03"
)
NIGHT_POST = Collection(
    "night-post", "Night Post", "solana", "NonFungible", "7a1e9f52-0c4d-4f7e-b1a6-5d0e2c3b4a04"
)
TIDE_POOL = Collection(
    "tide-pool", "Tide Pool", "flow", "NonFungibleToken", "7a1e9f52-0c4d-4f7e-b1a6-5d0e2c3b4a05"
)
TRAITS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "quiet-hours": (
        ("Hour", ("dawn", "noon", "dusk", "night")),
        ("Weather", ("clear", "rain on its way", "mist", "first snow", "wind")),
        ("Season", ("spring", "summer", "autumn")),
    ),
    "pebble-folk": (
        ("Mood", ("cheerful", "shy", "stern")),
        ("Wears", ("a scarf", "nothing", "a hat", "moss")),
    ),
    "glaze-garden": (("Finish", ("matte", "gloss")), ("Firings", ("one", "two", "three"))),
    "night-post": (("Stamp", ("red", "blue")),),
    "tide-pool": (("Tide", ("low", "high", "turning")),),
}
COLLECTIONS = {
    collection.slug: collection
    for collection in (QUIET_HOURS, PEBBLE_FOLK, GLAZE_GARDEN, NIGHT_POST, TIDE_POOL)
}

_LANDSCAPES = (
    ("Harbour Before Rain", "The last warm light, an hour before the weather came in."),
    ("First Frost at Elm Pass", "Nobody had walked there yet."),
    ("Lanterns Over Lake Ino", "Drawn from memory, twice, and then once more in colour."),
    ("The Long Way Home", "Four ridges and a kettle at the end of them."),
    ("Sunday, Half Past Five", "Where the valley keeps its silence."),
    ("Salt Wind", "You can nearly smell it."),
    ("A Field in August", "Dry grass, crickets, no plans."),
    ("Night Ferry", "The mountains were only a guess."),
    ("Moss and Morning", "A walk begun too early and not regretted."),
    ("Harbour Before Rain", "The same bay a year later. The weather is on time again."),
    ("Copper Hills", "Named by miners, coloured by evenings."),
    ("Blue Hour, Day Nine", "On the ninth day the clouds moved off."),
    ("Letters from the Coast", "The first of a short series on leaving."),
    ("Under the Orion Road", "Best looked at in the dark."),
    ("Snowmelt", "Everything was moving, slowly."),
    ("Pines at the Border", "They belong to both sides."),
)
_CREATURES = (
    ("Bumble Okonkwo", "Collects buttons. Will trade."),
    ("Miss Tuff", "Older than the hill she sits on."),
    ("Pip of the Puddles", "Has never once been dry."),
    ("Uncle Gravel", "Tells the same story better each time."),
    ("Noor", "Hums when she thinks no one listens."),
    ("Fennel", "Afraid of geese, and rightly."),
    ("Little Basalt", "Small, heavy, cheerful."),
    ("Otto Round", "Rolls to work."),
    ("Marzipan", "Sweet, but keeps a list."),
    ("Captain Shale", "Commands a teapot."),
    ("Juniper", "Knows where you left your keys."),
    ("Old Friend", "You have met before."),
    ("Sprout", "Three days old and already a critic."),
    ("Domino", "Falls over, gets up, laughs."),
    ("Tansy", "Runs the night library."),
    ("Unhatched", "We will know in spring."),
)
_TILES = (
    ("Bluebell Court", "Fired at dawn in the small kiln."),
    ("Saffron Steps", "From the stairs of a house that is no longer there."),
    ("Sea Thistle", "Glazed three times; the third one took."),
    ("Orange Grove", "Meant for a kitchen with a south window."),
    ("Winter Jasmine", "A white tile is the hardest."),
    ("Rosehip and Ink", "Cobalt over tin, with patience."),
    ("Fig and Fennel", "The pattern repeats; the hand does not."),
    ("The Gardener's Proof", "An edition of test tiles, signed on the back."),
    ("Pomegranate", "Nine seeds to each side."),
    ("Lagoon", "The glaze ran, and we left it."),
    ("Clover Yard", "Luck, laid out in a grid."),
    ("Peony at Noon", "Full sun on a courtyard wall."),
    ("Juniper Square", "The quiet one of the set."),
    ("Untitled sample", "What people write into names."),
)
_POSTCARDS = (
    ("Postmark: Far Shore", "Sent without a sender."),
    ("Postmark: Last Train", "Stamped twice, arrived once."),
    ("Postmark: No Reply", "The lamp stayed on all the same."),
)
_TIDE_CREATURES = (
    ("Brill", "Counts waves, loses count, starts again."),
    ("Aunt Limpet", "Will not be moved."),
    ("Skipper Moss", "Has opinions on weather."),
)

HOSTILE_NAME = (
    "**FREE MINT** @everyone [claim here](https://claim.example/now) <@1> "
    "\u202egnp.tfn\u202c zero\u200bwidth\u200dname ||spoiler|| `code` " + "very long " * 20
).strip()


def _landscapes() -> Iterator[Nft]:
    for number, (name, description) in enumerate(_LANDSCAPES, start=1):
        yield Nft(QUIET_HOURS, number, name, description, 48_210 + 7 * number, str(number))


def _creatures() -> Iterator[Nft]:
    for number, (name, description) in enumerate(_CREATURES, start=1):
        token_data_id = keccak256(f"pebble-{number}".encode()).hex()[:24]
        yield Nft(PEBBLE_FOLK, number, name, description, token_data_id, str(3000 + number))


def _tiles() -> Iterator[Nft]:
    for number, (name, description) in enumerate(_TILES, start=1):
        # Token ids of this contract are 256 bits wide, as many are.
        token_id = str(int.from_bytes(keccak256(f"glaze-{number}".encode())))
        yield Nft(GLAZE_GARDEN, number, name, description, str(90_000 + number), token_id)


def _postcards() -> Iterator[Nft]:
    for number, (name, description) in enumerate(_POSTCARDS, start=1):
        # The mint says it all there: Solana numbers no tokens.
        nft = Nft(NIGHT_POST, number, name, description, f"np-{number}", "", omitted=frozenset({"tokenId"}))
        yield replace(nft, token_data_id=f"solana:{nft.contract_address}")


def _tide_creatures() -> Iterator[Nft]:
    for number, (name, description) in enumerate(_TIDE_CREATURES, start=1):
        yield Nft(TIDE_POOL, number, name, description, 700_100 + number, str(88_000_000 + number))


_ALL = {
    nft.slug: nft for nft in (*_landscapes(), *_creatures(), *_tiles(), *_postcards(), *_tide_creatures())
}
_ODD_ONES = (
    # Beyond 2**53: a client that reads numbers as floats sends back another NFT's id.
    replace(_ALL["quiet-hours-11"], token_data_id=9_007_199_254_740_993),
    replace(_ALL["quiet-hours-5"], omitted=frozenset({"description"})),
    replace(_ALL["quiet-hours-16"], omitted=frozenset({"chain", "contractAddress"})),
    replace(_ALL["pebble-folk-7"], omitted=frozenset({"collectionName", "tokenType"})),
    replace(_ALL["pebble-folk-16"], omitted=frozenset({"imageUrl"})),
    replace(_ALL["glaze-garden-14"], name=HOSTILE_NAME, odd_image_url="javascript:alert(1)"),
)
NFTS = _ALL | {nft.slug: nft for nft in _ODD_ONES}


def _holdings(collection: Collection, numbers: tuple[int, ...]) -> dict[str, int]:
    return {f"{collection.slug}-{number}": 1 for number in numbers}


FIRST_HOLDINGS: dict[str, dict[str, int]] = {
    ADA.email: _holdings(QUIET_HOURS, (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))
    | _holdings(PEBBLE_FOLK, (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16))
    | _holdings(GLAZE_GARDEN, (1, 2, 3, 4, 5, 6, 7, 14))
    | {"glaze-garden-8": 5},
    BEN.email: _holdings(QUIET_HOURS, (13, 14, 15, 16))
    | _holdings(PEBBLE_FOLK, (11, 12, 13, 14, 15))
    | _holdings(GLAZE_GARDEN, (9, 10, 11, 12, 13))
    | _holdings(NIGHT_POST, (1, 2, 3))
    | _holdings(TIDE_POOL, (1, 2, 3)),
    CLEO.email: {},
}


def holdings_in_crowd(index: int) -> dict[str, int]:
    """Neighbours hold different numbers of NFTs, so that mixing them up is seen."""
    return _holdings(GLAZE_GARDEN, tuple(range(1, 2 + index % 7)))
