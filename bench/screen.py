"""What the members of the emulated Discord see, and when each message said its last word."""

import asyncio
import time
from collections import defaultdict

from bench.checks import NotMeasured
from cogs.markup import DiscordMarkup
from sandbox.discord import Outcome, SeenMessage
from sandbox.discord.members import Members
from services.wording.language import ENGLISH
from services.wording.wallet import waiting_for_banq

WAITING = waiting_for_banq(DiscordMarkup(ENGLISH)).title


def answer(outcome: Outcome) -> SeenMessage:
    if outcome.message is None:
        raise NotMeasured(f"there is no answer, but: {outcome.kind}")
    return outcome.message


class Screen:
    def __init__(self, members: Members) -> None:
        self._finals: defaultdict[int, asyncio.Future[float]] = defaultdict(asyncio.Future)
        members.watch(self._look)

    async def final(self, message_id: int) -> float:
        """When this message first said more than to wait, on the clock of `time.perf_counter`."""
        return await self._finals[message_id]

    def forget(self, message_id: int) -> None:
        """What it says from now on counts."""
        del self._finals[message_id]

    def _look(self, message: SeenMessage) -> None:
        final = self._finals[message.id]
        if not (message.is_thinking or WAITING in message.text or final.done()):
            final.set_result(time.perf_counter())
