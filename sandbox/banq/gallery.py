"""Serves the NFTs' pictures: drawn when first asked for, then kept in memory."""

import asyncio

from aiohttp import web

from sandbox.banq.catalogue import COLLECTIONS, NFTS
from sandbox.banq.pictures.draw import draw_png


class Gallery:
    def __init__(self) -> None:
        self._pictures: dict[str, bytes] = {}
        self._one_at_a_time = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        return [web.get(r"/pictures/{collection}/{number:\d+}.png", self._picture)]

    async def _picture(self, request: web.Request) -> web.Response:
        collection, number = request.match_info["collection"], int(request.match_info["number"])
        slug = f"{collection}-{number}"
        nft = NFTS.get(slug)
        if collection not in COLLECTIONS or nft is None or nft.picture_path is None:
            raise web.HTTPNotFound
        async with self._one_at_a_time:
            if slug not in self._pictures:
                self._pictures[slug] = await asyncio.to_thread(draw_png, collection, number)
        return web.Response(
            body=self._pictures[slug],
            content_type="image/png",
            headers={"Cache-Control": "public, max-age=31536000, immutable"},
        )
