"""A member who has used everything, so that every table holds something about them."""

from sandbox.banq import identities
from services.address_book import Added
from services.identity import ChatUser
from services.limits import LimitSet
from services.member_languages import MemberLanguages
from services.wording.language import ENGLISH, language_of
from storage.withdrawals import Withdrawal
from tests.conftest import Clock
from tests.services.rig import GOOD_ADDRESS, Rig

ADA = ChatUser("discord", "1", "Ada of the Meadow", "https://cdn.example/avatars/1/ada.png")
BEN = ChatUser("discord", "2", "Ben of the Hill", "https://cdn.example/avatars/2/ben.png")
LABEL = "my cold wallet"
# In the order of the schema.
ABOUT_A_MEMBER = (
    *("link_sessions", "turns", "grants", "links", "withdrawals", "member_limits", "addresses"),
    *("member_languages", "outbox", "audit"),
)


async def lived(rig: Rig, clock: Clock) -> Withdrawal:
    """Ada links, saves an address, limits herself, withdraws one NFT to its end and drafts another."""
    await rig.link(ADA, identities.ADA)
    assert isinstance(await rig.address_book.add(ADA, LABEL, GOOD_ADDRESS), Added)
    assert isinstance(await rig.limits.set_own(ADA, "per_day", 3), LimitSet)
    await MemberLanguages(rig.database, ENGLISH).remember(ADA, language_of("de"))
    withdrawal = await rig.confirm(ADA, await rig.draft(ADA, "quiet-hours-2"))
    await finish(rig)
    await rig.draft(ADA, "quiet-hours-3")
    clock.forward(minutes=60)
    return withdrawal


async def finish(rig: Rig) -> None:
    """Its owner approves the withdrawal at Banq, and Banq says so."""
    [transaction] = rig.sandbox.ledger.transactions
    rig.sandbox.ledger.approve_transfer(transaction.id)
    await rig.webhook({"action": "completed", "resourceType": "NftTransaction", "resourceId": transaction.id})
