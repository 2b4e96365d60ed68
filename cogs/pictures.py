"""Which picture of an NFT Discord is asked to show. Discord fetches it; the bot's own host never does."""

import re
from dataclasses import dataclass

from cogs.markup import picture_url

IPFS = re.compile(r"ipfs://(?:ipfs/)?(?P<path>[A-Za-z0-9]{40,100}(?:/[A-Za-z0-9._~%/-]*)?)")


@dataclass(frozen=True)
class Pictures:
    """`ipfs_gateway` ends in `/ipfs/`; `neutral` stands for what cannot be shown; `insecure`: http too."""

    ipfs_gateway: str
    neutral: str
    insecure: bool = False

    def of(self, url: str | None) -> str | None:
        """None where there is none, or Discord would refuse the whole message because of it."""
        if url is None:
            return None
        ipfs = IPFS.fullmatch(url)
        if ipfs is not None:
            url = self.ipfs_gateway + ipfs["path"]
        return picture_url(url, insecure=self.insecure)

    def or_neutral(self, url: str | None) -> str | None:
        """None only where even our own cannot be shown."""
        return self.of(url) or self.of(self.neutral)
