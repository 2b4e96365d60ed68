"""A whole community links at once: everybody, in the order of the line, and nobody to another's wallet."""

from collections.abc import Mapping

import pytest

from sandbox.banq.server import BanqSandbox
from services.linking_rules import LinkingRules
from services.sources import Sources
from storage.database import Database
from tests.conftest import Clock
from tests.model.crowd import crowd_of
from tests.services.rig import FOUR_LANES, ONE_LANE, build

MEMBERS = 200


@pytest.mark.parametrize("lanes", [ONE_LANE, FOUR_LANES], ids=["one lane", "four lanes"])
async def test_two_hundred_members_link_in_order(
    database: Database, sources: Sources, clock: Clock, lanes: Mapping[str, str]
) -> None:
    banq = BanqSandbox(crowd=MEMBERS)
    await banq.start()
    rules = LinkingRules(proof="sign_in")
    async with build(banq, database, sources, rules=rules, platform_ids=lanes) as rig:
        crowd = crowd_of(MEMBERS, rig, clock, lanes)
        await crowd.link()
    await banq.close()

    assert crowd.turns == crowd.joined
    linked = {
        row[0]: (row[1], row[2])
        for row in await database.read.fetch_all("SELECT chat_user_id, lane, user_guid FROM links")
    }
    assert len(linked) == MEMBERS
    for member in crowd.members:
        lane, user_guid = linked[member.user.id]
        assert user_guid == member.customer.user_guid(lanes[lane])
