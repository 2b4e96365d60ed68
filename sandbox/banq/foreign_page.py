"""A stranger's website that embeds Banq's widget: the platform id is public, so anybody can make one."""

import json
from collections.abc import Mapping

from aiohttp import web

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Free NFTs</title></head>
<body>
  <h1>Connect your wallet and get a free NFT</h1>
  <div id="prize"></div>
  <script src="{widget_url}"></script>
  <script>
    new window.ecommerceBanqWidget({options}).bootstrapApp();
  </script>
</body>
</html>
"""


class ForeignPage:
    """Serves on loopback, from an origin of its own; `more` are further options of the widget."""

    def __init__(self, widget_url: str, platform_id: str, more: Mapping[str, str] | None = None) -> None:
        options = {"selector": "#prize", "platformId": platform_id} | dict(more or {})
        self._html = PAGE.format(widget_url=widget_url, options=json.dumps(options))
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/", self._page)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _page(self, _request: web.Request) -> web.Response:
        return web.Response(text=self._html, content_type="text/html")
