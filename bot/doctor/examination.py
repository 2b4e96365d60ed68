"""All checks, side by side where none needs another's answer, and what they come to."""

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console

from banq.models import AccountSpace
from bot import config
from bot.doctor import disk, network
from bot.doctor.banq import account_spaces, look_at_banq, merchants
from bot.doctor.discord import look_at_discord
from bot.doctor.disk import look_at_disk
from bot.doctor.files import look_at_files
from bot.doctor.findings import Finding, State, error, not_checked, show
from bot.doctor.network import look_at_clock, look_at_public_url
from bot.json_output import print_json
from services.foreign_text import clean
from services.sources import Sources

console = Console(highlight=False, soft_wrap=True)

CONFIGURATION = "configuration"
# Signing in, then what that allows, each so long at most.
PATIENCE_S = 4.0
WITHOUT_CONFIGURATION = ("Discord", network.PUBLIC_URL, network.CLOCK, disk.DATABASE, "lanes", "webhooks")


@dataclass(frozen=True)
class Examined:
    """`spaces` are those to be told, because the configuration lacks them."""

    findings: list[Finding]
    is_complete: bool
    spaces: tuple[AccountSpace, ...] | None = None

    @property
    def code(self) -> int:
        if not self.is_complete:
            return 2
        return 1 if any(finding.state is State.ERROR for finding in self.findings) else 0


async def report(path: Path, *, as_json: bool) -> int:
    examined = await examine(path, Sources())
    if as_json:
        print_json([asdict(finding) for finding in examined.findings])
        return examined.code
    show(console, examined.findings)
    if examined.spaces is not None:
        _tell(examined.spaces)
    return examined.code


async def examine(path: Path, sources: Sources, patience_s: float = PATIENCE_S) -> Examined:
    """Changes nothing, anywhere."""
    files = look_at_files(path)
    try:
        settings = config.load(path, allow_open_secrets=True)
    except config.ConfigRefused as refused:
        rest, spaces = await _only_banq(path, patience_s)
        return Examined([*files, *_mistakes(refused), *rest], is_complete=False, spaces=spaces)
    discord, (banq, spaces), url, clock, database = await asyncio.gather(
        look_at_discord(settings, patience_s),
        look_at_banq(settings, patience_s),
        look_at_public_url(settings, patience_s),
        look_at_clock(settings, sources.now, patience_s),
        asyncio.to_thread(look_at_disk, settings.storage.path, sources.now()),
    )
    is_wrong = any(finding.state is State.ERROR and finding.check.startswith("lane ") for finding in banq)
    return Examined(
        [*files, *discord, *url, *clock, *database, *banq],
        # The bot would refuse them.
        is_complete=all(finding.state is not State.ERROR for finding in files),
        spaces=spaces if is_wrong else None,
    )


def _mistakes(refused: config.ConfigRefused) -> list[Finding]:
    return [error(CONFIGURATION, sentence, "") for sentence in str(refused).splitlines()]


async def _only_banq(path: Path, patience_s: float) -> tuple[list[Finding], tuple[AccountSpace, ...] | None]:
    """It tells what to fill in elsewhere."""
    skipped = [not_checked(check, "the configuration is not complete") for check in WITHOUT_CONFIGURATION]
    try:
        banq = config.load_banq(path)
    except config.ConfigRefused:
        return [*skipped, not_checked("Banq sign-in", "[banq] is not complete")], None
    finding, spaces = await account_spaces(banq, patience_s)
    return [*skipped, finding], spaces


def _tell(spaces: tuple[AccountSpace, ...]) -> None:
    console.print("\nYour account spaces at Banq:")
    for space in spaces:
        # A line for each id: in a table, a narrow terminal would break them in two.
        console.print(
            f"\n  {clean(space.name or '(no name)', 60)}, {clean(space.type or 'of no named type', 60)}",
            markup=False,
        )
        console.print(f"    account_space_id  {space.id}", markup=False)
        console.print(f"    platform_id       {space.platform_id or 'none'}", markup=False)
    own = merchants(spaces)
    if not own:
        console.print("\nNone of them says that it is a merchant's. Ask Banq which one is yours.")
        return
    console.print("\nMembers link through a merchant space. For the first lane, configure:\n")
    console.print(
        f'[lanes.main]\naccount_space_id = "{own[0].id}"\nplatform_id = "{own[0].platform_id or ""}"\n',
        markup=False,
    )
