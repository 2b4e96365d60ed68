"""Linking, from the command to the row that decides who may see and send a wallet's NFTs."""

from sandbox.banq import identities
from tests.services.rig import ADA, Rig


async def test_an_honest_member_is_linked(rig: Rig) -> None:
    await rig.link(ADA, identities.ADA)

    link = await rig.links.of(ADA)
    assert link is not None
    assert link.user_guid == identities.ADA.user_guid(identities.PLATFORM_ID)
    assert link.state == "active"
