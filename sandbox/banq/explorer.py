"""A block explorer for each chain: anybody can look at what was sent where."""

from aiohttp import web

from sandbox.banq.catalogue import CHAINS, NFTS
from sandbox.banq.ledger import Ledger, Refusal
from sandbox.banq.rendering import page


class Explorer:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/explorer/{chain}/tx/{hash}", self._transaction)]

    async def _transaction(self, request: web.Request) -> web.Response:
        chain, wanted = request.match_info["chain"], request.match_info["hash"]
        for transfer in self._ledger.transactions:
            nft = NFTS[transfer.nft]
            if nft.collection.chain == chain and transfer.transaction_hash == wanted:
                return page("explorer.html", transfer=transfer, nft=nft, chain=CHAINS[nft.collection.chain])
        raise Refusal(404, "This network has no such transaction.")
