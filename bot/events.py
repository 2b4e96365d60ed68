"""The operator's look at webhooks, also while the bot runs: what was set aside, and trying it again."""

from rich.console import Console
from rich.markup import escape

from bot.config import Config
from bot.existing_database import existing_database
from services.events import Events, ReceivedEvent
from services.foreign_text import clean
from services.sources import Sources
from storage.webhook_inbox import Delivery

console = Console(highlight=False, soft_wrap=True)
ACTOR = "operator"
LONGEST_TEXT = 200
STATES = {"pending": "waits", "processed": "worked off", "parked": "set aside"}


async def show(settings: Config, limit: int, *, every: bool) -> None:
    """Those that failed, or all; never what is in them."""
    async with existing_database(settings) as database:
        events = Events(database, Sources())
        found = await events.latest(limit) if every else await events.failing(limit)
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
        f"[bold]{delivery.id}[/bold]  {delivery.received_at:%Y-%m-%d %H:%M:%S} UTC, "
        f"lane {_harmless(delivery.lane)}, {escape(said)}: {_became(delivery)}"
    )
    if delivery.attempts and delivery.state != "processed":
        tries = "1 try" if delivery.attempts == 1 else f"{delivery.attempts} tries"
        line += f" after {tries}, the last failed: {_harmless(delivery.error or 'no reason')}"
    return line


def _harmless(text: str) -> str:
    """Nothing that steers a terminal, or that would be taken for our own markup."""
    return escape(clean(text, LONGEST_TEXT))


def _became(delivery: Delivery) -> str:
    return "of a kind that is of no use here" if delivery.kind == "unknown" else STATES[delivery.state]


async def replay(settings: Config, ids: list[int]) -> int:
    """1 where one that was named is not set aside."""
    async with existing_database(settings) as database:
        replayed = await Events(database, Sources()).replay(ids, ACTOR)
    if replayed.number:
        console.print(f"Tried again from now on: {replayed.number}. See: banqbot events list")
    elif not ids:
        console.print("No webhook is set aside.")
    for delivery_id in replayed.not_parked:
        console.print(f"Webhook {delivery_id} is not set aside. See: banqbot events list --all")
    return 1 if replayed.not_parked else 0
