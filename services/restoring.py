"""What a restored backup cannot know: whether what it holds as not sent was sent after it was made."""

from dataclasses import dataclass

from services import withdrawal_steps
from services.changes import Changes
from services.line import Line
from services.linking_rules import LinkingRules
from services.sources import Sources
from storage import audit, limits, link_sessions, withdrawals
from storage.audit import OPERATOR
from storage.database import Database

PAUSED_BECAUSE = "restored from a backup"


@dataclass(frozen=True)
class MadeSafe:
    """`in_doubt` withdrawals had been confirmed: the bot finds out what became of them, and sends none."""

    in_doubt: int
    ended_drafts: int


async def make_safe(database: Database, sources: Sources) -> MadeSafe:
    """See that nothing is sent because of a restored backup that was sent before; before any bot opens it.

    What was confirmed is unknown now: to call it cancelled would invite its owner to ask for it again. A
    draft may have been confirmed since. And withdrawals pause, as what was stopped, frozen or limited since
    is not known either, nor what was drafted and sent.

    Whoever is at Banq now may be so with a turn that the backup does not know. So attempts to link end, and
    the restore's line in the audit log makes each lane rest.
    """
    now = sources.now()
    async with database.transaction() as tx:
        confirmed = await withdrawals.in_state(tx, "confirmed")
        for withdrawal in confirmed:
            await withdrawal_steps.move(tx, withdrawal, "unknown", now, OPERATOR)
        drafts = await withdrawals.in_state(tx, "draft")
        for draft in drafts:
            await withdrawal_steps.move(tx, draft, "expired", now, OPERATOR)
        line = Line({}, LinkingRules(), sources, Changes())
        for session in await link_sessions.live(tx):
            await line.end(tx, session, "expired", now, OPERATOR)
        await audit.append(tx, now, OPERATOR, "database restored")
        before = await limits.current_pause(tx)
        # Whoever ends a pause of then must know that the backup is one more reason for it.
        reason = PAUSED_BECAUSE if before is None else f"{PAUSED_BECAUSE}; paused before: {before.reason}"
        await limits.resume(tx, now)
        await limits.pause(tx, now, OPERATOR, reason)
        await audit.append(tx, now, OPERATOR, "withdrawals paused", reason=reason)
    return MadeSafe(len(confirmed), len(drafts))
