"""The operator's hand on links, also while the bot runs. Never what a wallet holds, nor which it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import assert_never

from rich.console import Console

from banq.models import PlatformId
from bot.chat_users import written
from bot.config import Config
from bot.existing_database import existing_database
from bot.json_output import print_json
from bot.linking_rules import linking_rules
from bot.printing import in_utc, shown
from services.changes import Changes
from services.identity import ChatUser
from services.line import Line
from services.links import Conflict, Frozen, Links, NotLinked, Unlinked, WalletOverview
from services.sources import Sources
from storage.audit import OPERATOR, Entry
from storage.database import Database
from storage.links import Link

console = Console(highlight=False, soft_wrap=True)
MEANINGS = {
    "active": "linked",
    "stale": "Banq gives no access to it any more",
    "frozen": "withdrawals from it are frozen",
    "unlinked": "unlinked",
}


def links_of(settings: Config, database: Database) -> Links:
    """The service as the bot has it."""
    sources = Sources()
    lanes = {name: PlatformId(lane.platform_id) for name, lane in settings.lanes.items()}
    return Links(database, Line(lanes, linking_rules(settings), sources, Changes()), sources)


async def show_all(settings: Config, state: str | None, limit: int, *, as_json: bool) -> None:
    """The newest links, of all members."""
    async with _links(settings) as service:
        found = await service.latest(state, limit)
    if as_json:
        print_json([_of_link(link) for link in found])
        return
    if not found:
        console.print("No wallet is linked." if state is None else f"No link is {state}.")
    for link in found:
        ended = "" if link.ended_at is None else f", ended {in_utc(link.ended_at)}"
        console.print(
            f"[bold]{shown(written((link.chat_platform, link.chat_user_id)))}[/bold]  {link.state}, linked "
            f"{in_utc(link.linked_at)}{ended}, lane {shown(link.lane)}, link {link.id}"
        )


async def show(settings: Config, user: ChatUser, *, as_json: bool) -> int:
    """1 where no wallet is linked."""
    async with _links(settings) as service:
        overview = await service.overview(user)
        refused = await service.latest_conflict(user)
        history = await service.history(user)
    if as_json:
        print_json(_of_member(user, overview, refused, history))
    else:
        _tell(user, overview, refused, history)
    return 1 if isinstance(overview, NotLinked) else 0


async def unlink(settings: Config, user: ChatUser, reason: str) -> int:
    """1 where no wallet is linked."""
    async with _links(settings) as service:
        outcome = await service.unlink(user, OPERATOR, reason)
    return _tell_outcome(user, outcome)


async def freeze(settings: Config, user: ChatUser, reason: str) -> int:
    """1 where no wallet is linked."""
    async with _links(settings) as service:
        outcome = await service.freeze(user, OPERATOR, reason)
    return _tell_outcome(user, outcome)


@asynccontextmanager
async def _links(settings: Config) -> AsyncIterator[Links]:
    async with existing_database(settings) as database:
        yield links_of(settings, database)


def _tell(
    user: ChatUser, overview: WalletOverview | NotLinked, refused: Conflict | None, history: list[Entry]
) -> None:
    match overview:
        case NotLinked():
            console.print(f"{written(user.key)} has no wallet linked.")
        case WalletOverview():
            console.print(
                f"[bold]{written(user.key)}[/bold]  {overview.state} ({MEANINGS[overview.state]}), linked "
                f"{in_utc(overview.linked_at)}; the wallet is linked on: {', '.join(overview.chats)}"
            )
            console.print(
                f"Withdrawals under way: {overview.running_withdrawals}, of which Banq was not asked for "
                f"yet: {overview.unsent_withdrawals}."
            )
        case never:
            assert_never(never)
    if refused is not None:
        console.print(
            f"Refused {in_utc(refused.at)}: the wallet is linked to the account {shown(refused.holder)}."
        )
    for line in history:
        why = "" if line.reason is None else f": {shown(line.reason)}"
        console.print(f"    {in_utc(line.at)}  {shown(line.action)}, by {shown(line.actor)}{why}")


def _tell_outcome(user: ChatUser, outcome: Unlinked | Frozen | NotLinked) -> int:
    match outcome:
        case NotLinked():
            console.print(
                f"{written(user.key)} has no wallet linked. An attempt to link, if one was under way, has "
                "ended."
            )
            return 1
        case Unlinked():
            done = "is unlinked"
        case Frozen():
            done = "is frozen until it is linked again"
        case never:
            assert_never(never)
    console.print(
        f"The wallet of {written(user.key)} {done}, and the member is told. Withdrawals cancelled: "
        f"{outcome.cancelled}; still under way: {outcome.still_running}."
    )
    return 0


def _of_link(link: Link) -> dict[str, object]:
    return {
        "user": written((link.chat_platform, link.chat_user_id)),
        "link": link.id,
        "state": link.state,
        "lane": link.lane,
        "linked_at": link.linked_at,
        "ended_at": link.ended_at,
    }


def _of_member(
    user: ChatUser, overview: WalletOverview | NotLinked, refused: Conflict | None, history: list[Entry]
) -> dict[str, object]:
    linked = overview if isinstance(overview, WalletOverview) else None
    return {
        "user": written(user.key),
        "state": linked and linked.state,
        "linked_at": linked and linked.linked_at,
        "chats": linked.chats if linked else (),
        "running_withdrawals": linked.running_withdrawals if linked else 0,
        "unsent_withdrawals": linked.unsent_withdrawals if linked else 0,
        "refused": None if refused is None else {"at": refused.at, "holder": refused.holder},
        "history": [
            {"at": line.at, "actor": line.actor, "action": line.action, "reason": line.reason}
            for line in history
        ],
    }
