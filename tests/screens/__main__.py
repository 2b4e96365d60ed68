"""`python -m tests.screens`: play every command in each of its states, and take a picture of each answer."""

import argparse
import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import async_playwright

from tests.e2e.conftest import CHROMIUM_NAMES, FLAGS
from tests.screens import book, gallery, german, helping, linking, news, stories, team, wallet, withdrawing
from tests.screens.album import Album, console
from tests.screens.stage import Studio

SECTIONS: dict[str, tuple[str, Callable[[Studio], Awaitable[None]]]] = {
    "commands": ("All commands", helping.play_commands),
    "help": ("/help", helping.play),
    "link": ("/link", linking.play),
    "wallet": ("/wallet", wallet.play),
    "unlink": ("/unlink", wallet.play_unlinking),
    "nfts": ("/nfts", gallery.play),
    "withdraw": ("/withdraw", withdrawing.play),
    "story": ("How a withdrawal goes on", stories.play),
    "withdrawals": ("/withdrawals", stories.play_list),
    "addresses": ("/addresses", book.play),
    "limits": ("/limits", book.play_limits),
    "admin": ("/admin", team.play),
    "panel": ("The panel", team.play_panel),
    "direct": ("Direct messages", news.play),
    "team": ("The team's channel", team.play_channel),
    "audit-channel": ("The audit channel", team.play_audit_channel),
    "failure": ("What goes wrong", news.play_failures),
    "german": ("In German", german.play),
}


async def take(sections: list[str], folder: Path) -> None:
    path = next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)
    if path is None:
        raise SystemExit("The pictures need Chromium.")
    album = Album()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        for slug, (title, play) in SECTIONS.items():
            if slug in sections:
                album.begin(title, slug)
                await play(Studio(browser, album))
        await browser.close()
    album.write(folder)
    console.print(f"\n{folder}: {album.told()}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.screens", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], metavar="SECTION", help="only these")
    parser.add_argument("--to", type=Path, help="where the document and its pictures go; all go to docs")
    asked = parser.parse_args()
    if asked.sections and asked.to is None:
        parser.error(
            "a part of the pictures cannot stand for all of them in docs: say where it goes, with --to"
        )
    asyncio.run(take(asked.sections or list(SECTIONS), asked.to or Path("docs")))


if __name__ == "__main__":
    main()
