"""What a bot's answer claims about a wallet, held against the ledger of the emulated Banq."""

import re
from typing import Literal

from sandbox.banq.catalogue import NFTS
from services.addresses import in_groups
from tests.cogs.member import ADDRESS
from tests.crowd import LinkedMember
from tests.live import LiveBot
from tests.services.rig import key_of

# Everybody in the crowd holds it.
NFT = "glaze-garden-1"
OPTIONS: dict[str, dict[str, object]] = {
    "nfts": {},
    "wallet": {},
    "withdraw": {"nft": key_of(NFT), "to": ADDRESS},
}
SILENT = "Banq is not answering"
AGED = "As Banq told us"

# "known": what Banq said last, with its age, and that it is silent now.
Claim = Literal["right", "known", "silent", "untrue"]


def claim(live: LiveBot, member: LinkedMember, command: str, text: str) -> Claim:
    """`right` is only what Banq itself would say now."""
    held = len(live.banq.ledger.wallet(member.customer.email))
    match command:
        case "nfts":
            found = re.search(r"^(\d+) NFTs?$", text, re.MULTILINE)
            is_right = found is not None and int(found[1]) == held and AGED in text
        case "wallet":
            found = re.search(r"It holds (\d+) NFTs?\.", text)
            is_right = found is not None and int(found[1]) == held
        case _:
            found = re.search(r"^### ⚠️ Withdraw (.*)\?$", text, re.MULTILINE)
            is_right = found is not None and NFTS[NFT].name in found[1] and in_groups(ADDRESS) in text
    if SILENT in text:
        return "silent" if found is None else "known" if is_right else "untrue"
    return "right" if is_right else "untrue"
