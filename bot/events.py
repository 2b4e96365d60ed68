"""The operator's look at webhooks, also while the bot runs: what was set aside, and trying it again."""

from rich.console import Console
from rich.markup import escape

from bot.config import Config
from bot.existing_database import existing_database
from bot.json_output import print_json
from bot.printing import in_utc, shown
from services.events import Events, ReceivedEvent
from services.sources import Sources
from storage.audit import OPERATOR
from storage.webhook_inbox import Delivery

console = Console(highlight=False, soft_wrap=True)
STATES = {"pending": "waits", "processed": "worked off", "parked": "set aside"}


async def show(settings: Config, limit: int, *, every: bool, as_json: bool) -> None:
    """Those that failed, or all; never what is in them."""
    async with existing_database(settings) as database:
        events = Events(database, Sources())
        found = await events.latest(limit) if every else await events.failing(limit)
    if as_json:
        print_json([_of_event(event) for event in found])
        return
    if not found:
        console.print(
            "No webhook has come yet." if every else "No webhook is failing, and none is set aside."
        )
        return
    for event in found:
        console.print(_line(event))
    if any(event.delivery.state == "parked" for event in found):
        console.print("\nOnce their cause is gone, let them be tried again: banqbot events replay \\[ID …]")


def _line(event: ReceivedEvent) -> str:
    delivery = event.delivery
    said = " ".join(filter(None, (event.kind, event.action))) or "(of no kind)"
    line = (
        f"[bold]{delivery.id}[/bold]  {in_utc(delivery.received_at)}, "
        f"lane {shown(delivery.lane)}, {escape(said)}: {_became(delivery)}"
    )
    if delivery.attempts and delivery.state != "processed":
        tries = "1 try" if delivery.attempts == 1 else f"{delivery.attempts} tries"
        line += f" after {tries}, the last failed: {shown(delivery.error or 'no reason')}"
    return line


def _of_event(event: ReceivedEvent) -> dict[str, object]:
    delivery = event.delivery
    return {
        "webhook": delivery.id,
        "lane": delivery.lane,
        "received_at": delivery.received_at,
        "kind": delivery.kind,
        "resource_type": event.kind,
        "action": event.action,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "error": delivery.error,
    }


def _became(delivery: Delivery) -> str:
    return "of a kind that is of no use here" if delivery.kind == "unknown" else STATES[delivery.state]


async def replay(settings: Config, ids: list[int]) -> int:
    """1 where one that was named is not set aside."""
    async with existing_database(settings) as database:
        replayed = await Events(database, Sources()).replay(ids, OPERATOR)
    if replayed.number:
        console.print(f"Tried again from now on: {replayed.number}. See: banqbot events list")
    elif not ids:
        console.print("No webhook is set aside.")
    for delivery_id in replayed.not_parked:
        console.print(f"Webhook {delivery_id} is not set aside. See: banqbot events list --all")
    return 1 if replayed.not_parked else 0
