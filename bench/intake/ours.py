"""Banqbot without its chat: `python -m bench.intake.ours FILE [stores-only]`.

The whole side server and all workers. Nothing that is sent asks anything of Banq, so that no Banq is there.
`stores-only` leaves the workers out: then it does what those it is compared with do, and no more.
"""

import asyncio
import sys
from pathlib import Path

from bench.intake.program import serve
from bench.intake.webhooks import LANE, PATH_SECRET, SIGNATURE_SECRET
from bot import logs
from bot.config import Config
from bot.config_models import Lane
from bot.wiring import wired
from web.app import create_runner

NOWHERE = "http://127.0.0.1:9"


def configured(path: Path) -> Config:
    return Config.model_validate(
        {
            "community": {"name": "Sunny Meadow"},
            "discord": {"token": "none", "home_guild_id": 1, "api_url": NOWHERE},
            "banq": {
                "client_id": "none",
                "username": "none",
                "password": "none",
                "api_url": NOWHERE,
                "token_url": NOWHERE,
                "widget_url": NOWHERE,
            },
            "lanes": {
                LANE: Lane.model_validate(
                    {
                        "account_space_id": "none",
                        "platform_id": "none",
                        "webhook_secret": PATH_SECRET,
                        "signature_secrets": [SIGNATURE_SECRET],
                    }
                )
            },
            "web": {"public_url": NOWHERE},
            "storage": {"path": path},
        }
    )


async def main() -> None:
    path, *stores_only = sys.argv[1:]
    logs.set_up("console", "info", ())
    async with wired(configured(Path(path))) as parts, asyncio.TaskGroup() as tasks:
        workers = () if stores_only else parts.workers
        working = [tasks.create_task(worker.run()) for worker in workers]
        await serve(create_runner(parts.web))
        for task in working:
            task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
