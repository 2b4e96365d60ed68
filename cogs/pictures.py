"""Which picture of an NFT Discord is asked to show. Discord fetches it; the bot's own host never does."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_URL = 1024
IPFS = re.compile(r"ipfs://(?:ipfs/)?(?P<path>[A-Za-z0-9]{40,100}(?!.*\.\.)(?:/[A-Za-z0-9._~%/-]*)?)")


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
        return url if _can_be_asked_for(url, insecure=self.insecure) else None

    def or_neutral(self, url: str | None) -> str | None:
        """None only where even our own cannot be shown."""
        return self.of(url) or self.of(self.neutral)


def _can_be_asked_for(url: str, *, insecure: bool) -> bool:
    if len(url) > LONGEST_URL or not url.isascii() or re.search(r"[\s\x00-\x1f\x7f]", url):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    allowed = {"https", "http"} if insecure else {"https"}
    labels = (parts.hostname or "").split(".")
    named = len(labels) > 1 and all(re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", label) for label in labels)
    return parts.scheme in allowed and named and parts.username is None and port != 0
