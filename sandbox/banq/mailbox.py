"""A small webmail with what Banq has written to its customers."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from sandbox.banq.catalogue import NFTS, Nft
from sandbox.banq.identities import ADA, CUSTOMERS, PLATFORMS, AccountSpace, Customer
from sandbox.banq.ledger import Ledger, Refusal
from sandbox.banq.rendering import page
from sandbox.banq.state import Mail, Transaction


@dataclass(frozen=True)
class Letter:
    """A mail with everything that its text speaks of."""

    mail: Mail
    subject: str
    preview: str
    platform: AccountSpace | None
    transfer: Transaction | None
    nft: Nft | None


class Mailbox:
    def __init__(self, ledger: Ledger, customers: Mapping[str, Customer]) -> None:
        self._ledger = ledger
        self._customers = customers

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/mail", self._mail)]

    async def _mail(self, request: web.Request) -> web.Response:
        """Wide screens show the newest mail beside the list when none is chosen."""
        customer = self._customers.get(request.query.get("for", ADA.email))
        if customer is None:
            raise Refusal(404, "Nobody here has this address.")
        letters = [self._letter(mail) for mail in self._ledger.mails(customer.email)]
        chosen = request.query.get("mail")
        opened = next((letter for letter in letters if letter.mail.id == chosen), None)
        if chosen and opened is None:
            raise Refusal(404, "This mail does not exist.")
        return page(
            "mail.html",
            customer=customer,
            customers=CUSTOMERS.values(),
            letters=letters,
            opened=opened or letters[0],
            is_chosen=opened is not None,
        )

    def _letter(self, mail: Mail) -> Letter:
        platform = PLATFORMS[mail.platform_id] if mail.platform_id else None
        transfer = self._ledger.transaction(mail.transaction_id) if mail.transaction_id else None
        nft = NFTS[transfer.nft] if transfer else None
        subject, preview = _wording(mail, platform, nft)
        return Letter(mail, subject, preview, platform, transfer, nft)


def _wording(mail: Mail, platform: AccountSpace | None, nft: Nft | None) -> tuple[str, str]:
    platform_name = platform.name if platform else ""
    nft_name = nft.name if nft else ""
    match mail.kind:
        case "welcome":
            return "Welcome to Banq", "Your NFTs are in safe hands."
        case "connected":
            return f"{platform_name} is connected", "It can see your NFTs and ask for withdrawals."
        case "withdrawal":
            return "Complete your transfer", f"{platform_name} asked to send {nft_name}"
        case "completed":
            return "Your transfer is complete", f"{nft_name} has left your wallet."
