"""The operator's hand on withdrawals, also while the bot runs: pause, resume, and settle what is stuck."""

from typing import assert_never

from rich.console import Console

from bot.config import Config
from bot.existing_database import existing_database
from bot.printing import shown
from services.changes import Changes
from services.kill_switch import AlreadyPaused, KillSwitch, NotPaused, PausedNow
from services.settling import NotStuck, Settled, Settlement, Settling, StillChecking
from services.sources import Sources
from storage.audit import OPERATOR
from storage.limits import Pause

console = Console(highlight=False, soft_wrap=True)


async def pause(settings: Config, reason: str) -> None:
    async with existing_database(settings) as database:
        outcome = await KillSwitch(database, Changes(), Sources()).pause(OPERATOR, reason)
    match outcome:
        case PausedNow(cancelled):
            console.print(
                "Withdrawals are paused for everybody, until you run: banqbot resume REASON. "
                f"Cancelled before they were sent: {cancelled}."
            )
        case AlreadyPaused(found):
            console.print(
                f"Withdrawals are paused already, since {found.paused_at:%Y-%m-%d %H:%M} UTC "
                f"by {shown(found.actor)}: {shown(found.reason)}"
            )
        case never:
            assert_never(never)


async def resume(settings: Config, reason: str) -> None:
    async with existing_database(settings) as database:
        outcome = await KillSwitch(database, Changes(), Sources()).resume(OPERATOR, reason)
    match outcome:
        case Pause() as ended:
            console.print(
                f"Members can withdraw again. Paused since {ended.paused_at:%Y-%m-%d %H:%M} UTC; "
                "what the pause cancelled stays cancelled."
            )
        case NotPaused():
            console.print("Withdrawals are not paused.")
        case never:
            assert_never(never)


async def settle(settings: Config, withdrawal_id: str, settlement: Settlement, reason: str) -> int:
    """1 where nothing was changed."""
    async with existing_database(settings) as database:
        outcome = await Settling(database, Changes(), Sources()).settle(
            withdrawal_id, settlement, OPERATOR, reason
        )
    match outcome:
        case Settled():
            console.print("Settled. Its owner is told.")
            return 0
        case NotStuck():
            console.print(
                "No withdrawal with this id is without an answer. See: banqbot withdrawals list. "
                "Nothing was changed."
            )
        case StillChecking(until):
            console.print(
                "The bot is still finding out by itself. It can be settled from "
                f"{until:%Y-%m-%d %H:%M} UTC on. Nothing was changed."
            )
        case never:
            assert_never(never)
    return 1
