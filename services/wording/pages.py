"""What the side server says outside its templates."""

from services.wording.language import Language


def not_from_our_page(language: Language) -> str:
    return language.say("This did not come from our own page. Open your link again.")


def failed(language: Language, reference: str) -> str:
    return language.say("Something went wrong on our side. Ref {reference}", reference=reference)


def holding(language: Language, nft_count: int) -> str:
    """Stands in a sentence of the page: the wallet holds so many."""
    return language.count(nft_count, "1 NFT", "{number} NFTs")
