"""A crowd at the live bot whose wallets are linked: the rows and the approvals are put in their places."""

from dataclasses import dataclass

from sandbox.banq import identities
from sandbox.banq.identities import Customer
from sandbox.banq.state import Grant, now
from sandbox.discord.cast import Person, crowd
from storage.database import to_ms
from tests.live import LiveBot
from tests.storage.rows import LINK, MATCHED, put


@dataclass(frozen=True)
class LinkedMember:
    """A member of the emulated Discord and the customer of the emulated Banq that this member is."""

    person: Person
    customer: Customer

    @property
    def id(self) -> int:
        return self.person.id


async def link_crowd(live: LiveBot, count: int) -> list[LinkedMember]:
    """No page and no webhook: those are another measurement, and here would only disturb."""
    linked_at = now()
    members = [
        LinkedMember(person, customer)
        for person, customer in zip(crowd(count), identities.crowd(count), strict=True)
    ]
    async with live.opened_database() as database, database.transaction() as tx:
        for number, member in enumerate(members):
            customer = member.customer
            guid = customer.user_guid(identities.PLATFORM_ID)
            live.banq.store.state.grants[guid] = Grant(
                user_guid=guid,
                user_id=customer.user_id,
                email=customer.email,
                platform_id=identities.PLATFORM_ID,
                active=True,
                approved_at=linked_at,
            )
            wallet = {
                "chat_user_id": str(member.id),
                "user_guid": guid,
                "banq_user_id": f'"{customer.user_id}"',
            }
            session, secret = f"session-{number}", number.to_bytes(32)
            hashes = {"token_hash": secret, "browser_hash": secret}
            await put(tx, "link_sessions", MATCHED, **wallet, id=session, **hashes)
            link = {"id": f"link-{number}", "session_id": session, "linked_at": to_ms(linked_at)}
            await put(tx, "links", LINK, **wallet, **link)
        await tx.execute("UPDATE link_sessions SET state = 'linked', finish_code = NULL")
    return members
